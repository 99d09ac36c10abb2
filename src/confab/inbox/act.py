"""Commands → rows and changes. Nothing here calls Meta: an answer becomes a queued outbound row, and the worker sends it.

Every function works in the caller's transaction, takes the conversation's lock first and publishes last. A command that
changes nothing publishes nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from confab.errors import Forbidden, Invalid, NotFound
from confab.inbox import contents
from confab.inbox.preview import show_as_last
from confab.model.changes import (
    Change,
    ConversationUpdated,
    MessageUpdated,
    NoteAdded,
    RunUpdated,
)
from confab.model.commands import (
    Actor,
    AddNote,
    Assign,
    FetchAgain,
    LoadEarlier,
    MarkRead,
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
from confab.store import changes, conversations, history, ids, media, messages, notes, own_counts, runs, snoozes, sync_runs
from confab.store.db import Conn
from confab.store.rows import ConversationRow, MessageRow

_MAX_NOTE_LENGTH = 10_000
_MAX_KEY_LENGTH = 200


async def fetch_again(conn: Conn, actor: Actor, command: FetchAgain, now: datetime) -> Message:
    """Have a file fetched that could not be copied. One that is there, or on its way, stays as it is. Rule MD4."""
    conversation = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    message = await message_of(conn, actor, command.conversation_id, command.message_id)
    if command.position not in [one.position for one in message.attachments]:
        raise NotFound("The message carries nothing at this position.")
    if not await media.try_again(conn, actor.workspace_id, message.id, command.position, now):
        return shown(message, conversation)
    row = await message_of(conn, actor, command.conversation_id, command.message_id)
    return (await changed(conn, conversation, [row], now))[0]


async def load_earlier(conn: Conn, actor: Actor, command: LoadEarlier, now: datetime) -> Conversation:
    """Have the messages before the oldest read at Instagram. While that goes on, or is known to be in vain, nothing changes."""
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    if not await history.ask_for_earlier(conn, actor.workspace_id, row.id, now):
        return await _conversation(conn, row)
    return await publish(conn, row, [], now)


async def sync(conn: Conn, actor: Actor, command: Sync, now: datetime) -> Run:
    """Begin a run, or join the one that goes on already. Rule HI4. Raises NotFound for somebody else's account."""
    new = RunId(ids.new(now))
    run = await runs.ask(conn, actor.workspace_id, new, command, actor.name, now)
    if run.id == new and command.what == "insights":
        await _note_numbers(conn, actor, run, command, now)
    if run.id == new:
        changes.publish(conn, actor.workspace_id, [RunUpdated(type="run_updated", run=run)], now)
    return run


async def _note_numbers(conn: Conn, actor: Actor, run: Run, command: Sync, now: datetime) -> None:
    """Whoever asks for the first time, and for no days, gets all that Meta has. Rule IV8."""
    is_plain = command.since is None and command.until is None and command.metrics is None
    reaches_back = is_plain and not await sync_runs.has_reached_back(conn, actor.workspace_id, command.account_id)
    wanted = sync_runs.Wanted(since=command.since, until=command.until, metrics=command.metrics, reaches_back=reaches_back)
    await sync_runs.open_(conn, actor.workspace_id, run.id, command.account_id, wanted, actor.name, now)


async def stop_run(conn: Conn, actor: Actor, command: StopRun, now: datetime) -> Run:
    """End a run where it is; what it read stays. One that is over stays as it ended. Raises NotFound."""
    reason = f"stopped by {actor.name}"
    is_stopped = await runs.stop(conn, actor.workspace_id, command.run_id, reason, now)
    await sync_runs.close(conn, actor.workspace_id, command.run_id, "stopped", reason, now)
    run = await runs.get(conn, actor.workspace_id, command.run_id)
    if is_stopped:
        changes.publish(conn, actor.workspace_id, [RunUpdated(type="run_updated", run=run)], now)
    return run


async def mark_read(conn: Conn, actor: Actor, command: MarkRead, now: datetime) -> Conversation:
    """Move the read mark, never back, and count what lies behind it."""
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    up_to = row.last_message_at
    if command.message_id is not None:
        found = await message_of(conn, actor, command.conversation_id, command.message_id)
        up_to = up_to and min(up_to, found.sent_at)  # what is scheduled stands in the future
    if up_to is not None and up_to > row.read_up_to:
        row.read_up_to = up_to
        row.unread_count = (await conversations.recount_unread(conn, [row]))[row.id]
        return await save(conn, row, [], now)
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
    return await publish(conn, row, [], now)


async def set_status(conn: Conn, actor: Actor, command: SetStatus, now: datetime) -> Conversation:
    """Open, close or snooze; a snoozed one comes back by itself. Rule A10: nothing changes where more came than was seen."""
    snoozed = command.status == "snoozed"
    if snoozed and (command.snoozed_until is None or command.snoozed_until <= now):
        raise Invalid("Say until when to snooze, as a time in the future.", field="snoozed_until")
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    wanted = (command.status, command.snoozed_until if snoozed else None)
    is_known = (row.status, row.snoozed_until) == wanted
    if is_known or (command.status != "open" and await is_overtaken(conn, row, command.last_message_at)):
        return await _conversation(conn, row)
    if wanted[0] == "closed":
        await own_counts.close(
            conn, actor.workspace_id, command.conversation_id, account=row.account_id, agent=actor.agent_id, now=now
        )
    elif row.status == "closed":
        await own_counts.reopen(conn, actor.workspace_id, command.conversation_id)
    row.status, row.snoozed_until = wanted
    await snoozes.put(conn, actor.workspace_id, command.conversation_id, row.snoozed_until)
    return await save(conn, row, [], now)


async def is_overtaken(conn: Conn, row: ConversationRow, last_message_at: datetime | None) -> bool:
    """Whether the participant wrote more than somebody had seen when they decided."""
    return last_message_at is not None and await messages.has_inbound_since(
        conn, WorkspaceId(row.workspace_id), ConversationId(row.id), last_message_at
    )


async def wake_up(conn: Conn, workspace: WorkspaceId, conversation: ConversationId, now: datetime) -> None:
    """A snooze is over: the conversation is open again, unless somebody decided otherwise meanwhile."""
    row = await conversations.lock(conn, workspace, conversation)
    if row.status == "snoozed" and row.snoozed_until is not None and row.snoozed_until <= now:
        row.status, row.snoozed_until = "open", None
        await save(conn, row, [], now)


async def set_labels(conn: Conn, actor: Actor, command: SetLabels, now: datetime) -> Conversation:
    """Replace the labels; new ones become known to the workspace."""
    labels = contents.labels(command.labels)
    row = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    before = await _conversation(conn, row)
    if before.labels == labels:
        return before
    await notes.add_labels(conn, actor.workspace_id, labels, now)
    await conversations.set_labels(conn, actor.workspace_id, command.conversation_id, labels)
    return await publish(conn, row, [], now)


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
    changes.publish(conn, actor.workspace_id, [added], now)
    return note


async def message_of(conn: Conn, actor: Actor, conversation: ConversationId, message: MessageId) -> MessageRow:
    """A message of the conversation. Raises NotFound."""
    found = await messages.rows_by_ids(conn, [(actor.workspace_id, message)])
    if not found or found[0].conversation_id != conversation:
        raise NotFound("There is no such message in this conversation.")
    return found[0]


async def changed(
    conn: Conn, conversation: ConversationRow, rows: Sequence[MessageRow], now: datetime, beside: Sequence[Change] = ()
) -> list[Message]:
    """Write messages and their conversation, and publish all of it, after these changes."""
    await messages.update(conn, rows)
    for row in rows:
        if row.id == conversation.last_message_id:
            show_as_last(conversation, row)
    values = [shown(row, conversation) for row in rows]
    updated = [MessageUpdated(type="message_updated", conversation_id=one.conversation_id, message=one) for one in values]
    await save(conn, conversation, [*beside, *updated], now)
    return values


def shown(row: MessageRow, conversation: ConversationRow) -> Message:
    """The message as everybody sees it."""
    return messages.shown(row, conversation.read_up_to, conversation.seen_up_to)


async def _conversation(conn: Conn, row: ConversationRow) -> Conversation:
    return (await conversations.by_ids(conn, [(row.workspace_id, row.id)]))[row.id][1]


async def save(conn: Conn, row: ConversationRow, first: Sequence[Change], now: datetime) -> Conversation:
    """Write the conversation and publish it after these changes: the last statements of the transaction."""
    return tell(conn, row, (await conversations.update(conn, [row]))[row.id], first, now)


async def publish(conn: Conn, row: ConversationRow, first: Sequence[Change], now: datetime) -> Conversation:
    """These changes and the conversation as it is now: the last statement of the transaction."""
    return tell(conn, row, await _conversation(conn, row), first, now)


def tell(conn: Conn, row: ConversationRow, conversation: Conversation, first: Sequence[Change], now: datetime) -> Conversation:
    """Publish these changes, and then what was written of the conversation."""
    updated = ConversationUpdated(type="conversation_updated", conversation=conversation)
    changes.publish(conn, WorkspaceId(row.workspace_id), [*first, updated], now)
    return conversation
