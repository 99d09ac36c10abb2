"""Queued answer → Meta → receipt: sent once or not at all, and we know which.

`sending` is committed before the call is made. Whoever dies after that leaves a row that is found again as in doubt, never as
queued; it is settled by its echo (apply), by its receipt, or by reading the conversation back; and if Instagram does not show
it, only a person may send it again. Rules O1-O7 of docs/spec/inbox.md.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.errors import Conflict, GraphError, Throttled, Unanswered, Unauthorised, Unavailable, WindowShut
from confab.graph.client import GraphClient, Receipt
from confab.graph.read_back import ReadMessage
from confab.inbox import policy, settle
from confab.inbox.line import Line, LineOf
from confab.inbox.reading import CONVERSATIONS
from confab.model import links
from confab.model.changes import AccountUpdated
from confab.model.inbox import ConversationId, OutboundId, WorkspaceId
from confab.store import changes, conversations, events, health, ids, messages, outbound, wake
from confab.store.claims import Due
from confab.store.db import Conn, Database, in_short
from confab.store.outbound import OutboundRow
from confab.store.rows import ConversationRow
from confab.store.wake import Wake
from confab.work.pace import Pace

_BACKOFF_S = (1.0, 2.0, 4.0)  # at most three retries after the first attempt
_WHEN_THROTTLED = timedelta(minutes=1)
_WHEN_HELD = timedelta(seconds=5)
_WHEN_PAUSED = timedelta(minutes=1)
_HOLDS_FOR = timedelta(seconds=60)
_CLOCKS_DIFFER = timedelta(seconds=60)
_PATIENCE_S = 5.0  # to look at Instagram is not worth a longer wait: there is another look
_NOT_SHOWN = (
    "Instagram does not show this message. It may still have been sent: look into the Instagram app before you send it again."
)
_NOT_ASKED = (
    "Instagram could not be asked whether it has this message. It may have been sent: look into the Instagram app before you "
    "send it again."
)
_NOT_FROM_HERE = "It could not be sent from here: {reason}."
_LOST_TRACK = "Confab lost track of it ({reason}). It may have been sent: look into the Instagram app before you send it again."
_CHECKING = "No answer from Instagram; checking whether it was sent."

Reveal = Callable[[Conn, WorkspaceId, Mapping[str, Any], datetime], Awaitable[Mapping[str, Any]]]
"""What a call's payload is for Meta, at the moment of the call. Raises Conflict when it makes no sense any more."""

log = structlog.get_logger()


async def _as_it_is(
    _conn: Conn,
    _workspace: WorkspaceId,
    payload: Mapping[str, Any],  # a call's, as JSON
    _now: datetime,
) -> Mapping[str, Any]:
    return payload


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A call that may be made now."""

    call: OutboundRow
    line: Line
    tag: str | None
    payload: Mapping[str, Any]  # what Meta is given, with what is kept nowhere put in


class Sender:
    """Handles claimed outbound rows."""

    def __init__(
        self,
        db: Database,
        graph: GraphClient,
        clock: Clock,
        waker: Wake,
        line_of: LineOf,
        *,
        lease: timedelta,
        reveal: Reveal = _as_it_is,
    ) -> None:
        self._db = db
        self._graph = graph
        self._clock = clock
        self._wake = waker
        self._line_of = line_of
        self._lease = lease
        self._reveal = reveal
        self._pace = Pace(db, clock)

    async def run(self, due: Due) -> None:
        """Move one outbound row on by one step. A row that needs nothing is left alone, so that a repeat is harmless."""
        workspace, outbound_id = WorkspaceId(UUID(str(due.key[0]))), OutboundId(UUID(str(due.key[1])))
        now = self._clock.now()
        async with self._db.transaction() as conn:
            call = await outbound.get(conn, workspace, outbound_id)
            if call is None:
                return
            conversation = await conversations.lock(conn, workspace, ConversationId(call.conversation_id))  # pyright: ignore[reportArgumentType]
            call = await outbound.get(conn, workspace, outbound_id)
            ready = await self._step(conn, call, conversation, now) if call is not None else None
        self._told(workspace)
        if isinstance(ready, _Ready):
            await self._call(workspace, ready)
        elif ready is not None:
            await self._look(workspace, ready)

    async def give_up(self, due: Due, reason: str) -> None:
        """What went wrong here again and again: the answer has failed, or stays in doubt where it may have been sent."""
        workspace, outbound_id = WorkspaceId(UUID(str(due.key[0]))), OutboundId(UUID(str(due.key[1])))
        now = self._clock.now()
        async with self._db.transaction() as conn:
            call = await outbound.get(conn, workspace, outbound_id)
            if call is None or call.state not in ("queued", "sending", "in_doubt"):
                return
            call = await self._locked(conn, workspace, call)
            if call is not None and call.state == "queued":
                await settle.failed(conn, call, "not_sendable", _NOT_FROM_HERE.format(reason=reason), now)
            elif call is not None and call.state in ("sending", "in_doubt"):
                await settle.in_doubt(conn, call, None, _LOST_TRACK.format(reason=reason), now)
        self._told(workspace)

    async def _step(
        self, conn: Conn, call: OutboundRow, conversation: ConversationRow, now: datetime
    ) -> _Ready | OutboundRow | None:
        """Under the lock: a call to make, an answer to look for, or nothing to do outside."""
        match call.state:
            case "queued":
                return await self._prepare(conn, call, conversation, now)
            case "sending":
                await self._doubt(conn, call, now)
                return None
            case "in_doubt":
                return call
            case _:
                call.due_at = None
                await outbound.write(conn, call)
                return None

    async def _doubt(self, conn: Conn, call: OutboundRow, now: datetime) -> None:
        """Its worker died: it may have been sent. One whose call may still be open is left to who makes it."""
        attempted_at = call.attempted_at or now
        if now >= attempted_at + self._lease:
            await settle.in_doubt(conn, call, settle.next_look(attempted_at, now) or now, _CHECKING, now)

    async def _prepare(self, conn: Conn, call: OutboundRow, conversation: ConversationRow, now: datetime) -> _Ready | None:
        """Queued → sending, unless something forbids it or something earlier is still open."""
        workspace = WorkspaceId(call.workspace_id)
        (message,) = await messages.rows_by_ids(conn, [(workspace, call.message_id)])
        if message.mid is not None:  # it was sent again, and then the first call turned out to have worked
            call.state, call.due_at, call.settled_at = "discarded", None, now
            await outbound.write(conn, call)
            return None
        if await self._is_held(conn, call, now):
            call.due_at = now + _WHEN_HELD
            await outbound.write(conn, call)
            return None
        account = await health.sending_state(conn, workspace, call.account_id)
        verdict = policy.window(
            opened_at=conversation.window_opened_at,
            opened_by=conversation.window_opened_by,  # pyright: ignore[reportArgumentType] -- CHECKed by the table
            refused_at=conversation.window_refused_at,
            human_agent=account.human_agent, is_self=conversation.is_self,
            actor=call.actor_kind,  # pyright: ignore[reportArgumentType] -- CHECKed by the table
            now=now,
        )  # fmt: skip
        if not verdict.allowed:
            await settle.failed(conn, call, "window_closed", policy.in_words(verdict), now)
            return None
        line = await self._line_of(conn, workspace, call.account_id)
        if account.health != "ok" or line is None:
            code = "account_paused" if account.health == "paused" else "reconnect_needed"
            reason = account.health_reason or "The account must be reconnected before anything can be sent."
            await settle.wait(conn, call, now + _WHEN_PAUSED, code, reason, now)
            return None
        if account.paused_until is not None and account.paused_until > now:
            await settle.wait(conn, call, account.paused_until, "throttled", "Instagram asks to slow down.", now)
            return None
        try:
            payload = await self._reveal(conn, workspace, call.payload, now)
        except Conflict as refused:
            await settle.failed(conn, call, str(refused.facts.get("code", refused.code)), refused.detail, now)
            return None
        await settle.sending(conn, call, now + self._lease, now)
        return _Ready(call=call, line=line, tag=verdict.tag, payload=payload)

    async def _is_held(self, conn: Conn, call: OutboundRow, now: datetime) -> bool:
        """One in flight per conversation, in order; an answer in doubt holds the later ones for a minute at most."""
        workspace, conversation = WorkspaceId(call.workspace_id), ConversationId(call.conversation_id)  # pyright: ignore[reportArgumentType]
        for earlier in await outbound.earliest_open(conn, workspace, conversation):
            if earlier.id == call.id:
                return False
            doubted = earlier.state == "in_doubt" and earlier.attempted_at is not None
            if not (doubted and earlier.attempted_at is not None and now - earlier.attempted_at >= _HOLDS_FOR):
                return True
        return False

    async def _call(self, workspace: WorkspaceId, ready: _Ready) -> None:
        """Ask Meta, once, outside any transaction, and record what came of it."""
        call, line = ready.call, ready.line
        outcome: Receipt | GraphError
        try:
            outcome = await self._graph.send_text(
                token=line.token, ig_id=line.ig_id, to=call.recipient_igsid, text=ready.payload["text"], tag=ready.tag
            )
        except Unauthorised as error:
            outcome = await self._confirm_dead(line, error)
        except GraphError as error:
            outcome = error
        now = self._clock.now()
        async with self._db.transaction() as conn:
            current = await self._locked(conn, workspace, call)
            if current is not None and current.attempted_at == call.attempted_at:
                await self._record(conn, current, outcome, now)
        self._told(workspace)

    async def _locked(self, conn: Conn, workspace: WorkspaceId, call: OutboundRow) -> OutboundRow | None:
        """The call as it is now, where its message may be given a mid: apply must not park meanwhile what is said about it."""
        await events.lock_accounts(conn, [call.account_id])
        await conversations.lock(conn, workspace, ConversationId(call.conversation_id))  # pyright: ignore[reportArgumentType]
        return await outbound.get(conn, workspace, OutboundId(call.id))  # pyright: ignore[reportArgumentType]

    async def _record(self, conn: Conn, call: OutboundRow, outcome: Receipt | GraphError, now: datetime) -> None:
        match outcome:
            case Receipt(mid=mid):
                await settle.sent(conn, call, mid, now)
            case Unanswered():
                await settle.in_doubt(conn, call, settle.next_look(call.attempted_at or now, now), _CHECKING, now)
            case Throttled():
                wait = outcome.retry_after or _WHEN_THROTTLED
                await health.pause(conn, WorkspaceId(call.workspace_id), call.account_id, now + wait)
                reason = f"{outcome.detail} It goes out as soon as it may."
                await settle.later(conn, call, now + wait, outcome.code, reason, now)
            case Unauthorised():
                workspace = WorkspaceId(call.workspace_id)
                account = await health.mark_dead(conn, workspace, call.account_id, outcome.detail)
                if account is not None:
                    await changes.publish(conn, workspace, [AccountUpdated(type="account_updated", account=account)], now)
                await settle.later(conn, call, now + _WHEN_PAUSED, outcome.code, outcome.detail, now)
            case Unavailable() if call.refusals < len(_BACKOFF_S):
                wait_s = _BACKOFF_S[call.refusals]
                call.refusals += 1
                await settle.later(conn, call, now + timedelta(seconds=wait_s), outcome.code, outcome.detail, now)
            case _:
                is_window_shut = isinstance(outcome, WindowShut)
                await settle.failed(conn, call, outcome.code, outcome.detail, now, is_window_shut=is_window_shut)

    async def _confirm_dead(self, line: Line, error: Unauthorised) -> GraphError:
        """A 190 is believed only when a second, harmless call says the same. Rules T14, E6."""
        try:
            await self._graph.me(token=line.token)
        except Unauthorised:
            return error
        except GraphError:
            return Unavailable(error.detail, graph_code=error.graph_code, subcode=error.subcode, trace=error.trace)
        return Unavailable(error.detail, graph_code=error.graph_code, subcode=error.subcode, trace=error.trace)

    async def _look(self, workspace: WorkspaceId, call: OutboundRow) -> None:
        """Read the conversation back: is the answer in doubt there? Absence is no proof. Rule O5."""
        found: ReadMessage | None = None
        was_asked = False
        try:
            async with self._db.transaction() as conn:
                line = await self._line_of(conn, workspace, call.account_id)
            if line is not None:
                async with asyncio.timeout(_PATIENCE_S):
                    await self._pace.turn(workspace, call.account_id, CONVERSATIONS)
                shown = await self._graph.newest_messages(token=line.token, ig_id=line.ig_id, igsid=call.recipient_igsid)
                was_asked = True
                found = await self._unclaimed(workspace, call, [message for message in shown if _is_it(message, call)])
        except (GraphError, TimeoutError) as error:
            log.info("answer_not_checked", outbound=str(call.id), error=in_short(error))
        now = self._clock.now()
        async with self._db.transaction() as conn:
            current = await self._locked(conn, workspace, call)
            if current is None or current.state != "in_doubt":
                return
            if found is not None:
                await settle.sent(conn, current, found.id, now, is_guess=True)
            else:
                again = settle.next_look(current.attempted_at or now, now)
                at_last = _NOT_SHOWN if was_asked else _NOT_ASKED
                await settle.in_doubt(conn, current, again, _CHECKING if again else at_last, now)
        self._told(workspace)

    async def _unclaimed(self, workspace: WorkspaceId, call: OutboundRow, shown: list[ReadMessage]) -> ReadMessage | None:
        """The oldest of these that is no message we know already."""
        async with self._db.transaction() as conn:
            keys = [(workspace, call.account_id, ids.digest(message.id)) for message in shown]
            rows = await messages.rows_by_mids(conn, keys) if keys else []
        known = {row.mid for row in rows}
        return next((message for message in reversed(shown) if message.id not in known), None)

    def _told(self, workspace: WorkspaceId) -> None:
        self._wake.say(wake.changed(workspace), *wake.sending())


def _is_it(message: ReadMessage, call: OutboundRow) -> bool:
    """Whether a message read back may be this answer: not the participant's, the same text, at about that time (rule C8)."""
    if message.sender is None or str(message.sender.id) == call.recipient_igsid or call.attempted_at is None:
        return False
    return links.masked(message.message) == call.payload.get("text") and message.created_at >= call.attempted_at - _CLOCKS_DIFFER
