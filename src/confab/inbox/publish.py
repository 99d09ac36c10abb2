"""Changes → the browsers that may see them: in order, without a gap, and resumable.

One reader per workspace with viewers follows the feed and hands every frame to bounded queues, encoded once. Who is too slow,
or comes from too far back, is told to fetch anew (`resync`) instead of being served half. Being woken only saves time: the
feed is read every second anyway.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.model.inbox import Seq, WorkspaceId
from confab.store import changes, team, wake
from confab.store.changes import Kept
from confab.store.db import REFUSED, Database
from confab.store.wake import Wake

HEARTBEAT_S = 15.0
_SWEEP_S = 1.0
_SESSIONS_S = 2.0
_PAGE = 500
_MOST_FRAMES = 2000
_MOST_BYTES = 4 << 20

log = structlog.get_logger()

Write = Callable[[bytes], Awaitable[None]]


@dataclass(eq=False, slots=True)
class Subscription:
    """One listener: how far it was sent, what waits for it, and why it must end, if it must."""

    workspace: WorkspaceId
    session_id: UUID
    role: str
    joined_at: Seq
    sent: Seq
    _frames: deque[tuple[Seq, bytes]] = field(default_factory=deque)
    _size_bytes: int = 0
    _something: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bytes | None = None

    def offer(self, frames: Sequence[tuple[Seq, bytes]]) -> None:
        """Add frames; a listener whose queue is full loses all of them and is told to fetch anew."""
        for frame in frames:
            self._frames.append(frame)
            self._size_bytes += len(frame[1])
        if len(self._frames) > _MOST_FRAMES or self._size_bytes > _MOST_BYTES:
            self.end(resync(frames[-1][0]))
        self._something.set()

    def end(self, last: bytes) -> None:
        """Send nothing more but this."""
        self._frames.clear()
        self.ended = last
        self._something.set()

    async def take(self) -> list[tuple[Seq, bytes]]:
        """Everything that waits, after waiting for something at most until the next heartbeat."""
        if not self._frames and self.ended is None:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await self._something.wait()
            except TimeoutError:
                return []
        self._something.clear()
        taken = list(self._frames)
        self._frames.clear()
        self._size_bytes = 0
        return taken


class Hub:
    """The feed readers of one process and all who listen."""

    def __init__(self, db: Database, clock: Clock, waker: Wake) -> None:
        self._db = db
        self._clock = clock
        self._listeners: dict[WorkspaceId, set[Subscription]] = {}
        self._read_up_to: dict[WorkspaceId, Seq] = {}
        self._changed: set[str] = set()
        self._bell = asyncio.Event()
        waker.listen(self._ring)

    async def run(self) -> None:
        """Follow the feeds, and end the streams of sessions that are over, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow())
            group.create_task(self._watch_sessions())

    async def join(self, workspace: WorkspaceId, session_id: UUID, role: str) -> Subscription:
        """Listen from now on; `joined_at` says up to where the reader had read."""
        if workspace not in self._read_up_to:
            async with self._db.viewing(workspace) as conn:
                newest = await changes.newest_seq(conn, workspace)
            self._read_up_to.setdefault(workspace, newest)
        newest = self._read_up_to[workspace]
        joined = Subscription(workspace=workspace, session_id=session_id, role=role, joined_at=newest, sent=newest)
        self._listeners.setdefault(workspace, set()).add(joined)
        return joined

    def leave(self, subscription: Subscription) -> None:
        """Listen no more; the last one to leave stops the workspace's reader."""
        listeners = self._listeners.get(subscription.workspace, set())
        listeners.discard(subscription)
        if not listeners:
            self._listeners.pop(subscription.workspace, None)
            self._read_up_to.pop(subscription.workspace, None)

    def close(self) -> None:
        """The process ends: so do all streams, and browsers come back elsewhere."""
        for subscription in self._everybody():
            subscription.end(ended("restart", subscription.sent))

    async def pump(self, subscription: Subscription, after: int | None, write: Write) -> None:
        """Write the feed after `after` (None: from now) to one listener, until it must end."""
        if after is not None:
            subscription.sent = Seq(after)
        await write(f": {subscription.sent}\nretry: 1000\n\n".encode())
        if await self._catch_up(subscription, write) and not await self._is_ahead(subscription):
            await self._go_on(subscription, write)
        else:
            await write(resync(subscription.joined_at))

    async def _catch_up(self, subscription: Subscription, write: Write) -> bool:
        """Write what the reader had read before this listener came; False when it is no longer kept."""
        while subscription.sent < subscription.joined_at:
            async with self._db.viewing(subscription.workspace) as conn:
                if not await changes.reaches(conn, subscription.workspace, subscription.sent):
                    return False
                kept = await changes.after(conn, subscription.workspace, subscription.sent, _PAGE)
            subscription.sent = kept[-1].seq
            await write(b"".join(frame(change) for change in kept))
        return True

    async def _go_on(self, subscription: Subscription, write: Write) -> None:
        while True:
            fresh = [(seq, bytes_) for seq, bytes_ in await subscription.take() if seq > subscription.sent]
            if fresh:
                subscription.sent = fresh[-1][0]
                await write(b"".join(bytes_ for _, bytes_ in fresh))
            elif subscription.ended is None:
                await write(heartbeat(subscription.sent))
            if subscription.ended is not None:
                await write(subscription.ended)
                return

    async def _is_ahead(self, subscription: Subscription) -> bool:
        if subscription.sent <= subscription.joined_at:
            return False
        async with self._db.viewing(subscription.workspace) as conn:
            return subscription.sent > await changes.newest_seq(conn, subscription.workspace)

    def _ring(self, name: str) -> None:
        self._changed.add(name)
        self._bell.set()

    async def _follow(self) -> None:
        while True:
            try:
                async with asyncio.timeout(_SWEEP_S):
                    await self._bell.wait()
                self._bell.clear()
                named, self._changed = self._changed, set()
                wanted = [w for w in list(self._listeners) if wake.changed(w) in named or "" in named]
            except TimeoutError:
                wanted = list(self._listeners)
            for workspace in wanted:
                try:
                    await self._read(workspace)
                except REFUSED as error:
                    log.warning("feed_not_read", error=type(error).__name__)

    async def _read(self, workspace: WorkspaceId) -> None:
        """Everything after what was read before, to everybody who listens."""
        while (position := self._read_up_to.get(workspace)) is not None:
            async with self._db.viewing(workspace) as conn:
                kept = await changes.after(conn, workspace, position, _PAGE)
            if not kept or workspace not in self._read_up_to:  # the last listener may have left meanwhile
                return
            frames = [(change.seq, frame(change)) for change in kept]
            for subscription in self._listeners.get(workspace, set()):
                subscription.offer(frames)
            self._read_up_to[workspace] = kept[-1].seq
            if len(kept) < _PAGE:
                return

    async def _watch_sessions(self) -> None:
        while True:
            await asyncio.sleep(_SESSIONS_S)
            everybody = self._everybody()
            if not everybody:
                continue
            try:
                async with self._db.transaction() as conn:
                    roles = await team.roles_of(conn, [s.session_id for s in everybody], self._clock.now())
            except REFUSED:
                continue
            for subscription in everybody:
                if roles.get(subscription.session_id) != subscription.role:
                    subscription.end(ended("session", subscription.sent))

    def _everybody(self) -> list[Subscription]:
        return [subscription for listeners in self._listeners.values() for subscription in listeners]


def frame(change: Kept) -> bytes:
    """A change as a server-sent event."""
    return b'id: %d\nevent: change\ndata: {"seq":%d,%b\n\n' % (change.seq, change.seq, change.body[1:])


def heartbeat(seq: int) -> bytes:
    """The event that says: nothing new after this number, and the connection lives."""
    return b'id: %d\nevent: heartbeat\ndata: {"seq":%d}\n\n' % (seq, seq)


def ended(reason: Literal["restart", "session"], seq: int) -> bytes:
    """The event that says: this stream is over, and not for want of changes."""
    return b'id: %d\nevent: ended\ndata: {"reason":"%b"}\n\n' % (seq, reason.encode())


def resync(seq: int) -> bytes:
    """The event that says: fetch anew what you show, and go on from here."""
    return b'id: %d\nevent: resync\ndata: {"seq":%d}\n\n' % (seq, seq)
