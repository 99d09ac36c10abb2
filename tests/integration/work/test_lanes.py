"""Who is slow holds up nobody else. Rule MD11 of docs/spec/inbox.md."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

import pytest

from confab.clock import Clock
from confab.store import media
from confab.store.claims import MEDIA, Due
from confab.store.db import Database, Doors
from confab.store.media import ToFetch
from confab.store.wake import Wake
from confab.work.loop import Each, Worker
from tests.world import World, make_world

LEASE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
async def nothing_waits(worker_db: Database) -> None:
    """Tests of one process share a database."""
    async with worker_db.transaction() as conn:
        await conn.execute("DELETE FROM media_fetches")


async def enqueue(db: Database, clock: Clock, world: World, host: str, count: int, age_s: float = 0) -> None:
    files = [
        ToFetch(
            workspace_id=world.workspace, subject_id=uuid4(), position=0, account_id=world.account,
            sent_at=clock.now() - timedelta(seconds=age_s), source_url=f"https://{host}/x",
        )
        for _ in range(count)
    ]  # fmt: skip
    async with db.transaction() as conn:
        await media.enqueue(conn, files)


@asynccontextmanager
async def working(db: Database, doors: Doors, clock: Clock, work: Each) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(Worker(db, clock, Wake(doors.worker), [work]).run())
        yield
        task.cancel()


class Hosts:
    """Files that arrive at once, and hosts where they never do."""

    def __init__(self, db: Database, *, hanging: set[str]) -> None:
        self.db = db
        self.hanging = hanging
        self.going: list[tuple[str, ...]] = []
        self.most: dict[str, int] = {}
        self.arrived: list[tuple[str, ...]] = []

    async def run(self, due: Due) -> None:
        self.going.append(due.lanes)
        for lane in due.lanes:
            self.most[lane] = max(self.most.get(lane, 0), sum(lane in one for one in self.going))
        try:
            await asyncio.sleep(60 if self.hanging & set(due.lanes) else 0.05)
        finally:
            self.going.remove(due.lanes)
        async with self.db.transaction() as conn:
            await MEDIA.finish(conn, due)
        self.arrived.append(due.lanes)


async def until_arrived(hosts: Hosts, count: int) -> None:
    async with asyncio.timeout(60):
        while len(hosts.arrived) < count:
            await asyncio.sleep(0.01)


async def test_MD11_an_account_whose_files_hang_leaves_the_others_their_room(
    doors: Doors, worker_db: Database, clock: Clock
) -> None:
    slow, quick = await make_world(doors, "17841400000000101"), await make_world(doors, "17841400000000102")
    await enqueue(worker_db, clock, slow, "one.example", 40)  # the newest, so first in every look
    await enqueue(worker_db, clock, quick, "one.example", 40, age_s=60)
    hosts = Hosts(worker_db, hanging={str(slow.account)})
    work = Each(kind=MEDIA, run=hosts.run, at_once=16, at_once_of=(4, 8), lease=LEASE, keeps_row=True)
    async with working(worker_db, doors, clock, work):
        await until_arrived(hosts, 40)
    assert {lanes[0] for lanes in hosts.arrived} == {str(quick.account)}
    assert (hosts.most[str(slow.account)], hosts.most[str(quick.account)]) == (4, 4)
    assert hosts.most["one.example"] <= 8


async def test_MD11_a_host_that_hangs_leaves_the_others_their_room(doors: Doors, worker_db: Database, clock: Clock) -> None:
    worlds = [await make_world(doors, f"178414000000002{n:02}") for n in range(4)]
    for world in worlds:
        await enqueue(worker_db, clock, world, "slow.example", 10)
    await enqueue(worker_db, clock, worlds[3], "quick.example", 10, age_s=60)
    hosts = Hosts(worker_db, hanging={"slow.example"})
    work = Each(kind=MEDIA, run=hosts.run, at_once=16, at_once_of=(16, 8), lease=LEASE, keeps_row=True)
    async with working(worker_db, doors, clock, work):
        await until_arrived(hosts, 10)
    assert {lanes[1] for lanes in hosts.arrived} == {"quick.example"}
    assert hosts.most["slow.example"] == 8


async def test_MD11_a_host_that_rests_is_not_asked(doors: Doors, worker_db: Database, clock: Clock) -> None:
    world = await make_world(doors, "17841400000000301")
    await enqueue(worker_db, clock, world, "busy.example", 5)
    await enqueue(worker_db, clock, world, "well.example", 5, age_s=60)
    hosts, resting = Hosts(worker_db, hanging=set()), ["busy.example"]
    work = Each(
        kind=MEDIA, run=hosts.run, at_once=16, at_once_of=(4, 8), lease=LEASE, keeps_row=True, closed=lambda: [[], resting]
    )
    async with working(worker_db, doors, clock, work):
        await until_arrived(hosts, 5)
        assert {lanes[1] for lanes in hosts.arrived} == {"well.example"}
        resting.clear()
        await until_arrived(hosts, 10)


async def test_MD11_the_newest_come_first(doors: Doors, worker_db: Database, clock: Clock) -> None:
    world = await make_world(doors, "17841400000000401")
    for age_s in (30, 10, 20):
        await enqueue(worker_db, clock, world, f"aged-{age_s}.example", 1, age_s=age_s)
    hosts = Hosts(worker_db, hanging=set())
    work = Each(kind=MEDIA, run=hosts.run, at_once=1, at_once_of=(1, 1), lease=LEASE, keeps_row=True)
    async with working(worker_db, doors, clock, work):
        await until_arrived(hosts, 3)
    assert [lanes[1] for lanes in hosts.arrived] == ["aged-10.example", "aged-20.example", "aged-30.example"]
