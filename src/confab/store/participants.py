"""Participants and the profiles we read of them.

`profile_fetches` has at most one row of a participant: `due` at a time, or `waiting` for their next message. Whoever changes a
participant has their conversation locked before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from confab.errors import NotFound
from confab.model.inbox import ConversationId, WorkspaceId
from confab.store.db import Conn, row, run

STALE = timedelta(days=30)
"""From this age on a profile may be read anew without anybody asking."""
_PICTURES_EVERY = timedelta(days=1)
_CLOCKS_DIFFER = timedelta(minutes=1)
"""Meta's times are to the second, and of another clock than ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whom to ask for, on whose behalf, and where they are seen. `is_read`: Meta told us of them before."""

    account_id: UUID
    igsid: str
    conversation_id: ConversationId
    is_read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What we have of a participant's picture. `is_missing`: none, or not the newest; `is_wanted`: asked for anew."""

    source_url: str | None
    is_missing: bool
    is_wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What Meta tells of somebody; None is left out."""

    username: str | None
    name: str | None
    follower_count: int | None
    is_follower: bool | None
    is_followed: bool | None
    is_verified: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Somebody under the name that an event gave them."""

    workspace_id: UUID
    account_id: UUID
    igsid: str
    username: str
    at: datetime


async def get(conn: Conn, workspace: WorkspaceId, participant: UUID) -> Known:
    """A participant by id."""
    found = await row(
        conn,
        Known,
        """SELECT p.account_id, p.igsid, c.id AS conversation_id, p.profile_read_at IS NOT NULL AS is_read FROM participants p
        JOIN conversations c ON c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
        WHERE p.workspace_id = $1 AND p.id = $2""",
        workspace, participant,
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such participant.")
    return found


async def picture(conn: Conn, workspace: WorkspaceId, participant: UUID) -> Picture:
    """What we have of their picture."""
    found = await row(
        conn,
        Picture,
        """SELECT p.avatar_source_url AS source_url, p.avatar_digest IS NULL OR p.avatar_error IS NOT NULL AS is_missing,
            coalesce(f.wants_picture, false) AS is_wanted
        FROM participants p LEFT JOIN profile_fetches f ON f.workspace_id = p.workspace_id AND f.participant_id = p.id
        WHERE p.workspace_id = $1 AND p.id = $2""",
        workspace, participant,
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such participant.")
    return found


async def write_profile(conn: Conn, workspace: WorkspaceId, participant: UUID, told: Told, now: datetime) -> None:
    """Keep what Meta told, with their conversation's version raised. What Meta left out stays as it was."""
    await conn.execute(
        """WITH person AS (
            UPDATE participants SET username = coalesce($3, username), name = coalesce($4, name),
                follower_count = coalesce($5, follower_count), is_follower = coalesce($6, is_follower),
                is_followed = coalesce($7, is_followed), is_verified = coalesce($8, is_verified),
                profile_read_at = $9, profile_turn_at = $9, profile_asked_at = NULL, profile_error = NULL
            WHERE workspace_id = $1 AND id = $2 RETURNING workspace_id, id, account_id
        )
        UPDATE conversations c SET version = c.version + 1 FROM person p
        WHERE c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id""",
        workspace, participant, told.username, told.name, told.follower_count, told.is_follower, told.is_followed,
        told.is_verified, now,
    )  # fmt: skip


async def note_failure(conn: Conn, workspace: WorkspaceId, participant: UUID, reason: str, turn_at: datetime) -> int:
    """Nothing was read, for this reason; what we know stays, and 30 days after `turn_at` it is their turn.

    0 when that is what their conversation shows already.
    """
    return await run(
        conn,
        """WITH before AS (
            SELECT profile_asked_at, profile_error FROM participants WHERE workspace_id = $1 AND id = $2
        ), person AS (
            UPDATE participants SET profile_error = $3, profile_asked_at = NULL, profile_turn_at = $4
            WHERE workspace_id = $1 AND id = $2 RETURNING workspace_id, id, account_id
        )
        UPDATE conversations c SET version = c.version + 1 FROM person p, before b
        WHERE c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
            AND (b.profile_asked_at IS NOT NULL OR b.profile_error IS DISTINCT FROM $3)""",
        workspace, participant, reason, turn_at,
    )  # fmt: skip


async def put_off(conn: Conn, workspace: WorkspaceId, account: UUID, until: datetime) -> int:
    """Meta wants this account to wait: no refresh of its people is due before. How many that were."""
    return await run(
        conn,
        """UPDATE profile_fetches f SET due_at = $3 FROM participants p
        WHERE f.workspace_id = $1 AND f.state = 'due' AND f.is_refresh AND f.due_at < $3
            AND p.workspace_id = f.workspace_id AND p.id = f.participant_id AND p.account_id = $2""",
        workspace, account, until,
    )  # fmt: skip


async def wait_for_message(
    conn: Conn, workspace: WorkspaceId, participant: UUID, attempts: int, reason: str, not_before: datetime
) -> int:
    """Ask again when the participant writes, and not before this moment."""
    return await run(
        conn,
        """UPDATE profile_fetches SET state = 'waiting', error = $4, due_at = $5, attempts = 0
        WHERE workspace_id = $1 AND participant_id = $2 AND attempts = $3""",
        workspace, participant, attempts, reason, not_before,
    )  # fmt: skip


async def ask_again(conn: Conn, people: Sequence[tuple[UUID, UUID]], now: datetime) -> None:
    """Who has written may be asked for at Meta again, where that was refused or given up before (rule P3). Across workspaces."""
    await conn.execute(
        """UPDATE profile_fetches SET state = 'due', due_at = $3, attempts = 0
        WHERE (state = 'waiting' AND due_at <= $3 OR state = 'due' AND due_at = 'infinity')
            AND (workspace_id, participant_id) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[]))""",
        [workspace for workspace, _ in people],
        [participant for _, participant in people],
        now,
    )


async def ask(conn: Conn, workspace: WorkspaceId, participant: UUID, now: datetime) -> int:
    """Somebody wants the profile read at once. 0 when that was asked already and is not answered yet."""
    return await run(
        conn,
        """WITH person AS (
            UPDATE participants p SET profile_asked_at = $3, profile_error = NULL
            WHERE workspace_id = $1 AND id = $2 AND (profile_asked_at IS NULL OR NOT EXISTS (
                SELECT FROM profile_fetches f WHERE f.workspace_id = $1 AND f.participant_id = $2
                    AND f.state = 'due' AND f.due_at < 'infinity'))
            RETURNING workspace_id, id, account_id
        ), lined AS (
            INSERT INTO profile_fetches AS f (workspace_id, participant_id, state, due_at)
            SELECT workspace_id, id, 'due', $3 FROM person
            ON CONFLICT (workspace_id, participant_id)
                DO UPDATE SET state = 'due', due_at = excluded.due_at, is_refresh = false, attempts = 0, error = NULL
                WHERE f.is_refresh OR f.state = 'waiting' OR f.due_at = 'infinity' OR f.error IS NOT NULL
        )
        UPDATE conversations c SET version = c.version + 1 FROM person p
        WHERE c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id""",
        workspace, participant, now,
    )  # fmt: skip


async def link_lead(conn: Conn, workspace: WorkspaceId, participant: UUID, lead_id: str | None) -> int:
    """What another system calls them, or nothing. 0 when that is so already."""
    return await run(
        conn,
        """WITH person AS (
            UPDATE participants SET linked_lead_id = $3
            WHERE workspace_id = $1 AND id = $2 AND linked_lead_id IS DISTINCT FROM $3 RETURNING workspace_id, id, account_id
        )
        UPDATE conversations c SET version = c.version + 1 FROM person p
        WHERE c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id""",
        workspace, participant, lead_id,
    )  # fmt: skip


async def ask_for_picture(conn: Conn, workspace: WorkspaceId, participant: UUID, now: datetime) -> bool:
    """The picture does not show, or its link is dead: have it fetched anew as the profile names it, once a day (rule PR4).

    False when that was done today, or they are not asked for (rule P3).
    """
    found = await conn.fetchval(
        """WITH asked AS (
            UPDATE participants SET picture_reported_at = $3
            WHERE workspace_id = $1 AND id = $2 AND (picture_reported_at IS NULL OR picture_reported_at <= $4)
            RETURNING workspace_id, id
        )
        INSERT INTO profile_fetches AS f (workspace_id, participant_id, state, due_at, is_refresh, wants_picture)
        SELECT workspace_id, id, 'due', $3, true, true FROM asked
        ON CONFLICT (workspace_id, participant_id)
            DO UPDATE SET wants_picture = true, due_at = least(f.due_at, excluded.due_at) WHERE f.state = 'due'
        RETURNING true""",
        workspace, participant, now, now - _PICTURES_EVERY,
    )  # fmt: skip
    return bool(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How many of an account's participants, and the IGSID of the last one."""

    count: int
    last: str | None


async def line_up_account(conn: Conn, workspace: WorkspaceId, account: UUID, *, beyond: str, limit: int, now: datetime) -> Page:
    """The next participants of an account, by IGSID: those of them whom nobody waits for are read anew, in good time."""
    found = await row(
        conn,
        Page,
        """WITH page AS (
            SELECT p.workspace_id, p.id, p.igsid FROM participants p
            WHERE p.workspace_id = $1 AND p.account_id = $2 AND p.igsid > $3 ORDER BY p.igsid LIMIT $4
        ), lined AS (
            INSERT INTO profile_fetches (workspace_id, participant_id, state, due_at, is_refresh)
            SELECT p.workspace_id, p.id, 'due', $5, true FROM page p
            JOIN conversations c ON c.workspace_id = p.workspace_id AND c.account_id = $2 AND c.participant_id = p.id
            WHERE NOT c.is_self ORDER BY p.workspace_id, p.id
            ON CONFLICT (workspace_id, participant_id) DO NOTHING
        )
        SELECT count(*) AS count, max(igsid) AS last FROM page""",
        workspace, account, beyond, limit, now,
    )  # fmt: skip
    assert found is not None  # noqa: S101 -- an aggregate has one row
    return found


async def refresh_stale(
    conn: Conn, people: Sequence[tuple[UUID, UUID]], now: datetime, usernames: Mapping[UUID, str] | None = None
) -> int:
    """Their conversations are being synced: read anew, in good time, whose profile is older than 30 days (rule PR4).

    Also those who go by another name now, where `usernames` says so by participant. One that is due or waits stays as it is;
    how many were put in line. Across workspaces.
    """
    names = usernames or {}
    return await run(
        conn,
        """INSERT INTO profile_fetches (workspace_id, participant_id, state, due_at, is_refresh)
        SELECT p.workspace_id, p.id, 'due', $4, true
        FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t (workspace_id, id, username)
        JOIN participants p ON p.workspace_id = t.workspace_id AND p.id = t.id
        JOIN conversations c ON c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
        WHERE NOT c.is_self
            AND (p.profile_read_at IS NULL OR p.profile_read_at <= $5 OR lower(p.username) <> lower(t.username))
        ORDER BY p.workspace_id, p.id
        ON CONFLICT (workspace_id, participant_id) DO NOTHING""",
        [workspace for workspace, _ in people],
        [participant for _, participant in people],
        [names.get(participant) for _, participant in people],
        now, now - STALE,
    )  # fmt: skip


async def refresh_renamed(conn: Conn, people: Sequence[Named], now: datetime) -> int:
    """An event, later than what we read, calls them otherwise: read anew, in good time (rules P7, PR4). Across workspaces."""
    return await run(
        conn,
        """INSERT INTO profile_fetches (workspace_id, participant_id, state, due_at, is_refresh)
        SELECT p.workspace_id, p.id, 'due', $6, true
        FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::timestamptz[])
            AS t (workspace_id, account_id, igsid, username, at)
        JOIN participants p USING (workspace_id, account_id, igsid)
        WHERE lower(p.username) IS DISTINCT FROM lower(t.username) AND p.profile_read_at < t.at + $7::interval
        ORDER BY p.workspace_id, p.id
        ON CONFLICT (workspace_id, participant_id) DO NOTHING""",
        [one.workspace_id for one in people],
        [one.account_id for one in people],
        [one.igsid for one in people],
        [one.username for one in people],
        [one.at for one in people],
        now,
        _CLOCKS_DIFFER,
    )


async def count(conn: Conn) -> int:
    """How many participants there are. Across workspaces."""
    return await conn.fetchval("SELECT count(*) FROM participants")


async def line_up(conn: Conn, now: datetime, *, limit: int, first_at: datetime, gap: timedelta) -> int:
    """Put those in line whose turn is longest ago, 30 days at least: the first at `first_at`, each next one `gap` later.

    How many had their turn. Whoever is due or waits stays as they are. Across workspaces. Index: participants_turn.
    """
    return await conn.fetchval(
        """WITH oldest AS (
            SELECT workspace_id, id, account_id, profile_turn_at FROM participants WHERE profile_turn_at <= $1
            ORDER BY profile_turn_at, workspace_id, id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
        ), numbered AS (
            SELECT workspace_id, id, account_id, row_number() OVER (ORDER BY profile_turn_at, workspace_id, id) - 1 AS n
            FROM oldest
        ), turned AS (
            UPDATE participants p SET profile_turn_at = $3 FROM oldest o WHERE p.workspace_id = o.workspace_id AND p.id = o.id
        ), lined AS (
            INSERT INTO profile_fetches (workspace_id, participant_id, state, due_at, is_refresh)
            SELECT n.workspace_id, n.id, 'due', $4::timestamptz + n.n * $5::interval, true FROM numbered n
            JOIN conversations c ON c.workspace_id = n.workspace_id AND c.account_id = n.account_id AND c.participant_id = n.id
            WHERE NOT c.is_self
            ON CONFLICT (workspace_id, participant_id) DO NOTHING
        )
        SELECT count(*) FROM oldest""",
        now - STALE, limit, now, first_at, gap,
    )  # fmt: skip
