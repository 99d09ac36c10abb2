"""What came of a reaction or an indicator. A repeat of it changes nothing at Instagram, so nothing here is ever in doubt.

A reaction is shown as soon as it is asked for; a refusal takes it back, unless there is a newer one. Rule O15.
"""

from datetime import datetime

from confab.inbox.act import changed
from confab.model.inbox import ConversationId, WorkspaceId
from confab.store import conversations, messages, outbound
from confab.store.db import Conn
from confab.store.outbound import OutboundRow


async def sending(conn: Conn, call: OutboundRow, lease_until: datetime, now: datetime) -> None:
    """The call is about to be made."""
    call.state, call.due_at, call.attempted_at = "sending", lease_until, now
    await outbound.write(conn, call)


async def done(conn: Conn, call: OutboundRow, now: datetime) -> None:
    """Instagram has it; what waits behind it may go."""
    call.state, call.due_at, call.settled_at, call.error_code, call.error_message = "sent", None, now, None, None
    await _end(conn, call, now)


async def later(conn: Conn, call: OutboundRow, due_at: datetime, code: str, reason: str) -> None:
    """It waits for its next try."""
    call.state, call.due_at, call.error_code, call.error_message = "queued", due_at, code, reason
    await outbound.write(conn, call)


async def failed(conn: Conn, call: OutboundRow, code: str, reason: str, now: datetime) -> None:
    """Instagram refuses it: the message is shown without it again."""
    call.state, call.due_at, call.settled_at, call.error_code, call.error_message = "failed", None, now, code, reason
    await _end(conn, call, now)
    if call.kind == "reaction" and call.message_id is not None:
        await _take_back(conn, call, now)


async def _take_back(conn: Conn, call: OutboundRow, now: datetime) -> None:
    workspace, conversation = WorkspaceId(call.workspace_id), ConversationId(call.conversation_id)
    row = await conversations.lock(conn, workspace, conversation)
    for message in await messages.rows_by_ids(conn, [(workspace, call.message_id)] if call.message_id else []):
        ours = next((one for one in message.reactions if one["by"] == "account"), None)
        if ours is None or (ours["emoji"] if not ours["is_removed"] else None) != call.payload["emoji"]:
            continue
        before = [call.payload["before"]] if call.payload["before"] is not None else []
        message.reactions = [one for one in message.reactions if one["by"] != "account"] + before
        await changed(conn, row, [message], now)


async def _end(conn: Conn, call: OutboundRow, now: datetime) -> None:
    await outbound.write(conn, call)
    await outbound.make_due(conn, WorkspaceId(call.workspace_id), ConversationId(call.conversation_id), now)
