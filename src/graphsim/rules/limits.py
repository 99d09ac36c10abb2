"""How many calls are too many. Family L of the rules."""

import json
from collections import Counter, deque

from graphsim.wire import Doc

SECOND_MS = 1000
HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS

# calls, and the time they are counted over (L1 to L3)
POOLS = {
    "send": (100, SECOND_MS),
    "send_media": (10, SECOND_MS),
    "conversations": (2, SECOND_MS),
    "private_reply": (750, HOUR_MS),
}


class Limits:
    """Sliding windows of calls per account and pool; off by default under a manual clock, where no second passes.

    `exceeded` counts the calls that were too many, by pool.
    """

    def __init__(self, *, is_on: bool) -> None:
        self.is_on = is_on
        self._calls: dict[tuple[str, str], deque[int]] = {}
        self._daily: dict[str, deque[int]] = {}
        self.exceeded: Counter[str] = Counter()

    def allows(self, account: str, pool: str, now_ms: int) -> bool:
        """Count a call of the pool; False if there were too many."""
        limit, span_ms = POOLS[pool]
        calls = self._calls.setdefault((account, pool), deque())
        _forget(calls, now_ms - span_ms)
        if self.is_on and len(calls) >= limit:
            self.exceeded[pool] += 1
            return False
        calls.append(now_ms)
        return True

    def allows_daily(self, account: str, budget: int | None, now_ms: int) -> bool:
        """Count a call against the account's budget of 24 hours; a refused call counts too. Rules L4, L7."""
        if budget is None:
            return True
        calls = self._daily.setdefault(account, deque())
        _forget(calls, now_ms - DAY_MS)
        calls.append(now_ms)
        return len(calls) <= budget

    def header(self, account: str, budget: int | None, minutes: int | None = None) -> str:
        """The value of `X-Business-Use-Case-Usage`; `minutes` if the account is throttled. Rule L5."""
        used = 100 if minutes else min(100, 100 * len(self._daily.get(account, ())) // (budget or 1000))
        pool: Doc = {
            "type": "instagram",
            "call_count": used,
            "total_cputime": used // 5,
            "total_time": used // 4,
            "estimated_time_to_regain_access": minutes or 0,
        }
        return json.dumps({account: [pool]}, separators=(",", ":"))


def _forget(calls: deque[int], before_ms: int) -> None:
    while calls and calls[0] <= before_ms:
        calls.popleft()
