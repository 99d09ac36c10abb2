"""Work that comes back: a row per name, due again after each run. The installation's."""

from datetime import datetime

from confab.store.db import Conn, run


async def ensure(conn: Conn, names: list[str], now: datetime) -> None:
    """These schedules exist and live; new ones, and any that was given up, are due at once."""
    await run(
        conn,
        """INSERT INTO schedules AS s (name, due_at) SELECT name, $2 FROM unnest($1::text[]) AS name
        ON CONFLICT (name) DO UPDATE SET due_at = $2, attempts = 0 WHERE s.due_at = 'infinity'""",
        names, now,
    )  # fmt: skip


async def again(conn: Conn, name: str, due_at: datetime, now: datetime) -> None:
    """It ran; the next time is `due_at`."""
    await run(
        conn,
        "UPDATE schedules SET due_at = $2, last_run_at = $3, attempts = 0, error = NULL WHERE name = $1",
        name,
        due_at,
        now,
    )


async def last_run_at(conn: Conn, name: str) -> datetime | None:
    """When it ran last, None when never."""
    return await conn.fetchval("SELECT last_run_at FROM schedules WHERE name = $1", name)
