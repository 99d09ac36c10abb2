"""Waking other processes, and stopping to."""

import asyncio
import os
import signal

import pytest

from confab.store.db import Doors, connect
from confab.store.wake import Wake

_LISTENS = "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()"


async def test_who_is_cancelled_ends_though_the_server_is_slow_to_let_go(doors: Doors) -> None:
    speaking = asyncio.create_task(Wake(doors.worker).run())
    conn = await connect(doors.worker)
    try:
        async with asyncio.timeout(30):
            while (server := await conn.fetchval(_LISTENS)) is None:
                await asyncio.sleep(0.01)
    finally:
        await conn.close()
    os.kill(server, signal.SIGSTOP)
    try:
        speaking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(asyncio.shield(speaking), 30)
        assert speaking.cancelled()
    finally:
        os.kill(server, signal.SIGCONT)
