"""How long what waits will wait: counts and Meta's limits → seconds, and why nothing goes. Pure; rules O26-O28."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from confab.inbox.wording import POOLS
from confab.model.outbox import Place, Queue
from confab.store.outbox import InLine, Pools, Waiting

NAMES = Pools(plain=POOLS[0].name, heavy=POOLS[1].name, private=POOLS[2].name)
"""The limits that calls count against."""

_BY_NAME = {pool.name: pool for pool in POOLS}


def shown(waiting: Sequence[Waiting], now: datetime) -> list[Queue]:
    """The queue of each account as people see it. `waiting`: the rows of an account stand together."""
    return [_queue(list(rows), now) for _, rows in groupby(waiting, key=attrgetter("account_id"))]


def _queue(rows: Sequence[Waiting], now: datetime) -> Queue:
    """Pools are emptied side by side, so the slowest one says how long it lasts."""
    one = rows[0]
    counts = [sum(row.count for row in rows if row.lane == lane) for lane in range(3)]
    left = {row.pool: (sum(other.count for other in rows if other.pool == row.pool), row) for row in rows if row.pool is not None}
    last = max((_place(pool, count - 1, row, now) for pool, (count, row) in left.items()), default=now)
    return Queue(
        account_id=one.account_id, people=counts[0], schedules=counts[1], automatic=counts[2],
        expected_s=_seconds(one, last if left else None, now), paused_until=_paused_until(one, now), paused_by=_why(one, now),
    )  # fmt: skip


def places(line: Sequence[InLine], now: datetime) -> list[Place]:
    """Where each call of one conversation stands: none goes before the one that was written before it."""
    found: list[Place] = []
    before = now
    for one in line:
        before = max(before, _place(one.pool, one.ahead_in_pool, one, now), one.not_before or now)
        found.append(
            Place(
                message_id=one.message_id, ahead=one.ahead, expected_s=_seconds(one, before, now),
                paused_until=_paused_until(one, now), paused_by=_why(one, now),
            )
        )  # fmt: skip
    return found


def _place(name: str, before: int, of: Waiting | InLine, now: datetime) -> datetime:
    """When a call goes that so many of its pool go before: as `budgets.take` gives out places, none in a pause."""
    pool = _BY_NAME[name]
    slower = 4 if of.used_percent >= 90 else 2 if of.used_percent >= 75 else 1
    begins = max(of.paused_until or now, now)
    free = max(of.next_at or begins - pool.saved, begins - pool.saved)
    return max(begins, free + before * slower * pool.each)


def _seconds(of: Waiting | InLine, at: datetime | None, now: datetime) -> float | None:
    if at is None:
        return 0.0
    return None if of.health != "ok" or of.stopped_by is not None else round(max(timedelta(0), at - now).total_seconds(), 1)


def _paused_until(of: Waiting | InLine, now: datetime) -> datetime | None:
    return of.paused_until if of.paused_until is not None and of.paused_until > now else None


def _why(of: Waiting | InLine, now: datetime) -> str | None:
    if of.stopped_by is not None:
        return f"{of.stopped_by} stopped sending: it waits here until somebody lets it go on."
    if of.health != "ok":
        return of.health_reason or "The account must be reconnected before anything can be sent."
    return "Instagram asks to slow down." if _paused_until(of, now) else None
