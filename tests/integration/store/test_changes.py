"""The feed's numbers are taken with the commit. Rule F1 of docs/spec/stream.md."""

import asyncio

import pytest

from confab.clock import Clock
from confab.model.changes import Change, NoteRemoved
from confab.model.inbox import ConversationId, NoteId
from confab.store import changes, ids
from confab.store.db import Database, Doors, undoable
from tests.world import World, make_world


@pytest.fixture
async def world(doors: Doors) -> World:
    return await make_world(doors)


def removed(clock: Clock) -> NoteRemoved:
    return NoteRemoved(
        type="note_removed", conversation_id=ConversationId(ids.new(clock.now())), note_id=NoteId(ids.new(clock.now()))
    )


async def told(db: Database, world: World) -> list[str]:
    async with db.transaction() as conn:
        return [one.body.decode() for one in await changes.after(conn, world.workspace, 0, 1000)]


async def test_F1_nobody_waits_for_the_number_of_who_has_not_committed_yet(
    worker_db: Database, world: World, clock: Clock
) -> None:
    late, soon = removed(clock), removed(clock)
    async with worker_db.transaction() as slow:
        changes.publish(slow, world.workspace, [late], clock.now())
        async with asyncio.timeout(10), worker_db.transaction() as quick:
            changes.publish(quick, world.workspace, [soon], clock.now())
    found = await told(worker_db, world)
    assert [str(one.note_id) in text for one, text in zip((soon, late), found[-2:], strict=True)] == [True, True]


async def test_F1_what_was_undone_is_not_told_and_the_rest_is_in_its_order(
    worker_db: Database, world: World, clock: Clock
) -> None:
    before, undone, after = removed(clock), removed(clock), removed(clock)

    async def undo(conn, one: Change) -> None:
        async with undoable(conn):
            changes.publish(conn, world.workspace, [one], clock.now())
            raise LookupError

    async with worker_db.transaction() as conn:
        changes.publish(conn, world.workspace, [before], clock.now())
        with pytest.raises(LookupError):
            await undo(conn, undone)
        changes.publish(conn, world.workspace, [after], clock.now())
    found = await told(worker_db, world)
    assert [str(one.note_id) in text for one, text in zip((before, after), found[-2:], strict=True)] == [True, True]
    assert not any(str(undone.note_id) in text for text in found)


async def test_F6_what_is_erased_in_the_transaction_that_told_it_is_not_in_the_feed(
    worker_db: Database, world: World, clock: Clock
) -> None:
    erased, after = removed(clock), removed(clock)
    async with worker_db.transaction() as conn:
        changes.publish(conn, world.workspace, [erased], clock.now())
        await changes.supersede(conn, [(world.workspace, erased.note_id)])
        changes.publish(conn, world.workspace, [after], clock.now())
    found = await told(worker_db, world)
    assert str(after.note_id) in found[-1]
    assert not any(str(erased.note_id) in text for text in found)


async def test_F1_a_transaction_that_fails_tells_nothing_and_leaves_no_gap(
    worker_db: Database, world: World, clock: Clock
) -> None:
    async with worker_db.transaction() as conn:
        before = await changes.newest_seq(conn, world.workspace)

    async def fail() -> None:
        async with worker_db.transaction() as conn:
            changes.publish(conn, world.workspace, [removed(clock)], clock.now())
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with worker_db.transaction() as conn:
        changes.publish(conn, world.workspace, [removed(clock)], clock.now())
    async with worker_db.transaction() as conn:
        assert await changes.newest_seq(conn, world.workspace) == before + 1


@pytest.mark.parametrize("count", [1, 16, 17, 300])
async def test_F1_a_little_and_a_flood_are_numbered_alike(worker_db: Database, world: World, clock: Clock, count: int) -> None:
    news = [removed(clock) for _ in range(count)]
    async with worker_db.transaction() as conn:
        before = await changes.newest_seq(conn, world.workspace)
        changes.publish(conn, world.workspace, news, clock.now())
    async with worker_db.transaction() as conn:
        kept = await changes.after(conn, world.workspace, before, 1000)
    assert [one.seq for one in kept] == list(range(before + 1, before + count + 1))
    assert [str(one.note_id) in kept[number].body.decode() for number, one in enumerate(news)] == [True] * count
