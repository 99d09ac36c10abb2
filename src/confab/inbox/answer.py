"""Answering: what a person, a schedule, a rule or a program wants to say → messages and the calls that will carry them.

Everything passes the gate here, and again at the moment of the call. Nothing here calls Meta. Every function works in the
caller's transaction, takes the conversation's lock first and publishes last. Rules O1, O6, O7, O13-O17 of docs/spec/inbox.md.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from confab.errors import Conflict, Forbidden, Invalid, KeyReused, WindowClosed
from confab.inbox import asked, circumstances, compose, finished, gate, wording
from confab.inbox.act import changed, message_of, publish, shown, tell
from confab.inbox.compose import Part
from confab.inbox.contents import bad_text
from confab.inbox.gate import Asked, CommentState, Referred
from confab.inbox.policy import Ruling
from confab.inbox.preview import consider_as_last, show_as_last
from confab.model.changes import Change, CommentUpdated, MessageAdded, MessageRemoved
from confab.model.commands import Actor, Discard, Indicate, React, Retry, Send
from confab.model.inbox import ConversationId, Message, MessageId, WorkspaceId
from confab.model.outgoing import LANE, Content, Files, OutboundKind, Text
from confab.store import answers, comments, conversations, ids, messages, outbound, uploads
from confab.store.answers import Before
from confab.store.comments import CommentRow
from confab.store.db import Conn
from confab.store.outbound import PART_FAILED, OutboundRow
from confab.store.rows import ConversationRow, MessageRow

_MAX_KEY_LENGTH = 200
_MAX_FILES = 20
_MAX_EMOJI = 32
IN_ORDER = timedelta(milliseconds=1)  # between messages written together: ids and times keep their order
MAX_UNDO_S = 30
_LONGEST_AHEAD = timedelta(days=180)
_NEAR = timedelta(milliseconds=50)  # less than any lane takes a place ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The comment that a private reply is for."""

    id: UUID
    ig_id: str
    state: CommentState


Begin = Callable[[Conn, OutboundRow, MessageRow, str | None], Awaitable[None]]
"""Take the call for a message over to `sending` before both are written down, with a tag, unless it has to wait. Rule O28."""


async def send(
    conn: Conn,
    actor: Actor,
    command: Send,
    now: datetime,
    comment: Answered | None = None,
    begin: Begin | None = None,
) -> tuple[Message, bool]:
    """Queue an answer: the first of its messages, and whether it is new. Rules O1, O13, and all of the gate.

    The same key and content again give the same message and queue nothing. `begin`: the first call is not queued where nothing
    stands against it. Raises KeyReused for another content under the key, WindowClosed with the verdict, Conflict or Invalid
    with the rule that stands against it.
    """
    digest, key = _digest(command), _key(command.client_key)
    conversation, state, before = await circumstances.before_answer(
        conn, actor.workspace_id, command.conversation_id, key, wording.SENDS.name
    )
    if before.is_known:
        known = await messages.by_client_key(conn, actor.workspace_id, command.conversation_id, key)
        if known.client_digest != digest:
            raise KeyReused("This client_key was used for something else; take a new one for a new message.", field="client_key")
        return shown(known, conversation), False
    parts = await _parts(conn, actor, command.content)
    if comment is not None:
        _address(parts, comment)
    answered = await _answered(conn, actor, command)
    if answered is not None and answered.mid is not None:
        parts[0].payload["reply_to"] = answered.mid
    release_at = command.release_at
    if release_at is not None:
        actor, release_at = replace(actor, kind="schedule"), release_time(release_at, now)
    rulings = [gate.ask(_asked(actor, part, answered, comment), state, release_at or now) for part in parts]
    for ruling in rulings:
        permit(ruling, only_final=release_at is not None)
    written = [_message(actor, conversation, command, part, digest, index, now) for index, part in enumerate(parts)]
    calls = [
        _call(actor, conversation, part, row.id, now + n * IN_ORDER)
        for n, (part, row) in enumerate(zip(parts, written, strict=True))
    ]
    undo = timedelta(seconds=_undo(command.undo_s))
    for call in calls:
        call.purpose, call.created_at, call.due_at = command.purpose, now, now + undo
        call.not_before = call.due_at if undo else None
        call.batch_id = calls[0].id if len(calls) > 1 else None
        call.comment_id = comment.id if comment is not None else None
    if release_at is not None:
        await _put_off(conn, calls, release_at, command)
    elif begin is not None and _may_go(before, rulings[0], now):
        await begin(conn, calls[0], written[0], rulings[0].tag)
    return await _write(conn, actor, conversation, written, calls, comment, now), True


async def retry(conn: Conn, actor: Actor, command: Retry, now: datetime) -> Message:
    """Send again what failed or is in doubt, with another text if one is given. Only a person may. Rules O6, O14."""
    if actor.kind != "agent":
        raise Forbidden("Only a person may send a message again.")
    conversation = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    message, call = await with_call(conn, actor, command.conversation_id, command.message_id)
    if message.status not in ("failed", "in_doubt"):
        raise Conflict(f"Only a failed or in-doubt message can be sent again; this one is {message.status}.")
    payload = call.payload if command.text is None else {**call.payload, "text": _one_text(call, command.text)}
    again = await asked.of_call(conn, replace(call, payload=payload, actor_kind=actor.kind))
    permit(gate.ask(again, await circumstances.of(conn, conversation), now))
    behind = await outbound.rest_of_batch(conn, call) if call.batch_id else []
    rest = [one for one in behind if one.state == "queued" or one.error_code == PART_FAILED]
    await _again(conn, actor, [call, *rest], payload, now)
    followers = await messages.rows_by_ids(conn, [(one.workspace_id, one.message_id) for one in rest if one.message_id])
    if command.text is not None:
        message.text = command.text
    for row in (message, *followers):
        row.status, row.error_code, row.error_message = "queued", None, None
    answered = await _finished(conn, actor, call.comment_id, now)
    return (await changed(conn, conversation, [message, *followers], now, answered))[0]


async def discard(conn: Conn, actor: Actor, command: Discard, now: datetime) -> None:
    """Take a message out that is not known to have been sent, and what was to follow it; calls stay on record. O7, O13."""
    conversation = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    message, call = await with_call(conn, actor, command.conversation_id, command.message_id)
    if message.status not in ("scheduled", "held", "queued", "failed", "in_doubt"):
        raise Conflict(f"A message that is {message.status} cannot be discarded.")
    gone = await outbound.later_together(conn, call)
    if not gone:
        behind = await outbound.rest_of_batch(conn, call) if call.batch_id and call.state != "in_doubt" else []
        gone = [call, *(one for one in behind if one.state == "queued" or one.error_code == PART_FAILED)]
    rows = await messages.rows_by_ids(conn, [(one.workspace_id, one.message_id) for one in gone if one.message_id])
    for one in gone:
        if one.state in ("scheduled", "held", "queued", "in_doubt", "failed"):
            one.state, one.due_at, one.settled_at = "discarded", None, now
            await outbound.write(conn, one)
    await outbound.next_is_due(conn, [(actor.workspace_id, command.conversation_id)], now)
    for row in rows:
        row.status, row.is_changed = "discarded", True
    await messages.update(conn, rows)
    await show_newest(conn, conversation)
    removed = [
        MessageRemoved(type="message_removed", conversation_id=command.conversation_id, message_id=MessageId(row.id))
        for row in rows
    ]
    await publish(conn, conversation, [*await _unanswered(conn, call), *removed], now)


async def react(conn: Conn, actor: Actor, command: React, now: datetime) -> Message:
    """React to a message, or take the reaction back: shown at once, undone if Instagram refuses. Rules O15, S13."""
    conversation = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    message = await message_of(conn, actor, command.conversation_id, command.message_id)
    emoji = _emoji(command.emoji)
    before = next((one for one in message.reactions if one["by"] == "account"), None)
    if (before["emoji"] if before is not None and not before["is_removed"] else None) == emoji:
        return shown(message, conversation)
    payload: dict[str, Any] = {"mid": message.mid, "emoji": emoji, "before": before}
    referred = Referred(is_at_meta=message.mid is not None, is_unsent=message.deleted_at is not None)
    wanted = Asked(actor=actor.kind, kind="reaction", payload=payload, referred=referred)
    permit(gate.ask(wanted, await circumstances.of(conn, conversation), now))
    ig_id = await conversations.account_ig_id(conn, actor.workspace_id, conversation.account_id)
    ours = {"igsid": ig_id, "by": "account", "emoji": emoji, "reaction": None, "at": now.isoformat(), "is_removed": emoji is None}
    message.reactions = [one for one in message.reactions if one["by"] != "account"] + [ours]
    await outbound.insert(conn, [_call(actor, conversation, Part(kind="reaction", payload=payload), message.id, now)])
    return (await changed(conn, conversation, [message], now))[0]


async def indicate(conn: Conn, actor: Actor, command: Indicate, now: datetime) -> None:
    """Queue a sign for the participant, where the account's setting says so; one that comes too late is dropped. Rule O17."""
    conversation = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    if not await conversations.shows_indicators(conn, actor.workspace_id, conversation.account_id):
        return
    kind: OutboundKind = "seen" if command.what == "seen" else "typing"
    payload: dict[str, Any] = {} if kind == "seen" else {"is_on": command.what == "typing"}
    ruling = gate.ask(Asked(actor=actor.kind, kind=kind, payload=payload), await circumstances.of(conn, conversation), now)
    if ruling.outcome == "allowed":
        await outbound.insert(conn, [_call(actor, conversation, Part(kind=kind, payload=payload), None, now)])


def permit(ruling: Ruling, *, only_final: bool = False) -> None:
    """Raise what the gate refuses; what only waits may be written down.

    `only_final`: for later, so only what time does not mend stands against it.
    """
    if ruling.outcome != "refused" or (only_final and ruling.rule not in gate.FINAL):
        return
    if ruling.window is not None:
        raise WindowClosed(ruling.words, verdict=ruling.window, rule=ruling.rule)
    if ruling.field is not None:
        raise Invalid(ruling.words, field=ruling.field, rule=ruling.rule, code=ruling.code)
    raise Conflict(ruling.words, rule=ruling.rule, code=ruling.code, until=ruling.until)


def release_time(wanted: datetime, now: datetime) -> datetime:
    """The time to let an answer go. Raises Invalid unless it is ahead of us, and not too far."""
    if not now < wanted <= now + _LONGEST_AHEAD:
        days = _LONGEST_AHEAD.days
        raise Invalid(f"Schedule it for a time in the future, at most {days} days ahead.", field="release_at")
    return wanted


async def show_newest(conn: Conn, conversation: ConversationRow) -> None:
    """The conversation's line is its newest message that stands, or nothing."""
    newest = await messages.newest(conn, [(conversation.workspace_id, conversation.id)])
    if conversation.id in newest:
        show_as_last(conversation, newest[conversation.id])
    else:
        conversation.last_message_id = conversation.last_message_at = conversation.last_message_preview = None
        conversation.last_message_direction = conversation.last_message_status = None
    await conversations.update(conn, [conversation])


async def _parts(conn: Conn, actor: Actor, content: Content) -> list[Part]:
    wanted = content.uploads if isinstance(content, Files) else ()
    if isinstance(content, Files) and not 0 < len(wanted) <= _MAX_FILES:
        raise Invalid(f"1 to {_MAX_FILES} files go out together.", field="files")
    found = await uploads.get(conn, actor.workspace_id, wanted) if wanted else []
    return compose.parts(content, {upload.id: upload for upload in found})


def _may_go(before: Before, ruling: Ruling, now: datetime) -> bool:
    """Whether nothing stands against it. Where the next place is further, others wait for theirs, and this one behind them."""
    return ruling.outcome == "allowed" and not before.is_open and (before.next_at is None or before.next_at <= now + _NEAR)


def _address(parts: Sequence[Part], comment: Answered) -> None:
    parts[0].payload["comment_ig_id"] = comment.ig_id
    if len(parts) > 1:
        raise Invalid("A private reply is one message; shorten it.", field="text", rule="G13", code="text_too_long")


async def _answered(conn: Conn, actor: Actor, command: Send) -> MessageRow | None:
    if command.reply_to is None:
        return None
    return await message_of(conn, actor, command.conversation_id, command.reply_to)


def _asked(actor: Actor, part: Part, answered: MessageRow | None, comment: Answered | None) -> Asked:
    referred = None
    if answered is not None:
        referred = Referred(is_at_meta=answered.mid is not None, is_unsent=answered.deleted_at is not None)
    state = comment.state if comment is not None else None
    return Asked(actor=actor.kind, kind=part.kind, payload=part.payload, comment=state, referred=referred)


def _message(
    actor: Actor, conversation: ConversationRow, command: Send, part: Part, digest: bytes, index: int, now: datetime
) -> MessageRow:
    """Ordered after what the agent saw, even when Meta's clock is ahead of ours; the echo brings Meta's own time."""
    last = conversation.last_message_at
    written_at = (max(now, last + IN_ORDER) if last else now) + index * IN_ORDER
    sent_at = written_at if command.release_at is None else command.release_at + index * IN_ORDER
    row = MessageRow(
        workspace_id=actor.workspace_id, id=ids.new(written_at), account_id=conversation.account_id,
        conversation_id=conversation.id, client_key=command.client_key if index == 0 else f"{command.client_key}#{index + 1}",
        client_digest=digest, direction="outbound", author_kind=actor.kind, author_name=actor.name,
        author_agent_id=actor.agent_id, text=part.text, reply_to_mid=part.payload.get("reply_to"), sent_at=sent_at,
        status="queued" if command.release_at is None else "scheduled", is_new=True, is_changed=True,
    )  # fmt: skip
    row.attachments = compose.attachments(part, row)
    return row


async def _put_off(conn: Conn, calls: Sequence[OutboundRow], release_at: datetime, command: Send) -> None:
    """Calls that are to wait for their time, and what whoever schedules them has seen until now. Rule O19."""
    first = calls[0]
    seen = await messages.newest_inbound(conn, WorkspaceId(first.workspace_id), ConversationId(first.conversation_id))
    for call in calls:
        call.state, call.due_at, call.release_at, call.on_reply = "scheduled", release_at, release_at, command.on_reply
        call.seen_message_id = seen


def _call(actor: Actor, conversation: ConversationRow, part: Part, message: UUID | None, at: datetime) -> OutboundRow:
    return OutboundRow(
        workspace_id=actor.workspace_id, id=ids.new(at), account_id=conversation.account_id, conversation_id=conversation.id,
        message_id=message, recipient_igsid=conversation.igsid, kind=part.kind, payload=part.payload, purpose="answer",
        lane=LANE[actor.kind], actor_kind=actor.kind, actor_id=actor.agent_id, actor_name=actor.name, state="queued", due_at=at,
        refusals=0, created_at=at,
    )  # fmt: skip


async def _finished(conn: Conn, actor: Actor, comment: UUID | None, now: datetime) -> list[Change]:
    """The comment that is answered: nobody has to deal with it any more."""
    if comment is None:
        return []
    row = await comments.lock(conn, actor.workspace_id, comment)
    finished.by_answer(row, actor.name, now)
    return await _written(conn, row)


async def _unanswered(conn: Conn, call: OutboundRow) -> list[Change]:
    """The comment that was to be answered is open again. Rule CM21."""
    if call.comment_id is None:
        return []
    row = await comments.lock(conn, WorkspaceId(call.workspace_id), call.comment_id)
    await finished.not_by(conn, row, call.id)
    row.error_code = row.error_message = None
    return await _written(conn, row)


async def _written(conn: Conn, comment: CommentRow) -> list[Change]:
    await comments.write(conn, comment)
    shown_ = await comments.get(conn, WorkspaceId(comment.workspace_id), comment.id)
    return [CommentUpdated(type="comment_updated", comment=shown_)]


async def _write(
    conn: Conn,
    actor: Actor,
    conversation: ConversationRow,
    written: Sequence[MessageRow],
    calls: Sequence[OutboundRow],
    comment: Answered | None,
    now: datetime,
) -> Message:
    """Write down what was said and publish it; the first of the messages."""
    for row in written:
        if row.status != "scheduled":
            consider_as_last(conversation, row)
    begun = await answers.begin(conn, written, calls, conversation)
    values = [shown(row, conversation) for row in written]
    added = [MessageAdded(type="message_added", conversation_id=one.conversation_id, message=one) for one in values]
    answered = await _finished(conn, actor, comment.id if comment else None, now)
    tell(conn, conversation, begun, [*answered, *added], now)
    return values[0]


async def _again(conn: Conn, actor: Actor, calls: Sequence[OutboundRow], payload: dict[str, Any], now: datetime) -> None:
    """New calls in the place of those that failed or are in doubt, the first with this payload; all stay on record."""
    again: list[OutboundRow] = []
    for index, call in enumerate(calls):
        if call.state in ("failed", "in_doubt", "queued"):
            call.state, call.due_at, call.settled_at = "discarded", None, now
            await outbound.write(conn, call)
        at = now + index * IN_ORDER
        new = replace(call, id=ids.new(at), payload=payload if index == 0 else call.payload, lane=LANE[actor.kind])
        new.actor_kind, new.actor_id, new.actor_name, new.state = actor.kind, actor.agent_id, actor.name, "queued"
        new.due_at, new.created_at, new.refusals, new.attempted_at, new.settled_at = now, now, 0, None, None
        new.release_at = new.on_reply = new.seen_message_id = new.error_code = new.error_message = new.not_before = None
        new.batch_id = (again[0] if again else new).id if call.batch_id is not None else None
        again.append(new)
    await outbound.insert(conn, again)
    await outbound.next_is_due(conn, [(actor.workspace_id, calls[0].conversation_id)], now)


async def with_call(conn: Conn, actor: Actor, conversation: ConversationId, message: MessageId) -> tuple[MessageRow, OutboundRow]:
    """A message of the conversation and its newest call. Raises NotFound, Conflict for one that was not sent from here."""
    row = await message_of(conn, actor, conversation, message)
    call = await outbound.of_message(conn, actor.workspace_id, message)
    if call is None:
        raise Conflict("This message was not sent from here.")
    return row, call


def _digest(command: Send) -> bytes:
    content = command.content
    if isinstance(content, Text) and not content.quick_replies and command.reply_to is None:
        return hashlib.sha256(content.text.encode(errors="surrogatepass")).digest()
    return hashlib.sha256(msgspec.json.encode([content, command.reply_to])).digest()


def _key(client_key: str) -> str:
    if not client_key or len(client_key) > _MAX_KEY_LENGTH or "\0" in client_key:
        raise Invalid(f"client_key needs 1 to {_MAX_KEY_LENGTH} characters.", field="client_key")
    return client_key


def _undo(undo_s: int) -> int:
    if not 0 <= undo_s <= MAX_UNDO_S:
        raise Invalid(f"undo_s is 0 to {MAX_UNDO_S} seconds.", field="undo_s")
    return undo_s


def _emoji(emoji: str | None) -> str | None:
    if emoji is not None and (bad_text(emoji) is not None or len(emoji) > _MAX_EMOJI):
        raise Invalid("A reaction is one emoji, or null to take it back.", field="emoji")
    return emoji


def _one_text(call: OutboundRow, text: str) -> str:
    if call.kind != "text":
        raise Invalid("Only a text can be changed before it is sent again.", field="text")
    return text
