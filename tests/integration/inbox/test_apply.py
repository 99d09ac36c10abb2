"""Events → rows: once, in any order. Rules of docs/spec/inbox.md."""

from confab.model.inbox import ConversationId, Message
from confab.store import accounts, changes, conversations, events, messages
from confab.store.db import Database, Doors
from tests.world import Customer, World, after, happen, make_world


async def threads(db: Database, world: World):
    async with db.viewing(world.workspace) as conn:
        found = await conn.fetch("SELECT id FROM conversations ORDER BY id")
        return [await conversations.for_viewer(conn, world.viewer, ConversationId(record["id"])) for record in found]


async def thread(db: Database, world: World, conversation) -> list[Message]:
    async with db.viewing(world.workspace) as conn:
        return await messages.page(conn, world.viewer, conversation.id, before=None, limit=100)


async def test_N16_a_message_opens_a_conversation_with_one_unread_and_a_window(
    doors: Doors, app_db: Database, worker_db: Database
) -> None:
    world = await make_world(doors)
    ada = Customer(world.ig_id)
    await happen(worker_db, world, ada.writes("m1", "Hi! Do you deliver?", after(0)))
    (conversation,) = await threads(app_db, world)
    assert conversation.unread_count == 1
    assert conversation.last_message_preview == "Hi! Do you deliver?"
    assert conversation.last_message_at == after(0)
    assert conversation.can_reply_until == after(24 * 60)
    (message,) = await thread(app_db, world, conversation)
    assert (message.text, message.direction, message.status, message.is_unread) == (
        "Hi! Do you deliver?",
        "inbound",
        "received",
        True,
    )
    async with app_db.viewing(world.workspace) as conn:
        kept = await changes.after(conn, world.workspace, 0, 10)
    assert [change.type for change in kept] == ["message_added", "conversation_updated"]
    assert [change.seq for change in kept] == [1, 2]


async def test_N12_the_same_message_twice_is_one_row_one_unread_and_one_change(
    doors: Doors, app_db: Database, worker_db: Database
) -> None:
    world = await make_world(doors)
    ada = Customer(world.ig_id)
    hello = ada.writes("m1", "hello", after(0))
    await happen(worker_db, world, hello, hello)
    await happen(worker_db, world, hello)
    (conversation,) = await threads(app_db, world)
    assert conversation.unread_count == 1
    assert len(await thread(app_db, world, conversation)) == 1
    async with app_db.viewing(world.workspace) as conn:
        assert await changes.newest_seq(conn, world.workspace) == 2


async def test_N48_an_unsend_before_its_message_leaves_only_a_tombstone(
    doors: Doors, app_db: Database, worker_db: Database
) -> None:
    world = await make_world(doors)
    ada = Customer(world.ig_id)
    await happen(worker_db, world, ada.unsends("m1", after(1)))
    await happen(worker_db, world, ada.writes("m1", "oops wrong chat", after(0)))
    (conversation,) = await threads(app_db, world)
    assert conversation.unread_count == 0
    assert conversation.last_message_preview == "Message unsent"
    (message,) = await thread(app_db, world, conversation)
    assert (message.text, message.deleted_at) == (None, after(1))


async def test_N49_the_highest_edit_is_the_text_and_the_others_are_history(
    doors: Doors, app_db: Database, worker_db: Database
) -> None:
    world = await make_world(doors)
    ada = Customer(world.ig_id)
    await happen(worker_db, world, ada.edits("m1", 2, "three loaves", after(2)))
    await happen(worker_db, world, ada.writes("m1", "a loaf", after(0)))
    await happen(worker_db, world, ada.edits("m1", 1, "two loaves", after(1)))
    (conversation,) = await threads(app_db, world)
    (message,) = await thread(app_db, world, conversation)
    assert message.text == "three loaves"
    assert [(edit.num_edit, edit.text) for edit in message.edits] == [(0, "a loaf"), (1, "two loaves")]
    assert conversation.last_message_preview == "three loaves"


async def test_N42_an_answer_from_the_phone_is_outbound_and_means_read(
    doors: Doors, app_db: Database, worker_db: Database
) -> None:
    world = await make_world(doors)
    ada = Customer(world.ig_id)
    await happen(worker_db, world, ada.echo("m2", "yes we do", after(5)), ada.writes("m1", "do you?", after(0)))
    (conversation,) = await threads(app_db, world)
    assert conversation.unread_count == 0
    assert conversation.last_message_direction == "outbound"
    shown = await thread(app_db, world, conversation)
    assert [(m.text, m.direction, m.author.kind) for m in shown] == [
        ("do you?", "inbound", "participant"),
        ("yes we do", "outbound", "instagram"),
    ]


async def test_N54_what_was_sent_before_the_seen_one_is_seen_too(doors: Doors, app_db: Database, worker_db: Database) -> None:
    world = await make_world(doors)
    ada = Customer(world.ig_id)
    await happen(worker_db, world, ada.sees("m3", after(9)), ada.echo("m2", "one", after(5)))
    await happen(worker_db, world, ada.echo("m4", "three", after(7)), ada.echo("m3", "two", after(6)))
    (conversation,) = await threads(app_db, world)
    shown = await thread(app_db, world, conversation)
    assert [(m.text, m.status) for m in shown] == [("one", "seen"), ("two", "seen"), ("three", "sent")]


async def test_N53_one_reaction_a_person_and_the_latest_counts(doors: Doors, app_db: Database, worker_db: Database) -> None:
    world = await make_world(doors)
    ada = Customer(world.ig_id)
    await happen(worker_db, world, ada.reacts("m1", None, after(3)), ada.echo("m1", "thanks", after(0)))
    await happen(worker_db, world, ada.reacts("m1", "🥐", after(2)))
    (conversation,) = await threads(app_db, world)
    (message,) = await thread(app_db, world, conversation)
    assert message.reactions == []
    await happen(worker_db, world, ada.reacts("m1", "❤️", after(4)))
    (message,) = await thread(app_db, world, conversation)
    assert [reaction.emoji for reaction in message.reactions] == ["❤️"]


async def test_N57_a_link_followed_is_an_activity_that_opens_the_window(
    doors: Doors, app_db: Database, worker_db: Database
) -> None:
    world = await make_world(doors)
    ada = Customer(world.ig_id)
    await happen(worker_db, world, ada.writes("m1", "hello", after(0)))
    came = ada.item(after(60), referral={"ref": "table-12", "source": "SHORTLINKS", "type": "OPEN_THREAD"})
    taken = ada.item(after(61), take_thread_control={"new_owner_app_id": "1217981644879628", "metadata": "mine"})
    await happen(worker_db, world, came, taken, came)
    await happen(worker_db, world, taken)
    (conversation,) = await threads(app_db, world)
    assert (conversation.window_opened_at, conversation.window_opened_by) == (after(60), "referral")
    assert conversation.handled_elsewhere
    assert conversation.unread_count == 1
    async with app_db.viewing(world.workspace) as conn:
        shown = await events.activities(conn, world.viewer, conversation.id, 10)
        kept = await changes.after(conn, world.workspace, 0, 20)
    assert [(one.kind, one.referral and one.referral.ref, one.app_id, one.note) for one in shown] == [
        ("referral", "table-12", None, None),
        ("control_taken", None, "1217981644879628", "mine"),
    ]
    assert [change.type for change in kept].count("activity_added") == 2


async def test_N61_metas_verdict_on_the_account_stands_on_the_account(
    doors: Doors, app_db: Database, worker_db: Database
) -> None:
    world = await make_world(doors)
    ada = Customer(world.ig_id)
    blocked = ada.item(after(5), policy_enforcement={"action": "block", "reason": "spam"})
    unblocked = ada.item(after(3), policy_enforcement={"action": "unblock"})
    await happen(worker_db, world, blocked)
    await happen(worker_db, world, unblocked)
    async with app_db.viewing(world.workspace) as conn:
        (account,) = await accounts.all_for_viewer(conn, world.viewer)
    assert (account.health, account.health_reason) == ("paused", "Meta: block. spam")
