"""Answers for later: let go when their time has come, once, unless something speaks against it. Rules O19-O24.

A scheduled answer is its messages and its calls, written together. Every function works in the caller's transaction, under the
conversation's lock, treats what was written together as one, and publishes last.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from confab.errors import Conflict, Invalid
from confab.inbox import asked, circumstances, compose, gate, locked, outcome
from confab.inbox.act import publish, shown
from confab.inbox.answer import IN_ORDER, permit, release_time, with_call
from confab.inbox.compose import Part
from confab.inbox.policy import Ruling
from confab.inbox.preview import consider_as_last
from confab.model.changes import ActivityAdded, Change, MessageAdded, MessageRemoved, MessageUpdated
from confab.model.commands import Actor, Reschedule, SendNow
from confab.model.inbox import ConversationId, Message, MessageId, WorkspaceId
from confab.model.outgoing import LANE, Text
from confab.store import conversations, events, ids, messages, outbound
from confab.store.db import Conn
from confab.store.events import ActivityRow
from confab.store.outbound import OutboundRow
from confab.store.rows import ConversationRow, MessageRow

REPLIED = "replied"
"""The error of what waits for a person, because the participant wrote after it was scheduled."""
_REPLIED = "They wrote after this was scheduled. Look at it, then send, change or delete it."


async def let_go(conn: Conn, call: OutboundRow, conversation: ConversationRow, now: datetime) -> None:
    """Its time has come: queue it with all that was scheduled together, hold or cancel it, or fail with the gate's words.

    What is early, because the clock went back or it was put off, waits on; what is no longer scheduled is left alone. O20-O22.
    """
    if call.release_at is not None and now < call.release_at:
        call.due_at = call.release_at
        await outbound.write(conn, call)
        return
    calls = [one for one in await outbound.later_together(conn, call) if one.state == "scheduled"]
    if not calls:
        return
    if call.on_reply != "send" and await _has_written(conn, call):
        await (_hold if call.on_reply == "hold" else _cancel)(conn, conversation, calls, now)
        return
    against = await _refusal(conn, conversation, calls, now)
    if against is not None:
        await outcome.fail(conn, await locked.of(conn, calls[0], conversation), against.code or "refused", against.words, now)
    else:
        await _queue(conn, conversation, calls, await _messages_of(conn, calls), now)


async def send_now(conn: Conn, actor: Actor, command: SendNow, now: datetime) -> Message:
    """Queue at once what is scheduled or held, as an answer of the person who says so. Raises what the gate refuses. O23."""
    conversation = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    calls = await _scheduled(conn, actor, command.conversation_id, command.message_id)
    for call in calls:
        call.actor_kind, call.actor_id, call.actor_name = actor.kind, actor.agent_id, actor.name
        call.lane = LANE[actor.kind]
    against = await _refusal(conn, conversation, calls, now)
    if against is not None:
        permit(against)
    rows = await _messages_of(conn, calls)
    for row in rows:
        row.author_kind, row.author_name, row.author_agent_id = actor.kind, actor.name, actor.agent_id
    await messages.sign(conn, rows)
    return await _queue(conn, conversation, calls, rows, now)


async def change(conn: Conn, actor: Actor, command: Reschedule, now: datetime) -> Message:
    """Another time, another text, another wish; who changes it has seen what was written until now. O23.

    What was held is scheduled again when it is given a time. Raises Conflict when it is no longer waiting, Invalid.
    """
    conversation = await conversations.lock(conn, actor.workspace_id, command.conversation_id)
    calls = await _scheduled(conn, actor, command.conversation_id, command.message_id)
    rows = await _messages_of(conn, calls)
    said: list[Change] = []
    if command.text is not None:
        calls, rows, said = await _reworded(conn, conversation, calls, rows, command.text, now)
    release_at = release_time(command.release_at, now) if command.release_at is not None else None
    seen = await messages.newest_inbound(conn, actor.workspace_id, command.conversation_id)
    for index, (call, row) in enumerate(zip(calls, rows, strict=True)):
        call.seen_message_id, call.on_reply = seen, command.on_reply or call.on_reply
        if release_at is not None:
            call.state, call.due_at, call.release_at = "scheduled", release_at, release_at
            call.error_code = call.error_message = row.error_code = row.error_message = None
            row.status, row.sent_at = "scheduled", release_at + index * IN_ORDER
        await outbound.write(conn, call)
    return await _published(conn, conversation, rows, said, now)


async def _scheduled(conn: Conn, actor: Actor, conversation: ConversationId, message: MessageId) -> list[OutboundRow]:
    row, call = await with_call(conn, actor, conversation, message)
    calls = await outbound.later_together(conn, call)
    if not calls:
        raise Conflict(f"Only what is scheduled, or held for review, can be changed so; this message is {row.status}.")
    return calls


async def _messages_of(conn: Conn, calls: Sequence[OutboundRow]) -> list[MessageRow]:
    found = await messages.rows_by_ids(conn, [(call.workspace_id, call.message_id) for call in calls if call.message_id])
    by_id = {row.id: row for row in found}
    return [by_id[call.message_id] for call in calls if call.message_id is not None]


async def _has_written(conn: Conn, call: OutboundRow) -> bool:
    newest = await messages.newest_inbound(conn, WorkspaceId(call.workspace_id), ConversationId(call.conversation_id))
    return newest != call.seen_message_id


async def _refusal(conn: Conn, conversation: ConversationRow, calls: Sequence[OutboundRow], now: datetime) -> Ruling | None:
    state = await circumstances.of(conn, conversation)
    for call in calls:
        ruling = gate.ask(await asked.of_call(conn, call), state, now)
        if ruling.outcome == "refused":
            return ruling
    return None


async def _queue(
    conn: Conn, conversation: ConversationRow, calls: Sequence[OutboundRow], rows: Sequence[MessageRow], now: datetime
) -> Message:
    last = conversation.last_message_at
    at = max(now, last + IN_ORDER) if last else now
    for index, row in enumerate(rows):
        row.status, row.sent_at, row.error_code, row.error_message = "queued", at + index * IN_ORDER, None, None
        consider_as_last(conversation, row)
    await outbound.let_go(conn, [(call, ids.new(now + index * IN_ORDER)) for index, call in enumerate(calls)], now)
    await conversations.update(conn, [conversation])
    return await _published(conn, conversation, rows, [], now)


async def _hold(conn: Conn, conversation: ConversationRow, calls: Sequence[OutboundRow], now: datetime) -> None:
    rows = await _messages_of(conn, calls)
    for call, row in zip(calls, rows, strict=True):
        call.state, call.due_at, call.error_code, call.error_message = "held", None, REPLIED, _REPLIED
        await outbound.write(conn, call)
        row.status, row.error_code, row.error_message = "held", REPLIED, _REPLIED
    await _published(conn, conversation, rows, [], now)


async def _cancel(conn: Conn, conversation: ConversationRow, calls: Sequence[OutboundRow], now: datetime) -> None:
    """It is gone, and a line in the conversation says so."""
    rows = await _messages_of(conn, calls)
    gone = await _taken_out(conn, calls, rows, now)
    line = ActivityRow(
        workspace_id=conversation.workspace_id, account_id=conversation.account_id,
        event_key=ids.digest(f"schedule {calls[0].id}"), conversation_id=conversation.id, type="schedule_cancelled",
        happened_at=now,
        body={"metadata": "\n\n".join(row.text for row in rows if row.text)},
    )  # fmt: skip
    added = [
        ActivityAdded(type="activity_added", conversation_id=activity.conversation_id, activity=activity)
        for _, activity in await events.add_activities(conn, [line])
    ]
    await publish(conn, conversation, [*gone, *added], now)


async def _taken_out(conn: Conn, calls: Sequence[OutboundRow], rows: Sequence[MessageRow], now: datetime) -> list[MessageRemoved]:
    for call, row in zip(calls, rows, strict=True):
        call.state, call.due_at, call.settled_at = "discarded", None, now
        await outbound.write(conn, call)
        row.status = "discarded"
    if rows:
        await messages.update(conn, rows)
    return [
        MessageRemoved(
            type="message_removed", conversation_id=ConversationId(row.conversation_id), message_id=MessageId(row.id)
        )
        for row in rows
    ]  # fmt: skip


async def _published(
    conn: Conn, conversation: ConversationRow, rows: Sequence[MessageRow], first: Sequence[Change], now: datetime
) -> Message:
    await messages.update(conn, rows)
    values = [shown(row, conversation) for row in rows]
    updated = [MessageUpdated(type="message_updated", conversation_id=one.conversation_id, message=one) for one in values]
    await publish(conn, conversation, [*first, *updated], now)
    return values[0]


async def _reworded(
    conn: Conn,
    conversation: ConversationRow,
    calls: Sequence[OutboundRow],
    rows: Sequence[MessageRow],
    text: str,
    now: datetime,
) -> tuple[list[OutboundRow], list[MessageRow], list[Change]]:
    """The same with another text, cut anew: parts stay as long as there is something for them to say."""
    both = list(zip(calls, rows, strict=True))
    old = [pair for pair in both if pair[0].kind == "text"]
    if not old:
        raise Invalid("Only a text can be changed; delete it and schedule another.", field="text")
    parts = compose.parts(Text(type="text", text=text), {})
    parts[-1].payload.update({name: old[-1][0].payload[name] for name in ("quick_replies",) if name in old[-1][0].payload})
    kept = [pair for pair in both if pair[0].kind != "text"] + old[: len(parts)]
    for (call, row), part in zip(old, parts, strict=False):
        reply_to = call.payload.get("reply_to")
        call.payload, row.text = {**part.payload, **({"reply_to": reply_to} if reply_to else {})}, part.text
        await outbound.rewrite(conn, call)
    gone = old[len(parts) :]
    said: list[Change] = [*await _taken_out(conn, [call for call, _ in gone], [row for _, row in gone], now)]
    more = [_another(old[-1], part, index, now) for index, part in enumerate(parts[len(old) :], len(kept))]
    await _write_more(conn, kept[0][0], kept, more)
    said += [
        MessageAdded(type="message_added", conversation_id=value.conversation_id, message=value)
        for value in (shown(row, conversation) for _, row in more)
    ]
    return [call for call, _ in (*kept, *more)], [row for _, row in (*kept, *more)], said


async def _write_more(
    conn: Conn,
    first: OutboundRow,
    kept: Sequence[tuple[OutboundRow, MessageRow]],
    more: Sequence[tuple[OutboundRow, MessageRow]],
) -> None:
    if not more:
        return
    if first.batch_id is None:
        await outbound.join(conn, first)
        for call, _ in kept:
            call.batch_id = first.id
    for call, _ in more:
        call.batch_id = first.batch_id
    await messages.insert(conn, [row for _, row in more])
    await outbound.insert(conn, [call for call, _ in more])


def _another(like: tuple[OutboundRow, MessageRow], part: Part, index: int, now: datetime) -> tuple[OutboundRow, MessageRow]:
    """One more part after those that there are."""
    call, row = like
    at = now + index * IN_ORDER
    id_: UUID = ids.new(at)
    key = f"{(row.client_key or '').split('#')[0][:150]}#{index + 1}.{id_.hex[-8:]}"
    new = MessageRow(
        workspace_id=row.workspace_id, id=id_, account_id=row.account_id, conversation_id=row.conversation_id, client_key=key,
        client_digest=row.client_digest, direction="outbound", author_kind=row.author_kind, author_name=row.author_name,
        author_agent_id=row.author_agent_id, text=part.text, sent_at=row.sent_at + IN_ORDER * (index + 1), status=row.status,
        error_code=row.error_code, error_message=row.error_message, is_new=True, is_changed=True,
    )  # fmt: skip
    return replace(call, id=ids.new(at), message_id=id_, payload=part.payload), new
