"""Queued answer → Meta → receipt: sent once or not at all, and we know which.

`sending` is committed before the call is made. Whoever dies after that leaves a row that is found again as in doubt, never as
queued; it is settled by its echo (apply), by its receipt, or by reading the conversation back; and if Instagram does not show
it, only a person may send it again. Rules O1-O7 of docs/spec/inbox.md.
"""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from confab.clock import Clock
from confab.errors import Conflict, GraphError, Throttled, Unanswered, Unauthorised, Unavailable
from confab.graph.client import GraphClient, Receipt
from confab.inbox import asked, circumstances, gate, gesture, outcome, schedule, settle, wording
from confab.inbox.line import Line, LineOf
from confab.inbox.locked import Locked, lock
from confab.inbox.looking import CHECKING, Looking
from confab.inbox.wording import FILES, GESTURES, pool_of, recipient
from confab.model.inbox import OutboundId, WorkspaceId
from confab.store import budgets, events, ids, outbound, wake
from confab.store.claims import Due
from confab.store.db import Conn, Database, at_end
from confab.store.outbound import Earlier, OutboundRow
from confab.store.rows import MessageRow
from confab.store.wake import Wake
from confab.work.pace import Pace, Waiting
from confab.work.seats import Seats

_HOLDS_FOR = timedelta(seconds=60)
_INDICATOR_LIVES = timedelta(seconds=10)
_AHEAD = (timedelta(seconds=2), timedelta(milliseconds=250), timedelta(milliseconds=250))  # how far a lane may reserve places
_SPREAD = timedelta(milliseconds=500)
_NOT_FROM_HERE = "It could not be sent from here: {reason}."
_LOST_TRACK = "Confab lost track of it ({reason}). It may have been sent: look into the Instagram app before you send it again."

HandOver = Callable[[WorkspaceId, UUID, Line, str, Sequence[dict[str, Any]]], Awaitable[list[dict[str, str]]]]
"""Let Instagram have files: of a workspace's account, of a kind, as in the payload; where it finds each. Raises GraphError."""

Reveal = Callable[[Conn, WorkspaceId, dict[str, Any], datetime], Awaitable[dict[str, Any]]]
"""A call's payload with what is kept nowhere, at the moment of the call. Raises Conflict when it makes no sense any more."""


async def _as_it_is(_conn: Conn, _workspace: WorkspaceId, payload: dict[str, Any], _now: datetime) -> dict[str, Any]:
    return payload


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A call that may be made now, or at its place in Meta's limits. `at`: None where it has none yet."""

    call: OutboundRow
    line: Line
    tag: str | None
    at: datetime | None
    payload: dict[str, Any]  # the call's, with what is kept nowhere put in
    places: Sequence[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unhanded:
    """A call that may be made once Instagram has its files."""

    call: OutboundRow
    line: Line


class Sender:
    """Handles claimed outbound rows."""

    def __init__(  # noqa: PLR0913 -- what it needs of other rooms, bound once in worker.py
        self,
        db: Database,
        graph: GraphClient,
        clock: Clock,
        waker: Wake,
        line_of: LineOf,
        hand_over: HandOver,
        *,
        lease: timedelta,
        reveal: Reveal = _as_it_is,
    ) -> None:
        self._db = db
        self._graph = graph
        self._clock = clock
        self._wake = waker
        self._line_of = line_of
        self._hand_over = hand_over
        self._lease = lease
        self._reveal = reveal
        self._pace = Pace(db, clock)
        self._looking = Looking(db, graph, clock, line_of, self._pace)

    async def run(self, due: Due) -> None:
        """Move one outbound row on by one step. A row that needs nothing is left alone, so that a repeat is harmless."""
        workspace, outbound_id = WorkspaceId(UUID(str(due.key[0]))), OutboundId(UUID(str(due.key[1])))
        step = await self._step(workspace, outbound_id, None)
        if isinstance(step, _Unhanded):
            step = await self._with_files(workspace, outbound_id, step)
        if isinstance(step, _Ready):
            await self._call(workspace, step)
        elif isinstance(step, OutboundRow):
            self._told(workspace, await self._looking.look(workspace, step))

    async def _step(
        self, workspace: WorkspaceId, outbound_id: OutboundId, places: Sequence[dict[str, str]] | None
    ) -> _Ready | _Unhanded | OutboundRow | None:
        """Under the lock: a call to make, files to hand over before, an answer to look for, or nothing to do outside."""
        now = self._clock.now()
        async with self._db.by_key() as conn:
            locked = await lock(conn, workspace, outbound_id)
            step = await self._decide(conn, locked, places, now) if locked is not None else None
        self._told(workspace, locked)
        return step

    async def _with_files(self, workspace: WorkspaceId, outbound_id: OutboundId, unhanded: _Unhanded) -> _Ready | None:
        """Let Instagram have the files, which sends nothing, and then step again."""
        call = unhanded.call
        try:
            places = await self._hand_over(workspace, call.account_id, unhanded.line, call.kind, call.payload["files"])
        except Unauthorised as error:
            await self._conclude(workspace, call, await self._confirm_dead(unhanded.line, error))
            return None
        except GraphError as error:
            await self._conclude(workspace, call, _not_a_send(error))
            return None
        step = await self._step(workspace, outbound_id, places)
        return step if isinstance(step, _Ready) else None

    async def give_up(self, due: Due, reason: str) -> None:
        """What went wrong here again and again: the answer has failed, or stays in doubt where it may have been sent."""
        workspace, outbound_id = WorkspaceId(UUID(str(due.key[0]))), OutboundId(UUID(str(due.key[1])))
        now = self._clock.now()
        async with self._db.by_key() as conn:
            call = await outbound.get(conn, workspace, outbound_id)
            if call is None or (locked := await lock(conn, workspace, outbound_id)) is None:
                return
            is_begun = locked.call.state in ("sending", "in_doubt")
            if locked.call.state in ("scheduled", "queued") or (is_begun and call.kind in GESTURES):
                await outcome.fail(conn, locked, "not_sendable", _NOT_FROM_HERE.format(reason=reason), now)
            elif is_begun:
                await settle.in_doubt(conn, locked, None, _LOST_TRACK.format(reason=reason), now)
        self._told(workspace, locked)

    async def _decide(
        self, conn: Conn, locked: Locked, places: Sequence[dict[str, str]] | None, now: datetime
    ) -> _Ready | _Unhanded | OutboundRow | None:
        call = locked.call
        match call.state:
            case "scheduled":
                await schedule.let_go(conn, call, locked.conversation, now)
                locked.freed.add(call.lane)
                return None
            case "queued":
                return await self._prepare(conn, locked, places, now)
            case "sending" if call.kind in GESTURES and now >= (call.attempted_at or now) + self._lease:
                return await self._prepare(conn, locked, places, now)  # a repeat of it changes nothing
            case "sending":
                await self._doubt(conn, locked, now)
                return None
            case "in_doubt":
                return call
            case _:
                call.due_at = None
                await outbound.write(conn, call)
                return None

    async def _doubt(self, conn: Conn, locked: Locked, now: datetime) -> None:
        """Its worker died: it may have been sent. One whose call may still be open is left to who makes it."""
        attempted_at = locked.call.attempted_at or now
        if locked.call.kind not in GESTURES and now >= attempted_at + self._lease:
            await settle.in_doubt(conn, locked, settle.next_look(attempted_at, now) or now, CHECKING, now)

    async def _prepare(
        self, conn: Conn, locked: Locked, places: Sequence[dict[str, str]] | None, now: datetime
    ) -> _Ready | _Unhanded | None:
        """Queued → sending, unless something forbids it or something earlier is still open."""
        call = locked.call
        if _is_over(locked, now):
            call.state, call.due_at, call.settled_at = "discarded", None, now
            await outbound.write(conn, call)
            locked.freed |= await outbound.next_is_due(conn, [(call.workspace_id, call.conversation_id)], now)
            return None
        if (earlier := await _earlier(conn, call, now)) is not None:
            call.due_at = _holds_until(earlier, now)
            await outbound.write(conn, call)
            if earlier.state == "queued":  # written in the same moment, and nobody else makes it due
                locked.freed |= await outbound.next_is_due(conn, [(call.workspace_id, call.conversation_id)], now)
            return None
        state = await circumstances.of(conn, locked.conversation)
        line = await self._line_of(conn, WorkspaceId(call.workspace_id), call.account_id)
        ruling = gate.ask(await asked.of_call(conn, call), replace(state, has_token=state.has_token and line is not None), now)
        if ruling.outcome == "refused":
            await outcome.fail(conn, locked, ruling.code or "refused", ruling.words, now)
            return None
        if ruling.outcome == "waits" or line is None:
            await outcome.wait(
                conn, locked, ruling.until or now + outcome.WHEN_PAUSED, ruling.code or "waiting", ruling.words, now
            )
            return None
        if call.kind in FILES and places is None:
            return _Unhanded(call=call, line=line)
        return await self._take_place(conn, locked, line, ruling.tag, places or (), now)

    async def _take_place(
        self, conn: Conn, locked: Locked, line: Line, tag: str | None, places: Sequence[dict[str, str]], now: datetime
    ) -> _Ready | None:
        """A place in Meta's limits, and `sending` is committed; or it is due again when there may be one. Rule O16."""
        call = locked.call
        pool, ahead = pool_of(call), _AHEAD[call.lane]
        is_given, at = await budgets.take(conn, locked.workspace, call.account_id, pool.name, pool.spacing(ahead), now)
        if not is_given:
            call.due_at = at - ahead + random.random() * _SPREAD  # noqa: S311 -- so that not all who wait come at once
            await outbound.write(conn, call)
            return None
        try:
            payload = await self._reveal(conn, locked.workspace, call.payload, now)
        except Conflict as refused:
            await outcome.fail(conn, locked, str(refused.facts.get("code", refused.code)), refused.detail, now)
            return None
        sending = gesture.sending if call.kind in GESTURES else settle.sending
        await sending(conn, locked, now + self._lease, now)
        return _Ready(call=call, line=line, tag=tag, at=at, payload=payload, places=places)

    async def begin(self, seats: Seats, conn: Conn, call: OutboundRow, message: MessageRow, tag: str | None) -> None:
        """Take a call over to `sending` in the transaction that is about to write it down, and make it when that is committed.

        The caller knows that the gate allows it, with this tag, that nothing in its conversation goes before, and that a place in
        Meta's limits is near: it is taken when the call is made. What has to wait all the same is left as it is. Rule O28.
        """
        seat = seats.take()
        if seat is None:
            return
        at_end(conn, seat.end)
        now = self._clock.now()
        ready = await self._straight(conn, call, tag, now)
        if ready is None:
            return
        call.state, call.due_at, call.attempted_at, message.status = "sending", now + self._lease, now, "sending"
        workspace = WorkspaceId(call.workspace_id)
        seat.due, seat.work = Due(key=(workspace, call.id), attempts=1), partial(self._call, workspace, ready)

    async def _straight(self, conn: Conn, call: OutboundRow, tag: str | None, now: datetime) -> _Ready | None:
        """What has a token, and nothing that is handed over before."""
        workspace = WorkspaceId(call.workspace_id)
        line = await self._line_of(conn, workspace, call.account_id) if call.kind not in FILES else None
        if line is None:
            return None
        try:
            payload = await self._reveal(conn, workspace, call.payload, now)
        except Conflict:
            return None
        return _Ready(call=call, line=line, tag=tag, at=None, payload=payload, places=())

    async def _call(self, workspace: WorkspaceId, ready: _Ready) -> None:
        """Ask Meta, once, outside any transaction, and record what came of it."""
        came: Receipt | GraphError
        try:
            await self._come(workspace, ready)
            came = await self._made(ready)
        except Waiting as waiting:
            came = Throttled(waiting.reason)
            came.retry_after = waiting.until - self._clock.now()
        except Unauthorised as error:
            came = await self._confirm_dead(ready.line, error)
        except GraphError as error:
            came = _not_a_send(error) if ready.call.kind in GESTURES else error
        await self._conclude(workspace, ready.call, came)

    async def _come(self, workspace: WorkspaceId, ready: _Ready) -> None:
        """Wait for its place. Raises Waiting."""
        account, pool = ready.call.account_id, pool_of(ready.call)
        if ready.at is not None:
            await self._pace.come(workspace, account, pool, ready.at)
        else:
            await self._pace.turn(workspace, account, pool)

    async def _made(self, ready: _Ready) -> Receipt:
        call, line, to = ready.call, ready.line, recipient(ready.call)
        if call.kind in GESTURES:
            await self._graph.act(token=line.token, ig_id=line.ig_id, to=to, action=wording.gesture(call.kind, call.payload))
            return Receipt(mid="")
        return await self._graph.send(
            token=line.token, ig_id=line.ig_id, to=to, message=wording.message(call.kind, ready.payload, ready.places),
            tag=ready.tag, reply_to=call.payload.get("reply_to"),
        )  # fmt: skip

    async def _conclude(self, workspace: WorkspaceId, call: OutboundRow, came: Receipt | GraphError) -> None:
        now = self._clock.now()
        async with self._db.by_key() as conn:
            given = (call.account_id, ids.digest(came.mid)) if isinstance(came, Receipt) and came.mid else None
            if call.comment_id is not None:  # its echo may be of a conversation that nobody knows yet
                await events.lock_accounts(conn, [call.account_id])
            current = await lock(conn, workspace, OutboundId(call.id), given=given, pool=pool_of(call).name)
            if current is not None and current.call.attempted_at == call.attempted_at:
                await outcome.record(conn, current, came, now)
        self._told(workspace, current)

    async def _confirm_dead(self, line: Line, error: Unauthorised) -> GraphError:
        """A 190 is believed only when a second, harmless call says the same. Rules T14, E6."""
        try:
            await self._graph.me(token=line.token)
        except Unauthorised:
            return error
        except GraphError:
            pass
        return Unavailable(error.detail, graph_code=error.graph_code, subcode=error.subcode, trace=error.trace)

    def _told(self, workspace: WorkspaceId, locked: Locked | None) -> None:
        """Something changed, and what waited behind it may go."""
        if locked is not None:
            self._wake.say(wake.changed(workspace), *wake.sending(locked.freed))


def _is_over(locked: Locked, now: datetime) -> bool:
    """An indicator that comes too late, or an answer sent again whose first call turned out to have worked."""
    call, message = locked.call, locked.message
    if call.kind in ("typing", "seen"):
        return now >= call.created_at + _INDICATOR_LIVES
    return call.kind not in GESTURES and (message is None or message.mid is not None)


async def _earlier(conn: Conn, call: OutboundRow, now: datetime) -> Earlier | None:
    """What is still open and goes before it; None when it is its turn. Rules O8, O14.

    One in flight per conversation, in order; an answer in doubt holds the later ones for a minute at most, and what was written
    together with it until somebody knows. An indicator waits for nothing.
    """
    return None if call.kind in ("typing", "seen") else await outbound.earlier(conn, call, now - _HOLDS_FOR)


def _holds_until(earlier: Earlier, now: datetime) -> datetime:
    """When to look again at what goes after it, should nobody make it due."""
    holds_until = (earlier.attempted_at or now) + _HOLDS_FOR
    return holds_until if earlier.state == "in_doubt" and holds_until > now else now + outbound.LOOKS_AGAIN


def _not_a_send(error: GraphError) -> GraphError:
    """What came of a call that may be repeated: no answer is then no doubt."""
    if isinstance(error, Unanswered):
        return Unavailable(error.detail, graph_code=error.graph_code, subcode=error.subcode, trace=error.trace)
    return error
