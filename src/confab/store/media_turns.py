"""Accounts whose files are brought in line with what the account keeps: a row for each, with the place that was reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from confab.model.inbox import WorkspaceId
from confab.model.media import MediaMode
from confab.store.db import Conn, row, run
from confab.store.media import AVATAR, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """How far it is, and which mode the account has of its own."""

    account_id: UUID
    is_of_people: bool
    after_id: UUID
    media_mode: MediaMode | None


async def begin(conn: Conn, workspace: WorkspaceId, account: UUID, now: datetime) -> None:
    """Bring every file of the account in line, from the beginning."""
    await conn.execute(
        """INSERT INTO media_turns (workspace_id, account_id, due_at) VALUES ($1, $2, $3)
        ON CONFLICT (workspace_id, account_id) DO UPDATE SET is_of_people = false,
            after_id = '00000000-0000-0000-0000-000000000000', due_at = excluded.due_at, attempts = 0, error = NULL""",
        workspace, account, now,
    )  # fmt: skip


async def begin_where_needed(conn: Conn, default: MediaMode, now: datetime) -> int:
    """The same for every account whose mode is another than its files', of all workspaces: the default may have changed."""
    return await run(
        conn,
        """INSERT INTO media_turns (workspace_id, account_id, due_at)
        SELECT workspace_id, id, $2 FROM accounts WHERE coalesce(media_mode, $1) <> media_mode_now
        ON CONFLICT DO NOTHING""",
        default, now,
    )  # fmt: skip


async def get(conn: Conn, workspace: WorkspaceId, account: UUID) -> Turn | None:
    """The turn of an account, locked; None when it is over."""
    return await row(
        conn,
        Turn,
        """SELECT t.account_id, t.is_of_people, t.after_id, a.media_mode FROM media_turns t
        JOIN accounts a ON a.workspace_id = t.workspace_id AND a.id = t.account_id
        WHERE t.workspace_id = $1 AND t.account_id = $2 FOR NO KEY UPDATE OF t""",
        workspace, account,
    )  # fmt: skip


async def reach(conn: Conn, workspace: WorkspaceId, turn: Turn, after: UUID, now: datetime, *, is_of_people: bool) -> None:
    """This far it is done; the rest is due at once."""
    await conn.execute(
        """UPDATE media_turns SET after_id = $3, is_of_people = $4, due_at = $5, attempts = 0
        WHERE workspace_id = $1 AND account_id = $2""",
        workspace, turn.account_id, after, is_of_people, now,
    )  # fmt: skip


async def end(conn: Conn, workspace: WorkspaceId, account: UUID, mode: MediaMode) -> None:
    """Every file is as the mode says."""
    await conn.execute(
        """WITH over AS (DELETE FROM media_turns WHERE workspace_id = $1 AND account_id = $2)
        UPDATE accounts SET media_mode_now = $3 WHERE workspace_id = $1 AND id = $2""",
        workspace, account, mode,
    )  # fmt: skip


async def page(conn: Conn, workspace: WorkspaceId, turn: Turn, state: str, limit: int) -> tuple[list[Place], UUID | None]:
    """The account's files in this state that are no stories, of the next `limit` attachments of the workspace by message.

    And the last message looked at, None when there was none. By the primary key of attachments, whatever its filter leaves out.
    """
    found = await conn.fetch(
        """SELECT a.message_id, m.conversation_id, a.position,
            m.account_id = $4 AND a.state = $5 AND a.available_until IS NULL AS is_meant
        FROM (
            SELECT workspace_id, message_id, position, state, available_until FROM attachments
            WHERE workspace_id = $1 AND message_id > $2 ORDER BY message_id FETCH FIRST ($3::int) ROWS WITH TIES
        ) a JOIN messages m ON m.workspace_id = a.workspace_id AND m.id = a.message_id ORDER BY a.message_id, a.position""",
        workspace, turn.after_id, limit, turn.account_id, state,
    )  # fmt: skip
    places = [
        Place(
            workspace_id=workspace, conversation_id=one["conversation_id"], message_id=one["message_id"], position=one["position"]
        )
        for one in found
        if one["is_meant"]
    ]
    return places, found[-1]["message_id"] if found else None


async def let_go(conn: Conn, places: Sequence[Place], reason: str, now: datetime) -> None:
    """Copies are passed on instead, or gone where Instagram's link is not known. Their conversations are locked."""
    await conn.execute(
        """WITH kept AS (
            SELECT a.workspace_id, a.message_id, a.position, a.digest FROM attachments a
            JOIN unnest($1::uuid[], $2::uuid[], $3::smallint[]) AS t (workspace_id, message_id, position)
                USING (workspace_id, message_id, position)
            WHERE a.state = 'stored'
        ), passed_on AS (
            UPDATE attachments a SET state = CASE WHEN source_url IS NULL THEN 'expired' ELSE 'relayed' END,
                error = CASE WHEN source_url IS NULL THEN $4 END, digest = NULL, placeholder = NULL, has_thumbnail = false
            FROM kept WHERE (a.workspace_id, a.message_id, a.position) = (kept.workspace_id, kept.message_id, kept.position)
        )
        INSERT INTO media_removals (workspace_id, digest, due_at)
        SELECT DISTINCT workspace_id, digest, $5::timestamptz FROM kept WHERE digest IS NOT NULL
        ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0""",
        *_columns(places), reason, now,
    )  # fmt: skip


async def fetch(conn: Conn, places: Sequence[Place]) -> None:
    """What was passed on is fetched to be kept, the newest first. Conversations are locked."""
    await conn.execute(
        """WITH wanted AS (
            UPDATE attachments a SET state = 'pending', error = NULL
            FROM unnest($1::uuid[], $2::uuid[], $3::smallint[]) AS t (workspace_id, message_id, position)
            WHERE (a.workspace_id, a.message_id, a.position) = (t.workspace_id, t.message_id, t.position) AND a.state = 'relayed'
            RETURNING a.workspace_id, a.message_id, a.position, a.source_url, a.sent_at
        )
        INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at, host)
        SELECT w.workspace_id, w.message_id, w.position, m.account_id,
            timestamptz '2000-01-01 00:00+00' + (timestamptz '2100-01-01 00:00+00' - w.sent_at) / 10,
            coalesce(split_part(w.source_url, '/', 3), '')
        FROM wanted w JOIN messages m ON m.workspace_id = w.workspace_id AND m.id = w.message_id
        ON CONFLICT DO NOTHING""",
        *_columns(places),
    )  # fmt: skip


async def page_of_people(conn: Conn, workspace: WorkspaceId, turn: Turn, limit: int) -> list[UUID]:
    """The next participants of the workspace, whosever they are, by id."""
    found = await conn.fetch(
        "SELECT id FROM participants WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT $3", workspace, turn.after_id, limit
    )
    return [record["id"] for record in found]


async def turn_people(
    conn: Conn, workspace: WorkspaceId, turn: Turn, people: Sequence[UUID], mode: MediaMode, now: datetime
) -> list[UUID]:
    """Those of the account: copies of their pictures go, and all are looked for anew. The conversations that changed.

    Their conversations are locked.
    """
    found = await conn.fetch(
        """WITH before AS (
            SELECT id, account_id, avatar_digest, avatar_source_url FROM participants
            WHERE workspace_id = $1 AND id = ANY($2::uuid[]) AND account_id = $3 AND avatar_url IS NOT NULL
                AND (avatar_digest IS NOT NULL) = ($4 = 'reference') FOR NO KEY UPDATE
        ), unwanted AS (
            INSERT INTO media_removals (workspace_id, digest, due_at)
            SELECT DISTINCT $1::uuid, avatar_digest, $5::timestamptz FROM before WHERE avatar_digest IS NOT NULL
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = excluded.due_at, attempts = 0
        ), looked_for AS (
            INSERT INTO media_fetches (workspace_id, subject_id, position, account_id, due_at, host)
            SELECT $1, id, $6, account_id, $5, split_part(avatar_source_url, '/', 3) FROM before
            WHERE avatar_source_url IS NOT NULL
            ON CONFLICT (workspace_id, subject_id, position) DO UPDATE SET due_at = excluded.due_at, attempts = 0
        ), people AS (
            UPDATE participants p SET avatar_digest = NULL, avatar_kept_at = NULL,
                avatar_url = CASE WHEN p.avatar_digest IS NULL THEN p.avatar_url END
            FROM before b WHERE p.workspace_id = $1 AND p.id = b.id
        )
        UPDATE conversations c SET version = c.version + 1 FROM before b
        WHERE c.workspace_id = $1 AND c.account_id = b.account_id AND c.participant_id = b.id RETURNING c.id""",
        workspace, people, turn.account_id, mode, now, AVATAR,
    )  # fmt: skip
    return [record["id"] for record in found]


def _columns(places: Sequence[Place]) -> tuple[list[UUID], list[UUID], list[int]]:
    return [p.workspace_id for p in places], [p.message_id for p in places], [p.position for p in places]
