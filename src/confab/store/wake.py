"""Waking other processes after a commit: names, coalesced into at most one NOTIFY every ten milliseconds.

NOTIFY takes a lock of the whole server when its transaction commits, so it never rides in a transaction that does work. What is
lost here is only time: the feed and the due rows are the truth, and everybody looks now and then without being woken.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from uuid import UUID

import structlog

from confab.model.inbox import WorkspaceId
from confab.store.db import GONE, Door, connect

_CHANNEL = "confab"
_PAUSE_S = 0.01
_LONGEST_PAYLOAD = 7000
_RECONNECT_S = 1.0

log = structlog.get_logger()


def changed(workspace: WorkspaceId) -> str:
    """The name that says: this workspace's feed has grown."""
    return f"c{workspace}"


def workspace_of(name: str) -> WorkspaceId | None:
    """Whose feed a name says has grown, None for another name."""
    return WorkspaceId(UUID(name[1:])) if name.startswith("c") else None


def work(kind: str) -> str:
    """The name that says: a row of this kind may be due."""
    return f"w{kind}"


_LANES = work("outbound"), work("outbound_scheduled"), work("outbound_automated")


def sending(lanes: Iterable[int] = range(len(_LANES))) -> list[str]:
    """The names that say: something may go out, in these lanes."""
    return [_LANES[lane] for lane in lanes]


class Wake:
    """Says names to all processes, this one included, and calls back for those that others say."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._names: set[str] = set()
        self._something = asyncio.Event()
        self._listeners: list[Callable[[str], None]] = []

    def say(self, *names: str) -> None:
        """After a commit: at once to this process, within milliseconds to the others. Never waits, never fails."""
        for name in names:
            self._tell(name)
        self._names.update(names)
        self._something.set()

    def listen(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with every name, from whichever process; some may come twice, and some never."""
        self._listeners.append(listener)

    async def run(self) -> None:
        """Speak and hear until cancelled; a lost connection is made anew, and then everybody is told to look."""
        while True:
            try:
                await self._converse()
            except GONE as error:
                log.warning("wake_disconnected", error=str(error))
                await asyncio.sleep(_RECONNECT_S)

    async def _converse(self) -> None:
        conn = await connect(self._door)
        try:
            ours = conn.get_server_pid()
            await conn.add_listener(_CHANNEL, lambda _conn, pid, _channel, payload: pid == ours or self._hear(str(payload)))
            self._tell("")
            while True:
                await self._something.wait()
                self._something.clear()
                names, self._names = sorted(self._names), set()
                for payload in _payloads(names):
                    await conn.execute("SELECT pg_notify($1, $2)", _CHANNEL, payload)
                await asyncio.sleep(_PAUSE_S)
        finally:
            with suppress(*GONE):  # whoever cancelled us is heard, however slow it is to leave
                await conn.close(timeout=1)

    def _hear(self, payload: str) -> None:
        """What another process says; this one was told already when it spoke."""
        for name in payload.split(","):
            self._tell(name)

    def _tell(self, name: str) -> None:
        for listener in self._listeners:
            listener(name)


def _payloads(names: list[str]) -> list[str]:
    payloads: list[str] = []
    for name in names:
        if payloads and len(payloads[-1]) + len(name) < _LONGEST_PAYLOAD:
            payloads[-1] += "," + name
        else:
            payloads.append(name)
    return payloads
