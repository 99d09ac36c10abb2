"""When webhooks could reach us, and when they could not. The installation's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from confab.store.db import Conn, row, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """The last time for which nobody listened."""

    down_from: datetime
    down_until: datetime


async def beat(conn: Conn, name: str, longest: timedelta, now: datetime) -> int:
    """Somebody listens. If that had not been said for `longest`, nobody did in between."""
    return await run(
        conn,
        """INSERT INTO heartbeats AS h (name, beaten_at) VALUES ($1, $3::timestamptz)
        ON CONFLICT (name) DO UPDATE SET beaten_at = greatest(h.beaten_at, $3),
            down_from = CASE WHEN $3 - h.beaten_at > $2::interval THEN h.beaten_at ELSE h.down_from END,
            down_until = CASE WHEN $3 - h.beaten_at > $2::interval THEN $3 ELSE h.down_until END""",
        name, longest, now,
    )  # fmt: skip


async def last_outage(conn: Conn, name: str) -> Outage | None:
    """The last one that is over; None when there was none yet."""
    return await row(conn, Outage, "SELECT down_from, down_until FROM heartbeats WHERE name = $1 AND down_from IS NOT NULL", name)
