"""What an account left, erased piece by piece: its conversations, messages, people, comments, numbers and everything beside
them, and what the change feed and the ledger still say of it.

What members collected in their libraries is theirs and stays; so does the account's own row, with its name and settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from confab.model.inbox import AccountId, WorkspaceId
from confab.store.db import Conn, rows, run

_MESSAGES = 1000
_CONVERSATIONS = 200
_VALUES = 5000

# What the feed said of objects that go is blanked (rule F6). Index: changes_subject.
_SILENCED: LiteralString = r"""UPDATE changes c SET type = 'superseded', body = '\x7b2274797065223a2273757065727365646564227d'
    FROM doomed d WHERE c.workspace_id = $1 AND c.subject_id = d.id AND c.type <> 'superseded'"""


async def is_over(conn: Conn, workspace: WorkspaceId, account: AccountId) -> bool:
    """Whether the account is still disconnected: nobody connects it again before the transaction ends."""
    return bool(
        await conn.fetchval(
            "SELECT disconnected_at IS NOT NULL FROM accounts WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE",
            workspace, account,
        )
    )  # fmt: skip


async def some(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> int:
    """Erase a piece; 0 when nothing was left but deliveries. Its files are looked at by the work `removals`."""
    return (
        await _messages(conn, workspace, account, now)
        or await _conversations(conn, workspace, account)
        or await _people(conn, workspace, account, now)
        or await _comments(conn, workspace, account)
        or await _posts(conn, workspace, account, now)
        or await _numbers(conn, workspace, account)
        or await _rest(conn, workspace, account, now)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A delivery in the ledger with something of the account; `is_shared`: it holds something of others, too."""

    id: UUID
    is_shared: bool


async def deliveries(
    conn: Conn, workspace: WorkspaceId, account: AccountId, *, beyond: UUID, limit: int
) -> list[Kept]:  # fmt: skip
    """The next deliveries after `beyond` with something of the account, also of times when it was nobody's. Index: the primary
    key of the workspace's parts; unrouted_parts_account.
    """
    return await rows(
        conn,
        Kept,
        """WITH its AS (SELECT ig_id FROM accounts WHERE workspace_id = $1 AND id = $2), found AS (
            (SELECT delivery_id FROM delivery_parts WHERE workspace_id = $1 AND account_id = $2 AND delivery_id > $3
             ORDER BY delivery_id LIMIT $4)
            UNION
            (SELECT u.delivery_id FROM its JOIN unrouted_parts u USING (ig_id) WHERE u.delivery_id > $3
                AND NOT EXISTS (SELECT FROM account_routes r WHERE r.ig_id = its.ig_id)
             ORDER BY u.delivery_id LIMIT $4))
        SELECT f.delivery_id AS id,
            EXISTS (SELECT FROM workspaces w
                JOIN delivery_parts p ON p.workspace_id = w.workspace_id AND p.delivery_id = f.delivery_id
                WHERE (p.workspace_id, p.account_id) <> ($1, $2))
            OR EXISTS (SELECT FROM unrouted_parts u, its WHERE u.delivery_id = f.delivery_id AND u.ig_id <> its.ig_id)
            AS is_shared
        FROM found f ORDER BY 1 LIMIT $4""",
        workspace, account, beyond, limit,
    )  # fmt: skip


async def forget_deliveries(conn: Conn, workspace: WorkspaceId, account: AccountId, found: Sequence[Kept]) -> int:
    """Nothing says any more that the account had a part in these; those that nobody else has a part in are gone."""
    return await run(
        conn,
        """WITH parts AS (
            DELETE FROM delivery_parts WHERE workspace_id = $1 AND account_id = $2 AND delivery_id = ANY($3::uuid[])),
        unrouted AS (
            DELETE FROM unrouted_parts u USING accounts a WHERE a.workspace_id = $1 AND a.id = $2 AND u.ig_id = a.ig_id
                AND u.delivery_id = ANY($3::uuid[])),
        queued AS (DELETE FROM delivery_queue WHERE delivery_id = ANY($4::uuid[]))
        DELETE FROM deliveries WHERE id = ANY($4::uuid[])""",
        workspace, account, [one.id for one in found], [one.id for one in found if not one.is_shared],
    )  # fmt: skip


async def _messages(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> int:
    """Indexes: conversation_list, message_page."""
    return await run(
        conn,
        f"""WITH doomed AS MATERIALIZED (
            SELECT m.id FROM conversations c JOIN messages m ON m.workspace_id = c.workspace_id AND m.conversation_id = c.id
            WHERE c.workspace_id = $1 AND c.account_id = $2 LIMIT $3),
        files AS (
            DELETE FROM attachments a USING doomed d WHERE a.workspace_id = $1 AND a.message_id = d.id RETURNING a.digest),
        looked AS (
            INSERT INTO media_removals AS r (workspace_id, digest, due_at)
            SELECT DISTINCT $1::uuid, digest, $4::timestamptz FROM files WHERE digest IS NOT NULL
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = least(r.due_at, excluded.due_at), attempts = 0),
        told AS ({_SILENCED}),
        calls AS (DELETE FROM outbound_messages o USING doomed d WHERE o.workspace_id = $1 AND o.message_id = d.id),
        entries AS (
            DELETE FROM search_entries e USING doomed d WHERE e.workspace_id = $1 AND e.kind = 1 AND e.subject_id = d.id
            RETURNING e.subject_id, e.words),
        words AS (
            DELETE FROM search_words w USING (SELECT subject_id, unnest(words) AS word FROM entries) e
            WHERE w.workspace_id = $1 AND w.kind = 1 AND w.word = e.word AND w.subject_id = e.subject_id),
        fetches AS (DELETE FROM media_fetches f USING doomed d WHERE f.workspace_id = $1 AND f.subject_id = d.id)
        DELETE FROM messages m USING doomed d WHERE m.workspace_id = $1 AND m.id = d.id""",
        workspace, account, _MESSAGES, now,
    )  # fmt: skip


async def _conversations(conn: Conn, workspace: WorkspaceId, account: AccountId) -> int:
    return await run(
        conn,
        f"""WITH gone AS MATERIALIZED (
            SELECT id FROM conversations WHERE workspace_id = $1 AND account_id = $2 LIMIT $3),
        doomed AS MATERIALIZED (
            SELECT id FROM gone
            UNION ALL SELECT n.id FROM gone d JOIN notes n ON n.workspace_id = $1 AND n.conversation_id = d.id
            UNION ALL SELECT a.event_key FROM gone d JOIN activities a ON a.workspace_id = $1 AND a.conversation_id = d.id),
        told AS ({_SILENCED}),
        entries AS (
            DELETE FROM search_entries e USING doomed d
            WHERE e.workspace_id = $1 AND e.kind IN (2, 3, 4) AND e.subject_id = d.id RETURNING e.kind, e.subject_id, e.words),
        words AS (
            DELETE FROM search_words w USING (SELECT kind, subject_id, unnest(words) AS word FROM entries) e
            WHERE w.workspace_id = $1 AND w.kind = e.kind AND w.word = e.word AND w.subject_id = e.subject_id),
        settled AS (DELETE FROM closings k USING gone d WHERE k.workspace_id = $1 AND k.conversation_id = d.id),
        calls AS (DELETE FROM outbound_messages o USING gone d WHERE o.workspace_id = $1 AND o.conversation_id = d.id),
        written AS (DELETE FROM notes n USING gone d WHERE n.workspace_id = $1 AND n.conversation_id = d.id),
        slept AS (DELETE FROM snoozes s USING gone d WHERE s.workspace_id = $1 AND s.conversation_id = d.id),
        read AS (DELETE FROM earlier_fetches e USING gone d WHERE e.workspace_id = $1 AND e.conversation_id = d.id),
        welcomed AS (DELETE FROM welcomes w USING gone d WHERE w.workspace_id = $1 AND w.conversation_id = d.id),
        happened AS (DELETE FROM activities a USING gone d WHERE a.workspace_id = $1 AND a.conversation_id = d.id)
        DELETE FROM conversations c USING gone d WHERE c.workspace_id = $1 AND c.id = d.id""",
        workspace, account, _CONVERSATIONS,
    )  # fmt: skip


async def _people(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> int:
    """Those who are members keep their connection: only what Instagram told of them goes with the account."""
    return await run(
        conn,
        """WITH doomed AS MATERIALIZED (
            SELECT id, avatar_digest FROM participants WHERE workspace_id = $1 AND account_id = $2 LIMIT $3),
        looked AS (
            INSERT INTO media_removals AS r (workspace_id, digest, due_at)
            SELECT DISTINCT $1::uuid, avatar_digest, $4::timestamptz FROM doomed WHERE avatar_digest IS NOT NULL
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = least(r.due_at, excluded.due_at), attempts = 0),
        profiles AS (DELETE FROM profile_fetches f USING doomed d WHERE f.workspace_id = $1 AND f.participant_id = d.id),
        pictures AS (DELETE FROM media_fetches f USING doomed d WHERE f.workspace_id = $1 AND f.subject_id = d.id),
        links AS (DELETE FROM verification_tokens v USING doomed d WHERE v.workspace_id = $1 AND v.participant_id = d.id)
        DELETE FROM participants p USING doomed d WHERE p.workspace_id = $1 AND p.id = d.id""",
        workspace, account, _MESSAGES, now,
    )  # fmt: skip


async def _comments(conn: Conn, workspace: WorkspaceId, account: AccountId) -> int:
    """Index: comment_page."""
    return await run(
        conn,
        f"""WITH doomed AS MATERIALIZED (
            SELECT id FROM comments WHERE workspace_id = $1 AND account_id = $2 LIMIT $3),
        told AS ({_SILENCED}),
        entries AS (
            DELETE FROM search_entries e USING doomed d WHERE e.workspace_id = $1 AND e.kind = 5 AND e.subject_id = d.id
            RETURNING e.subject_id, e.words),
        words AS (
            DELETE FROM search_words w USING (SELECT subject_id, unnest(words) AS word FROM entries) e
            WHERE w.workspace_id = $1 AND w.kind = 5 AND w.word = e.word AND w.subject_id = e.subject_id),
        calls AS (DELETE FROM comment_calls c USING doomed d WHERE c.workspace_id = $1 AND d.id IN (c.comment_id, c.reply_id)),
        looks AS (DELETE FROM comment_looks l USING doomed d WHERE l.workspace_id = $1 AND l.comment_id = d.id)
        DELETE FROM comments c USING doomed d WHERE c.workspace_id = $1 AND c.id = d.id""",
        workspace, account, _MESSAGES,
    )  # fmt: skip


async def _posts(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> int:
    return await run(
        conn,
        f"""WITH doomed AS MATERIALIZED (
            SELECT id, ig_id, picture_digest FROM posts WHERE workspace_id = $1 AND account_id = $2 LIMIT $3),
        told AS ({_SILENCED}),
        looked AS (
            INSERT INTO media_removals AS r (workspace_id, digest, due_at)
            SELECT DISTINCT $1::uuid, picture_digest, $4::timestamptz FROM doomed WHERE picture_digest IS NOT NULL
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = least(r.due_at, excluded.due_at), attempts = 0),
        calls AS (DELETE FROM comment_calls c USING doomed d WHERE c.workspace_id = $1 AND c.post_id = d.id),
        reads AS (DELETE FROM post_fetches f USING doomed d WHERE f.workspace_id = $1 AND f.post_id = d.id),
        pictures AS (DELETE FROM media_fetches f USING doomed d WHERE f.workspace_id = $1 AND f.subject_id = d.id),
        counted AS (
            DELETE FROM insight_media m USING doomed d
            WHERE m.workspace_id = $1 AND m.account_id = $2 AND m.ig_id = d.ig_id)
        DELETE FROM posts p USING doomed d WHERE p.workspace_id = $1 AND p.id = d.id""",
        workspace, account, _MESSAGES, now,
    )  # fmt: skip


async def _numbers(conn: Conn, workspace: WorkspaceId, account: AccountId) -> int:
    """Instagram's numbers; then the team's own, of which the hours of all accounts together are counted anew."""
    return await run(
        conn,
        """DELETE FROM insight_values WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM insight_values WHERE workspace_id = $1 AND account_id = $2 LIMIT $3))""",
        workspace, account, _VALUES,
    ) or await run(
        conn,
        """WITH gone AS (
            DELETE FROM own_numbers WHERE workspace_id = $1 AND account_id = $2 RETURNING at),
        days AS (DELETE FROM own_days WHERE workspace_id = $1 AND account_id = $2)
        INSERT INTO stale_hours (workspace_id, hour) SELECT DISTINCT $1::uuid, date_bin('1 hour', at, 'epoch') FROM gone""",
        workspace, account,
    )  # fmt: skip


async def _rest(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> int:
    return await run(
        conn,
        f"""WITH doomed AS MATERIALIZED (
            SELECT event_key AS id FROM activities WHERE workspace_id = $1 AND account_id = $2
            UNION ALL SELECT id FROM runs WHERE workspace_id = $1 AND account_id = $2),
        told AS ({_SILENCED}),
        happened AS (DELETE FROM activities WHERE workspace_id = $1 AND account_id = $2),
        parked AS (DELETE FROM parked_events WHERE workspace_id = $1 AND account_id = $2),
        sources AS (DELETE FROM message_sources WHERE workspace_id = $1 AND account_id = $2),
        hints AS (DELETE FROM message_hints WHERE workspace_id = $1 AND account_id = $2),
        erased AS (DELETE FROM erasures WHERE workspace_id = $1 AND account_id = $2),
        awaited AS (DELETE FROM rule_events WHERE workspace_id = $1 AND account_id = $2),
        fired_once AS (DELETE FROM rule_fires WHERE workspace_id = $1 AND account_id = $2),
        reacted AS (DELETE FROM rule_runs WHERE workspace_id = $1 AND account_id = $2),
        called_out AS (DELETE FROM rule_calls WHERE workspace_id = $1 AND account_id = $2),
        handed AS (DELETE FROM handed_files WHERE workspace_id = $1 AND account_id = $2),
        fetches AS (DELETE FROM media_fetches WHERE workspace_id = $1 AND account_id = $2),
        turns AS (DELETE FROM media_turns WHERE workspace_id = $1 AND account_id = $2),
        nights AS (DELETE FROM insight_watches WHERE workspace_id = $1 AND account_id = $2),
        readings AS (DELETE FROM sync_runs WHERE workspace_id = $1 AND account_id = $2),
        ran AS (DELETE FROM runs WHERE workspace_id = $1 AND account_id = $2),
        watched AS (DELETE FROM account_watches WHERE workspace_id = $1 AND account_id = $2),
        taken AS (
            UPDATE exports SET state = 'withdrawn', due_at = $3, attempts = 0, error = 'What was in it was erased.',
                version = version + 1
            WHERE workspace_id = $1 AND account_id = $2 AND state IN ('waiting', 'running', 'done'))
        DELETE FROM comment_watches WHERE workspace_id = $1 AND account_id = $2""",
        workspace, account, now,
    )  # fmt: skip
