"""Commands → rows and changes. Nothing here calls Meta: an answer becomes a queued outbound row, and the worker sends it.

Every function works in the caller's transaction, takes the conversation's lock first and publishes last. A command that
changes nothing publishes nothing.
"""

import hashlib
from datetime import datetime

from confab.errors import Conflict, Forbidden, Invalid, KeyReused, NotFound, WindowClosed
from confab.inbox import policy
from confab.inbox.preview import consider_as_last, show_as_last
from confab.model.changes import (
    Change,
    ConversationUpdated,
    MessageAdded,
    MessageRemoved,
    MessageUpdated,
    NoteAdded,
    RunUpdated,
)
from confab.model.commands import (
    Actor,
    AddNote,
    Assign,
    Discard,
    FetchAgain,
    LoadEarlier,
    MarkRead,
    Retry,
    SendText,
    SetLabels,
    SetStatus,
    StopRun,
    Sync,
)
from confab.model.inbox import (
    AgentRef,
    Conversation,
    ConversationId,
    Message,
    MessageId,
    Note,
    NoteId,
    Run,
    RunId,
    WorkspaceId,
)
from confab.store import changes, conversations, history, ids, media, messages, notes, outbound, runs, snoozes
from confab.store.db import Conn
from confab.store.outbound import OutboundRow
from confab.store.rows import ConversationRow, MessageRow

_MAX_LABELS = 20
_MAX_LABEL_LENGTH = 40
_MAX_NOTE_LENGTH = 10_000
_MAX_KEY_LENGTH = 200


async def send_text(conn: Conn, actor: Actor, command: SendText, now: datetime) -> tuple[Message, bool]:
    """Queue an answer; the message, and whether it is new. Rules O1, W1, W2, S5.

    The same key and text again give the same message and queue nothing. Raises KeyReused for another text under the key,
    WindowClosed with the verdict, Invalid for a text that Meta would refuse.
    """
    text = _sendable(command.text)
    conversation = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    digest = hashlib.sha256(text.encode()).digest()
    before = await messages.row_by_client_key(conn, actor.workspace_id, command.conversation_id, _key(command.client_key))
    if before is not None:
        if before.client_digest != digest:
            raise KeyReused("This client_key was used for another text; take a new one for a new message.", field="client_key")
        return _shown(before, conversation), False
    await _check_window(conn, actor, conversation, now)
    message = _new_message(actor, conversation, command, text, digest, now)
    await messages.insert(conn, [message])
    await outbound.insert(conn, _new_call(actor, conversation, message, now))
    consider_as_last(conversation, message)
    await conversations.update(conn, [conversation])
    sent = _shown(message, conversation)
    added = MessageAdded(type="message_added", conversation_id=command.conversation_id, message=sent)
    await _publish(conn, conversation, [added], now)
    return sent, True


async def retry(conn: Conn, actor: Actor, command: Retry, now: datetime) -> Message:
    """Send again what failed or is in doubt. Only a person may: Instagram may have it already. Rule O6."""
    if actor.kind != "agent":
        raise Forbidden("Only a person may send a message again.")
    conversation = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    message, call = await _with_call(conn, actor, command.conversation_id, command.message_id)
    if message.status not in ("failed", "in_doubt"):
        raise Conflict(f"Only a failed or in-doubt message can be sent again; this one is {message.status}.")
    await _check_window(conn, actor, conversation, now)
    if call.state == "in_doubt":
        call.state, call.due_at, call.settled_at = "discarded", None, now
        await outbound.write(conn, call)
    again = _new_call(actor, conversation, message, now)
    again.payload = call.payload
    await outbound.insert(conn, again)
    message.status, message.error_code, message.error_message = "queued", None, None
    return await _changed(conn, conversation, message, now)


async def discard(conn: Conn, actor: Actor, command: Discard, now: datetime) -> None:
    """Take a message out that is not known to have been sent; its call stays on record. Rule O7."""
    conversation = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    message, call = await _with_call(conn, actor, command.conversation_id, command.message_id)
    if message.status not in ("queued", "failed", "in_doubt"):
        raise Conflict(f"A message that is {message.status} cannot be discarded.")
    if call.state in ("queued", "in_doubt"):
        call.state, call.due_at, call.settled_at = "discarded", None, now
        await outbound.write(conn, call)
        await outbound.make_due(conn, actor.workspace_id, command.conversation_id, now)
    message.status, message.is_changed = "discarded", True
    await messages.update(conn, [message])
    newest = await messages.newest(conn, [(conversation.workspace_id, conversation.id)])
    if conversation.id in newest:
        show_as_last(conversation, newest[conversation.id])
    else:
        conversation.last_message_id = conversation.last_message_at = conversation.last_message_preview = None
        conversation.last_message_direction = conversation.last_message_status = None
    await conversations.update(conn, [conversation])
    removed = MessageRemoved(type="message_removed", conversation_id=command.conversation_id, message_id=command.message_id)
    await _publish(conn, conversation, [removed], now)


async def fetch_again(conn: Conn, actor: Actor, command: FetchAgain, now: datetime) -> Message:
    """Have a file fetched that could not be copied. One that is there, or on its way, stays as it is. Rule MD4."""
    conversation = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    message = await _row(conn, actor, command.conversation_id, command.message_id)
    if command.position not in [one.position for one in message.attachments]:
        raise NotFound("The message carries nothing at this position.")
    if not await media.try_again(conn, actor.workspace_id, message.id, command.position, now):
        return _shown(message, conversation)
    return await _changed(conn, conversation, await _row(conn, actor, command.conversation_id, command.message_id), now)


async def load_earlier(conn: Conn, actor: Actor, command: LoadEarlier, now: datetime) -> Conversation:
    """Have the messages before the oldest read at Instagram. While that goes on, or is known to be in vain, nothing changes."""
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    if not await history.ask_for_earlier(conn, actor.workspace_id, row.id, now):
        return await _conversation(conn, row)
    return await _publish(conn, row, [], now)


async def sync(conn: Conn, actor: Actor, command: Sync, now: datetime) -> Run:
    """Begin a run, or join the one that goes on already. Rule HI4. Raises NotFound for somebody else's account."""
    new = RunId(ids.new(now))
    run = await runs.ask(conn, actor.workspace_id, new, command, actor.name, now)
    if run.id == new:
        await changes.publish(conn, actor.workspace_id, [RunUpdated(type="run_updated", run=run)], now)
    return run


async def stop_run(conn: Conn, actor: Actor, command: StopRun, now: datetime) -> Run:
    """End a run where it is; what it read stays. One that is over stays as it ended. Raises NotFound."""
    is_stopped = await runs.stop(conn, actor.workspace_id, command.run_id, f"stopped by {actor.name}", now)
    run = await runs.get(conn, actor.workspace_id, command.run_id)
    if is_stopped:
        await changes.publish(conn, actor.workspace_id, [RunUpdated(type="run_updated", run=run)], now)
    return run


async def mark_read(conn: Conn, actor: Actor, command: MarkRead, now: datetime) -> Conversation:
    """Move the read mark, never back, and count what lies behind it."""
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    up_to = row.last_message_at
    if command.message_id is not None:
        up_to = (await _row(conn, actor, command.conversation_id, command.message_id)).sent_at
    if up_to is not None and up_to > row.read_up_to:
        row.read_up_to = up_to
        row.unread_count = (await conversations.recount_unread(conn, [row]))[row.id]
        await conversations.update(conn, [row])
        return await _publish(conn, row, [], now)
    return await _conversation(conn, row)


async def assign(conn: Conn, actor: Actor, command: Assign, now: datetime) -> Conversation:
    """Hand it over. Raises Invalid when the assignee is not of this team."""
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    if command.assignee_id is not None and not await notes.is_member(conn, actor.workspace_id, command.assignee_id):
        raise Invalid("The assignee is not a member of this workspace.", field="assignee_id")
    before = await _conversation(conn, row)
    if (before.assignee.id if before.assignee else None) == command.assignee_id:
        return before
    await conversations.assign(conn, actor.workspace_id, command.conversation_id, command.assignee_id)
    return await _publish(conn, row, [], now)


async def set_status(conn: Conn, actor: Actor, command: SetStatus, now: datetime) -> Conversation:
    """Open, close or snooze; a snoozed one comes back by itself."""
    snoozed = command.status == "snoozed"
    if snoozed and (command.snoozed_until is None or command.snoozed_until <= now):
        raise Invalid("Say until when to snooze, as a time in the future.", field="snoozed_until")
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    wanted = (command.status, command.snoozed_until if snoozed else None)
    if (row.status, row.snoozed_until) == wanted:
        return await _conversation(conn, row)
    row.status, row.snoozed_until = wanted
    await conversations.update(conn, [row])
    await snoozes.put(conn, actor.workspace_id, command.conversation_id, row.snoozed_until)
    return await _publish(conn, row, [], now)


async def wake_up(conn: Conn, workspace: WorkspaceId, conversation: ConversationId, now: datetime) -> None:
    """A snooze is over: the conversation is open again, unless somebody decided otherwise meanwhile."""
    row = await conversations.lock(conn, workspace, conversation)
    if row.status == "snoozed" and row.snoozed_until is not None and row.snoozed_until <= now:
        row.status, row.snoozed_until = "open", None
        await conversations.update(conn, [row])
        await _publish(conn, row, [], now)


async def set_labels(conn: Conn, actor: Actor, command: SetLabels, now: datetime) -> Conversation:
    """Replace the labels; new ones become known to the workspace."""
    labels = sorted({" ".join(label.split()) for label in command.labels} - {""})
    if len(labels) > _MAX_LABELS or any(len(label) > _MAX_LABEL_LENGTH or "\0" in label for label in labels):
        raise Invalid(f"At most {_MAX_LABELS} labels of at most {_MAX_LABEL_LENGTH} characters.", field="labels")
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    before = await _conversation(conn, row)
    if before.labels == labels:
        return before
    await notes.add_labels(conn, actor.workspace_id, labels, now)
    await conversations.set_labels(conn, actor.workspace_id, command.conversation_id, labels)
    return await _publish(conn, row, [], now)


async def add_note(conn: Conn, actor: Actor, command: AddNote, now: datetime) -> Note:
    """Leave a note; it never leaves the workspace."""
    text = command.text.strip()
    if not text or len(text) > _MAX_NOTE_LENGTH or "\0" in text:
        raise Invalid(f"A note needs a text of at most {_MAX_NOTE_LENGTH} characters.", field="text")
    if actor.agent_id is None:
        raise Forbidden("Only an agent can leave a note.")
    await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    note = Note(
        id=NoteId(ids.new(now)), conversation_id=command.conversation_id, author=AgentRef(id=actor.agent_id, name=actor.name),
        text=text, created_at=now,
    )  # fmt: skip
    await notes.insert(conn, actor.workspace_id, note)
    added = NoteAdded(type="note_added", conversation_id=command.conversation_id, note=note)
    await changes.publish(conn, actor.workspace_id, [added], now)
    return note


def _sendable(text: str) -> str:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Invalid("The text holds half a character (a lone surrogate).", field="text") from None
    if not text.strip() or "\0" in text:
        raise Invalid("The text is empty or holds a NUL character.", field="text")
    if size > policy.MAX_TEXT_BYTES:
        raise Invalid(
            f"The text has {size} bytes; Instagram takes {policy.MAX_TEXT_BYTES}. Send it in parts.",
            field="text", rule="S5", code="text_too_long",
        )  # fmt: skip
    return text


def _key(client_key: str) -> str:
    if not client_key or len(client_key) > _MAX_KEY_LENGTH or "\0" in client_key:
        raise Invalid(f"client_key needs 1 to {_MAX_KEY_LENGTH} characters.", field="client_key")
    return client_key


async def _check_window(conn: Conn, actor: Actor, conversation: ConversationRow, now: datetime) -> None:
    verdict = policy.window(
        opened_at=conversation.window_opened_at,
        opened_by=conversation.window_opened_by,  # pyright: ignore[reportArgumentType] -- CHECKed by the table
        refused_at=conversation.window_refused_at,
        human_agent=await conversations.has_human_agent(conn, actor.workspace_id, conversation.account_id),
        is_self=conversation.is_self,
        actor=actor.kind,
        now=now,
    )
    if not verdict.allowed:
        raise WindowClosed(policy.in_words(verdict), verdict=verdict)


def _new_message(
    actor: Actor, conversation: ConversationRow, command: SendText, text: str, digest: bytes, now: datetime
) -> MessageRow:
    """Ordered after what the agent saw, even when Meta's clock is ahead of ours; the echo brings Meta's own time."""
    seen = conversation.last_message_at
    return MessageRow(
        workspace_id=actor.workspace_id, id=ids.new(now), account_id=conversation.account_id, conversation_id=conversation.id,
        client_key=command.client_key, client_digest=digest, direction="outbound", author_kind=actor.kind,
        author_name=actor.name, author_agent_id=actor.agent_id, text=text, sent_at=max(now, seen) if seen else now,
        status="queued", is_new=True, is_changed=True,
    )  # fmt: skip


def _new_call(actor: Actor, conversation: ConversationRow, message: MessageRow, now: datetime) -> OutboundRow:
    return OutboundRow(
        workspace_id=actor.workspace_id, id=ids.new(now), account_id=conversation.account_id, conversation_id=conversation.id,
        message_id=message.id, recipient_igsid=conversation.igsid, kind="text", payload={"text": message.text},
        actor_kind=actor.kind, actor_id=actor.agent_id, state="queued", due_at=now, refusals=0, created_at=now,
        attempted_at=None,
    )  # fmt: skip


async def _row(conn: Conn, actor: Actor, conversation: ConversationId, message: MessageId) -> MessageRow:
    found = await messages.rows_by_ids(conn, [(actor.workspace_id, message)])
    if not found or found[0].conversation_id != conversation:
        raise NotFound("There is no such message in this conversation.")
    return found[0]


async def _with_call(
    conn: Conn, actor: Actor, conversation: ConversationId, message: MessageId
) -> tuple[MessageRow, OutboundRow]:
    row = await _row(conn, actor, conversation, message)
    call = await outbound.of_message(conn, actor.workspace_id, message)
    if call is None:
        raise Conflict("This message was not sent from here.")
    return row, call


async def _changed(conn: Conn, conversation: ConversationRow, message: MessageRow, now: datetime) -> Message:
    await messages.update(conn, [message])
    if message.id == conversation.last_message_id:
        show_as_last(conversation, message)
    await conversations.update(conn, [conversation])
    value = _shown(message, conversation)
    updated = MessageUpdated(type="message_updated", conversation_id=value.conversation_id, message=value)
    await _publish(conn, conversation, [updated], now)
    return value


def _shown(row: MessageRow, conversation: ConversationRow) -> Message:
    return messages.shown(row, conversation.read_up_to, conversation.seen_up_to)


async def _conversation(conn: Conn, row: ConversationRow) -> Conversation:
    return (await conversations.by_ids(conn, [(row.workspace_id, row.id)]))[row.id][1]


async def _publish(conn: Conn, row: ConversationRow, first: list[Change], now: datetime) -> Conversation:
    """These changes and the conversation as it is now: the last statement of the transaction."""
    workspace, conversation = (await conversations.by_ids(conn, [(row.workspace_id, row.id)]))[row.id]
    updated = ConversationUpdated(type="conversation_updated", conversation=conversation)
    await changes.publish(conn, workspace, [*first, updated], now)
    return conversation
