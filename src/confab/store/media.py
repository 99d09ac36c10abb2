"""Files in our storage, and those to fetch and to remove: which rows show which object. Functions here go across workspaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from confab.model.inbox import Viewer, WorkspaceId
from confab.model.media import MediaMode
from confab.store import paths
from confab.store.db import Conn, row, run

AVATAR = -1
"""The position of a participant's picture; attachments count from 0."""
POST = -2
"""That of a post's."""

_ZERO = datetime(2000, 1, 1, tzinfo=UTC)
_FAR = datetime(2100, 1, 1, tzinfo=UTC)
_SLOWER = 10  # the mirrored time of anything after 1980 lies in the past


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file in our storage and what it is."""

    digest: bytes
    content_type: str
    size_bytes: int
    width: int | None
    height: int | None
    duration_ms: int | None
    placeholder: str | None
    has_thumbnail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file to fetch, and where it belongs. `media_mode` is its account's own."""

    account_id: UUID
    conversation_id: UUID
    kind: str
    source_url: str | None
    mid: str | None
    has_asked_anew: bool
    sent_at: datetime
    available_until: datetime | None
    media_mode: MediaMode | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToFetch:
    """A message's file that is to be fetched: the newest first."""

    workspace_id: UUID
    subject_id: UUID
    position: int
    account_id: UUID
    sent_at: datetime
    source_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relayed:
    """A file that is passed on: where Meta has it, and what it was when somebody looked. `is_voice` as in `sniff`."""

    source_url: str
    content_type: str | None
    is_voice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An attachment and the conversation that shows it."""

    workspace_id: WorkspaceId
    conversation_id: UUID
    message_id: UUID
    position: int


def mirrored(at: datetime) -> datetime:
    """A time long past, the earlier the later `at` is: what is due by it comes newest first."""
    return _ZERO + (_FAR - at) / _SLOWER


async def enqueue(conn: Conn, wanted: Sequence[ToFetch]) -> None:
    """Files to fetch. One that waits stays as it is. Across workspaces."""
    if not wanted:
        return
    await conn.execute(
        """INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at, host)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::uuid[], $5::timestamptz[], $6::text[])
        ON CONFLICT DO NOTHING""",
        [one.workspace_id for one in wanted],
        [one.subject_id for one in wanted],
        [one.position for one in wanted],
        [one.account_id for one in wanted],
        [mirrored(one.sent_at) for one in wanted],
        [paths.host(one.source_url) for one in wanted],
    )


async def wanted(conn: Conn, workspace: WorkspaceId, message: UUID, position: int) -> Wanted | None:
    """An attachment that is still to be fetched; None when it is gone, or settled."""
    return await row(
        conn,
        Wanted,
        """SELECT m.account_id, m.conversation_id, a.kind, a.source_url, m.mid, f.has_asked_anew, m.sent_at, a.available_until,
            o.media_mode
        FROM media_fetches f
        JOIN attachments a ON a.workspace_id = f.workspace_id AND a.message_id = f.subject_id AND a.position = f.position
        JOIN messages m ON m.workspace_id = a.workspace_id AND m.id = a.message_id
        JOIN accounts o ON o.workspace_id = m.workspace_id AND o.id = m.account_id
        WHERE f.workspace_id = $1 AND f.subject_id = $2 AND f.position = $3 AND a.state = 'pending'""",
        workspace, message, position,
    )  # fmt: skip


async def known(conn: Conn, workspace: WorkspaceId, digest: bytes) -> Kept | None:
    """The object with this digest, if the workspace has it; locked until the transaction ends, so that nobody removes it."""
    return await row(
        conn,
        Kept,
        """SELECT digest, content_type, size_bytes, width, height, duration_ms, placeholder, has_thumbnail
        FROM media_objects WHERE workspace_id = $1 AND digest = $2 AND removing_since IS NULL FOR SHARE""",
        workspace, digest,
    )  # fmt: skip


async def lock(conn: Conn, workspace: WorkspaceId, digest: bytes) -> None:
    """Until the transaction ends nobody else puts this object into storage, or removes it."""
    await conn.execute("SELECT pg_advisory_xact_lock($1)", int.from_bytes(workspace.bytes[:4] + digest[:4], "big", signed=True))


async def keep(conn: Conn, workspace: WorkspaceId, kept: Kept, now: datetime) -> None:
    """The object is in storage, under its lock: of the size of what lies there now, also where it was being removed."""
    await conn.execute(
        """INSERT INTO media_objects (workspace_id, digest, content_type, size_bytes, width, height, duration_ms, placeholder,
            has_thumbnail, kept_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (workspace_id, digest) DO UPDATE
            SET removing_since = NULL, size_bytes = excluded.size_bytes, has_thumbnail = excluded.has_thumbnail""",
        workspace, kept.digest, kept.content_type, kept.size_bytes, kept.width, kept.height, kept.duration_ms,
        kept.placeholder, kept.has_thumbnail, now,
    )  # fmt: skip


async def show(conn: Conn, workspace: WorkspaceId, message: UUID, position: int, wanted: Wanted, kept: Kept) -> int:
    """The attachment is this object now, if it is still the one that was fetched. Its conversation is locked."""
    return await run(
        conn,
        """UPDATE attachments SET state = 'stored', error = NULL, media_fetch_failed = false, digest = $4, content_type = $5,
            size_bytes = $6, width = $7, height = $8, duration_ms = $9, placeholder = $10, has_thumbnail = $11
        WHERE workspace_id = $1 AND message_id = $2 AND position = $3 AND state = 'pending' AND kind = $12
            AND source_url = $13""",
        workspace, message, position, kept.digest, kept.content_type, kept.size_bytes, kept.width, kept.height,
        kept.duration_ms, kept.placeholder, kept.has_thumbnail, wanted.kind, wanted.source_url,
    )  # fmt: skip


async def relay(conn: Conn, workspace: WorkspaceId, message: UUID, position: int, seen: Kept) -> int:
    """The attachment is passed on from now on; nothing of it is kept but what kind of file it is. Its conversation is locked."""
    return await run(
        conn,
        """UPDATE attachments SET state = 'relayed', error = NULL, media_fetch_failed = false, content_type = $4, size_bytes = $5,
            width = $6, height = $7, duration_ms = $8
        WHERE workspace_id = $1 AND message_id = $2 AND position = $3 AND state = 'pending'""",
        workspace, message, position, seen.content_type, seen.size_bytes, seen.width, seen.height, seen.duration_ms,
    )  # fmt: skip


async def settle(conn: Conn, workspace: WorkspaceId, message: UUID, position: int, state: str, reason: str) -> int:
    """The attachment will not be fetched by itself: `failed`, `expired` or `refused`, with the reason.

    The link to a story that is over is forgotten.
    """
    return await run(
        conn,
        """WITH settled AS (
            UPDATE attachments SET state = $4, error = $5, media_fetch_failed = ($4 = 'failed'),
                source_url = CASE WHEN $4 <> 'expired' OR available_until IS NULL THEN source_url END,
                payload = CASE WHEN $4 <> 'expired' OR available_until IS NULL THEN payload
                    ELSE payload - 'url' - 'story_media_url' END
            WHERE workspace_id = $1 AND message_id = $2 AND position = $3 AND state = 'pending'
            RETURNING workspace_id, message_id, $4 = 'expired' AND available_until IS NOT NULL AS is_over
        )
        UPDATE messages m SET reply_to_story_url = CASE WHEN s.is_over THEN NULL ELSE m.reply_to_story_url END
        FROM settled s WHERE m.workspace_id = s.workspace_id AND m.id = s.message_id""",
        workspace, message, position, state, reason,
    )  # fmt: skip


async def refresh_link(conn: Conn, workspace: WorkspaceId, message: UUID, position: int, url: str, now: datetime) -> None:
    """Instagram, asked once, has this fresh link: it is fetched as if nothing had been tried."""
    await conn.execute(
        """WITH asked AS (
            UPDATE media_fetches SET has_asked_anew = true, host = $5, due_at = $6, attempts = 0
            WHERE workspace_id = $1 AND subject_id = $2 AND position = $3
        )
        UPDATE attachments SET source_url = $4 WHERE workspace_id = $1 AND message_id = $2 AND position = $3""",
        workspace, message, position, url, paths.host(url), now,
    )  # fmt: skip


async def lose_link(conn: Conn, workspace: WorkspaceId, message: UUID, position: int, now: datetime) -> int:
    """What was passed on cannot be had: it is looked for anew, at once. Its conversation is locked."""
    return await run(
        conn,
        """WITH lost AS (
            UPDATE attachments SET state = 'pending', error = NULL
            WHERE workspace_id = $1 AND message_id = $2 AND position = $3 AND state = 'relayed'
            RETURNING workspace_id, message_id, position, source_url
        )
        INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at, host)
        SELECT lost.workspace_id, lost.message_id, lost.position, m.account_id, $4, split_part(lost.source_url, '/', 3)
        FROM lost JOIN messages m ON m.workspace_id = lost.workspace_id AND m.id = lost.message_id
        ON CONFLICT (workspace_id, subject_id, position)
            DO UPDATE SET due_at = excluded.due_at, attempts = 0, has_asked_anew = false, error = NULL""",
        workspace, message, position, now,
    )  # fmt: skip


async def for_viewer(conn: Conn, viewer: Viewer, conversation: UUID, message: UUID, position: int) -> Kept | None:
    """The object that an attachment shows, if it belongs to the viewer's workspace."""
    return await row(
        conn,
        Kept,
        """SELECT o.digest, o.content_type, o.size_bytes, o.width, o.height, o.duration_ms, o.placeholder, o.has_thumbnail
        FROM messages m
        JOIN attachments a ON a.workspace_id = m.workspace_id AND a.message_id = m.id AND a.position = $4
        JOIN media_objects o ON o.workspace_id = a.workspace_id AND o.digest = a.digest
        WHERE m.workspace_id = $1 AND m.id = $3 AND m.conversation_id = $2 AND a.state = 'stored'""",
        viewer.workspace_id, conversation, message, position,
    )  # fmt: skip


async def relayed_for_viewer(
    conn: Conn, viewer: Viewer, conversation: UUID, message: UUID, position: int, now: datetime
) -> Relayed | None:
    """Where to have an attachment from that is passed on, if it is of the viewer's workspace and its time is not over."""
    return await row(
        conn,
        Relayed,
        """SELECT a.source_url, a.content_type, a.kind = 'audio' AS is_voice
        FROM messages m
        JOIN attachments a ON a.workspace_id = m.workspace_id AND a.message_id = m.id AND a.position = $4
        WHERE m.workspace_id = $1 AND m.id = $3 AND m.conversation_id = $2 AND a.state = 'relayed'
            AND a.source_url IS NOT NULL AND (a.available_until IS NULL OR a.available_until > $5)""",
        viewer.workspace_id, conversation, message, position, now,
    )  # fmt: skip


async def accounts_mode(conn: Conn, workspace: WorkspaceId, account: UUID) -> MediaMode | None:
    """The account's own mode, which stays so until the transaction ends."""
    return await conn.fetchval(
        "SELECT media_mode FROM accounts WHERE workspace_id = $1 AND id = $2 FOR SHARE", workspace, account
    )


async def check(conn: Conn, workspace: WorkspaceId, digest: bytes, due_at: datetime) -> None:
    """Look at this time whether anything shows the object, and remove it if not. An earlier look stays."""
    await conn.execute(
        """INSERT INTO media_removals AS r (workspace_id, digest, due_at) VALUES ($1, $2, $3)
        ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = least(r.due_at, excluded.due_at), attempts = 0""",
        workspace, digest, due_at,
    )  # fmt: skip


async def shut(conn: Conn, workspace: WorkspaceId, digest: bytes) -> None:
    """Until the transaction ends nobody begins to show the object: whoever was about to has done so when the next one looks."""
    await conn.execute("SELECT FROM media_objects WHERE workspace_id = $1 AND digest = $2 FOR UPDATE", workspace, digest)


async def begin_removal(conn: Conn, workspace: WorkspaceId, digest: bytes, now: datetime) -> bool:
    """From now on nobody counts on an object that nothing shows. Under its lock, and shut. False when something shows it."""
    return bool(
        await conn.fetchval(
            """UPDATE media_objects SET removing_since = coalesce(removing_since, $3) WHERE workspace_id = $1 AND digest = $2
                AND NOT EXISTS (SELECT FROM attachments a WHERE a.workspace_id = $1 AND a.digest = $2)
                AND NOT EXISTS (SELECT FROM participants p WHERE p.workspace_id = $1 AND p.avatar_digest = $2)
                AND NOT EXISTS (SELECT FROM posts p WHERE p.workspace_id = $1 AND p.picture_digest = $2)
                AND NOT EXISTS (SELECT FROM uploads u WHERE u.workspace_id = $1 AND u.digest = $2)
            RETURNING true""",
            workspace, digest, now,
        )
    )  # fmt: skip


async def is_being_removed(conn: Conn, workspace: WorkspaceId, digest: bytes) -> bool:
    """Whether its removal has begun and nobody has kept it again since. Under its lock."""
    found = await conn.fetchval(
        "SELECT removing_since IS NOT NULL FROM media_objects WHERE workspace_id = $1 AND digest = $2", workspace, digest
    )
    return bool(found)


async def forget(conn: Conn, workspace: WorkspaceId, digest: bytes) -> int:
    """The file is gone, and so is what we knew of it. Under its lock."""
    return await run(
        conn,
        "DELETE FROM media_objects WHERE workspace_id = $1 AND digest = $2 AND removing_since IS NOT NULL",
        workspace, digest,
    )  # fmt: skip


async def try_again(conn: Conn, workspace: WorkspaceId, message: UUID, position: int, now: datetime) -> int:
    """Somebody asks for a file that failed, expired or was refused: it is fetched at once. Others stay as they are.

    So does a story whose time is over.
    """
    return await run(
        conn,
        """WITH again AS (
            UPDATE attachments SET state = 'pending', error = NULL, media_fetch_failed = false
            WHERE workspace_id = $1 AND message_id = $2 AND position = $3 AND state IN ('failed', 'expired', 'refused')
                AND (available_until IS NULL OR available_until > $4)
            RETURNING workspace_id, message_id, position, source_url
        )
        INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at, host)
        SELECT again.workspace_id, again.message_id, again.position, m.account_id, $4,
            coalesce(split_part(again.source_url, '/', 3), '')
        FROM again JOIN messages m ON m.workspace_id = again.workspace_id AND m.id = again.message_id
        ON CONFLICT (workspace_id, subject_id, position)
            DO UPDATE SET due_at = excluded.due_at, attempts = 0, has_asked_anew = false, error = NULL""",
        workspace, message, position, now,
    )  # fmt: skip
