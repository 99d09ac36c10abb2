"""Files that somebody of the team uploaded to send them, and what Instagram calls those handed to it. Rules UP3, UP6."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from confab.model.inbox import Viewer, WorkspaceId
from confab.model.outgoing import FileKind
from confab.store.db import Conn, row, rows, run

UNUSED_LIFE = timedelta(days=1)
"""How long a file is kept that no message shows. Rule UP3."""

File = tuple[bytes, FileKind]
"""What Instagram knows a file by: its digest, and as what it was handed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRow:
    """A file to send. `content_type` and `name` are what Instagram is told."""

    workspace_id: UUID
    id: UUID
    digest: bytes
    kind: FileKind
    content_type: str
    name: str
    size_bytes: int
    width: int | None
    height: int | None
    duration_ms: int | None
    placeholder: str | None
    has_thumbnail: bool


async def insert(conn: Conn, workspace: WorkspaceId, new: UploadRow, now: datetime) -> None:
    """Remember an upload. Its object is locked by `media.known`, so that nobody removes it."""
    await conn.execute(
        """INSERT INTO uploads (workspace_id, id, digest, kind, content_type, name, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        workspace, new.id, new.digest, new.kind, new.content_type, new.name, now,
    )  # fmt: skip


async def get(conn: Conn, workspace: WorkspaceId, ids: Sequence[UUID]) -> list[UploadRow]:
    """Those of these that are there, in the order asked.

    Their objects are locked until the transaction ends: who shows one in a message then shows one that stays.
    """
    return await rows(
        conn,
        UploadRow,
        """SELECT u.workspace_id, u.id, u.digest, u.kind, u.content_type, u.name, o.size_bytes, o.width, o.height, o.duration_ms,
            o.placeholder, o.has_thumbnail
        FROM unnest($2::uuid[]) WITH ORDINALITY AS asked (id, place)
        JOIN uploads u ON u.workspace_id = $1 AND u.id = asked.id
        JOIN media_objects o ON o.workspace_id = u.workspace_id AND o.digest = u.digest AND o.removing_since IS NULL
        ORDER BY asked.place FOR SHARE OF o""",
        workspace, list(ids),
    )  # fmt: skip


async def for_viewer(conn: Conn, viewer: Viewer, upload: UUID) -> UploadRow | None:
    """An upload of the viewer's workspace."""
    return await row(
        conn,
        UploadRow,
        """SELECT u.workspace_id, u.id, u.digest, u.kind, u.content_type, u.name, o.size_bytes, o.width, o.height, o.duration_ms,
            o.placeholder, o.has_thumbnail
        FROM uploads u
        JOIN media_objects o ON o.workspace_id = u.workspace_id AND o.digest = u.digest AND o.removing_since IS NULL
        WHERE u.workspace_id = $1 AND u.id = $2""",
        viewer.workspace_id, upload,
    )  # fmt: skip


async def forget_unused(conn: Conn, workspace: WorkspaceId, digest: bytes, now: datetime) -> datetime | None:
    """Forget the uploads of an object that no message shows and whose day is over; when the next one's is, None: none is left.

    The object is locked against whoever is about to show it.
    """
    return await conn.fetchval(
        """WITH forgotten AS (
            DELETE FROM uploads u WHERE u.workspace_id = $1 AND u.digest = $2 AND u.created_at <= $3::timestamptz - $4::interval
                AND NOT EXISTS (SELECT FROM attachments a WHERE a.workspace_id = $1 AND a.digest = $2)
            RETURNING u.id
        )
        SELECT min(u.created_at) + $4 FROM uploads u
        WHERE u.workspace_id = $1 AND u.digest = $2 AND u.id NOT IN (SELECT id FROM forgotten)
            AND u.created_at > $3::timestamptz - $4::interval""",
        workspace, digest, now, UNUSED_LIFE,
    )  # fmt: skip


async def handed(conn: Conn, workspace: WorkspaceId, account: UUID, files: Sequence[File], since: datetime) -> dict[File, str]:
    """What Instagram calls those of these files that this account handed to it since then."""
    records = await conn.fetch(
        """SELECT h.digest, h.kind, h.attachment_id FROM handed_files h
        JOIN unnest($3::bytea[], $4::text[]) AS asked (digest, kind) ON asked.digest = h.digest AND asked.kind = h.kind
        WHERE h.workspace_id = $1 AND h.account_id = $2 AND h.handed_at > $5""",
        workspace, account, [digest for digest, _ in files], [kind for _, kind in files], since,
    )  # fmt: skip
    return {(record["digest"], record["kind"]): record["attachment_id"] for record in records}


async def hand(conn: Conn, workspace: WorkspaceId, account: UUID, file: File, attachment_id: str, now: datetime) -> None:
    """This account handed a file over; Instagram calls it so from now on."""
    await conn.execute(
        """INSERT INTO handed_files (workspace_id, account_id, digest, kind, attachment_id, handed_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (workspace_id, account_id, digest, kind)
            DO UPDATE SET attachment_id = excluded.attachment_id, handed_at = excluded.handed_at""",
        workspace, account, *file, attachment_id, now,
    )  # fmt: skip


async def take_back(conn: Conn, workspace: WorkspaceId, account: UUID, files: Sequence[File]) -> int:
    """Instagram does not know these by what it called them: they are to be handed over anew."""
    return await run(
        conn,
        """DELETE FROM handed_files h USING unnest($3::bytea[], $4::text[]) AS asked (digest, kind)
        WHERE h.workspace_id = $1 AND h.account_id = $2 AND h.digest = asked.digest AND h.kind = asked.kind""",
        workspace, account, [digest for digest, _ in files], [kind for _, kind in files],
    )  # fmt: skip


async def forget_handed(conn: Conn, workspace: WorkspaceId, digest: bytes) -> int:
    """The file is gone here: what Instagram calls it is of no use any more."""
    return await run(
        conn,
        """DELETE FROM handed_files h USING accounts a
        WHERE a.workspace_id = $1 AND h.workspace_id = $1 AND h.account_id = a.id AND h.digest = $2""",
        workspace, digest,
    )  # fmt: skip
