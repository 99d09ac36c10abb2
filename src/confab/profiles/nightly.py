"""Once a night: put those in line whose profile is oldest, so many that everybody's is read anew within 45 days. Rule PR5."""

from datetime import datetime, time, timedelta

from confab.clock import Clock
from confab.store import participants, schedules
from confab.store.claims import Due
from confab.store.db import Database

NAME = "profiles"

_NIGHTS = 15  # from the 30th day, when a profile is stale, to the 45th
_MOST = 20_000  # what one call after the other gets through in the hours they are spread over
_OVER = timedelta(hours=6)
_BATCH = 500
_AT = time(hour=2)  # UTC


class Nightly:
    """Handles the schedule."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def run(self, due: Due) -> None:
        """Put tonight's share in line, in short transactions, and come back tomorrow. Again it puts the next share in line."""
        name, now = str(due.key[0]), self._clock.now()
        async with self._db.transaction() as conn:
            wanted = share(await participants.count(conn))
        done, more = 0, True
        while more and done < wanted:
            limit = min(_BATCH, wanted - done)
            async with self._db.transaction() as conn:
                taken = await participants.line_up(
                    conn, now, limit=limit, first_at=now + done * (_OVER / wanted), gap=_OVER / wanted
                )
            done, more = done + taken, taken == limit
        async with self._db.transaction() as conn:
            await schedules.again(conn, name, next_night(now), now)


def share(people: int) -> int:
    """How many of so many a night may take: whoever is stale today has fewer than all others before them."""
    return min(-(-people // _NIGHTS), _MOST)


def next_night(now: datetime) -> datetime:
    """The next time it is two in the morning."""
    tonight = datetime.combine(now.date(), _AT, now.tzinfo)
    return tonight if tonight > now else tonight + timedelta(days=1)
