"""A workspace with a past: many conversations and messages, written straight into the tables, for plans and timings."""

from uuid import UUID

from confab.store.db import Door, connect
from tests.world import World

_FILL = """
WITH people AS (
    INSERT INTO participants (workspace_id, id, account_id, igsid, username, created_at)
    SELECT $1, uuid_at('2026-01-01'::timestamptz + n * interval '1 second'), $2, 'p' || n, 'person' || n, '2026-01-01'
    FROM generate_series($5::int, $5 + $3 - 1) n RETURNING id, igsid
), chosen AS (
    SELECT id, substr(igsid, 2)::int AS n FROM people
)
INSERT INTO conversations (workspace_id, id, account_id, participant_id, status, snoozed_until, assignee_id, unread_count,
    read_up_to,
    last_message_id, last_message_at, last_message_preview, last_message_direction, last_message_status,
    window_opened_at, window_opened_by, created_at)
SELECT $1, id, $2, id, CASE WHEN n % 10 < 7 THEN 'closed' ELSE 'open' END, NULL, CASE WHEN n % 7 <> 0 THEN $4::uuid END,
    CASE WHEN n % 9 = 0 THEN 1 ELSE 0 END, '2026-01-01', id, '2026-06-01'::timestamptz + n * interval '1 minute', 'message ' || n,
    'inbound', 'received', '2026-06-01'::timestamptz + n * interval '1 minute', 'message', '2026-01-01'
FROM chosen
"""
_WRITE = """
INSERT INTO messages (workspace_id, id, account_id, conversation_id, mid, mid_digest, direction, author_kind, text, sent_at,
    status)
SELECT $1, md5('m' || c.id || n)::uuid, $2, c.id, 'm' || c.id || n, md5('m' || c.id || n)::uuid, 'inbound', 'participant',
    'message ' || n, c.last_message_at - ($3 - n) * interval '1 minute', 'received'
FROM conversations c CROSS JOIN generate_series(1, $3) n WHERE c.workspace_id = $1 AND c.account_id = $2
"""
_ATTACH = """
INSERT INTO attachments (workspace_id, message_id, position, kind, state, payload)
SELECT workspace_id, id, 0, 'image', 'pending', '{}' FROM messages WHERE workspace_id = $1 AND account_id = $2
"""
_CHANGES = """
INSERT INTO changes (workspace_id, seq, at, type, subject_id, body)
SELECT $1, n, now(), 'superseded', $2, '{"type":"superseded"}' FROM generate_series(1, $3::int) n
"""


async def fill(owner: Door, world: World, conversations: int, messages: int) -> UUID:
    """So many conversations of so many messages each; one of the conversations."""
    conn = await connect(owner)
    try:
        await conn.execute("SET statement_timeout = 0")
        await conn.execute(_FILL, world.workspace, world.account, conversations, world.viewer.agent_id, 1)
        await conn.execute(_WRITE, world.workspace, world.account, messages)
        await conn.execute(_ATTACH, world.workspace, world.account)
        await conn.execute(_CHANGES, world.workspace, world.account, conversations)
        await conn.execute("UPDATE change_counters SET seq = $2 WHERE workspace_id = $1", world.workspace, conversations)
        await conn.execute("ANALYZE changes")
        await conn.execute("ANALYZE participants, conversations, messages, attachments")
        return await conn.fetchval(
            "SELECT id FROM conversations WHERE workspace_id = $1 ORDER BY last_message_at DESC LIMIT 1", world.workspace
        )
    finally:
        await conn.close()
