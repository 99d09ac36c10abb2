"""What is kept for so many days: the ledger of deliveries and the change feed, both by day, and what hangs on them.

Every function is one short transaction's work, goes across workspaces, and is the worker's. Locks that a reader may hold are
waited for half a second at most.
"""

from datetime import UTC, date, datetime

from confab.store.db import Conn, run

DAILY = ("deliveries", "changes")
"""The tables that are kept by day."""


async def ensure_day(conn: Conn, table: str, day: date) -> None:
    """The partition of this day exists in a table of DAILY.

    Raises LockNotAvailableError after half a second when somebody reads the whole table, QueryCanceledError when strays of
    the default partition take long to look through: try again later; until then rows of that day go to the default partition.
    """
    await conn.execute("SET LOCAL statement_timeout = '3s'")
    await conn.execute("SELECT ensure_partition($1::text::regclass, $2)", table, day)


async def drop_day(conn: Conn, table: str, before: date) -> bool:
    """Drop the oldest day of a table in DAILY that is over; False when none is.

    Raises LockNotAvailableError after half a second when somebody reads that day: try again later.
    """
    return await conn.fetchval("SELECT drop_oldest_partition($1::text::regclass, $2)", table, before)


async def forget_stray_bodies(conn: Conn, before: datetime, limit: int) -> int:
    """Forget bodies that came before and lie in no day of their own; how many. At most `limit`.

    To be called when no day before is left. Index: the primary key.
    """
    return await run(
        conn,
        """DELETE FROM deliveries WHERE id < uuid_at($1) AND id = ANY(ARRAY(
            SELECT id FROM deliveries WHERE id < uuid_at($1) ORDER BY id LIMIT $2))""",
        before, limit,
    )  # fmt: skip


async def forget_stray_changes(conn: Conn, before: datetime, limit: int) -> int:
    """Forget changes that came before and lie in no day of their own; how many. At most `limit`.

    To be called when no day before is left: what remains to look through is the default partition.
    """
    return await run(
        conn,
        """DELETE FROM changes WHERE at < $1 AND (workspace_id, seq, at) IN (
            SELECT workspace_id, seq, at FROM changes WHERE at < $1 ORDER BY workspace_id, seq, at LIMIT $2)""",
        before, limit,
    )  # fmt: skip


async def forget_unclaimed(conn: Conn, before: datetime, limit: int) -> int:
    """Forget parts that nobody claimed in time, and their bodies where no workspace has a part of them; how many parts.

    At most `limit`, the oldest first. Index: unrouted_parts_state.
    """
    return await conn.fetchval(
        """WITH old AS (
            DELETE FROM unrouted_parts WHERE (delivery_id, ig_id) IN (
                SELECT delivery_id, ig_id FROM unrouted_parts WHERE state = 'unclaimed' AND delivery_id < uuid_at($1)
                ORDER BY delivery_id LIMIT $2)
            RETURNING delivery_id
        ), free AS MATERIALIZED (
            SELECT delivery_id FROM old WHERE NOT EXISTS (
                SELECT FROM workspaces w CROSS JOIN LATERAL (
                    SELECT FROM delivery_parts p WHERE p.workspace_id = w.workspace_id AND p.delivery_id = old.delivery_id
                    LIMIT 1) AS part)
        ), bodies AS (
            DELETE FROM deliveries WHERE id < uuid_at($1) AND id = ANY(ARRAY(SELECT delivery_id FROM free))
        )
        SELECT count(*) FROM old""",
        before, limit,
    )  # fmt: skip


async def forget_parts(conn: Conn, before: datetime, limit: int) -> int:
    """Forget what became of workspaces' parts that came before; how many. At most `limit`.

    A range of the primary key for each workspace, because no index begins with the delivery.
    """
    return await run(
        conn,
        """DELETE FROM delivery_parts WHERE ctid = ANY(ARRAY(
            SELECT old.ctid FROM workspaces w CROSS JOIN LATERAL (
                SELECT p.ctid FROM delivery_parts p WHERE p.workspace_id = w.workspace_id AND p.delivery_id < uuid_at($1)
                ORDER BY p.delivery_id LIMIT $2) AS old
            LIMIT $2))""",
        before, limit,
    )  # fmt: skip


async def forget_unrouted(conn: Conn, before: datetime, limit: int) -> int:
    """Forget what became of parts that no workspace owns and that came before; how many. At most `limit`.

    Index: the primary key.
    """
    return await run(
        conn,
        """DELETE FROM unrouted_parts WHERE (delivery_id, ig_id) IN (
            SELECT delivery_id, ig_id FROM unrouted_parts WHERE delivery_id < uuid_at($1)
            ORDER BY delivery_id, ig_id LIMIT $2)""",
        before, limit,
    )  # fmt: skip


async def forget_parked(conn: Conn, before: datetime, limit: int) -> int:
    """Forget events that have waited for their message since before; how many. At most `limit`. Index: parked_events_old."""
    return await run(
        conn,
        """DELETE FROM parked_events WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM parked_events WHERE parked_at < $1 ORDER BY parked_at LIMIT $2))""",
        before, limit,
    )  # fmt: skip


async def forget_sources(conn: Conn, before: datetime, limit: int) -> int:
    """Forget which deliveries held a message's words, where they came before; how many. At most `limit`.

    Index: message_sources_old.
    """
    return await run(
        conn,
        """DELETE FROM message_sources WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM message_sources WHERE delivery_id < uuid_at($1) ORDER BY delivery_id LIMIT $2))""",
        before, limit,
    )  # fmt: skip


def start_of(day: date) -> datetime:
    """The first moment of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
