"""When a token is to be renewed. Pure."""

from datetime import datetime, timedelta

BEFORE_ITS_END = timedelta(days=7)
YOUNGEST = timedelta(days=1)  # Meta renews none that is younger (rule T6)
_SPREAD = timedelta(hours=1)


def due_at(issued_at: datetime, expires_at: datetime | None, chance: float) -> datetime:
    """When to renew a token: a week before its end, a day after it was given out at the soonest, spread over an hour by `chance`.

    One whose end nobody knows is renewed after that day: the answer tells its end.
    """
    soonest = issued_at + YOUNGEST + chance * _SPREAD
    if expires_at is None:
        return soonest
    return min(max(expires_at - BEFORE_ITS_END + chance * _SPREAD, soonest), max(expires_at, issued_at))
