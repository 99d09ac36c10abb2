"""How fast Meta lets an account ask, and what it says of the allowance that is left. Rules L1-L7."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import msgspec

CONVERSATIONS = "conversations"
"""The pool of rule L2."""
EACH_CONVERSATIONS_CALL = timedelta(milliseconds=600)
"""Two calls a second, and air: what leaves evenly does not arrive evenly, and three must never arrive within a second."""

SENDS, HEAVY_SENDS, PRIVATE_REPLIES = "sends", "heavy_sends", "private_replies"
"""The pools of rules L1 and L3."""
EACH_SEND = timedelta(milliseconds=11)
"""90 calls a second of 100."""
EACH_HEAVY_SEND = timedelta(milliseconds=110)
"""Nine films or sounds a second of ten."""
EACH_PRIVATE_REPLY = timedelta(seconds=5.3)
"""679 an hour; with those that were saved up never more than 739 of 750."""
SAVED_PRIVATE_REPLIES = 60 * EACH_PRIVATE_REPLY

INSIGHTS = "insights"
"""The pool of rule L4: a share of what people see, of a day, which Meta's usage header tells."""
EACH_INSIGHTS_CALL = timedelta(milliseconds=40)
"""25 calls a second in the long run: Meta names no limit of seconds for these, so this is ours."""
SAVED_INSIGHTS_CALLS = 50 * EACH_INSIGHTS_CALL

COMMENT_READS, COMMENT_WRITES = "comment_reads", "comment_writes"
"""Two more that rule L4 limits by the day; what people do with comments does not wait for what is only looked at."""
EACH_COMMENT_READ = timedelta(milliseconds=100)
SAVED_COMMENT_READS = 100 * EACH_COMMENT_READ
EACH_COMMENT_WRITE = timedelta(seconds=1)
"""3,600 an hour: Meta names no number, and once allowed 60; what comes too fast it takes for spam."""
SAVED_COMMENT_WRITES = 60 * EACH_COMMENT_WRITE


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a usage header says: percent of the allowance (100 is throttled), and how long to wait, if at all. Rule L5."""

    percent: int
    regain: timedelta | None


class _Pool(msgspec.Struct):
    call_count: int | float = 0
    total_cputime: int | float = 0
    total_time: int | float = 0
    estimated_time_to_regain_access: int | float = 0


def usage_of(headers: Mapping[str, str]) -> Usage | None:
    """The fullest pool of the usage header. Absent or unreadable is unknown, not zero."""
    given = headers.get("x-business-use-case-usage")
    if not given:
        return None
    try:
        pools = [
            pool for found in msgspec.json.decode(given, type=dict[str, list[_Pool]], strict=False).values() for pool in found
        ]
    except (msgspec.DecodeError, RecursionError):
        return None
    if not pools:
        return None
    minutes = max(pool.estimated_time_to_regain_access for pool in pools)
    percent = max(max(pool.call_count, pool.total_cputime, pool.total_time) for pool in pools)
    return Usage(percent=min(1000, max(0, int(percent))), regain=timedelta(minutes=minutes) if minutes > 0 else None)
