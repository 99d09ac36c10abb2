"""How long what waits will wait: counts and Meta's limits → seconds, and why nothing goes. Pure; rule O26."""

from datetime import datetime

from confab.graph import limits
from confab.model.outbox import Queue
from confab.store.outbox import Waiting

POOL = limits.SENDS
"""The pool of calls that most of it goes through."""


def shown(waiting: Waiting, now: datetime) -> Queue:
    """The queue of one account as people see it."""
    starts_at = max((at for at in (waiting.next_at, waiting.paused_until) if at is not None), default=now)
    slower = 4 if waiting.used_percent >= 90 else 2 if waiting.used_percent >= 75 else 1
    count = waiting.people + waiting.schedules + waiting.automatic
    calls_s = count * slower * limits.EACH_SEND.total_seconds()
    is_paused = waiting.paused_until is not None and waiting.paused_until > now
    return Queue(
        account_id=waiting.account_id, people=waiting.people, schedules=waiting.schedules, automatic=waiting.automatic,
        expected_s=round(max(0.0, (starts_at - now).total_seconds()) + calls_s, 1) if count else 0.0,
        paused_until=waiting.paused_until if is_paused else None, paused_by=_why(waiting, is_paused=is_paused),
    )  # fmt: skip


def _why(waiting: Waiting, *, is_paused: bool) -> str | None:
    if waiting.health != "ok":
        return waiting.health_reason or "The account must be reconnected before anything can be sent."
    return "Instagram asks to slow down." if is_paused else None
