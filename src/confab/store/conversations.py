"""Conversations: the list, the one, and what apply and act write to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from confab.errors import NotFound
from confab.model.inbox import (
    HUMAN_AGENT_WINDOW,
    WINDOW,
    AccountRef,
    AgentRef,
    Conversation,
    ConversationId,
    OutboundId,
    Participant,
    Viewer,
    WorkspaceId,
)
from confab.store import events, messages
from confab.store.db import Conn, Record, columns, rows, run
from confab.store.rows import ConversationRow

_BROUGHT_BACK = 50

_VIEW: LiteralString = """
    SELECT c.id, c.status, c.snoozed_until, c.unread_count, c.read_up_to, c.seen_up_to, c.last_message_at,
        c.last_message_preview, c.last_message_direction, c.last_message_status, c.window_opened_at, c.window_opened_by,
        c.window_refused_at, c.unreachable_at, c.labels, c.is_self, c.handled_elsewhere, c.earlier,
        c.earlier_reason, c.archived_at, c.version, c.workspace_id,
        c.account_id, a.ig_id, a.username AS account_username, a.human_agent,
        p.igsid, p.username, p.name, p.avatar_url, p.avatar_fetch_failed, p.follower_count, p.is_follower, p.is_followed,
        p.is_verified, p.connected_user_id, p.linked_lead_id, p.profile_read_at, p.profile_asked_at, p.profile_error,
        c.assignee_id, g.name AS assignee_name
    FROM conversations c
    JOIN accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
    JOIN participants p ON p.workspace_id = c.workspace_id AND p.id = c.participant_id
    LEFT JOIN agents g ON g.id = c.assignee_id
"""


async def for_viewer(conn: Conn, viewer: Viewer, conversation: ConversationId) -> Conversation:
    """One conversation. Raises NotFound also when it belongs to somebody else."""
    record = await conn.fetchrow(_VIEW + "WHERE c.workspace_id = $1 AND c.id = $2", viewer.workspace_id, conversation)
    if record is None:
        raise NotFound("There is no such conversation.")
    return shown(record)


async def get(conn: Conn, workspace: WorkspaceId, conversation: UUID) -> Conversation:
    """One conversation as everybody sees it, that is known to be there."""
    return (await by_ids(conn, [(workspace, conversation)]))[conversation][1]


async def with_participant(conn: Conn, workspace: WorkspaceId, account: UUID, igsid: str) -> ConversationId | None:
    """The account's conversation with a participant, None when there is none yet."""
    return await conn.fetchval(
        """SELECT c.id FROM participants p JOIN conversations c
            ON c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
        WHERE p.workspace_id = $1 AND p.account_id = $2 AND p.igsid = $3""",
        workspace, account, igsid,
    )  # fmt: skip


async def of_person(conn: Conn, workspace: WorkspaceId, name: str) -> list[ConversationId]:
    """Conversations with people of this username or Instagram id. Index: participants_igsid; by username all are looked at."""
    records = await conn.fetch(
        """SELECT c.id FROM participants p JOIN conversations c
            ON c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
        WHERE p.workspace_id = $1 AND (p.username = $2 OR p.igsid = $2) ORDER BY c.id LIMIT 2""",
        workspace, name,
    )  # fmt: skip
    return [record["id"] for record in records]


async def exists(conn: Conn, viewer: Viewer, conversation: ConversationId) -> None:
    """Raises NotFound when the viewer has no such conversation."""
    found = await conn.fetchval(
        "SELECT true FROM conversations WHERE workspace_id = $1 AND id = $2", viewer.workspace_id, conversation
    )
    if not found:
        raise NotFound("There is no such conversation.")


async def is_archived(conn: Conn, viewer: Viewer, conversation: ConversationId) -> bool:
    """Whether it lies in the archive. Raises NotFound when the viewer has no such conversation."""
    found = await conn.fetchval(
        "SELECT archived_at IS NOT NULL FROM conversations WHERE workspace_id = $1 AND id = $2", viewer.workspace_id, conversation
    )
    if found is None:
        raise NotFound("There is no such conversation.")
    return found


async def by_ids(conn: Conn, ids: Sequence[tuple[UUID, UUID]]) -> dict[UUID, tuple[WorkspaceId, Conversation]]:
    """Conversations by id, of (workspace, id) pairs: apply works for many workspaces at once."""
    records = await conn.fetch(
        f"""SELECT c.* FROM unnest($1::uuid[], $2::uuid[]) AS t (workspace_id, id)
        CROSS JOIN LATERAL ({_VIEW} WHERE c.workspace_id = t.workspace_id AND c.id = t.id OFFSET 0) c""",
        [workspace for workspace, _ in ids],
        [conversation for _, conversation in ids],
    )
    return {record["id"]: (WorkspaceId(record["workspace_id"]), shown(record)) for record in records}


async def lock(conn: Conn, workspace: WorkspaceId, conversation: ConversationId) -> ConversationRow:
    """The conversation's row under lock until the transaction ends; whoever changes it or its messages comes here first."""
    found = await rows(
        conn,
        ConversationRow,
        _LOCK + "WHERE c.workspace_id = $1 AND c.id = $2 FOR NO KEY UPDATE OF c",
        workspace,
        conversation,
    )
    if not found:
        raise NotFound("There is no such conversation.")
    return found[0]


async def lock_of_call(
    conn: Conn, workspace: WorkspaceId, outbound: OutboundId, mids: Sequence[tuple[UUID, UUID]]
) -> ConversationRow | None:
    """The conversation of a call that goes out, locked likewise; None when there is no such call.

    `mids`: locked before it, as `events.lock_mids` does.
    """
    found = await rows(
        conn,
        ConversationRow,
        "WITH mids AS MATERIALIZED (SELECT count(pg_advisory_xact_lock(n)) AS locked FROM unnest($3::bigint[]) AS n)"
        + _LOCK
        + """CROSS JOIN mids WHERE mids.locked >= 0 AND c.workspace_id = $1 AND c.id = (
            SELECT o.conversation_id FROM outbound_messages o WHERE o.workspace_id = $1 AND o.id = $2)
        FOR NO KEY UPDATE OF c""",
        workspace, outbound, events.mid_locks(mids),
    )  # fmt: skip
    return found[0] if found else None


async def lock_people(conn: Conn, people: Sequence[tuple[UUID, UUID]]) -> None:
    """The conversations of (workspace, participant), locked in the order of ids, before anybody changes their participants."""
    await conn.execute(
        """SELECT c.id FROM unnest($1::uuid[], $2::uuid[]) AS t (workspace_id, id) JOIN participants p USING (workspace_id, id)
        JOIN conversations c ON c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
        ORDER BY c.workspace_id, c.id FOR NO KEY UPDATE OF c""",
        [workspace for workspace, _ in people],
        [participant for _, participant in people],
    )


async def lock_for_events(
    conn: Conn, people: Sequence[tuple[UUID, UUID, str]], mids: Sequence[tuple[UUID, UUID, UUID]]
) -> list[ConversationRow]:
    """The conversations with these (workspace, account, igsid) and of these (workspace, account, mid digest), locked.

    Apply's look across workspaces; in the order of ids, as everybody locks them.
    """
    return await rows(
        conn,
        ConversationRow,
        """WITH wanted AS (
            SELECT c.workspace_id, c.id FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS t (workspace_id, account_id, igsid)
            JOIN participants p USING (workspace_id, account_id, igsid)
            JOIN conversations c ON c.workspace_id = p.workspace_id AND c.account_id = p.account_id AND c.participant_id = p.id
            UNION
            SELECT m.workspace_id, m.conversation_id
            FROM unnest($4::uuid[], $5::uuid[], $6::uuid[]) AS t (workspace_id, account_id, mid_digest)
            JOIN messages m ON (m.workspace_id, m.account_id, m.mid_digest) = (t.workspace_id, t.account_id, t.mid_digest)
        )"""
        + _LOCK
        + """WHERE (c.workspace_id, c.id) IN (SELECT workspace_id, id FROM wanted)
        ORDER BY c.workspace_id, c.id FOR NO KEY UPDATE OF c""",
        *_columns(people, 3),
        *_columns(mids, 3),
    )


LOCKED: LiteralString = """
    c.workspace_id, c.id, c.account_id, c.participant_id, p.igsid, c.status, c.snoozed_until, c.unread_count,
        c.read_up_to, c.seen_up_to, c.last_message_id, c.last_message_at, c.last_message_preview, c.last_message_direction,
        c.last_message_status, c.window_opened_at, c.window_opened_by, c.window_refused_at, c.unreachable_at,
        c.thread_owner_app_id,
        c.thread_owner_at, c.handled_elsewhere, c.is_self, c.archived_at
"""
"""The columns of a ConversationRow; takes `WITH_PARTICIPANT`."""

WITH_PARTICIPANT: LiteralString = """
    FROM conversations c
    JOIN participants p ON p.workspace_id = c.workspace_id AND p.id = c.participant_id
"""
_LOCK: LiteralString = f"SELECT {LOCKED} {WITH_PARTICIPANT}"


async def insert(conn: Conn, new: Sequence[ConversationRow], now: datetime) -> None:
    """New participants with their conversations and a profile to read. Apply's, across workspaces, under the account's lock."""
    await conn.execute(
        """
        WITH given AS (
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[], $7::boolean[])
                AS t (workspace_id, id, account_id, participant_id, igsid, read_up_to, is_self)
        ), participant AS (
            INSERT INTO participants (workspace_id, id, account_id, igsid, profile_turn_at, created_at)
            SELECT workspace_id, participant_id, account_id, igsid, $8, $8 FROM given
        ), profile AS (
            INSERT INTO profile_fetches (workspace_id, participant_id, state, due_at)
            SELECT workspace_id, participant_id, 'due', $8 FROM given WHERE NOT is_self
        )
        INSERT INTO conversations (workspace_id, id, account_id, participant_id, read_up_to, is_self, created_at)
        SELECT workspace_id, id, account_id, participant_id, read_up_to, is_self, $8 FROM given
        """,
        [row.workspace_id for row in new],
        [row.id for row in new],
        [row.account_id for row in new],
        [row.participant_id for row in new],
        [row.igsid for row in new],
        [row.read_up_to for row in new],
        [row.is_self for row in new],
        now,
    )


_WRITTEN = (
    "workspace_id", "id", "status", "snoozed_until", "unread_count", "read_up_to", "seen_up_to", "last_message_id",
    "last_message_at", "last_message_preview", "last_message_direction", "last_message_status", "window_opened_at",
    "window_opened_by", "window_refused_at", "unreachable_at", "thread_owner_app_id", "thread_owner_at", "handled_elsewhere",
    "is_self", "archived_at",
)  # fmt: skip


CHANGED: LiteralString = """
    UPDATE conversations c
    SET status = t.status, snoozed_until = t.snoozed_until, unread_count = t.unread_count, read_up_to = t.read_up_to,
        seen_up_to = t.seen_up_to, last_message_id = t.last_message_id, last_message_at = t.last_message_at,
        last_message_preview = t.last_message_preview, last_message_direction = t.last_message_direction,
        last_message_status = t.last_message_status, window_opened_at = t.window_opened_at,
        window_opened_by = t.window_opened_by, window_refused_at = t.window_refused_at,
        unreachable_at = t.unreachable_at, thread_owner_app_id = t.thread_owner_app_id,
        thread_owner_at = t.thread_owner_at, handled_elsewhere = t.handled_elsewhere, is_self = t.is_self,
        archived_at = t.archived_at,
        version = c.version + 1
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::integer[], $6::timestamptz[], $7::timestamptz[],
        $8::uuid[], $9::timestamptz[], $10::text[], $11::text[], $12::text[], $13::timestamptz[], $14::text[],
        $15::timestamptz[], $16::timestamptz[], $17::text[], $18::timestamptz[], $19::boolean[], $20::boolean[],
        $21::timestamptz[])
        AS t (workspace_id, id, status, snoozed_until, unread_count, read_up_to, seen_up_to, last_message_id, last_message_at,
            last_message_preview, last_message_direction, last_message_status, window_opened_at, window_opened_by,
            window_refused_at, unreachable_at, thread_owner_app_id, thread_owner_at, handled_elsewhere, is_self, archived_at)
    WHERE c.workspace_id = t.workspace_id AND c.id = t.id RETURNING c.*"""
"""Writes every column that apply and act decide; takes `written`. Each one's version grows by one."""

AS_CHANGED: LiteralString = _VIEW.replace("FROM conversations c", "FROM changed c")
"""Conversations as they are shown, where `changed` is what `CHANGED` gives."""


def written(changed: Sequence[ConversationRow]) -> list[list[object]]:
    """What `CHANGED` takes."""
    return columns(changed, _WRITTEN)


async def bring_back(conn: Conn, changed: Sequence[ConversationRow]) -> None:
    """What comes back from the archive brings its newest messages along."""
    if back := [(row.workspace_id, row.id) for row in changed if row.comes_back]:
        await messages.bring_back(conn, back, _BROUGHT_BACK)


async def update(conn: Conn, changed: Sequence[ConversationRow]) -> dict[UUID, Conversation]:
    """Write every column that apply and act decide; the rows are locked. Each one's version grows by one.

    What comes back from the archive brings its newest messages along. Gives them as they are shown from now on.
    """
    await bring_back(conn, changed)
    records = await conn.fetch(f"WITH changed AS ({CHANGED}) {AS_CHANGED}", *written(changed))
    return {record["id"]: shown(record) for record in records}


async def recount_unread(conn: Conn, moved: Sequence[ConversationRow]) -> dict[UUID, int]:
    """How many messages lie behind each conversation's read mark: one range of message_open each. What is archived is read."""
    records = await conn.fetch(
        """
        SELECT t.id, (
            SELECT count(*)::integer FROM messages m
            WHERE m.workspace_id = t.workspace_id AND m.conversation_id = t.id AND m.sent_at > t.read_up_to
                AND m.direction = 'inbound' AND m.deleted_at IS NULL AND NOT m.is_archived
        ) AS unread
        FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS t (workspace_id, id, read_up_to)
        """,
        [row.workspace_id for row in moved],
        [row.id for row in moved],
        [row.read_up_to for row in moved],
    )
    return {record["id"]: record["unread"] for record in records}


async def shows_indicators(conn: Conn, workspace: WorkspaceId, account: UUID) -> bool:
    """Whether participants are shown when somebody types or has seen."""
    return await conn.fetchval("SELECT shows_indicators FROM accounts WHERE workspace_id = $1 AND id = $2", workspace, account)


async def account_ig_id(conn: Conn, workspace: WorkspaceId, account: UUID) -> str:
    """What Meta calls an account of the workspace."""
    return await conn.fetchval("SELECT ig_id FROM accounts WHERE workspace_id = $1 AND id = $2", workspace, account)


async def assign(conn: Conn, workspace: WorkspaceId, conversation: ConversationId, assignee: UUID | None) -> int:
    """Hand the conversation to an agent of the workspace, or to nobody."""
    return await run(
        conn,
        "UPDATE conversations SET assignee_id = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2",
        workspace, conversation, assignee,
    )  # fmt: skip


async def set_labels(conn: Conn, workspace: WorkspaceId, conversation: ConversationId, labels: Sequence[str]) -> int:
    """Replace the conversation's labels."""
    return await run(
        conn,
        "UPDATE conversations SET labels = $3, version = version + 1 WHERE workspace_id = $1 AND id = $2",
        workspace, conversation, list(labels),
    )  # fmt: skip


def shown(record: Record) -> Conversation:
    """A row of the view as everybody sees it."""
    opened_at: datetime | None = record["window_opened_at"]
    refused_at: datetime | None = record["window_refused_at"]
    reply_until = opened_at + WINDOW if opened_at else None
    if reply_until and opened_at and refused_at and refused_at >= opened_at:
        reply_until = min(reply_until, refused_at)
    human_until = opened_at + HUMAN_AGENT_WINDOW if opened_at and record["human_agent"] else None
    return Conversation(
        id=record["id"],
        account=AccountRef(id=record["account_id"], ig_id=record["ig_id"], username=record["account_username"]),
        participant=Participant(
            ig_id=record["igsid"], username=record["username"], name=record["name"], avatar_url=record["avatar_url"],
            avatar_fetch_failed=record["avatar_fetch_failed"], follower_count=record["follower_count"],
            is_follower=record["is_follower"], is_followed=record["is_followed"], is_verified=record["is_verified"],
            connected_user_id=record["connected_user_id"], linked_lead_id=record["linked_lead_id"],
            profile_read_at=record["profile_read_at"], profile_asked_at=record["profile_asked_at"],
            profile_error=record["profile_error"],
        ),
        status=record["status"], snoozed_until=record["snoozed_until"], unread_count=record["unread_count"],
        read_up_to=record["read_up_to"], seen_up_to=record["seen_up_to"], last_message_at=record["last_message_at"],
        last_message_preview=record["last_message_preview"], last_message_direction=record["last_message_direction"],
        last_message_status=record["last_message_status"],
        can_reply_until=reply_until, human_agent_until=human_until, window_opened_at=opened_at,
        window_opened_by=record["window_opened_by"], window_refused_at=refused_at,
        unreachable_at=record["unreachable_at"],
        assignee=AgentRef(id=record["assignee_id"], name=record["assignee_name"]) if record["assignee_name"] else None,
        labels=record["labels"], is_self=record["is_self"], handled_elsewhere=record["handled_elsewhere"],
        earlier=record["earlier"], earlier_reason=record["earlier_reason"],
        archived_at=record["archived_at"], version=record["version"],
    )  # fmt: skip


def _columns(keys: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:  # of several column types
    return [[key[index] for key in keys] for index in range(width)]
