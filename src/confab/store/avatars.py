"""Participants' pictures: where Meta has them, and which object of ours shows them. The worker's: across workspaces."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from confab.model.inbox import Viewer, WorkspaceId
from confab.model.media import MediaMode
from confab.store import paths
from confab.store.db import Conn, row, run
from confab.store.media import AVATAR, Kept, Relayed, mirrored


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured:
    """Where Meta has a participant's picture, and whose participant it is. `media_mode` is the account's own."""

    account_id: UUID
    source_url: str
    media_mode: MediaMode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture that can be shown: our copy, or without a digest the one that Meta has behind the link."""

    content_type: str
    digest: bytes | None
    source_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """Whose picture cannot be had from where it was. `is_news`: something else is shown since."""

    conversation_id: UUID
    is_news: bool


async def enqueue(conn: Conn, workspace: WorkspaceId, participant: UUID, url: str, now: datetime) -> int:
    """The profile names this picture: fetch it, before all others if there is none yet.

    One that waits already is fetched from the newer address.
    """
    return await run(
        conn,
        """WITH person AS (
            UPDATE participants SET avatar_source_url = $3, avatar_error = NULL, avatar_fetch_failed = false
            WHERE workspace_id = $1 AND id = $2 RETURNING workspace_id, id, account_id, avatar_digest
        )
        INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at, host)
        SELECT workspace_id, id, $4, account_id, CASE WHEN avatar_digest IS NULL THEN $6::timestamptz ELSE $5::timestamptz END, $7
        FROM person
        ON CONFLICT (workspace_id, subject_id, position)
            DO UPDATE SET due_at = excluded.due_at, attempts = 0, error = NULL, host = excluded.host""",
        workspace, participant, url, AVATAR, now, mirrored(now), paths.host(url),
    )  # fmt: skip


async def wanted(conn: Conn, workspace: WorkspaceId, participant: UUID) -> Pictured | None:
    """Where Meta has the picture; None when nobody wants it any more."""
    return await row(
        conn,
        Pictured,
        """SELECT p.account_id, p.avatar_source_url AS source_url, a.media_mode FROM participants p
        JOIN accounts a ON a.workspace_id = p.workspace_id AND a.id = p.account_id
        WHERE p.workspace_id = $1 AND p.id = $2 AND p.avatar_source_url IS NOT NULL""",
        workspace, participant,
    )  # fmt: skip


async def show(conn: Conn, workspace: WorkspaceId, participant: UUID, shown: Shown, now: datetime) -> UUID | None:
    """The participant has this picture now; the one before leaves storage by a job. Their conversation is locked.

    The conversation that shows it, None when it is the same picture as before.
    """
    version = shown.digest or paths.version(shown.source_url)
    return await conn.fetchval(
        """WITH before AS (
            SELECT avatar_digest, avatar_url, avatar_fetch_failed FROM participants WHERE workspace_id = $1 AND id = $2
        ), person AS (
            UPDATE participants SET avatar_digest = $3, avatar_error = NULL, avatar_fetch_failed = false,
                avatar_kept_at = CASE WHEN $3::bytea IS NOT NULL THEN $5::timestamptz END,
                avatar_url = '/media/avatars/' || account_id || '/' || id || $4
            WHERE workspace_id = $1 AND id = $2 RETURNING workspace_id, id, account_id, avatar_url
        ), unwanted AS (
            INSERT INTO media_removals (workspace_id, digest, due_at)
            SELECT $1, avatar_digest, $5 FROM before WHERE avatar_digest IS DISTINCT FROM $3 AND avatar_digest IS NOT NULL
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0
        )
        UPDATE conversations c SET version = c.version + 1 FROM person p, before b
        WHERE c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
            AND (b.avatar_digest IS DISTINCT FROM $3 OR b.avatar_url IS DISTINCT FROM p.avatar_url OR b.avatar_fetch_failed)
        RETURNING c.id""",
        workspace, participant, shown.digest, paths.ending(shown.content_type, version), now,
    )  # fmt: skip


async def settle(conn: Conn, workspace: WorkspaceId, participant: UUID, reason: str | None) -> UUID | None:
    """No picture comes by itself any more: it failed for this reason, or (None) nobody wants it. Their conversation is locked.

    The conversation that shows it, None when it shows that already.
    """
    return await conn.fetchval(
        """WITH before AS (
            SELECT avatar_fetch_failed FROM participants WHERE workspace_id = $1 AND id = $2
        ), person AS (
            UPDATE participants SET avatar_error = $3::text, avatar_fetch_failed = $3::text IS NOT NULL
            WHERE workspace_id = $1 AND id = $2 RETURNING workspace_id, id, account_id, avatar_fetch_failed
        )
        UPDATE conversations c SET version = c.version + 1 FROM person p, before b
        WHERE c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
            AND b.avatar_fetch_failed <> p.avatar_fetch_failed RETURNING c.id""",
        workspace, participant, reason,
    )  # fmt: skip


async def lose_link(conn: Conn, workspace: WorkspaceId, participant: UUID, used: str, reason: str) -> Lost | None:
    """Meta's link is dead: of what was passed on from there the initials stay, of what we keep our copy.

    Their conversation is locked. None when Meta's link is another by now than the one that was used.
    """
    return await row(
        conn,
        Lost,
        """WITH before AS (
            SELECT avatar_url FROM participants WHERE workspace_id = $1 AND id = $2
        ), person AS (
            UPDATE participants SET avatar_error = $4, avatar_url = CASE WHEN avatar_digest IS NOT NULL THEN avatar_url END
            WHERE workspace_id = $1 AND id = $2 AND avatar_source_url = $3 RETURNING workspace_id, id, account_id, avatar_url
        )
        UPDATE conversations c SET version = c.version + (b.avatar_url IS DISTINCT FROM p.avatar_url)::int FROM person p, before b
        WHERE c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
        RETURNING c.id AS conversation_id, b.avatar_url IS DISTINCT FROM p.avatar_url AS is_news""",
        workspace, participant, used, reason,
    )  # fmt: skip


async def is_kept(conn: Conn, workspace: WorkspaceId, participant: UUID) -> bool:
    """Whether we have a copy."""
    return bool(
        await conn.fetchval(
            "SELECT avatar_digest IS NOT NULL FROM participants WHERE workspace_id = $1 AND id = $2", workspace, participant
        )
    )


async def for_viewer(conn: Conn, viewer: Viewer, account: UUID, participant: UUID) -> Kept | None:
    """The picture of a participant of the viewer's workspace."""
    return await row(
        conn,
        Kept,
        """SELECT o.digest, o.content_type, o.size_bytes, o.width, o.height, o.duration_ms, o.placeholder, o.has_thumbnail
        FROM participants p JOIN media_objects o ON o.workspace_id = p.workspace_id AND o.digest = p.avatar_digest
        WHERE p.workspace_id = $1 AND p.id = $3 AND p.account_id = $2""",
        viewer.workspace_id, account, participant,
    )  # fmt: skip


async def relayed_for_viewer(conn: Conn, viewer: Viewer, account: UUID, participant: UUID) -> Relayed | None:
    """Where to have the picture from that is passed on, of a participant of the viewer's workspace."""
    return await row(
        conn,
        Relayed,
        """SELECT avatar_source_url AS source_url, NULL::text AS content_type, false AS is_voice FROM participants
        WHERE workspace_id = $1 AND id = $3 AND account_id = $2 AND avatar_digest IS NULL AND avatar_url IS NOT NULL
            AND avatar_source_url IS NOT NULL""",
        viewer.workspace_id, account, participant,
    )  # fmt: skip
