"""What an account left, erased piece by piece: its conversations, messages, people, comments and everything beside them.

What members collected in their libraries is theirs and stays; so does the account's own row, with its name and settings.
"""

from datetime import datetime

from confab.model.inbox import AccountId, WorkspaceId
from confab.store.db import Conn, run

_MESSAGES = 1000
_CONVERSATIONS = 200


async def some(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> int:
    """Erase a piece; 0 when nothing was left. Its files are looked at by the work `removals`."""
    return (
        await _messages(conn, workspace, account, now)
        or await _conversations(conn, workspace, account)
        or await _people(conn, workspace, account, now)
        or await _rest(conn, workspace, account)
    )


async def _messages(conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> int:
    """Indexes: conversation_list, message_page."""
    return await run(
        conn,
        """WITH doomed AS MATERIALIZED (
            SELECT m.id FROM conversations c JOIN messages m ON m.workspace_id = c.workspace_id AND m.conversation_id = c.id
            WHERE c.workspace_id = $1 AND c.account_id = $2 LIMIT $3),
        files AS (
            DELETE FROM attachments a USING doomed d WHERE a.workspace_id = $1 AND a.message_id = d.id RETURNING a.digest),
        looked AS (
            INSERT INTO media_removals AS r (workspace_id, digest, due_at)
            SELECT DISTINCT $1::uuid, digest, $4::timestamptz FROM files WHERE digest IS NOT NULL
            ON CONFLICT (workspace_id, digest) DO UPDATE SET due_at = least(r.due_at, excluded.due_at), attempts = 0),
        calls AS (DELETE FROM outbound_messages o USING doomed d WHERE o.workspace_id = $1 AND o.message_id = d.id),
        fetches AS (DELETE FROM media_fetches f USING doomed d WHERE f.workspace_id = $1 AND f.subject_id = d.id)
        DELETE FROM messages m USING doomed d WHERE m.workspace_id = $1 AND m.id = d.id""",
        workspace, account, _MESSAGES, now,
    )  # fmt: skip


async def _conversations(conn: Conn, workspace: WorkspaceId, account: AccountId) -> int:
    return await run(
        conn,
        """WITH doomed AS MATERIALIZED (
            SELECT id FROM conversations WHERE workspace_id = $1 AND account_id = $2 LIMIT $3),
        calls AS (DELETE FROM outbound_messages o USING doomed d WHERE o.workspace_id = $1 AND o.conversation_id = d.id),
        written AS (DELETE FROM notes n USING doomed d WHERE n.workspace_id = $1 AND n.conversation_id = d.id),
        slept AS (DELETE FROM snoozes s USING doomed d WHERE s.workspace_id = $1 AND s.conversation_id = d.id),
        read AS (DELETE FROM earlier_fetches e USING doomed d WHERE e.workspace_id = $1 AND e.conversation_id = d.id),
        welcomed AS (DELETE FROM welcomes w USING doomed d WHERE w.workspace_id = $1 AND w.conversation_id = d.id),
        happened AS (DELETE FROM activities a USING doomed d WHERE a.workspace_id = $1 AND a.conversation_id = d.id)
        DELETE FROM conversations c USING doomed d WHERE c.workspace_id = $1 AND c.id = d.id""",
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


async def _rest(conn: Conn, workspace: WorkspaceId, account: AccountId) -> int:
    return await run(
        conn,
        """WITH told AS (DELETE FROM activities WHERE workspace_id = $1 AND account_id = $2),
        parked AS (DELETE FROM parked_events WHERE workspace_id = $1 AND account_id = $2),
        sources AS (DELETE FROM message_sources WHERE workspace_id = $1 AND account_id = $2),
        hints AS (DELETE FROM message_hints WHERE workspace_id = $1 AND account_id = $2),
        erased AS (DELETE FROM erasures WHERE workspace_id = $1 AND account_id = $2),
        asked AS (DELETE FROM rule_events WHERE workspace_id = $1 AND account_id = $2),
        fired AS (DELETE FROM rule_fires WHERE workspace_id = $1 AND account_id = $2),
        looked AS (DELETE FROM rule_runs WHERE workspace_id = $1 AND account_id = $2),
        called AS (DELETE FROM rule_calls WHERE workspace_id = $1 AND account_id = $2),
        handed AS (DELETE FROM handed_files WHERE workspace_id = $1 AND account_id = $2),
        fetches AS (DELETE FROM media_fetches WHERE workspace_id = $1 AND account_id = $2),
        parts AS (DELETE FROM delivery_parts WHERE workspace_id = $1 AND account_id = $2)
        DELETE FROM comments WHERE workspace_id = $1 AND account_id = $2""",
        workspace, account,
    )  # fmt: skip
