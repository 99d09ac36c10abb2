"""A worker for a command that waits for its work."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from confab.clock import Clock
from confab.commands.session import Session
from confab.store.claims import Kind
from confab.store.db import Database
from confab.store.wake import Wake
from confab.work.loop import Worker
from confab.worker import outside, works

_POOL = 6


@asynccontextmanager
async def working(session: Session, kind: Kind) -> AsyncGenerator[Wake]:
    """It does nothing but this kind, for as long as the block lasts. Others may take its rows as well."""
    clock, waker = Clock(), Wake(session.doors.worker)
    async with (
        Database.open(session.doors.worker, size=_POOL) as db,
        outside(session.settings) as world,
        asyncio.TaskGroup() as group,
    ):
        kinds = [one for one in works(session.settings, db, clock, waker, world) if one.kind is kind]
        behind = [group.create_task(one) for one in (waker.run(), Worker(db, clock, waker, kinds).run())]
        try:
            yield waker
        finally:
            for task in behind:
                task.cancel()
