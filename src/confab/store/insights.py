"""Numbers about accounts and their posts: written in batches, read by ranges of the primary key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from confab.model.inbox import AccountId, WorkspaceId
from confab.model.insights import MediaKind, Value
from confab.store.claims import Due
from confab.store.db import Conn, row, rows, run

_BETWEEN = "\x1f"  # no name of Meta's holds it


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a batch changed, in the database's own words; `inserted_by_metric` only of what was new."""

    inserted: int
    changed: int
    unchanged: int
    inserted_by_metric: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A metric's number of a longer period that ended on a day."""

    metric: str
    period: str
    day: date
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSum:
    """A part of a metric over several days: added up, and of how many days."""

    metric: str
    breakdown: str
    dimensions: list[str]
    value: float
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRow:
    """A post, reel or story with its newest numbers by metric. `picture_url`: our address of its picture; of stories none."""

    ig_id: str
    kind: MediaKind
    caption: str | None
    permalink: str | None
    picture_url: str | None
    published_at: datetime
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A row of an export."""

    day: date
    end_time: datetime
    media_id: str
    metric: str
    period: str
    breakdown: str
    dimensions: list[str]
    value: float | None
    corrections: list[dict[str, Any]] | None  # {value, read_at}
    read_at: datetime


async def put(conn: Conn, workspace: WorkspaceId, account: AccountId, values: Sequence[Value], now: datetime) -> Written:
    """Keep these numbers of an account, in one statement. Who is there twice counts once, the last one.

    A number that Meta corrects takes the place of the one before, which is kept beside it; one that grows by nature (`lifetime`)
    only takes its place. That Meta gives none takes nothing away; what
    comes in the place of nothing is new.
    """
    if not values:
        return Written(inserted=0, changed=0, unchanged=0, inserted_by_metric={})
    given = sorted({_key(value): value for value in values}.items(), key=lambda one: one[0])
    chosen = [value for _, value in given]
    found = await conn.fetch(
        """WITH written AS (
            INSERT INTO insight_values AS v (workspace_id, account_id, media_id, period, end_time, metric, breakdown, dimensions,
                day, value, read_at)
            SELECT $1, $2, media_id, period, end_time, metric, breakdown, string_to_array(dimensions, $11), day, value, $12
            FROM unnest($3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::date[], $10::float8[])
                AS given (media_id, period, end_time, metric, breakdown, dimensions, day, value)
            ON CONFLICT (workspace_id, account_id, media_id, period, end_time, metric, breakdown, dimensions) DO UPDATE
            SET value = excluded.value, read_at = excluded.read_at,
                corrections = CASE WHEN v.value IS NULL OR v.period = 'lifetime' THEN v.corrections
                    ELSE coalesce(v.corrections, '[]')
                        || jsonb_build_array(jsonb_build_object('value', v.value, 'read_at', v.read_at)) END
            WHERE v.value IS DISTINCT FROM excluded.value AND excluded.value IS NOT NULL
            RETURNING metric, xmax = 0 AS is_inserted,
                value IS NOT NULL AND (xmax = 0 OR (v.period <> 'lifetime' AND v.corrections IS NULL)) AS is_new
        )
        SELECT metric, count(*) FILTER (WHERE is_new) AS inserted,
            count(*) FILTER (WHERE NOT is_inserted AND NOT is_new) AS changed
        FROM written GROUP BY metric""",
        workspace, account, *_columns(chosen), _BETWEEN, now,
    )  # fmt: skip
    inserted, changed = (sum(one[name] for one in found) for name in ("inserted", "changed"))
    known = sum(1 for value in chosen if value.value is not None)
    return Written(
        inserted=inserted, changed=changed, unchanged=known - inserted - changed,
        inserted_by_metric={one["metric"]: one["inserted"] for one in found if one["inserted"]},
    )  # fmt: skip


def _key(value: Value) -> tuple[object, ...]:
    return value.media_id, value.period, value.end_time, value.metric, value.breakdown, value.dimensions


def _columns(values: Sequence[Value]) -> tuple[list[object], ...]:
    return (
        [value.media_id for value in values], [value.period for value in values], [value.end_time for value in values],
        [value.metric for value in values], [value.breakdown for value in values],
        [_BETWEEN.join(value.dimensions) for value in values], [value.day for value in values],
        [value.value for value in values],
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A metric's daily numbers, each beside its day."""

    metric: str
    days: list[date]
    values: list[float | None]


async def wholes(
    conn: Conn, workspace: WorkspaceId, account: AccountId, ends_from: datetime, ends_before: datetime
) -> list[Series]:
    """The account's daily numbers whose days end in this time, without parts. Index: the primary key, one range.

    A row for each metric: two years of them are ten thousand numbers, and an object for each would cost more than reading them.
    """
    return await rows(
        conn,
        Series,
        """SELECT metric, array_agg(day) AS days, array_agg(value) AS values FROM insight_values
        WHERE workspace_id = $1 AND account_id = $2 AND media_id = '' AND period = 'day' AND end_time >= $3 AND end_time < $4
            AND breakdown = '' GROUP BY metric""",
        workspace, account, ends_from, ends_before,
    )  # fmt: skip


async def spans(
    conn: Conn, workspace: WorkspaceId, account: AccountId, period: str, ends_from: datetime, ends_before: datetime
) -> list[Whole]:
    """The account's numbers of a longer period, of those that end in this time. Index: the primary key, one range."""
    return await rows(
        conn,
        Whole,
        """SELECT metric, period, day, value FROM insight_values
        WHERE workspace_id = $1 AND account_id = $2 AND media_id = '' AND period = $3 AND end_time >= $4 AND end_time < $5
            AND breakdown = '' AND value IS NOT NULL""",
        workspace, account, period, ends_from, ends_before,
    )  # fmt: skip


async def parts(
    conn: Conn,
    workspace: WorkspaceId,
    account: AccountId,
    period: str,
    ends_from: datetime,
    ends_before: datetime,
    metrics: Sequence[str],
) -> list[PartSum]:
    """The account's numbers of these metrics in parts, added up over this time, the greatest first.

    Index: the primary key, one range.
    """
    return await rows(
        conn,
        PartSum,
        """SELECT metric, breakdown, dimensions, sum(value) AS value, count(*)::int AS days FROM insight_values
        WHERE workspace_id = $1 AND account_id = $2 AND media_id = '' AND period = $3 AND end_time >= $4 AND end_time < $5
            AND metric = ANY($6) AND breakdown <> '' AND value IS NOT NULL
        GROUP BY metric, breakdown, dimensions ORDER BY sum(value) DESC, dimensions""",
        workspace, account, period, ends_from, ends_before, list(metrics),
    )  # fmt: skip


async def newest_audience(
    conn: Conn, workspace: WorkspaceId, account: AccountId, metric: str, ends_from: datetime, ends_before: datetime
) -> tuple[datetime, date] | None:
    """When Meta last told in this time who these people are: the end of that day, and the day.

    Index: the primary key, backwards.
    """
    found = await conn.fetchrow(
        """SELECT end_time, day FROM insight_values
        WHERE workspace_id = $1 AND account_id = $2 AND media_id = '' AND period = 'lifetime' AND end_time >= $4
            AND end_time < $5 AND metric = $3 AND value IS NOT NULL ORDER BY end_time DESC LIMIT 1""",
        workspace, account, metric, ends_from, ends_before,
    )  # fmt: skip
    return None if found is None else (found["end_time"], found["day"])


async def audience(conn: Conn, workspace: WorkspaceId, account: AccountId, metric: str, end: datetime) -> list[PartSum]:
    """Who these people were on the day that ends then, in parts, the greatest first. Index: the primary key, one range."""
    return await rows(
        conn,
        PartSum,
        """SELECT metric, breakdown, dimensions, value, 1 AS days FROM insight_values
        WHERE workspace_id = $1 AND account_id = $2 AND media_id = '' AND period = 'lifetime' AND end_time = $4 AND metric = $3
            AND value IS NOT NULL ORDER BY value DESC, dimensions""",
        workspace, account, metric, end,
    )  # fmt: skip


async def media(
    conn: Conn, workspace: WorkspaceId, account: AccountId, since: datetime, before: datetime, limit: int
) -> list[MediaRow]:
    """The newest that was published in this time, with its newest numbers.

    Indexes: insight_media_newest, the primary key, the posts' unique key.
    """
    return await rows(
        conn,
        MediaRow,
        """SELECT m.ig_id, m.kind, p.caption, p.permalink, CASE WHEN m.kind <> 'story' THEN p.picture_url END AS picture_url,
            m.published_at, coalesce((
            SELECT jsonb_object_agg(newest.metric, newest.value) FROM (
                SELECT DISTINCT ON (v.metric) v.metric, v.value FROM insight_values v
                WHERE v.workspace_id = $1 AND v.account_id = $2 AND v.media_id = m.ig_id AND v.period = 'lifetime'
                    AND v.breakdown = '' AND v.value IS NOT NULL ORDER BY v.metric, v.end_time DESC) newest), '{}') AS metrics
        FROM (SELECT * FROM insight_media
            WHERE workspace_id = $1 AND account_id = $2 AND published_at >= $3 AND published_at < $4
            ORDER BY published_at DESC LIMIT $5) m
        CROSS JOIN LATERAL (
            SELECT caption, permalink, picture_url FROM posts
            WHERE workspace_id = $1 AND account_id = $2 AND ig_id = m.ig_id LIMIT 1) p""",
        workspace, account, since, before, limit,
    )  # fmt: skip


async def exported(
    conn: Conn, workspace: WorkspaceId, account: AccountId, since: datetime, before: datetime, limit: int
) -> list[Exported]:
    """All that is known of an account and its posts whose days end in this time, by day."""
    return await rows(
        conn,
        Exported,
        """SELECT day, end_time, media_id, metric, period, breakdown, dimensions, value, corrections, read_at FROM insight_values
        WHERE workspace_id = $1 AND account_id = $2 AND end_time >= $3 AND end_time < $4
        ORDER BY end_time, media_id, metric, period, breakdown, dimensions LIMIT $5""",
        workspace, account, since, before, limit,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A post, reel or story whose numbers are read."""

    ig_id: str
    kind: MediaKind
    published_at: datetime


async def put_media(conn: Conn, workspace: WorkspaceId, account: AccountId, found: Sequence[Counted]) -> int:
    """Numbers of these are read from now on; their posts are known. How many are new."""
    chosen = sorted({one.ig_id: one for one in found}.values(), key=lambda one: one.ig_id)
    return await run(
        conn,
        """INSERT INTO insight_media (workspace_id, account_id, ig_id, kind, published_at)
        SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::timestamptz[]) ON CONFLICT DO NOTHING""",
        workspace, account, [one.ig_id for one in chosen], [one.kind for one in chosen],
        [one.published_at for one in chosen],
    )  # fmt: skip


async def refused_media(conn: Conn, workspace: WorkspaceId, account: AccountId) -> set[str]:
    """Of which Meta will never give numbers."""
    found = await conn.fetch(
        "SELECT ig_id FROM insight_media WHERE workspace_id = $1 AND account_id = $2 AND refused IS NOT NULL", workspace, account
    )
    return {one["ig_id"] for one in found}


async def refuse_media(conn: Conn, workspace: WorkspaceId, account: AccountId, ig_id: str, reason: str) -> int:
    """Meta will never give numbers of this one."""
    return await run(
        conn,
        "UPDATE insight_media SET refused = $4 WHERE workspace_id = $1 AND account_id = $2 AND ig_id = $3",
        workspace, account, ig_id, reason,
    )  # fmt: skip


async def known_account(conn: Conn, workspace: WorkspaceId, account: AccountId) -> Mapping[str, Any] | None:
    """The account's ids and name, None when there is no such account in the workspace."""
    return await conn.fetchrow("SELECT id, ig_id, username FROM accounts WHERE workspace_id = $1 AND id = $2", workspace, account)


async def ensure(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> None:
    """The account's numbers are looked after, for the first time in an hour. Again changes nothing."""
    await run(
        conn,
        """INSERT INTO insight_watches (workspace_id, account_id, began_at, due_at)
        VALUES ($1, $2, $3, $3::timestamptz + interval '1 hour') ON CONFLICT DO NOTHING""",
        workspace, account, now,
    )  # fmt: skip


async def look_again(conn: Conn, due: Due, night_at: datetime, due_at: datetime) -> int:
    """It was looked after; when again, and when its next night is."""
    return await run(
        conn,
        """UPDATE insight_watches SET night_at = $4, due_at = $5, attempts = 0, error = NULL
        WHERE workspace_id = $1 AND account_id = $2 AND attempts = $3""",
        *due.key, due.attempts, night_at, due_at,
    )  # fmt: skip


async def went_well(conn: Conn, workspace: WorkspaceId, account: AccountId, until: date, now: datetime) -> int:
    """A reading of everything ended well, up to this day."""
    return await run(
        conn,
        """UPDATE insight_watches SET good_at = $4, good_until = greatest(good_until, $3)
        WHERE workspace_id = $1 AND account_id = $2""",
        workspace, account, until, now,
    )  # fmt: skip


async def try_again(conn: Conn, workspace: WorkspaceId, account: AccountId, at: datetime) -> int:
    """A reading did not go well: the next one is then, unless it is sooner anyway."""
    return await run(
        conn,
        """UPDATE insight_watches SET night_at = least(night_at, $3), due_at = least(due_at, $3)
        WHERE workspace_id = $1 AND account_id = $2""",
        workspace, account, at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How the readings of an account fare: since when there are any, when one last ended well, and the last day it read."""

    began_at: datetime
    night_at: datetime | None
    good_at: datetime | None
    good_until: date | None


async def standing(conn: Conn, workspace: WorkspaceId, account: AccountId) -> Standing | None:
    """That; None for an account that nobody looks after."""
    return await row(
        conn,
        Standing,
        "SELECT began_at, night_at, good_at, good_until FROM insight_watches WHERE workspace_id = $1 AND account_id = $2",
        workspace, account,
    )  # fmt: skip
