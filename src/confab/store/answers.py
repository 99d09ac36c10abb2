"""What is said from here: one statement that looks before it, and one that writes messages, their calls and the conversation.

Each part alone has its own module, with the same SQL: what a statement costs does not depend on how much it does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from confab.errors import NotFound
from confab.model.inbox import Conversation, ConversationId, WorkspaceId
from confab.store import conversations, health, messages, outbound
from confab.store.db import Conn, Record, behind, for_one, only, taken
from confab.store.health import SendingState
from confab.store.outbound import OutboundRow
from confab.store.rows import ConversationRow, MessageRow

_MESSAGES, _CALLS, _SETTLED = 37, 24, 22  # parameters of each

_BEGUN: LiteralString = f"""
    WITH said AS ({messages.INSERT}), called AS ({behind(_MESSAGES, outbound.INSERT)}),
    changed AS ({behind(_MESSAGES + _CALLS, conversations.CHANGED)})
    {conversations.AS_CHANGED}"""
_BEGUN_ONE = for_one(_BEGUN)

_ENDED: LiteralString = f"""
    WITH {outbound.WITH_MESSAGE}, changed AS ({behind(_SETTLED, for_one(conversations.CHANGED))}),
    shown AS ({conversations.AS_CHANGED})
    SELECT shown.*, (SELECT version FROM said) AS message_version FROM shown"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What there is before an answer: a message under its key, a call that is open, and the first free place of its pool."""

    is_known: bool
    is_open: bool
    next_at: datetime | None


_BEFORE: LiteralString = f"""
    SELECT {conversations.LOCKED}, {health.STATE},
        EXISTS (SELECT FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.client_key = $3) AS is_known,
        EXISTS (SELECT FROM outbound_messages o WHERE o.workspace_id = $1 AND o.conversation_id = $2
            AND o.state IN ('queued', 'sending', 'in_doubt')) AS is_open,
        (SELECT b.next_at FROM call_budgets b
            WHERE b.workspace_id = $1 AND b.account_id = c.account_id AND b.pool = $4) AS next_at,
        c.version = (SELECT s.version FROM conversations s WHERE s.workspace_id = $1 AND s.id = $2) AS is_as_seen
    {conversations.WITH_PARTICIPANT}
    JOIN accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
    JOIN workspaces w ON w.workspace_id = c.workspace_id
    WHERE c.workspace_id = $1 AND c.id = $2 FOR NO KEY UPDATE OF c"""


async def before(
    conn: Conn, workspace: WorkspaceId, conversation: ConversationId, client_key: str, pool: str
) -> tuple[ConversationRow, SendingState, Before]:
    """The conversation's row under lock, as `conversations.lock` has it, the state of its account, and what there is.

    Whoever had to wait for the lock saw the rest as it was before, and the version, which every message raises, is another: then
    there is another look, for which nobody waits. Indexes: message_client_key, outbound_open. Raises NotFound.
    """
    record = await conn.fetchrow(_BEFORE, workspace, conversation, client_key, pool)
    if record is not None and not record["is_as_seen"]:
        record = await conn.fetchrow(_BEFORE, workspace, conversation, client_key, pool)
    if record is None:
        raise NotFound("There is no such conversation.")
    return taken(record, ConversationRow), taken(record, SendingState), taken(record, Before)


async def begin(
    conn: Conn, said: Sequence[MessageRow], calls: Sequence[OutboundRow], conversation: ConversationRow
) -> Conversation:
    """Write down new messages with their calls, as `messages.insert` and `outbound.insert` do, and then their conversation,
    which is locked; gives it as it is shown."""
    await conversations.bring_back(conn, [conversation])
    values = [*messages.inserted(said), *outbound.inserted(calls), *conversations.written([conversation])]
    record = await (conn.fetchrow(_BEGUN_ONE, *only(values)) if len(said) == 1 else conn.fetchrow(_BEGUN, *values))
    await messages.insert_attachments(conn, [attachment for row in said for attachment in row.attachments])
    return conversations.shown(_there(record))


async def end(conn: Conn, call: OutboundRow, message: MessageRow, conversation: ConversationRow) -> Conversation:
    """Write what sending decided of a call and its message, as `outbound.write_with_message` does, and the conversation."""
    await conversations.bring_back(conn, [conversation])
    record = _there(await conn.fetchrow(_ENDED, *outbound.settled(call, message), *only(conversations.written([conversation]))))
    message.version = record["message_version"]
    return conversations.shown(record)


def _there(record: Record | None) -> Record:
    assert record is not None  # noqa: S101 -- all of it was read under the lock that is held
    return record
