"""What came to the webhook's door, by the hour. The installation's."""

from dataclasses import dataclass
from datetime import datetime

from confab.store.db import Conn, row, run


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Deliveries that were kept, and those that were refused because nobody we know had signed them."""

    kept: int
    unsigned: int


async def add(conn: Conn, tally: Tally, on_hour: datetime) -> int:
    """Count these too."""
    return await run(
        conn,
        """INSERT INTO webhook_tallies AS t (on_hour, kept, unsigned) VALUES ($1, $2, $3)
        ON CONFLICT (on_hour) DO UPDATE SET kept = t.kept + excluded.kept, unsigned = t.unsigned + excluded.unsigned""",
        on_hour, tally.kept, tally.unsigned,
    )  # fmt: skip


async def since(conn: Conn, moment: datetime) -> Tally:
    """All that came in the hours from then on."""
    found = await row(
        conn,
        Tally,
        """SELECT coalesce(sum(kept), 0)::bigint AS kept, coalesce(sum(unsigned), 0)::bigint AS unsigned
        FROM webhook_tallies WHERE on_hour >= $1""",
        moment,
    )  # fmt: skip
    assert found is not None  # noqa: S101 -- a sum of nothing is a row too
    return found


async def forget(conn: Conn, before: datetime) -> int:
    """Delete the counts of hours before this."""
    return await run(conn, "DELETE FROM webhook_tallies WHERE on_hour < $1", before)
