"""What we would have said by ourselves and may not: kept among what was said, as failed, with the rule that forbids it."""

import hashlib
from datetime import datetime

from confab.errors import Conflict, KeyReused, Refused
from confab.inbox import answer
from confab.inbox.act import save
from confab.inbox.preview import consider_as_last
from confab.model.changes import MessageAdded
from confab.model.commands import Actor, Send
from confab.model.inbox import Message
from confab.model.outgoing import LANE, Text
from confab.store import conversations, ids, messages, outbound
from confab.store.db import Conn
from confab.store.outbound import OutboundRow
from confab.store.rows import ConversationRow, MessageRow


async def send_or_note(conn: Conn, actor: Actor, command: Send, now: datetime) -> tuple[Message, bool]:
    """Queue a text as `answer.send` does; what may not be sent stands as failed, so that the team sees what was missed.

    For what no person asked for, who would have been told. The same key again is the same message. Rule CN5.
    """
    try:
        return await answer.send(conn, actor, command, now)
    except KeyReused:
        raise
    except Conflict as refused:
        return await note(conn, actor, command, refused, now), True


async def note(conn: Conn, actor: Actor, command: Send, refused: Refused, now: datetime) -> Message:
    """Have a text stand as failed, for the reason that it was refused; nothing else with its key was said."""
    assert isinstance(command.content, Text)  # noqa: S101 -- nothing else is said without a person
    conversation = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    message, call = _rows(actor, conversation, command, command.content.text, now)
    code, reason = str(refused.facts.get("code", refused.code)), refused.detail
    message.error_code, message.error_message = code, reason
    await messages.insert(conn, [message])
    await outbound.insert(conn, [call])
    call.state, call.due_at, call.settled_at, call.error_code, call.error_message = "failed", None, now, code, reason
    await outbound.write(conn, call)
    consider_as_last(conversation, message)
    value = messages.shown(message, conversation.read_up_to, conversation.seen_up_to)
    await save(
        conn, conversation, [MessageAdded(type="message_added", conversation_id=value.conversation_id, message=value)], now
    )
    return value


def _rows(actor: Actor, conversation: ConversationRow, command: Send, text: str, now: datetime) -> tuple[MessageRow, OutboundRow]:
    last = conversation.last_message_at
    message = MessageRow(
        workspace_id=actor.workspace_id, id=ids.new(now), account_id=conversation.account_id, conversation_id=conversation.id,
        client_key=command.client_key, client_digest=hashlib.sha256(text.encode()).digest(), direction="outbound",
        author_kind=actor.kind, author_name=actor.name, text=text,
        sent_at=max(now, last) if last else now, status="failed",
    )  # fmt: skip
    call = OutboundRow(
        workspace_id=actor.workspace_id, id=ids.new(now), account_id=conversation.account_id, conversation_id=conversation.id,
        message_id=message.id, recipient_igsid=conversation.igsid, kind="text", payload={"text": text},
        purpose=command.purpose, lane=LANE[actor.kind], actor_kind=actor.kind, actor_id=None, actor_name=actor.name,
        state="queued", due_at=None, refusals=0, created_at=now,
    )  # fmt: skip
    return message, call
