"""Claim, work, finish: the same loop for every kind of due row."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog

from confab.clock import Clock
from confab.store import wake
from confab.store.claims import Due, Kind
from confab.store.db import GONE, REFUSED, Database, in_short
from confab.store.wake import Wake
from confab.work.seats import Seats, Work

_SWEEP_S = 1.0
_AFTER_TROUBLE_S = 0.5
_CLAIMS = 2  # at once: all kinds sweep in the same moment, and each connection in use costs ten megabytes
_REST = 0.5  # of the time that a batch took
_FIRST_BACKOFF_S = 1.0
_LONGEST_BACKOFF_S = 600.0
_DOUBLINGS = 16

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Each:
    """A kind whose rows are worked on one by one, up to `at_once` side by side.

    The row is removed when `run` returns, unless `keeps_row`: then `run` settles it. When `run` raises, the row is postponed
    with backoff and jitter; after `max_attempts` that got no further (None: never) `give_up` settles it, told what went wrong,
    or else it is buried.

    Where the kind has lanes, `at_once_of` says for each how many go side by side with the same value, and `closed` which values
    wait for a moment whatever else there is.

    `seats`: where a transaction of other work may claim a row, too; the loop then leaves it some.
    """

    kind: Kind
    run: Callable[[Due], Awaitable[None]]
    at_once: int
    lease: timedelta
    max_attempts: int | None = 8
    keeps_row: bool = False
    give_up: Callable[[Due, str], Awaitable[None]] | None = None
    at_once_of: Sequence[int] = ()
    seats: Seats | None = None
    closed: Callable[[], Sequence[Sequence[str]]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """A kind whose rows are worked on in batches; `run` settles them.

    One batch at a time, so that what comes meanwhile makes the next one, and with rests while the queue grows faster than that:
    the processors are needed by whoever takes it in. Once nothing more comes, a second batch goes beside the first, so that
    the database works on the one while the other is read.
    """

    kind: Kind
    run: Callable[[Sequence[Due]], Awaitable[None]]
    most: int
    lease: timedelta


class Worker:
    """Runs the loops of all kinds until it is cancelled."""

    def __init__(self, db: Database, clock: Clock, waker: Wake, works: Sequence[Each | Together]) -> None:
        self._db = db
        self._clock = clock
        self._works = works
        self._group = asyncio.TaskGroup()
        self._claiming = asyncio.Semaphore(_CLAIMS)
        self._bells = {wake.work(work.kind.name): asyncio.Event() for work in works}
        waker.listen(self._ring)

    async def run(self) -> None:
        """All kinds side by side. A kind in trouble does not stop the others."""
        async with self._group:
            for work in self._works:
                self._group.create_task(self._keep_going(work))

    def _ring(self, name: str) -> None:
        if name in self._bells:
            self._bells[name].set()
        elif name == "":
            for bell in self._bells.values():
                bell.set()

    async def _keep_going(self, work: Each | Together) -> None:
        while True:
            try:
                await (self._each(work) if isinstance(work, Each) else self._together(work))
            except Exception as error:  # noqa: BLE001 -- the top loop of a kind: say so, wait, go on
                log.warning("work_interrupted", kind=work.kind.name, error=in_short(error))
                await asyncio.sleep(_AFTER_TROUBLE_S)

    async def _claim(self, work: Each | Together, limit: int, closed: Sequence[Sequence[str]] = ()) -> list[Due]:
        now = self._clock.now()
        async with self._claiming, self._db.alone() as conn:
            return await work.kind.claim(conn, now, now + work.lease, limit, closed)

    async def _wait(self, work: Each | Together) -> None:
        bell = self._bells[wake.work(work.kind.name)]
        try:
            async with asyncio.timeout(_SWEEP_S):
                await bell.wait()
        except TimeoutError:
            pass
        bell.clear()

    async def _together(self, work: Together) -> None:
        loop, bell, room = asyncio.get_running_loop(), self._bells[wake.work(work.kind.name)], asyncio.Semaphore(2)

        async def one(claimed: Sequence[Due]) -> None:
            try:
                async with self._renewing(work, claimed):
                    await work.run(claimed)
            finally:
                room.release()

        async with asyncio.TaskGroup() as group:
            while True:
                await room.acquire()
                began = loop.time()
                claimed = await self._claim(work, work.most)
                batch = group.create_task(one(claimed))
                if len(claimed) < work.most:
                    await batch
                    await self._wait(work)
                elif bell.is_set():
                    bell.clear()
                    await batch
                    await asyncio.sleep(_REST * (loop.time() - began))

    async def _each(self, work: Each) -> None:
        seats = work.seats or Seats(most=work.at_once)
        bell = self._bells[wake.work(work.kind.name)]

        async def one(due: Due, do: Work, *, is_ours: bool) -> None:
            try:
                await self._one(work, due, do)
            finally:
                if is_ours or seats.free <= 0:
                    bell.set()
                seats.running.discard(due)

        async with asyncio.TaskGroup() as group:

            def start(due: Due, do: Work, *, is_ours: bool = False) -> None:
                seats.running.add(due)
                group.create_task(one(due, do, is_ours=is_ours))

            with seats.open(start):
                while True:
                    room = seats.free
                    most = _most(work, room)
                    with seats.hold(most):
                        claimed = await self._claim(work, most, _closed(work, seats.running)) if most else []
                    for due in claimed:
                        start(due, partial(work.run, due), is_ours=True)
                    if not room or len(claimed) < most:
                        await self._wait(work)

    async def _one(self, work: Each, due: Due, do: Work) -> None:
        try:
            async with self._renewing(work, [due]):
                await do()
            if not work.keeps_row:
                async with self._db.transaction() as conn:
                    await work.kind.finish(conn, due)
        except GONE as error:
            log.warning("work_lost_database", kind=work.kind.name, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 -- the worker's place for it: the row says what went wrong
            await self._failed(work, due, error)

    async def _failed(self, work: Each, due: Due, error: Exception) -> None:
        log.warning("work_failed", kind=work.kind.name, attempt=due.attempts, error=in_short(error))
        try:
            async with self._db.transaction() as conn:
                tries = await work.kind.tries(conn, due)
                is_given_up = work.max_attempts is not None and tries >= work.max_attempts
                if not is_given_up:
                    until = self._clock.now() + timedelta(seconds=backoff_s(tries, random.random()))  # noqa: S311 -- jitter
                    await work.kind.postpone(conn, due, until, in_short(error))
            if is_given_up:
                await self._give_up(work, due, in_short(error))
        except REFUSED as trouble:
            log.warning("work_not_settled", kind=work.kind.name, error=in_short(trouble))

    async def _give_up(self, work: Each, due: Due, reason: str) -> None:
        if work.give_up is not None:
            try:
                await work.give_up(due, reason)
            except Exception as error:  # noqa: BLE001 -- what cannot even be settled stays, visibly
                log.warning("work_not_settled", kind=work.kind.name, error=in_short(error))
            else:
                return
        async with self._db.transaction() as conn:
            await work.kind.bury(conn, due, reason)

    @asynccontextmanager
    async def _renewing(self, work: Each | Together, claimed: Sequence[Due]) -> AsyncGenerator[None]:
        """Hold the lease for as long as the block lasts. What was claimed just as the worker stops is left to its lease."""
        renewing = self._renew(work, claimed)
        try:
            renewal = self._group.create_task(renewing)
        except RuntimeError:  # the group takes no more tasks
            renewing.close()
            raise asyncio.CancelledError from None
        try:
            yield
        finally:
            renewal.cancel()

    async def _renew(self, work: Each | Together, claimed: Sequence[Due]) -> None:
        while True:
            await asyncio.sleep(work.lease.total_seconds() / 3)
            try:
                for due in claimed:  # one by one: a transaction over many could wait in a circle with the work itself
                    async with self._db.alone() as conn:
                        await work.kind.renew(conn, due, self._clock.now() + work.lease)
            except REFUSED as error:
                log.warning("lease_not_renewed", kind=work.kind.name, error=in_short(error))


def _most(work: Each, room: int) -> int:
    """How many to claim: where there are lanes one by one, or too many could go in one; where others claim, too, not all."""
    if work.at_once_of:
        return min(room, 1)
    return room - room // 2 if work.seats is not None else room


def _closed(work: Each, running: Collection[Due]) -> list[list[str]]:
    """For each lane the values of which enough is running, or which are closed for a moment."""
    besides: Sequence[Sequence[str]] = work.closed() if work.closed is not None else [()] * len(work.at_once_of)
    full: list[list[str]] = []
    for lane, (most, closed) in enumerate(zip(work.at_once_of, besides, strict=True)):
        going = Counter(due.lanes[lane] for due in running)
        full.append([*closed, *(value for value, count in going.items() if count >= most)])
    return full


def backoff_s(attempts: int, chance: float) -> float:
    """1, 2, 4 … up to 600 seconds, each spread over a half more by `chance` in [0, 1)."""
    doublings = min(attempts - 1, _DOUBLINGS)  # an endless row has more attempts than a float has room for
    return min(_FIRST_BACKOFF_S * 2**doublings, _LONGEST_BACKOFF_S) * (1 + chance / 2)
