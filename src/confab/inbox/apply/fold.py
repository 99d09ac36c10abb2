"""What events make of conversations and messages: rows in, rows out, no I/O.

Order-free by construction: every fact has one deciding key (the highest `num_edit`, the latest time, "unsent for ever"), what
arrives before its message is parked and folded in when the message comes, and ids of messages follow from what Meta sent.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from confab.inbox.apply import afterwards, matching, said
from confab.inbox.preview import consider_as_last, show_as_last
from confab.model.events import (
    Content,
    Event,
    HistoryRead,
    MessageDeleted,
    MessageEchoed,
    MessageEdited,
    MessageHinted,
    MessageReceived,
    MessageSeen,
    PostbackReceived,
    ReactionChanged,
)
from confab.model.inbox import WindowOpener
from confab.store import ids
from confab.store.outbound import OpenAnswer
from confab.store.rows import ConversationRow, MessageRow

NEVER_READ = datetime(1970, 1, 1, tzinfo=UTC)
_NEWS = timedelta(minutes=2)  # read sooner than this, a message was only overtaken by whoever asked

AboutMessage = MessageDeleted | MessageEdited | ReactionChanged | MessageSeen
Key = tuple[UUID, UUID, UUID]  # workspace, account, digest of the mid


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where an event comes from: whose it is and which delivery carried it."""

    workspace_id: UUID
    account_id: UUID
    delivery_id: UUID | None  # None: it was read back from Instagram
    history_before: datetime | None = None  # read afterwards, with others: what was sent before this moment is no news


@dataclass(slots=True, kw_only=True)
class State:
    """The part of the database that a batch touches, loaded under lock, and what the batch leaves to write."""

    now: datetime
    conversations: dict[tuple[UUID, UUID, str], ConversationRow] = field(default_factory=dict)
    messages: dict[Key, MessageRow] = field(default_factory=dict)
    parked: dict[Key, list[AboutMessage]] = field(default_factory=dict)
    answers: dict[UUID, list[OpenAnswer]] = field(default_factory=dict)
    new_parked: list[tuple[Key, AboutMessage]] = field(default_factory=list)
    unparked: set[Key] = field(default_factory=set)
    overtook: list[tuple[Key, ReactionChanged]] = field(default_factory=list)  # and waited for their message until now
    hints: dict[Key, str] = field(default_factory=dict)
    known_hints: set[Key] = field(default_factory=set)
    sources: set[tuple[Key, UUID]] = field(default_factory=set)
    erased: dict[Key, MessageRow] = field(default_factory=dict)
    to_blank: dict[Key, str] = field(default_factory=dict)  # mids whose words must leave the ledger
    no_longer_parked: list[tuple[Key, AboutMessage]] = field(default_factory=list)
    recognised: list[OpenAnswer] = field(default_factory=list)
    to_recount: dict[UUID, ConversationRow] = field(default_factory=dict)
    to_relast: dict[UUID, ConversationRow] = field(default_factory=dict)
    heard_from: dict[UUID, ConversationRow] = field(default_factory=dict)
    told: list[MessageRow] = field(default_factory=list[MessageRow])  # by their webhooks, after they had been read as history
    histories: dict[UUID, HistoryRead] = field(default_factory=dict)
    conversations_by_id: dict[UUID, ConversationRow] = field(default_factory=dict)

    def conversation(self, source: Source, igsid: str) -> ConversationRow:
        """The conversation with this participant, made now if there is none."""
        key = (source.workspace_id, source.account_id, igsid)
        if key not in self.conversations:
            row = new_conversation(source.workspace_id, source.account_id, igsid, self.now)
            self.conversations[key] = row
            self.conversations_by_id[row.id] = row
        return self.conversations[key]


def new_conversation(workspace: UUID, account: UUID, igsid: str, now: datetime) -> ConversationRow:
    """The first conversation with a participant."""
    return ConversationRow(
        workspace_id=workspace, id=ids.new(now), account_id=account, participant_id=ids.new(now), igsid=igsid, status="open",
        snoozed_until=None, unread_count=0, read_up_to=NEVER_READ, seen_up_to=None, last_message_id=None, last_message_at=None,
        last_message_preview=None, last_message_direction=None, last_message_status=None, window_opened_at=None,
        window_opened_by=None, window_refused_at=None, unreachable_at=None, thread_owner_app_id=None, thread_owner_at=None,
        handled_elsewhere=False, is_self=False, is_new=True, is_changed=True,
    )  # fmt: skip


def fold_parked(state: State) -> None:
    """What waits for messages that are there by now: an answer of ours got its mid after something was said about it."""
    for key in state.parked.keys() & state.messages.keys():
        message = state.messages[key]
        _fold_parked(state, key, message, state.conversations_by_id[message.conversation_id])


def fold(state: State, source: Source, event: Event) -> None:
    """Put one event into the state. Doing it again, or in another order, gives the same rows."""
    match event:
        case MessageReceived():
            _receive(state, source, event)
        case MessageEchoed():
            _echo(state, source, event)
        case PostbackReceived():
            _postback(state, source, event)
        case MessageDeleted() | MessageEdited() | ReactionChanged():
            _about(state, source, ids.digest(event.mid), event)
        case MessageSeen():
            _seen(state, source, event)
        case HistoryRead():
            _note_history(state, source, event)
        case MessageHinted():
            key = _key(source, ids.digest(event.mid))
            if key not in state.messages:
                state.hints[key] = event.mid
        case _:
            pass  # not about messages: apply does the rest


def open_window(conversation: ConversationRow, at: datetime, opener: WindowOpener) -> None:
    """A participant's action opens the window, or opens it anew; the latest counts. Rule W1."""
    before = (conversation.window_opened_at, conversation.window_opened_by or "")
    if before[0] is None or (at, opener) > (before[0], before[1]):
        conversation.window_opened_at, conversation.window_opened_by, conversation.is_changed = at, opener, True


def postback_key(event: PostbackReceived) -> str:
    """What makes a postback unique: its mid, else who tapped what when. Rule N55."""
    return event.mid or "\0".join(("postback", event.igsid, event.sent_at.isoformat(), event.payload or event.title or ""))


def _receive(state: State, source: Source, event: MessageReceived) -> None:
    digest = ids.digest(event.mid)
    if _is_known(state, source, digest):
        _complete(state, source, state.messages[_key(source, digest)], event)
        return
    conversation = state.conversation(source, event.igsid)
    if source.history_before is not None and event.sent_at < source.history_before:
        _count_as_read(state, conversation, event.sent_at)
    message = _new_message(state, source, conversation, event.mid, digest, event.sent_at, event.content)
    message.meta_sent_at, message.is_standby = event.meta_sent_at, event.is_standby
    _mark_self(conversation, is_self=event.is_self)
    _add(state, conversation, message, "message")


def _postback(state: State, source: Source, event: PostbackReceived) -> None:
    digest = ids.digest(postback_key(event))
    if _is_known(state, source, digest):
        return
    conversation = state.conversation(source, event.igsid)
    content = Content(
        text=event.title, attachments=[], reply_to_mid=None, reply_to_story_id=None, reply_to_story_url=None,
        reply_to_story_link=None, is_story_reply=False, quick_reply_payload=None, referral=event.referral, is_unsupported=False,
    )  # fmt: skip
    message = _new_message(state, source, conversation, event.mid, digest, event.sent_at, content)
    message.meta_sent_at, message.is_standby, message.postback_payload = (
        event.meta_sent_at,
        event.is_standby,
        event.payload,
    )
    _mark_self(conversation, is_self=event.is_self)
    _add(state, conversation, message, "postback")


def _echo(state: State, source: Source, event: MessageEchoed) -> None:
    digest = ids.digest(event.mid)
    key = _key(source, digest)
    conversation = state.conversation(source, event.igsid)
    _mark_self(conversation, is_self=event.is_self)
    if _is_known(state, source, digest):
        _complete(state, source, state.messages[key], event)
        _confirm(state, conversation, state.messages[key], event.sent_at)
        return
    answer = matching.find(state.answers.get(conversation.id, []), event)
    if answer is not None:
        _recognise(state, source, conversation, answer, event)
        return
    message = _new_message(state, source, conversation, event.mid, digest, event.sent_at, event.content)
    message.direction, message.author_kind, message.status = "outbound", "instagram", "sent"
    message.author_name = "Another app" if event.is_standby else None
    message.meta_sent_at, message.is_standby = event.meta_sent_at, event.is_standby
    _add(state, conversation, message, None)


def _recognise(state: State, source: Source, conversation: ConversationRow, answer: "OpenAnswer", event: MessageEchoed) -> None:
    """The echo of an answer of ours whose receipt has not come. The receipt may still say otherwise. Rule O4."""
    message = answer.message
    message.mid, message.mid_digest, message.mid_is_guess = event.mid, ids.digest(event.mid), True
    message.is_changed = True
    key = _key(source, message.mid_digest)
    state.messages[key] = message
    state.answers[conversation.id].remove(answer)
    state.recognised.append(answer)
    _add_source(state, key, source)
    _confirm(state, conversation, message, event.sent_at)
    _fold_parked(state, key, message, conversation)


def _confirm(state: State, conversation: ConversationRow, message: MessageRow, sent_at: datetime) -> None:
    """Instagram has it: sent, at Instagram's time, and what was seen up to it moves with it."""
    if message.direction != "outbound":
        return
    seen_up_to = conversation.seen_up_to
    was_seen = message.status == "sent" and seen_up_to is not None and message.sent_at <= seen_up_to
    is_last_seen = was_seen and message.sent_at == seen_up_to
    if message.status in ("sending", "in_doubt", "failed", "queued"):
        message.status, message.error_code, message.error_message, message.is_changed = "sent", None, None, True
    if message.sent_at != sent_at:
        message.sent_at, message.is_changed = sent_at, True
        state.to_relast[conversation.id] = conversation
        if is_last_seen:
            conversation.seen_up_to = sent_at
        elif was_seen:
            afterwards.see(conversation, sent_at)
    if message.is_changed:
        conversation.is_changed = True
        if message.id == conversation.last_message_id:
            show_as_last(conversation, message)


def _is_known(state: State, source: Source, digest: UUID) -> bool:
    key = _key(source, digest)
    if key not in state.messages:
        return False
    _add_source(state, key, source)
    return True


def _add_source(state: State, key: Key, source: Source) -> None:
    """Another delivery holds the message's words; of an unsent one they must leave it again."""
    if source.delivery_id is None:
        return
    state.sources.add((key, source.delivery_id))
    message = state.messages.get(key)
    if message is not None and message.deleted_at is not None and message.mid is not None:
        state.to_blank[key] = message.mid


def _complete(state: State, source: Source, message: MessageRow, event: MessageReceived | MessageEchoed) -> None:
    """The event itself of a message that had to be read back: it says more, and more exactly. Rule N50."""
    conversation = state.conversations_by_id[message.conversation_id]
    was_read_back = message.delivery_id is None and message.client_key is None
    if not was_read_back or source.delivery_id is None or message.deleted_at is not None:
        return
    was_read = message.sent_at <= conversation.read_up_to
    if message.is_history:
        message.is_history = False
        state.told.append(message)
    message.delivery_id, message.meta_sent_at = source.delivery_id, event.meta_sent_at
    message.sent_at, message.is_standby = event.sent_at, event.is_standby
    if message.num_edit == 0:
        message.text = event.content.text
    said.put(message, event.content)
    message.loses_attachments = message.loses_attachments or not message.is_new
    message.is_changed = conversation.is_changed = True
    if was_read:
        conversation.read_up_to = max(conversation.read_up_to, message.sent_at)
    if message.direction == "inbound":
        open_window(conversation, message.sent_at, "message")
    state.to_recount[conversation.id] = state.to_relast[conversation.id] = conversation


def _new_message(
    state: State,
    source: Source,
    conversation: ConversationRow,
    mid: str | None,
    digest: UUID,
    sent_at: datetime,
    content: Content,
) -> MessageRow:
    row = MessageRow(
        workspace_id=source.workspace_id, id=ids.derived(sent_at, str(source.account_id), str(digest)),
        account_id=source.account_id, conversation_id=conversation.id, direction="inbound", author_kind="participant",
        sent_at=sent_at, status="received", mid=mid, mid_digest=digest, text=content.text, delivery_id=source.delivery_id,
        is_history=source.history_before is not None and sent_at < state.now - _NEWS, is_new=True, is_changed=True,
    )  # fmt: skip
    said.put(row, content)
    state.messages[_key(source, digest)] = row
    return row


def _add(state: State, conversation: ConversationRow, message: MessageRow, opener: WindowOpener | None) -> None:
    """A message that was not there before: once, whatever comes later."""
    assert message.mid_digest is not None  # noqa: S101 -- every message from Meta has a digest
    key = (message.workspace_id, message.account_id, message.mid_digest)
    if opener is not None:
        state.heard_from[conversation.id] = conversation
        open_window(conversation, message.sent_at, opener)
        if conversation.unreachable_at is not None and message.sent_at > conversation.unreachable_at:
            conversation.unreachable_at = None
        is_news = not message.is_history or conversation.last_message_at is None or message.sent_at > conversation.last_message_at
        if conversation.status != "open" and not conversation.is_self and is_news:
            conversation.status, conversation.snoozed_until = "open", None
        if message.sent_at > conversation.read_up_to:
            conversation.unread_count += 1
    elif not message.is_standby:
        _count_as_read(state, conversation, message.sent_at)  # who answers has read
    conversation.is_changed = True
    consider_as_last(conversation, message)
    _fold_parked(state, key, message, conversation)


def _count_as_read(state: State, conversation: ConversationRow, up_to: datetime) -> None:
    """The mark never moves back. Rule A5."""
    if up_to > conversation.read_up_to:
        conversation.read_up_to, conversation.is_changed = up_to, True
        state.to_recount[conversation.id] = conversation


def _note_history(state: State, source: Source, event: HistoryRead) -> None:
    """What was read of a conversation; the latest look counts. One without messages that we may see is none for us."""
    known = state.conversations.get((source.workspace_id, source.account_id, event.igsid))
    if known is not None:
        state.histories[known.id] = event
        known.is_changed = True


def _fold_parked(state: State, key: Key, message: MessageRow, conversation: ConversationRow) -> None:
    for event in state.parked.pop(key, []):
        _change(state, key, message, conversation, event)
        if isinstance(event, ReactionChanged):
            state.overtook.append((key, event))
    state.new_parked = [(k, event) for k, event in state.new_parked if k != key]
    state.unparked.add(key)
    state.hints.pop(key, None)


def _about(state: State, source: Source, digest: UUID, event: AboutMessage) -> None:
    key = _key(source, digest)
    message = state.messages.get(key)
    if isinstance(event, MessageEdited):
        _add_source(state, key, source)
    if message is None:
        _park(state, key, event)
    else:
        _change(state, key, message, state.conversations_by_id[message.conversation_id], event)


def _park(state: State, key: Key, event: AboutMessage) -> None:
    """It waits for its message; but the words of one that was unsent wait for nothing. Rules A3, A8."""
    waiting = [*state.parked.get(key, []), event]
    is_unsent = any(isinstance(one, MessageDeleted) for one in waiting)
    for edit in [one for one in waiting if is_unsent and isinstance(one, MessageEdited)]:
        waiting.remove(edit)
        state.no_longer_parked.append((key, edit))
        state.to_blank[key] = edit.mid
    state.new_parked = [(k, one) for k, one in state.new_parked if k != key or one in waiting]
    if event in waiting:
        state.new_parked.append((key, event))
    state.parked[key] = waiting


def _change(state: State, key: Key, message: MessageRow, conversation: ConversationRow, event: AboutMessage) -> None:
    match event:
        case MessageDeleted():
            if afterwards.erase(message, conversation, event.deleted_at):
                state.erased[key] = message
                if message.mid is not None:
                    state.to_blank[key] = message.mid
        case MessageEdited():
            afterwards.edit(message, event)
        case ReactionChanged():
            afterwards.react(message, event)
        case MessageSeen():
            afterwards.see(conversation, message.sent_at)
    if message.is_changed and message.id == conversation.last_message_id:
        show_as_last(conversation, message)


def _seen(state: State, source: Source, event: MessageSeen) -> None:
    if event.mid is not None:
        _about(state, source, ids.digest(event.mid), event)
        return
    known = state.conversations.get((source.workspace_id, source.account_id, event.igsid))
    if known is not None and event.watermark is not None:
        afterwards.see(known, event.watermark)


def _mark_self(conversation: ConversationRow, *, is_self: bool) -> None:
    if is_self and not conversation.is_self:
        conversation.is_self = conversation.is_changed = True


def _key(source: Source, digest: UUID) -> Key:
    return source.workspace_id, source.account_id, digest


def touched(rows: Iterable[MessageRow]) -> list[MessageRow]:
    """Those of the rows that have to be written."""
    return [row for row in rows if row.is_changed]
