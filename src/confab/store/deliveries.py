"""The ledger of deliveries, its queue, and what became of each workspace's part.

`deliveries` is append-only and belongs to the installation; `delivery_queue` holds what nobody has looked into; a workspace's
part of a delivery is a `delivery_parts` row; what no workspace owns is an `unrouted_parts` row. Functions here go across
workspaces where their docstring says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from confab.model.inbox import Delivery, EventCount, Viewer, WorkspaceId
from confab.store.db import Conn, columns, rows, run


class Raw(NamedTuple):
    """A delivery as it came. `app_id` says which Meta app signed it (None: the environment's).

    A tuple, because one is made for every webhook.
    """

    id: UUID
    received_at: datetime
    app_id: UUID | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where an Instagram account's events go, if this Meta app signed them; `app_id` None: the environment's, no other."""

    ig_id: str
    workspace_id: UUID
    account_id: UUID
    app_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A workspace's part of a delivery and how it fares. `due_at` only while it is stored and waits."""

    workspace_id: UUID
    delivery_id: UUID
    account_id: UUID
    received_at: datetime
    state: str
    events: int
    unknown: int
    due_at: datetime | None
    attempts: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrouted:
    """What no workspace owns: `ig_id` is empty where not even an account is named."""

    delivery_id: UUID
    ig_id: str
    received_at: datetime
    state: str
    events: int
    unknown: int
    error: str | None


async def keep(conn: Conn, ids: Sequence[UUID], received_at: datetime, given: Sequence[tuple[UUID | None, bytes]]) -> None:
    """Raw bodies, each with the app that signed it, into the ledger and onto its queue under these ids.

    One statement for everybody who waits. Installation-wide.
    """
    await conn.execute(
        """
        WITH kept AS (
            INSERT INTO deliveries (id, received_at, app_id, body)
            SELECT t.id, $2, t.app_id, t.body FROM unnest($1::uuid[], $3::uuid[], $4::bytea[]) AS t (id, app_id, body)
        )
        INSERT INTO delivery_queue (delivery_id, due_at) SELECT t.id, $2 FROM unnest($1::uuid[]) AS t (id)
        """,
        ids,
        received_at,
        [app_id for app_id, _ in given],
        [body for _, body in given],
    )


async def raw(conn: Conn, ids: Sequence[UUID]) -> list[Raw]:
    """The bodies of these deliveries, oldest first. Installation-wide, for the worker."""
    return await rows(
        conn,
        Raw,
        "SELECT id, received_at, app_id, body FROM deliveries WHERE id = ANY($1::uuid[]) ORDER BY id",
        list(ids),
    )


async def routes(conn: Conn, ig_ids: Sequence[str]) -> dict[str, Route]:
    """Where these accounts' events go, by ig_id; those we do not know are missing. Installation-wide."""
    found = await rows(
        conn,
        Route,
        "SELECT ig_id, workspace_id, account_id, app_id FROM account_routes WHERE ig_id = ANY($1::text[])",
        list(ig_ids),
    )
    return {route.ig_id: route for route in found}


async def record_parts(conn: Conn, parts: Sequence[Part]) -> set[tuple[UUID, UUID]]:
    """What became of workspaces' parts; what is said later holds. The (delivery, account) seen for the first time.

    Across workspaces.
    """
    if not parts:
        return set()
    names = (
        "workspace_id", "delivery_id", "account_id", "received_at", "state", "events", "unknown", "due_at", "attempts", "error",
    )  # fmt: skip
    records = await conn.fetch(
        """
        INSERT INTO delivery_parts (workspace_id, delivery_id, account_id, received_at, state, events, unknown, due_at, attempts,
            error)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::integer[], $7::integer[],
            $8::timestamptz[], $9::integer[], $10::text[])
        ON CONFLICT (workspace_id, delivery_id, account_id) DO UPDATE SET state = excluded.state, events = excluded.events,
            unknown = excluded.unknown, due_at = excluded.due_at, attempts = excluded.attempts, error = excluded.error
        RETURNING delivery_id, account_id, xmax = 0 AS is_new
        """,
        *columns(parts, names),
    )
    return {(record["delivery_id"], record["account_id"]) for record in records if record["is_new"]}


async def fail_part(conn: Conn, workspace: WorkspaceId, delivery: UUID, account: UUID, error: str) -> int:
    """A part that waits stands as failed; one that does not wait is left as it is."""
    return await run(
        conn,
        """UPDATE delivery_parts SET state = 'failed', due_at = NULL, error = $4
        WHERE workspace_id = $1 AND delivery_id = $2 AND account_id = $3 AND state = 'stored'""",
        workspace, delivery, account, error,
    )  # fmt: skip


async def record_unrouted(conn: Conn, parts: Sequence[Unrouted]) -> None:
    """What became of parts that no workspace owns. Installation-wide."""
    if not parts:
        return
    names = ("delivery_id", "ig_id", "received_at", "state", "events", "unknown", "error")
    await conn.execute(
        """
        INSERT INTO unrouted_parts (delivery_id, ig_id, received_at, state, events, unknown, error)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::integer[], $6::integer[], $7::text[])
        ON CONFLICT (delivery_id, ig_id) DO UPDATE SET state = excluded.state, events = excluded.events,
            unknown = excluded.unknown, error = excluded.error
        """,
        *columns(parts, names),
    )


async def done(conn: Conn, ids: Sequence[UUID]) -> None:
    """Take deliveries off the queue, and forget what was said of parts that nobody owned: it is said anew. Installation-wide."""
    await conn.execute(
        """WITH done AS (DELETE FROM delivery_queue WHERE delivery_id = ANY($1::uuid[]))
        DELETE FROM unrouted_parts WHERE delivery_id = ANY($1::uuid[])""",
        list(ids),
    )


async def requeue_unclaimed(conn: Conn, ig_id: str, now: datetime) -> int:
    """Ingest what came for this account before it was connected. Index: unrouted_parts_account. Installation-wide."""
    return await run(
        conn,
        """INSERT INTO delivery_queue (delivery_id, due_at)
        SELECT u.delivery_id, $2 FROM unrouted_parts u JOIN deliveries d ON d.id = u.delivery_id
        WHERE u.ig_id = $1 AND u.state = 'unclaimed' ORDER BY u.delivery_id ON CONFLICT DO NOTHING""",
        ig_id, now,
    )  # fmt: skip


async def requeue_withheld(conn: Conn, workspace: WorkspaceId, account: UUID, app: UUID | None, now: datetime) -> int:
    """Ingest what was kept out of the account, where this Meta app signed it. Index: delivery_parts_state."""
    return await run(
        conn,
        """INSERT INTO delivery_queue (delivery_id, due_at)
        SELECT p.delivery_id, $4 FROM delivery_parts p
        JOIN deliveries d ON d.id = p.delivery_id AND d.app_id IS NOT DISTINCT FROM $3
        WHERE p.workspace_id = $1 AND p.account_id = $2 AND p.state = 'unclaimed'
        ORDER BY p.delivery_id ON CONFLICT DO NOTHING""",
        workspace, account, app, now,
    )  # fmt: skip


async def requeue_claimed(conn: Conn, since: datetime | None, now: datetime) -> int:
    """Ingest what is set aside as nobody's and is somebody's now; of what was kept out of accounts, what their app signed.

    The latter only for accounts connected after `since` (None: all), for another app's deliveries may stand there by the
    thousand. Indexes: unrouted_parts_account, delivery_parts_state. Across workspaces.
    """
    return await run(
        conn,
        """INSERT INTO delivery_queue (delivery_id, due_at)
        SELECT delivery_id, $2 FROM (
            SELECT u.delivery_id FROM account_routes r
            JOIN unrouted_parts u ON u.ig_id = r.ig_id AND u.state = 'unclaimed' JOIN deliveries d ON d.id = u.delivery_id
            UNION
            SELECT p.delivery_id FROM integrations i JOIN account_routes r USING (workspace_id, account_id)
            JOIN delivery_parts p USING (workspace_id, account_id)
            JOIN deliveries d ON d.id = p.delivery_id AND d.app_id IS NOT DISTINCT FROM r.app_id
            WHERE p.state = 'unclaimed' AND ($1::timestamptz IS NULL OR i.updated_at > $1)
        ) AS claimed ORDER BY delivery_id ON CONFLICT DO NOTHING""",
        since, now,
    )  # fmt: skip


async def count(conn: Conn, counts: Mapping[str, int], on_day: date) -> None:
    """Add to the day's counts of what an operator should see. Installation-wide."""
    if counts:
        await conn.execute(
            """INSERT INTO event_counts AS c (name, on_day, count)
            SELECT name, $3, n FROM unnest($1::text[], $2::bigint[]) AS t (name, n) ORDER BY name
            ON CONFLICT (name, on_day) DO UPDATE SET count = c.count + excluded.count""",
            list(counts), list(counts.values()), on_day,
        )  # fmt: skip


async def sources_of(conn: Conn, workspace: WorkspaceId, account: UUID, digest: UUID) -> tuple[str | None, list[UUID]]:
    """The mid to erase and the deliveries that carried its words."""
    record = await conn.fetchrow(
        """SELECT e.mid, array(
            SELECT m.delivery_id FROM messages m WHERE (m.workspace_id, m.account_id, m.mid_digest) = ($1, $2, $3)
                AND m.delivery_id IS NOT NULL
            UNION SELECT s.delivery_id FROM message_sources s
            WHERE (s.workspace_id, s.account_id, s.mid_digest) = ($1, $2, $3)) AS deliveries
        FROM erasures e WHERE (e.workspace_id, e.account_id, e.mid_digest) = ($1, $2, $3)""",
        workspace, account, digest,
    )  # fmt: skip
    return (None, []) if record is None else (record["mid"], list(record["deliveries"]))


async def redact(conn: Conn, delivery: UUID, body: bytes) -> None:
    """The one change a kept body may suffer: an unsent message's words are blanked. Installation-wide, for the worker."""
    await run(conn, "UPDATE deliveries SET body = $2 WHERE id = $1", delivery, body)


async def counts(conn: Conn, *, since: date) -> list[EventCount]:
    """The counts of each day from `since` on, newest first. Installation-wide: they name kinds, never people."""
    return await rows(
        conn,
        EventCount,
        "SELECT name, on_day, count FROM event_counts WHERE on_day >= $1 ORDER BY on_day DESC, name LIMIT 1000",
        since,
    )


async def page(conn: Conn, viewer: Viewer, *, state: str | None, before: UUID, limit: int) -> list[Delivery]:
    """The newest deliveries before `before` that hold something of this workspace or of nobody, newest first.

    Two ranges of two indexes, each of at most `limit` rows, merged; a delivery of several parts shows the first of stored,
    failed, unclaimed, applied, ignored that any of them has.
    """
    records = await conn.fetch(
        """
        WITH parts AS (
            (SELECT delivery_id, received_at, state, events, unknown, error FROM delivery_parts
             WHERE workspace_id = $1 AND delivery_id < $2 AND ($3::text IS NULL OR state = $3)
             ORDER BY delivery_id DESC LIMIT $4)
            UNION ALL
            (SELECT delivery_id, received_at, state, events, unknown, error FROM unrouted_parts
             WHERE delivery_id < $2 AND ($3::text IS NULL OR state = $3) ORDER BY delivery_id DESC LIMIT $4)
        )
        SELECT delivery_id AS id, min(received_at) AS received_at,
            (array_agg(state ORDER BY array_position(ARRAY['stored', 'failed', 'unclaimed', 'applied', 'ignored'], state)))[1]
                AS state,
            sum(events)::integer AS events, sum(unknown)::integer AS unknown, string_agg(error, '; ') AS error
        FROM parts GROUP BY delivery_id ORDER BY delivery_id DESC LIMIT $4
        """,
        viewer.workspace_id, before, state, limit,
    )  # fmt: skip
    return [Delivery(**record) for record in records]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which deliveries to run again; None is any. Times are of arrival, `until` excluded."""

    since: datetime | None = None
    until: datetime | None = None
    ig_id: str | None = None
    state: str | None = None


async def replayable(conn: Conn, choice: Choice, *, beyond: UUID, limit: int) -> list[UUID]:
    """The next `limit` deliveries of a choice after `beyond`, oldest first. Installation-wide, for the command line."""
    found = await conn.fetch(
        """SELECT d.id FROM deliveries d
        WHERE d.id > $6 AND ($1::timestamptz IS NULL OR d.id >= uuid_at($1)) AND ($2::timestamptz IS NULL OR d.id < uuid_at($2))
            AND (($3::text IS NULL AND $4::text IS NULL)
                OR EXISTS (SELECT FROM delivery_parts p JOIN account_routes r ON r.account_id = p.account_id
                    WHERE p.delivery_id = d.id AND p.workspace_id = r.workspace_id AND ($3 IS NULL OR r.ig_id = $3)
                        AND ($4 IS NULL OR p.state = $4))
                OR EXISTS (SELECT FROM unrouted_parts u WHERE u.delivery_id = d.id AND ($3 IS NULL OR u.ig_id = $3)
                    AND ($4 IS NULL OR u.state = $4)))
        ORDER BY d.id LIMIT $5""",
        choice.since, choice.until, choice.ig_id, choice.state, limit, beyond,
    )  # fmt: skip
    return [record["id"] for record in found]


async def requeue(conn: Conn, ids: Sequence[UUID], now: datetime) -> int:
    """Put deliveries on the queue again; one that waits there already is left as it is. Installation-wide."""
    return await run(
        conn,
        "INSERT INTO delivery_queue (delivery_id, due_at) SELECT id, $2 FROM unnest($1::uuid[]) AS id ON CONFLICT DO NOTHING",
        list(ids), now,
    )  # fmt: skip
