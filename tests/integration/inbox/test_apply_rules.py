"""What apply promises, rule by rule: D4, A2-A7, A9 and M7 of docs/spec."""

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from confab.clock import Clock
from confab.inbox.apply import Batch, apply
from confab.model.inbox import Conversation, ConversationId, Message
from confab.store import conversations, messages
from confab.store.db import Database, Doors
from tests.post import Post
from tests.world import Customer, World, after, body, events_of, happen, make_world


class Scene:
    """A customer, and what the inbox shows of them."""

    def __init__(self, app: Database, worker: Database, world: World) -> None:
        self.app, self.worker, self.world = app, worker, world
        self.ada = Customer(world.ig_id)

    async def happens(self, *items: dict[str, object]) -> None:
        await happen(self.worker, self.world, *items)

    async def line(self) -> Conversation:
        async with self.app.viewing(self.world.workspace) as conn:
            id_ = await conn.fetchval("SELECT id FROM conversations")
            return await conversations.for_viewer(conn, self.world.viewer, ConversationId(id_))

    async def shown(self) -> list[Message]:
        line = await self.line()
        async with self.app.viewing(self.world.workspace) as conn:
            return await messages.page(conn, self.world.viewer, line.id, before=None, limit=100)


@pytest.fixture
async def scene(doors: Doors, app_db: Database, worker_db: Database) -> Scene:
    return Scene(app_db, worker_db, await make_world(doors))


async def test_A2_a_message_adds_one_unread_once_and_none_when_it_was_read_before_it_came(scene: Scene) -> None:
    ada = scene.ada
    for _ in range(2):
        await scene.happens(ada.writes("m1", "one", after(1)), ada.writes("m1", "one", after(1)))
        assert (await scene.line()).unread_count == 1
    await scene.happens(ada.echo("phone", "answered from the phone", after(5)))
    await scene.happens(ada.writes("late", "sent before that answer", after(3)), ada.writes("m2", "two", after(6)))
    assert (await scene.line()).unread_count == 1
    assert [(m.text, m.is_unread) for m in await scene.shown() if m.is_unread] == [("two", True)]


def parked(ada: Customer) -> dict[str, dict[str, object]]:
    return {
        "an edit": ada.edits("m1", 1, "two loaves", after(2)),
        "an unsend": ada.unsends("m1", after(2)),
        "a reaction": ada.reacts("m1", "🥐", after(2)),
        "a sign of reading": ada.sees("m1", after(2)),
    }


@pytest.mark.parametrize("what", ["an edit", "an unsend", "a reaction", "a sign of reading"])
async def test_A3_what_arrives_before_its_message_waits_for_it(scene: Scene, what: str) -> None:
    ada = scene.ada
    event = parked(ada)[what]
    await scene.happens(event)
    await scene.happens(event)
    first = (
        ada.echo("m1", "a loaf", after(1))
        if what in ("a reaction", "a sign of reading")
        else ada.writes("m1", "a loaf", after(1))
    )
    await scene.happens(first)
    (message,) = await scene.shown()
    expected: dict[str, Any] = {
        "an edit": ("two loaves", 1, 0, False, "received"),
        "an unsend": (None, 0, 0, True, "received"),
        "a reaction": ("a loaf", 0, 1, False, "sent"),
        "a sign of reading": ("a loaf", 0, 0, False, "seen"),
    }
    seen = (message.text, len(message.edits), len(message.reactions), message.deleted_at is not None, message.status)
    assert seen == expected[what]
    async with scene.worker.transaction() as conn:
        waiting = "SELECT count(*) FROM parked_events WHERE workspace_id = $1"
        assert await conn.fetchval(waiting, scene.world.workspace) == 0


async def test_A4_the_highest_edit_and_the_latest_reaction_count_in_any_order(
    doors: Doors, app_db: Database, worker_db: Database
) -> None:
    ada = Customer("17841461234567890")
    events = [
        ada.edits("m1", 1, "two loaves", after(1)),
        ada.edits("m1", 2, "three loaves", after(2)),
        ada.reacts("m1", "🥐", after(3)),
        ada.reacts("m1", None, after(4)),
    ]
    for order in list(permutations(events))[::3]:
        scene = Scene(app_db, worker_db, await make_world(doors))
        await scene.happens(ada.writes("m1", "a loaf", after(0)))
        for event in order:
            await scene.happens(event)
        (message,) = await scene.shown()
        assert (message.text, [edit.text for edit in message.edits], message.reactions) == (
            "three loaves",
            ["a loaf", "two loaves"],
            [],
        )


async def test_A4_an_unsend_is_for_ever(scene: Scene) -> None:
    ada = scene.ada
    await scene.happens(ada.writes("m1", "a loaf", after(0)), ada.unsends("m1", after(1)))
    for late in (
        ada.edits("m1", 1, "two loaves", after(2)),
        ada.reacts("m1", "🥐", after(3)),
        ada.writes("m1", "a loaf", after(0)),
    ):
        await scene.happens(late)
    (message,) = await scene.shown()
    assert (message.text, message.edits, message.reactions, message.deleted_at) == (None, [], [], after(1))


async def test_A5_the_mark_of_reading_moves_forward_only(scene: Scene) -> None:
    ada = scene.ada
    await scene.happens(*(ada.writes(f"m{n}", f"message {n}", after(n)) for n in range(1, 5)))
    await scene.happens(ada.echo("phone 3", "later", after(3.5)))
    assert (await scene.line()).unread_count == 1
    await scene.happens(ada.echo("phone 1", "earlier", after(1.5)))
    line = await scene.line()
    assert (line.unread_count, line.read_up_to) == (1, after(3.5))


async def test_A6_of_messages_of_one_moment_the_order_follows_from_their_mids(
    doors: Doors, app_db: Database, worker_db: Database
) -> None:
    """So the thread and its line in the list are the same in whatever order the messages came, and the two agree."""
    ada = Customer("17841461234567890")
    items = [ada.writes(f"m{n}", f"message {n}", after(1)) for n in range(4)]
    seen = set()
    for order in list(permutations(items))[::5]:
        scene = Scene(app_db, worker_db, await make_world(doors))
        for item in order:
            await scene.happens(item)
        texts = tuple(message.text for message in await scene.shown())
        assert (await scene.line()).last_message_preview == texts[-1]
        ids = sorted((str(message.id), message.text) for message in await scene.shown())
        assert tuple(text for _, text in ids) == texts
        seen.add(tuple(sorted(str(text) for text in texts)))
    assert seen == {tuple(f"message {n}" for n in range(4))}


async def test_A6_the_line_in_the_list_is_the_newest_by_metas_clock_and_not_the_last_to_come(scene: Scene) -> None:
    await scene.happens(scene.ada.writes("new", "the newer one", after(2)))
    await scene.happens(scene.ada.writes("old", "the older one", after(1)))
    line = await scene.line()
    assert (line.last_message_preview, line.last_message_at) == ("the newer one", after(2))


@pytest.mark.parametrize("status", ["closed", "snoozed"])
async def test_A7_a_message_of_a_participant_opens_a_conversation_again_and_nothing_else_does(scene: Scene, status: str) -> None:
    ada = scene.ada
    await scene.happens(ada.writes("m1", "hello", after(0)))
    async with scene.worker.transaction() as conn:
        set_ = "UPDATE conversations SET status = $2, snoozed_until = $3 WHERE workspace_id = $1"
        await conn.execute(set_, scene.world.workspace, status, after(10_000) if status == "snoozed" else None)
    for other in (ada.echo("phone", "hi", after(1)), ada.reacts("m1", "🥐", after(2)), ada.edits("m1", 1, "hello!", after(3)),
                  ada.sees("phone", after(4)), ada.writes("m1", "hello", after(0))):  # fmt: skip
        await scene.happens(other)
        assert (await scene.line()).status == status
    await scene.happens(ada.writes("m2", "hello again", after(5)))
    line = await scene.line()
    assert (line.status, line.snoozed_until) == ("open", None)


async def test_A9_a_message_is_kept_without_a_token_a_profile_or_its_media(scene: Scene) -> None:
    """The account of this scene has no access token, nobody can be asked for a profile, and the file does not exist."""
    image = {"type": "image", "payload": {"url": "https://lookaside.example/gone"}}
    await scene.happens(scene.ada.writes("m1", None, after(0), attachments=[image]))
    (message,) = await scene.shown()
    assert [attachment.kind for attachment in message.attachments] == ["image"]
    line = await scene.line()
    assert (line.participant.username, line.unread_count) == (None, 1)


async def test_M7_an_unsend_takes_text_and_attachments_and_leaves_who_and_when(scene: Scene) -> None:
    image = {"type": "image", "payload": {"url": "https://lookaside.example/1"}}
    await scene.happens(scene.ada.writes("m1", "look", after(0), attachments=[image, image]))
    (before,) = await scene.shown()
    assert len(before.attachments) == 2
    await scene.happens(scene.ada.unsends("m1", after(1)))
    (message,) = await scene.shown()
    assert (message.text, message.attachments, message.deleted_at) == (None, [], after(1))
    assert (message.id, message.sent_at, message.author, message.direction) == (
        before.id, before.sent_at, before.author, before.direction,
    )  # fmt: skip
    async with scene.worker.transaction() as conn:
        left = "SELECT count(*) FROM attachments WHERE workspace_id = $1"
        assert await conn.fetchval(left, scene.world.workspace) == 0


async def test_D4_an_event_belongs_to_the_account_of_its_entry_else_to_the_one_it_names(
    app_db: Database, worker_db: Database, doors: Doors, clock: Clock
) -> None:
    post = Post(app_db, worker_db, doors, clock)
    first, second = await post.team(), await post.team()
    ours, theirs, nobodys = "17840000000000001", "17840000000000002", "17840000000000009"
    await post.connects(first, ours)
    await post.connects(second, theirs)
    ada = Customer(ours)
    await post.arrives(body(ours, ada.writes("d4-1", "to its entry", after(1))))
    await post.arrives(body(theirs, ada.writes("d4-2", "to its entry, whomever it names", after(2))))
    await post.arrives(
        body(nobodys, ada.writes("d4-3", "to its recipient", after(3)), ada.echo("d4-4", "an echo to its sender", after(4)))
    )
    await post.arrives(body(nobodys, Customer(nobodys).writes("d4-5", "to nobody", after(5))))
    await post.work()
    assert await post.texts(first) == ["to its entry", "to its recipient", "an echo to its sender"]
    assert await post.texts(second) == ["to its entry, whomever it names"]
    assert await post.unclaimed(nobodys) == 1


async def test_N50_MD4_a_file_of_a_message_that_was_read_before_its_event_came_is_still_fetched(
    worker_db: Database, doors: Doors
) -> None:
    world = await make_world(doors)
    picture = {"type": "image", "payload": {"url": "https://lookaside.fbsbx.com/1.jpg"}}
    wrote = Customer(world.ig_id).writes("m1", "look", after(0), attachments=[picture])
    ((source, event),) = events_of(world, wrote)
    for delivery in (None, source.delivery_id):  # read at Instagram, and then its own event
        async with worker_db.transaction() as conn:
            batch = Batch(events=[(replace(source, delivery_id=delivery), event)], our_app_ids=frozenset())
            await apply(conn, batch, after(1))
    async with worker_db.transaction() as conn:
        waiting = await conn.fetch(
            """SELECT a.state, f.due_at FROM attachments a LEFT JOIN media_fetches f
                ON f.workspace_id = a.workspace_id AND f.subject_id = a.message_id AND f.position = a.position
            WHERE a.workspace_id = $1""",
            world.workspace,
        )
    assert [(one["state"], one["due_at"] is not None) for one in waiting] == [("pending", True)]
