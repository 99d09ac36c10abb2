"""What is said from here, in one statement: messages, the calls that carry them, and the line of their conversation.

Each alone is written by its own module, with the same SQL: what a statement costs does not depend on how much it does.
"""

from collections.abc import Sequence
from typing import LiteralString

from confab.model.inbox import Conversation
from confab.store import conversations, messages, outbound
from confab.store.db import Conn, Record, behind, for_one, only
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
