"""What is answered and old leaves the list and comes back when it is needed; nothing is lost on the way. Rules AR1-AR7."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from confab.inbox.archiving import Archivist, Done, archive_by_hand, next_night
from confab.model.commands import Archive
from confab.model.inbox import Conversation
from confab.store import conversation_list, conversations, messages
from confab.store.claims import SCHEDULES, Due
from confab.store.db import Database, Doors
from confab.store.wake import Wake
from tests.integration.inbox.desk import Desk
from tests.world import NOON, Customer, happen, make_world

OLD = timedelta(days=40)
LIMIT = timedelta(days=30)
MINUTE = timedelta(minutes=1)


class Shelf:
    """A conversation, and the job that comes by at noon."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.db, self.world = desk, desk.db, desk.world
        self.ada = Customer(desk.world.ig_id)

    async def happen(self, *items: dict[str, object]) -> None:
        await happen(self.db, self.world, *items, now=NOON)

    async def sweep(self) -> Done:
        job = Archivist(self.db, self.desk.clock, Wake(self.desk.db.door), days=30)
        return await job.run(self.world.workspace, NOON - LIMIT)

    async def by_hand(self, is_archived: bool) -> Conversation:
        async with self.db.transaction() as conn:
            given = Archive(conversation_id=self.desk.conversation, is_archived=is_archived)
            return await archive_by_hand(conn, self.desk.actor, given, self.desk.clock.now())

    async def conversation(self) -> Conversation:
        async with self.db.transaction() as conn:
            return await conversations.get(conn, self.world.workspace, self.desk.conversation)

    async def listed(self, **more: Any) -> int:
        wanted = conversation_list.Wanted(
            view="all", statuses=["open", "closed", "snoozed"], accounts=[self.world.account], assignee=None, label=None,
            sort="newest", after=None, limit=50,
        )  # fmt: skip
        async with self.db.transaction() as conn:
            page = await conversation_list.page(conn, self.world.viewer, replace(wanted, **more), NOON)
        return len(page.items)

    async def thread(self, *, with_archived: bool) -> list[str | None]:
        async with self.db.transaction() as conn:
            page = await messages.page(
                conn, self.world.viewer, self.desk.conversation, before=None, limit=500, with_archived=with_archived
            )
        return [message.text for message in page]


@pytest.fixture
async def shelf(doors: Doors, worker_db: Database) -> Shelf:
    """A conversation of two messages and an answer, forty days ago."""
    world = await make_world(doors)
    ada = Customer(world.ig_id)
    await happen(
        worker_db,
        world,
        ada.writes("m1", "hello", NOON - OLD),
        ada.writes("m2", "anybody?", NOON - OLD + MINUTE),
        now=NOON - OLD + MINUTE,
    )
    async with worker_db.transaction() as conn:
        id_ = await conn.fetchval("SELECT id FROM conversations WHERE workspace_id = $1", world.workspace)
    return Shelf(Desk(worker_db, doors, world, id_))


def answered(shelf: Shelf, at: datetime = NOON - OLD + timedelta(minutes=5)) -> dict[str, object]:
    return shelf.ada.echo("e1", "yes", at)


async def test_AR1_what_was_answered_and_is_old_leaves_the_list_with_all_its_messages(shelf: Shelf) -> None:
    await shelf.happen(answered(shelf))
    before = await shelf.conversation()
    assert await shelf.sweep() == Done(conversations=1, messages=3)
    after_it = await shelf.conversation()
    assert after_it.archived_at is not None
    assert after_it.version > before.version
    assert (await shelf.listed(), await shelf.listed(is_archived=True)) == (0, 1)
    assert await shelf.thread(with_archived=False) == []
    assert await shelf.thread(with_archived=True) == ["hello", "anybody?", "yes"]
    assert await shelf.sweep() == Done()


async def test_AR1_what_waits_for_an_answer_is_unread_snoozed_or_scheduled_stays(shelf: Shelf) -> None:
    assert await shelf.sweep() == Done()  # nobody answered
    await shelf.happen(answered(shelf))
    desk = shelf.desk
    scheduled = await desk.write("later", release_at=desk.clock.now() + timedelta(days=2))
    assert await shelf.sweep() == Done()
    async with shelf.db.transaction() as conn:
        await conn.execute("UPDATE outbound_messages SET state = 'discarded', due_at = NULL WHERE message_id = $1", scheduled)
        await conn.execute(
            "UPDATE conversations SET status = 'snoozed', snoozed_until = $2 WHERE id = $1", desk.conversation, NOON + OLD
        )
    assert await shelf.sweep() == Done()
    async with shelf.db.transaction() as conn:
        await conn.execute("UPDATE conversations SET status = 'open', snoozed_until = NULL WHERE id = $1", desk.conversation)
    assert (await shelf.sweep()).conversations == 1


async def test_AR1_what_is_young_stays(shelf: Shelf) -> None:
    await shelf.happen(answered(shelf, NOON - LIMIT + timedelta(seconds=1)))
    assert (await shelf.sweep()).conversations == 0


async def test_AR2_old_messages_before_an_answer_leave_a_conversation_that_goes_on(shelf: Shelf) -> None:
    many = [shelf.ada.writes(f"n{n}", f"old {n}", NOON - OLD - timedelta(minutes=100 - n)) for n in range(60)]
    await shelf.happen(*many, answered(shelf), shelf.ada.writes("new", "new", NOON))
    done = await shelf.sweep()
    assert (done.conversations, done.messages) == (0, 14)  # the newest fifty stay
    assert (await shelf.conversation()).archived_at is None
    assert len(await shelf.thread(with_archived=False)) == 50
    assert len(await shelf.thread(with_archived=True)) == 64
    assert (await shelf.conversation()).unread_count == 1


async def test_AR3_by_hand_it_goes_and_comes_back_and_stays(shelf: Shelf) -> None:
    assert (await shelf.by_hand(True)).archived_at is not None
    version = (await shelf.by_hand(True)).version
    assert (await shelf.listed(), await shelf.listed(is_archived=True)) == (0, 1)
    back = await shelf.by_hand(False)
    assert (back.archived_at, back.version) == (None, version + 1)
    assert await shelf.thread(with_archived=False) == ["hello", "anybody?"]
    await shelf.happen(answered(shelf))
    assert (await shelf.sweep()).conversations == 0  # as if it had been written to when it was brought back


async def test_AR4_a_new_message_brings_it_back_with_what_was_said_last(shelf: Shelf) -> None:
    await shelf.happen(answered(shelf))
    await shelf.sweep()
    await shelf.happen(shelf.ada.writes("m3", "again", NOON))
    assert (await shelf.conversation()).archived_at is None
    assert await shelf.thread(with_archived=False) == ["hello", "anybody?", "yes", "again"]
    assert (await shelf.conversation()).unread_count == 1


async def test_AR4_so_does_an_answer_of_ours(shelf: Shelf) -> None:
    await shelf.happen(shelf.ada.writes("m3", "quick", NOON - timedelta(hours=1)))
    await shelf.by_hand(True)
    await shelf.desk.write("here you are")
    assert (await shelf.conversation()).archived_at is None
    assert await shelf.thread(with_archived=False) == ["hello", "anybody?", "quick", "here you are"]


async def test_AR5_what_changes_in_the_archive_stays_there(shelf: Shelf) -> None:
    await shelf.happen(answered(shelf))
    await shelf.sweep()
    await shelf.happen(
        shelf.ada.unsends("m1", NOON),
        shelf.ada.reacts("e1", "❤", NOON),
        shelf.ada.writes("m0", "earlier", NOON - OLD - timedelta(days=1)),
    )
    assert (await shelf.conversation()).archived_at is not None
    assert await shelf.thread(with_archived=False) == []
    assert await shelf.thread(with_archived=True) == ["earlier", None, "anybody?", "yes"]
    assert (await shelf.conversation()).last_message_preview == "yes"


async def test_AR6_nothing_waits_for_the_job_and_it_waits_for_nobody(shelf: Shelf, worker_db: Database) -> None:
    await shelf.happen(answered(shelf))
    async with worker_db.transaction() as conn:
        await conversations.lock(conn, shelf.world.workspace, shelf.desk.conversation)
        assert await shelf.sweep() == Done()
    assert (await shelf.sweep()).conversations == 1


async def test_AR7_nothing_is_deleted_by_archiving(shelf: Shelf, worker_db: Database) -> None:
    await shelf.happen(answered(shelf))
    tables = ("messages", "conversations", "participants", "notes", "attachments")

    async def counts() -> list[int]:
        async with worker_db.transaction() as conn:
            return [await conn.fetchval(f"SELECT count(*) FROM {table}") for table in tables]

    before = await counts()
    await shelf.sweep()
    assert await counts() == before


async def test_AR6_the_job_comes_at_night(shelf: Shelf, worker_db: Database, doors: Doors) -> None:
    assert next_night(NOON) == NOON.replace(hour=3) + timedelta(days=1)
    assert next_night(NOON.replace(hour=2)) == NOON.replace(hour=3)
    await shelf.happen(answered(shelf))
    async with worker_db.transaction() as conn:
        await conn.execute("INSERT INTO schedules (name, due_at) VALUES ('archiving', $1)", NOON)
    job = Archivist(worker_db, shelf.desk.clock, Wake(doors.worker), days=30)
    await job.nightly(Due(key=("archiving",), attempts=1))
    async with worker_db.transaction() as conn:
        assert await SCHEDULES.next_due_at(conn) == next_night(shelf.desk.clock.now())
        await conn.execute("DELETE FROM schedules")
    assert (await shelf.conversation()).archived_at is not None
    never = Archivist(worker_db, shelf.desk.clock, Wake(doors.worker), days=None)
    await shelf.by_hand(False)
    await never.nightly(Due(key=("archiving",), attempts=1))
    assert (await shelf.conversation()).archived_at is None


async def test_AR9_old_comments_go_there_too_and_the_feed_tells_so(shelf: Shelf, worker_db: Database) -> None:
    given = """INSERT INTO comments (workspace_id, id, account_id, comment_key, kind, media, text, is_own, created_at)
        VALUES ($1, gen_random_uuid(), $2, $3, 'comment', $4, 'nice', false, $5)"""
    media = {
        "ig_id": "1", "permalink": None, "product_type": None, "ad_id": None, "ad_title": None, "original_media_id": None,
    }  # fmt: skip
    async with worker_db.transaction() as conn:
        for key, at in (("old", NOON - OLD), ("new", NOON)):
            await conn.execute(given, shelf.world.workspace, shelf.world.account, key, media, at)
    assert (await shelf.sweep()).comments == 0  # nobody has dealt with it
    async with worker_db.transaction() as conn:
        await conn.execute("UPDATE comments SET done_at = $1, done_by = 'Dana'", NOON)
    assert (await shelf.sweep()).comments == 1
    async with worker_db.transaction() as conn:
        told = "SELECT body FROM changes WHERE workspace_id = $1 AND type = 'comment_updated'"
        (change,) = await conn.fetch(told, shelf.world.workspace)
    assert json.loads(change["body"])["comment"]["is_archived"] is True
    assert (await shelf.sweep()).comments == 0
