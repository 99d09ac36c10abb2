"""Events → rows and changes, exactly once, in whatever order and however often they come.

One transaction a batch, many workspaces at once, few statements: lock, load what the events touch, fold them in memory (pure,
`fold.py`), write what became different, and publish the newest state of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from confab.errors import BadDelivery
from confab.inbox.apply import news, others
from confab.inbox.apply.fold import AboutMessage, Key, Source, State, fold, fold_parked, postback_key, touched
from confab.inbox.preview import show_as_last
from confab.model.changes import Change, ConversationUpdated, MessageAdded, MessageUpdated
from confab.model.events import (
    Event,
    MessageDeleted,
    MessageEchoed,
    MessageEdited,
    MessageHinted,
    MessageReceived,
    MessageSeen,
    PostbackReceived,
    ReactionChanged,
)
from confab.model.inbox import WorkspaceId
from confab.store import (
    changes,
    conversations,
    events,
    exports,
    history,
    ids,
    library,
    media,
    messages,
    outbound,
    participants,
    rule_events,
    search,
    wake,
    welcomes,
)
from confab.store.db import Conn
from confab.store.rows import ConversationRow, MessageRow

_HINT_WAITS = timedelta(seconds=5)  # the message itself mostly follows
_json = msgspec.json.Encoder()
_PARKED: dict[str, type[AboutMessage]] = {
    "message_deleted": MessageDeleted,
    "message_edited": MessageEdited,
    "reaction_changed": ReactionChanged,
    "message_seen": MessageSeen,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Events with where each comes from, in any order."""

    events: Sequence[tuple[Source, Event]]
    our_app_ids: frozenset[str]


async def apply(conn: Conn, batch: Batch, now: datetime) -> set[str]:
    """Put the events into the database; the names to say once that is committed (store/wake.py).

    The caller's transaction, which should do little else: accounts and conversations stay locked until it ends. Whatever
    raises leaves nothing behind; the same events again change nothing.
    """
    await events.lock_accounts(conn, [source.account_id for source, _ in batch.events])
    await events.lock_mids(conn, _talked_about(batch))
    state = await _load(conn, batch, now)
    besides = others.Others(state, batch.our_app_ids)
    fold_parked(state)
    for source, event in batch.events:
        fold(state, source, event)
        besides.add(source, event)
    return await _save(conn, state, besides)


async def catch_up(conn: Conn, conversation: ConversationRow, message: MessageRow, now: datetime) -> None:
    """Fold in what arrived about a message before it had its mid (rule A3).

    Under the locks of account and conversation. The two rows are changed and left to the caller to write and publish.
    """
    assert message.mid_digest is not None  # noqa: S101 -- what it just got
    key = (message.workspace_id, message.account_id, message.mid_digest)
    state = State(now=now, messages={key: message}, conversations_by_id={conversation.id: conversation})
    await _load_parked(conn, state, [key])
    if state.parked:
        fold_parked(state)
        await _replace_attachments(conn, state)
        await _save_rest(conn, state)
        if state.overtook:
            await rule_events.enqueue(conn, news.of_reactions(state, []), now)


def _talked_about(batch: Batch) -> Iterator[tuple[UUID, UUID]]:
    """The messages of which something is said, which waits until they have their mid: by account and digest."""
    for source, event in batch.events:
        if isinstance(event, AboutMessage) and (key := _message_key(source, event)) is not None:
            yield key[1], key[2]


async def _load(conn: Conn, batch: Batch, now: datetime) -> State:
    """Conversations first and locked, then their messages: the one order in which everybody takes them."""
    state = State(now=now)
    digests = {key for source, event in batch.events if (key := _message_key(source, event)) is not None}
    keys = sorted(digests, key=str)
    people = {key for source, event in batch.events if (key := _participant_key(source, event)) is not None}
    for row in await conversations.lock_for_events(conn, sorted(people, key=str), keys):
        state.conversations[row.workspace_id, row.account_id, row.igsid] = row
        state.conversations_by_id[row.id] = row
    for row in await messages.rows_by_mids(conn, keys):
        assert row.mid_digest is not None  # noqa: S101 -- found by it
        state.messages[row.workspace_id, row.account_id, row.mid_digest] = row
    await _load_parked(conn, state, keys)
    await _load_answers(conn, batch, state)
    _refuse_collisions(batch, state)
    return state


async def _load_parked(conn: Conn, state: State, keys: Sequence[Key]) -> None:
    for key, event in await events.parked(conn, keys):
        state.parked.setdefault(key, []).append(_unparked(event))


def _unparked(event: bytes) -> AboutMessage:
    read = msgspec.json.decode(event)
    return msgspec.convert(read, _PARKED[read["type"]])


async def _load_answers(conn: Conn, batch: Batch, state: State) -> None:
    echoed = {
        (source.workspace_id, state.conversations[source.workspace_id, source.account_id, event.igsid].id)
        for source, event in batch.events
        if isinstance(event, MessageEchoed) and (source.workspace_id, source.account_id, event.igsid) in state.conversations
    }
    if echoed:
        state.answers = await outbound.open_answers(conn, sorted(echoed, key=str))
        known = {message.id: message for message in state.messages.values()}
        assert not known.keys() & {a.message.id for given in state.answers.values() for a in given}  # noqa: S101


def _refuse_collisions(batch: Batch, state: State) -> None:
    """Two mids with one digest have never been seen; if they are, the event stands as failed instead of vanishing."""
    for source, event in batch.events:
        if isinstance(event, MessageReceived | MessageEchoed):
            known = state.messages.get((source.workspace_id, source.account_id, ids.digest(event.mid)))
            if known is not None and known.mid != event.mid:
                raise BadDelivery("another mid has the same digest")


def _message_key(source: Source, event: Event) -> Key | None:
    match event:
        case PostbackReceived():
            mid = postback_key(event)
        case MessageReceived() | MessageEchoed() | MessageDeleted() | MessageEdited() | MessageHinted() | ReactionChanged():
            mid = event.mid
        case MessageSeen() if event.mid is not None:
            mid = event.mid
        case _:
            return None
    return source.workspace_id, source.account_id, ids.digest(mid)


def _participant_key(source: Source, event: Event) -> tuple[UUID, UUID, str] | None:
    igsid: str | None = getattr(event, "igsid", None)
    return None if igsid is None else (source.workspace_id, source.account_id, igsid)


async def _save(conn: Conn, state: State, besides: others.Others) -> set[str]:
    rows = {id(row): row for row in [*state.messages.values(), *(answer.message for answer in state.recognised)]}
    new = [row for row in rows.values() if row.is_new]
    changed = [row for row in touched(rows.values()) if not row.is_new]
    new_conversations = [row for row in state.conversations.values() if row.is_new]
    if new_conversations:
        await conversations.insert(conn, new_conversations, state.now)
    for row in new:  # what was sent before all that is archived belongs there
        row.is_archived = state.conversations_by_id[row.conversation_id].archived_at is not None
    if new:
        await messages.insert(conn, new)
    if changed:
        await messages.update(conn, changed)
    await _replace_attachments(conn, state)
    await _settle_conversations(conn, state)
    if state.histories:
        await _note_histories(conn, state)
    await _save_rest(conn, state)
    await media.enqueue(conn, [one for row in [*new, *changed] if row.is_new or row.loses_attachments for one in _to_fetch(row)])
    due = await _hand_to_members(conn, state, new, changed)
    found: dict[WorkspaceId, list[Change]] = {}
    await besides.save(conn, found)
    due |= await _hand_to_rules(conn, state, new, besides)
    await _collect(conn, state, new, changed, found)
    changes.publish_all(conn, found, state.now)
    return {wake.changed(workspace) for workspace in found} | due


async def _hand_to_members(conn: Conn, state: State, new: Sequence[MessageRow], changed: Sequence[MessageRow]) -> set[str]:
    """What has to do with customers who connect: somebody waits for the answer, so its worker is woken. Rules CN1, LB1."""
    names = set[str]()
    to_welcome = [_welcome(row) for row in [*new, *state.told] if _is_news_of_a_participant(state, row)]
    if to_welcome and await welcomes.enqueue(conn, to_welcome, state.now):
        names.add(wake.work("welcomes"))
    shared = [(row.workspace_id, row.id) for row in [*new, *changed] if _may_be_shared(row)]
    if shared and await library.hand_on_known(conn, shared, state.now):
        names.add(wake.work("library"))
    return names


async def _hand_to_rules(conn: Conn, state: State, new: Sequence[MessageRow], besides: others.Others) -> set[str]:
    """What rules wait for is written down, and its worker woken: somebody waits for the answer. Rule RU1."""
    waited_for = [*news.of_messages(state, [*new, *state.told]), *news.of_reactions(state, besides.reactions), *besides.news]
    if waited_for and await rule_events.enqueue(conn, waited_for, state.now):
        return {wake.work("rule_events")}
    return set()


def _may_be_shared(row: MessageRow) -> bool:
    """Whether a library may have to do with it: something new was sent, or what had been is edited or unsent (rule LB1)."""
    if row.is_new:
        return row.direction == "inbound" and (bool(row.attachments) or "http" in (row.text or "").lower())
    return row.direction == "inbound" and (row.deleted_at is not None or row.edited_at is not None)


def _is_news_of_a_participant(state: State, row: MessageRow) -> bool:
    """Rule CN1."""
    is_self = state.conversations_by_id[row.conversation_id].is_self
    is_out = row.is_history or row.is_standby or row.deleted_at is not None
    return row.direction == "inbound" and not is_self and not is_out


def _welcome(row: MessageRow) -> tuple[UUID, UUID, UUID, UUID]:
    return row.workspace_id, row.account_id, row.conversation_id, row.id


def _to_fetch(row: MessageRow) -> list[media.ToFetch]:
    return [
        media.ToFetch(
            workspace_id=row.workspace_id, subject_id=row.id, position=attachment.position, account_id=row.account_id,
            sent_at=row.sent_at, source_url=attachment.source_url,
        )
        for attachment in row.attachments
        if attachment.state == "pending"
    ]  # fmt: skip


async def _note_histories(conn: Conn, state: State) -> None:
    """What was read of conversations; and whose profile is old, or says another name, is read anew (rule PR4)."""
    read = [(state.conversations_by_id[id_], event) for id_, event in state.histories.items()]
    await history.note(conn, read, state.now)
    people = [(row.workspace_id, row.participant_id) for row, _ in read]
    named = {row.participant_id: event.username for row, event in read if event.username is not None}
    await participants.refresh_stale(conn, people, state.now, usernames=named)


async def _settle_conversations(conn: Conn, state: State) -> None:
    """Counts and last lines that one event cannot know alone are read from one index range each, then all is written."""
    if state.to_recount:
        unread = await conversations.recount_unread(conn, list(state.to_recount.values()))
        for row in state.to_recount.values():
            row.unread_count = unread[row.id]
    if state.to_relast:
        newest = await messages.newest(conn, [(row.workspace_id, row.id) for row in state.to_relast.values()])
        for row in state.to_relast.values():
            show_as_last(row, newest[row.id])
    changed = [row for row in state.conversations.values() if row.is_changed]
    if changed:
        await conversations.update(conn, sorted(changed, key=lambda row: (row.workspace_id, row.id)))


async def _replace_attachments(conn: Conn, state: State) -> None:
    """What messages lose takes its fetches and files along; what they have instead stands in its place."""
    losing = [row for row in state.messages.values() if row.loses_attachments]
    if losing:
        await messages.remove_attachments(conn, [(row.workspace_id, row.id) for row in losing], state.now)
        await messages.insert_attachments(conn, [attachment for row in losing for attachment in row.attachments])


async def _save_rest(conn: Conn, state: State) -> None:
    if state.heard_from:
        heard = [(row.workspace_id, row.participant_id) for row in state.heard_from.values() if not row.is_new]
        await participants.ask_again(conn, heard, state.now)
    await events.park(conn, [_parkable(key, event) for key, event in state.new_parked], state.now)
    if state.no_longer_parked:
        await events.remove_parked(conn, [_parkable(key, event)[:2] for key, event in state.no_longer_parked])
    if state.unparked:
        await events.unpark(conn, sorted(state.unparked, key=str))
    if state.hints:
        await events.add_hints(conn, sorted(state.hints.items(), key=str), state.now + _HINT_WAITS)
    if state.sources:
        await events.add_sources(conn, sorted(state.sources, key=str))
    if state.erased:
        await _erase(conn, state)
    if state.to_blank:
        await events.add_erasures(conn, sorted(state.to_blank.items(), key=str), state.now)
    settled = [(a.message.workspace_id, a.outbound_id, a.message.mid or "") for a in state.recognised if a.state == "in_doubt"]
    if settled:
        await outbound.settle_recognised(conn, settled, state.now)
        talks = {(a.message.workspace_id, a.message.conversation_id) for a in state.recognised if a.state == "in_doubt"}
        await outbound.next_is_due(conn, sorted(talks), state.now)


def _parkable(key: Key, event: AboutMessage) -> tuple[Key, bytes, bytes]:
    encoded = _json.encode(event)
    return key, ids.digest(encoded.decode()).bytes, encoded


async def _erase(conn: Conn, state: State) -> None:
    """What else holds the words and is no delivery: earlier changes and our own call."""
    subjects = [(row.workspace_id, subject) for row in state.erased.values() for subject in (row.id, row.conversation_id)]
    await changes.supersede(conn, subjects)
    await outbound.erase(conn, [(row.workspace_id, row.id) for row in state.erased.values()])
    sent = [(row.workspace_id, row.account_id, row.conversation_id, row.sent_at) for row in state.erased.values()]
    await exports.make_anew(conn, sent, state.now)
    await search.forget(conn, [(row.workspace_id, search.MESSAGE, row.id) for row in state.erased.values()])


async def _collect(
    conn: Conn, state: State, new: list[MessageRow], changed: list[MessageRow], found: dict[WorkspaceId, list[Change]]
) -> None:
    """The newest state of everything that became different, as any reader would see it."""
    for row in sorted([*new, *changed], key=lambda row: (row.sent_at, row.id)):
        conversation = state.conversations_by_id[row.conversation_id]
        message = messages.shown(row, conversation.read_up_to, conversation.seen_up_to)
        change = (
            MessageAdded(type="message_added", conversation_id=message.conversation_id, message=message)
            if row.is_new
            else MessageUpdated(type="message_updated", conversation_id=message.conversation_id, message=message)
        )
        found.setdefault(WorkspaceId(row.workspace_id), []).append(change)
    shown = [row for row in state.conversations.values() if row.is_changed]
    if shown:
        for workspace, conversation in (await conversations.by_ids(conn, [(r.workspace_id, r.id) for r in shown])).values():
            found.setdefault(workspace, []).append(ConversationUpdated(type="conversation_updated", conversation=conversation))


__all__ = ["Batch", "Source", "apply", "catch_up"]
