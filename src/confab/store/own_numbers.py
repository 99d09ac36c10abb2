"""The team's own numbers: made of messages and closings, kept by quarter-hours, read by days of any zone.

Quarters, because there are time zones half and three quarters of an hour off: any day of any zone is a sum of whole rows. Each
quarter has rows for an account and an agent, and for all of either, so that reading costs the same whoever asks for what.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import LiteralString
from uuid import UUID

import asyncpg

from confab.errors import Invalid
from confab.model.inbox import AccountId, AccountRef, IgId, WorkspaceId
from confab.store.db import Conn, Record, rows, run

ALL = UUID(int=0)
"""All accounts, or everybody and nobody: as an id of `own_numbers`."""
BOUNDS_S = (60, 300, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400, 259200)
"""Response and resolution times are counted below each of these, at or above the one before; the last are above all."""

_BOUNDS: LiteralString = "ARRAY[60, 300, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400, 259200]::bigint[]"
_BUCKETS: tuple[LiteralString, ...] = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11")
_PLACES: tuple[LiteralString, ...] = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What happened, added up. The times are counts by BOUNDS_S."""

    received: int
    sent: int
    automatic: int
    responses: int
    response_s: int
    response_times: list[int]
    resolutions: int
    resolution_s: int
    resolution_times: list[int]
    windows_missed: int


_NAMES = tuple(field.name for field in fields(Sums))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Of which account and which agent; ALL stands for all."""

    account: UUID
    agent: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole days of a zone, both included, and the same number of days before them. Nothing counted at `before` or later."""

    zone: str
    since: date
    until: date
    before: datetime

    @property
    def previous_since(self) -> date:
        """Where the period before begins; it ends the day before `since`."""
        return self.since - (self.until - self.since) - timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarter:
    """What happened in a quarter-hour, and when that is in a zone. `weekday`: 1 is Monday."""

    account_id: UUID
    agent_id: UUID
    day: date
    weekday: int
    hour: int
    sums: Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """An account, and the day of a zone on which it was connected."""

    id: AccountId
    ig_id: IgId
    username: str
    connected_on: date

    @property
    def ref(self) -> AccountRef:
        """As others name it."""
        return AccountRef(id=self.id, ig_id=self.ig_id, username=self.username)


@dataclass(frozen=True, slots=True, kw_only=True)
class HourSums:
    """An hour of the week. `weekday`: 1 is Monday."""

    weekday: int
    hour: int
    received: int
    sent: int


# What a message must be to count. An id of Meta's messages begins with their time, which Meta's clock and D10 keep within minutes
# of `sent_at`; what we sent may have waited long, so it has an index of its own.
PEOPLE: LiteralString = "direction = 'outbound' AND author_kind IN ('agent', 'schedule', 'instagram') AND NOT is_standby"
SENT: LiteralString = "deleted_at IS NULL AND status IN ('received', 'sent', 'seen')"
WAITS: LiteralString = "direction = 'inbound' AND NOT is_standby"

_SAID: LiteralString = f"""
    SELECT id, account_id, conversation_id, sent_at, direction, author_agent_id, is_standby, {PEOPLE} AS is_of_people
    FROM messages WHERE workspace_id = $1
        AND id >= uuid_at(s.from_at - interval '10 minutes') AND id < uuid_at(s.to_at + interval '10 minutes')
        AND client_key IS NULL AND sent_at >= s.from_at AND sent_at < s.to_at AND {SENT}
    UNION ALL
    SELECT id, account_id, conversation_id, sent_at, direction, author_agent_id, is_standby, {PEOPLE}
    FROM messages WHERE workspace_id = $1
        AND client_key IS NOT NULL AND sent_at >= s.from_at AND sent_at < s.to_at AND {SENT}
"""
_BEFORE: LiteralString = f"""
    SELECT p.sent_at FROM messages p
    WHERE p.workspace_id = $1 AND p.conversation_id = o.conversation_id AND (p.sent_at, p.id) < (o.sent_at, o.id)
        AND {PEOPLE} AND {SENT}
    ORDER BY p.sent_at DESC, p.id DESC LIMIT 1
"""
_CLOSED_BEFORE: LiteralString = """
    SELECT max(k.closed_at) AS closed_at FROM closings k
    WHERE k.workspace_id = $1 AND k.conversation_id = o.conversation_id AND k.closed_at < o.at
"""
_FACTS: LiteralString = f"""
    spans AS MATERIALIZED (
        SELECT * FROM unnest($2::timestamptz[], $3::timestamptz[]) AS s (from_at, to_at)
    ), said AS MATERIALIZED (
        SELECT m.*, m.sent_at AS at, a.created_at AS connected_at FROM spans s CROSS JOIN LATERAL ({_SAID}) m
        JOIN accounts a ON a.workspace_id = $1 AND a.id = m.account_id
        JOIN conversations c ON c.workspace_id = $1 AND c.id = m.conversation_id
        WHERE NOT c.is_self
    ), heard_a_day_before AS MATERIALIZED (
        SELECT m.*, a.created_at AS connected_at
        FROM (SELECT from_at - interval '24 hours' AS from_at, to_at - interval '24 hours' AS to_at FROM spans) s
        CROSS JOIN LATERAL ({_SAID}) m
        JOIN accounts a ON a.workspace_id = $1 AND a.id = m.account_id
        JOIN conversations c ON c.workspace_id = $1 AND c.id = m.conversation_id
        WHERE NOT c.is_self AND m.direction = 'inbound' AND NOT m.is_standby AND m.sent_at >= a.created_at
    ), closed AS MATERIALIZED (
        SELECT k.account_id, k.conversation_id, k.agent_id, k.closed_at AS at, a.created_at AS connected_at
        FROM spans s JOIN closings k ON k.workspace_id = $1 AND k.closed_at >= s.from_at AND k.closed_at < s.to_at
        JOIN accounts a ON a.workspace_id = $1 AND a.id = k.account_id
        JOIN conversations c ON c.workspace_id = $1 AND c.id = k.conversation_id
        WHERE NOT c.is_self
    ), facts AS (
        SELECT o.account_id, CASE WHEN o.is_of_people THEN o.author_agent_id END AS agent_id, o.at,
            (o.direction = 'inbound')::int AS received, o.is_of_people::int AS sent,
            (o.direction = 'outbound' AND NOT o.is_of_people)::int AS automatic,
            NULL::bigint AS response_s, NULL::bigint AS resolution_s, 0 AS windows_missed
        FROM said o
        UNION ALL
        SELECT o.account_id, o.author_agent_id, o.at, 0, 0, 0, extract(epoch FROM o.at - w.sent_at)::bigint, NULL, 0
        FROM said o LEFT JOIN LATERAL ({_BEFORE}) p ON true LEFT JOIN LATERAL ({_CLOSED_BEFORE}) k ON true
        JOIN LATERAL (
            SELECT sent_at FROM messages w
            WHERE w.workspace_id = $1 AND w.conversation_id = o.conversation_id AND w.sent_at < o.at
                AND w.sent_at >= o.connected_at AND w.sent_at > coalesce(p.sent_at, '-infinity')
                AND w.sent_at > coalesce(k.closed_at, '-infinity') AND {WAITS} AND {SENT}
            ORDER BY w.sent_at, w.id LIMIT 1
        ) w ON true
        WHERE o.is_of_people
        UNION ALL
        SELECT o.account_id, o.agent_id, o.at, 0, 0, 0, NULL, extract(epoch FROM o.at - w.sent_at)::bigint, 0
        FROM closed o LEFT JOIN LATERAL ({_CLOSED_BEFORE}) k ON true
        JOIN LATERAL (
            SELECT sent_at FROM messages w
            WHERE w.workspace_id = $1 AND w.conversation_id = o.conversation_id AND w.sent_at <= o.at
                AND w.sent_at >= o.connected_at AND w.sent_at > coalesce(k.closed_at, '-infinity') AND {WAITS} AND {SENT}
            ORDER BY w.sent_at, w.id LIMIT 1
        ) w ON true
        UNION ALL
        SELECT o.account_id, NULL, o.sent_at + interval '24 hours', 0, 0, 0, NULL, NULL, 1
        FROM heard_a_day_before o
        WHERE NOT EXISTS (
            SELECT FROM messages n
            WHERE n.workspace_id = $1 AND n.conversation_id = o.conversation_id AND n.id <> o.id
                AND n.sent_at >= o.sent_at AND n.sent_at <= o.sent_at + interval '24 hours'
                AND (n.sent_at > o.sent_at OR n.direction = 'outbound' OR n.id > o.id)
                AND (({WAITS}) OR ({PEOPLE})) AND {SENT}
        ) AND NOT EXISTS (
            SELECT FROM closings k WHERE k.workspace_id = $1 AND k.conversation_id = o.conversation_id
                AND k.closed_at >= o.sent_at AND k.closed_at <= o.sent_at + interval '24 hours'
        )
    )
"""
_QUARTER: LiteralString = "date_bin('15 minutes', at, 'epoch')"


def _histogram(of: LiteralString) -> LiteralString:
    counts: LiteralString = ", ".join(
        f"(count(*) FILTER (WHERE width_bucket({of}, {_BOUNDS}) = {bucket}))::int" for bucket in _BUCKETS
    )
    return f"CASE WHEN count({of}) > 0 THEN ARRAY[{counts}] ELSE '{{}}'::int[] END"


_ADDED: LiteralString = f"""sum(received)::int AS received, sum(sent)::int AS sent, sum(automatic)::int AS automatic,
    count(response_s)::int AS responses, coalesce(sum(response_s), 0)::bigint AS response_s,
    {_histogram("response_s")} AS response_times,
    count(resolution_s)::int AS resolutions, coalesce(sum(resolution_s), 0)::bigint AS resolution_s,
    {_histogram("resolution_s")} AS resolution_times, sum(windows_missed)::int AS windows_missed"""


def _in_places(of: LiteralString) -> LiteralString:
    return ", ".join(f"coalesce(sum({of}[{place}]), 0)::int" for place in _PLACES)


_SUMS: LiteralString = f"""coalesce(sum(received), 0)::int AS received, coalesce(sum(sent), 0)::int AS sent,
    coalesce(sum(automatic), 0)::int AS automatic, coalesce(sum(responses), 0)::int AS responses,
    coalesce(sum(response_s), 0)::bigint AS response_s, ARRAY[{_in_places("response_times")}] AS response_times,
    coalesce(sum(resolutions), 0)::int AS resolutions, coalesce(sum(resolution_s), 0)::bigint AS resolution_s,
    ARRAY[{_in_places("resolution_times")}] AS resolution_times, coalesce(sum(windows_missed), 0)::int AS windows_missed"""

_FRESH: LiteralString = f"""fresh AS MATERIALIZED (
    SELECT CASE WHEN grouping(account_id) = 0 THEN account_id ELSE $4::uuid END AS account_id,
        CASE WHEN grouping(agent_id) = 0 THEN agent_id ELSE $4::uuid END AS agent_id, at, {_ADDED}
    FROM (
        SELECT account_id, agent_id, {_QUARTER} AS at, received, sent, automatic, response_s, resolution_s, windows_missed
        FROM facts
    ) f GROUP BY GROUPING SETS ((account_id, agent_id, at), (account_id, at), (agent_id, at), (at))
    HAVING grouping(agent_id) = 1 OR agent_id IS NOT NULL
)"""
_COLUMNS: LiteralString = """account_id, agent_id, at, received, sent, automatic, responses, response_s, response_times,
    resolutions, resolution_s, resolution_times, windows_missed"""


async def forget_all(conn: Conn, workspace: WorkspaceId) -> None:
    """Nothing is counted any more."""
    await run(conn, "DELETE FROM own_numbers WHERE workspace_id = $1", workspace)
    await run(conn, "DELETE FROM own_days WHERE workspace_id = $1", workspace)
    await run(conn, "DELETE FROM stale_hours WHERE workspace_id = $1", workspace)


Spans = Sequence[tuple[datetime, datetime]]
"""Stretches of time that begin and end with quarters and do not overlap; the ends are not included."""


async def forget(conn: Conn, workspace: WorkspaceId, spans: Spans) -> int:
    """These quarters are not counted. Index: own_numbers_at."""
    return await run(
        conn,
        """DELETE FROM own_numbers n USING unnest($2::timestamptz[], $3::timestamptz[]) AS s (from_at, to_at)
        WHERE n.workspace_id = $1 AND n.at >= s.from_at AND n.at < s.to_at""",
        workspace, *_ends(spans),
    )  # fmt: skip


async def count(conn: Conn, workspace: WorkspaceId, spans: Spans) -> int:
    """Count these quarters, which are not counted yet. Indexes: the messages' primary key, message_answered, message_page."""
    return await run(
        conn,
        f"""WITH {_FACTS}, {_FRESH}
        INSERT INTO own_numbers (workspace_id, {_COLUMNS}) SELECT $1::uuid, {_COLUMNS} FROM fresh""",
        workspace, *_ends(spans), ALL,
    )  # fmt: skip


async def add_up(conn: Conn, workspace: WorkspaceId, spans: Spans) -> int:
    """The days of UTC that these quarters lie in are added up anew, after they were counted. Indexes: own_days_at and
    own_numbers_at.
    """
    days: LiteralString = """SELECT DISTINCT d FROM unnest($2::timestamptz[], $3::timestamptz[]) AS s (from_at, to_at),
        generate_series(date_bin('1 day', s.from_at, 'epoch'), s.to_at - interval '1 microsecond', interval '1 day') AS d"""
    await run(
        conn, f"DELETE FROM own_days o USING ({days}) t WHERE o.workspace_id = $1 AND o.at = t.d", workspace, *_ends(spans)
    )  # fmt: skip
    return await run(
        conn,
        f"""INSERT INTO own_days (workspace_id, {_COLUMNS})
        SELECT $1::uuid, n.* FROM ({days}) t CROSS JOIN LATERAL (
            SELECT account_id, agent_id, t.d AS at, {_SUMS} FROM own_numbers
            WHERE workspace_id = $1 AND at >= t.d AND at < t.d + interval '1 day' GROUP BY account_id, agent_id
        ) n""",
        workspace, *_ends(spans),
    )  # fmt: skip


def _ends(spans: Spans) -> tuple[list[datetime], list[datetime]]:
    return [begin for begin, _ in spans], [end for _, end in spans]


async def today(conn: Conn, zone: str, now: datetime) -> date:
    """Which day it is there. Raises Invalid when nobody knows the zone. No workspace: it asks about time."""
    try:
        return await conn.fetchval("SELECT ($1::timestamptz AT TIME ZONE $2::text)::date", now, zone)
    except asyncpg.DataError:
        raise Invalid("Name a time zone of the IANA list, like Europe/Berlin or UTC.", field="zone") from None


async def connected(conn: Conn, workspace: WorkspaceId, zone: str) -> list[Connected]:
    """The accounts, by username, with the day on which each was connected."""
    return await rows(
        conn,
        Connected,
        """SELECT id, ig_id, username, (created_at AT TIME ZONE $2)::date AS connected_on FROM accounts
        WHERE workspace_id = $1 ORDER BY username, id""",
        workspace, zone,
    )  # fmt: skip


async def fresh(conn: Conn, workspace: WorkspaceId, zone: str, span: tuple[datetime, datetime]) -> list[Quarter]:
    """What happened in a stretch that is not counted yet, made of the messages themselves. Indexes: as `count`."""
    records = await conn.fetch(
        f"""WITH {_FACTS}, {_FRESH}
        SELECT {_COLUMNS}, (at AT TIME ZONE $5)::date AS day, extract(isodow FROM at AT TIME ZONE $5)::int AS weekday,
            extract(hour FROM at AT TIME ZONE $5)::int AS hour
        FROM fresh""",
        workspace, *_ends([span]), ALL, zone,
    )  # fmt: skip
    return [
        Quarter(
            account_id=record["account_id"], agent_id=record["agent_id"], day=record["day"], weekday=record["weekday"],
            hour=record["hour"], sums=_sums(record),
        )
        for record in records
    ]  # fmt: skip


_DAYS: LiteralString = """($4::date)::timestamp AT TIME ZONE $6 AND at < least(($5::date + 1)::timestamp AT TIME ZONE $6, $7)"""


async def by_day(conn: Conn, workspace: WorkspaceId, scope: Scope, period: Period) -> dict[date, Sums]:
    """What is counted of each day of the period and of the one before. Index: the primary key."""
    records = await conn.fetch(
        f"""SELECT (at AT TIME ZONE $6)::date AS day, {_SUMS} FROM own_numbers
        WHERE workspace_id = $1 AND account_id = $2 AND agent_id = $3 AND at >= {_DAYS} GROUP BY 1""",
        workspace, scope.account, scope.agent, period.previous_since, period.until, period.zone, period.before,
    )  # fmt: skip
    return {record["day"]: _sums(record) for record in records}


async def by_hour(conn: Conn, workspace: WorkspaceId, scope: Scope, period: Period) -> list[HourSums]:
    """What is counted of each hour of the week in the period. Index: the primary key."""
    return await rows(
        conn,
        HourSums,
        f"""SELECT extract(isodow FROM at AT TIME ZONE $6)::int AS weekday, extract(hour FROM at AT TIME ZONE $6)::int AS hour,
            sum(received)::int AS received, sum(sent)::int AS sent
        FROM own_numbers WHERE workspace_id = $1 AND account_id = $2 AND agent_id = $3 AND at >= {_DAYS} GROUP BY 1, 2""",
        workspace, scope.account, scope.agent, period.since, period.until, period.zone, period.before,
    )  # fmt: skip


async def by_scope(
    conn: Conn, workspace: WorkspaceId, scopes: Sequence[Scope], period: Period
) -> dict[tuple[UUID, UUID, bool], Sums]:
    """What is counted of each of several scopes, by account, agent and whether it was in the period before.

    Whole days of UTC from what is added up, the beginning and the end by quarters: for each scope a few ranges of the primary
    keys, of at most two days of quarters.
    """
    records = await conn.fetch(
        f"""WITH times AS (
            SELECT *, date_bin('1 day', b + interval '1 day' - interval '1 microsecond', 'epoch') AS first,
                date_bin('1 day', e, 'epoch') AS last
            FROM (
                SELECT true AS is_previous, ($4::date)::timestamp AT TIME ZONE $6 AS b,
                    least(($8::date)::timestamp AT TIME ZONE $6, $7) AS e
                UNION ALL
                SELECT false, ($8::date)::timestamp AT TIME ZONE $6, least(($5::date + 1)::timestamp AT TIME ZONE $6, $7)
            ) given
        ), ranges AS (
            SELECT is_previous, b AS from_at, CASE WHEN first < last THEN first ELSE e END AS to_at FROM times
            UNION ALL SELECT is_previous, last, e FROM times WHERE first < last
        )
        SELECT t.account_id, t.agent_id, n.* FROM unnest($2::uuid[], $3::uuid[]) AS t (account_id, agent_id)
        CROSS JOIN LATERAL (
            SELECT is_previous, {_SUMS} FROM (
                SELECT r.is_previous, n.* FROM times r JOIN own_days n ON n.workspace_id = $1 AND n.account_id = t.account_id
                    AND n.agent_id = t.agent_id AND n.at >= r.first AND n.at < r.last
                UNION ALL
                SELECT r.is_previous, n.* FROM ranges r JOIN own_numbers n ON n.workspace_id = $1
                    AND n.account_id = t.account_id AND n.agent_id = t.agent_id AND n.at >= r.from_at AND n.at < r.to_at
            ) both_ GROUP BY is_previous
        ) n""",
        workspace, [scope.account for scope in scopes], [scope.agent for scope in scopes],
        period.previous_since, period.until, period.zone, period.before, period.since,
    )  # fmt: skip
    return {(record["account_id"], record["agent_id"], record["is_previous"]): _sums(record) for record in records}


def _sums(record: Record) -> Sums:
    return Sums(**{name: record[name] for name in _NAMES})
