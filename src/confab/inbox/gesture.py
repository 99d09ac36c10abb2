"""What came of a reaction or an indicator. A repeat of it changes nothing at Instagram, so nothing here is ever in doubt.

A reaction is shown as soon as it is asked for; a refusal takes it back, unless there is a newer one. Rule O15.
"""

from datetime import datetime
from typing import Any

from confab.inbox.act import changed
from confab.inbox.locked import Locked
from confab.store import outbound
from confab.store.db import Conn
from confab.store.outbound import OutboundRow
from confab.store.rows import MessageRow


async def sending(conn: Conn, locked: Locked, lease_until: datetime, now: datetime) -> None:
    """The call is about to be made."""
    call = locked.call
    call.state, call.due_at, call.attempted_at = "sending", lease_until, now
    await outbound.write(conn, call)


async def done(conn: Conn, locked: Locked, now: datetime) -> None:
    """Instagram has it; what waits behind it may go."""
    call = locked.call
    call.state, call.due_at, call.settled_at, call.error_code, call.error_message = "sent", None, now, None, None
    await _end(conn, locked, now)


async def later(conn: Conn, call: OutboundRow, due_at: datetime, code: str, reason: str) -> None:
    """It waits for its next try."""
    call.state, call.due_at, call.not_before, call.error_code, call.error_message = "queued", due_at, due_at, code, reason
    await outbound.write(conn, call)


async def failed(conn: Conn, locked: Locked, code: str, reason: str, now: datetime) -> None:
    """Instagram refuses it: the message is shown without it again."""
    call = locked.call
    call.state, call.due_at, call.settled_at, call.error_code, call.error_message = "failed", None, now, code, reason
    await _end(conn, locked, now)
    shown = _without(locked.message, call.payload) if call.kind == "reaction" and locked.message is not None else []
    if shown or locked.is_moved:
        await changed(conn, locked.conversation, shown, now)


def _without(message: MessageRow, reaction: dict[str, Any]) -> list[MessageRow]:
    """The message with the reaction that stood before this one; nothing when there is a newer one."""
    ours = next((one for one in message.reactions if one["by"] == "account"), None)
    if ours is None or (ours["emoji"] if not ours["is_removed"] else None) != reaction["emoji"]:
        return []
    before = [reaction["before"]] if reaction["before"] is not None else []
    message.reactions = [one for one in message.reactions if one["by"] != "account"] + before
    return [message]


async def _end(conn: Conn, locked: Locked, now: datetime) -> None:
    call = locked.call
    await outbound.write(conn, call)
    if locked.is_followed:
        locked.freed |= await outbound.next_is_due(conn, [(call.workspace_id, call.conversation_id)], now)
