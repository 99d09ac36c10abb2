"""A queued call about a comment → Meta → what came of it: done once or not at all, and we know which. Rules CM6-CM12.

As in `send`: `sending` is committed before the call. Whoever dies after that leaves an answer that is found again as in doubt,
and anything else is done again, because a repeat of it changes nothing.
"""

import asyncio
import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from confab.clock import Clock
from confab.errors import GraphError, Unauthorised, Unavailable
from confab.graph import comments as meta
from confab.graph import limits
from confab.graph.client import GraphClient
from confab.inbox import settle
from confab.inbox.comments import grip as grips
from confab.inbox.comments import outcome
from confab.inbox.comments.grip import Grip
from confab.inbox.in_public import WRITING
from confab.inbox.line import Line, LineOf
from confab.model.inbox import WorkspaceId
from confab.store import budgets, comment_calls, wake
from confab.store.claims import Due
from confab.store.comment_calls import CallRow
from confab.store.db import Conn, Database
from confab.store.wake import Wake
from confab.work.pace import Pool

WRITES = Pool(name=limits.COMMENT_WRITES, each=limits.EACH_COMMENT_WRITE, saved=limits.SAVED_COMMENT_WRITES)
_AHEAD = (timedelta(seconds=2), timedelta(milliseconds=250), timedelta(milliseconds=250))  # how far a lane may reserve places
_SPREAD = timedelta(milliseconds=500)
_NOT_FROM_HERE = "It could not be done from here: {reason}."
_NOT_SHOWN = "Instagram does not show it. That is no proof: look into the Instagram app before you send it again."
_NOT_LOOKED = "Whether it stands at Instagram could not be found out: look into the Instagram app before you send it again."
_A_MOMENT = timedelta(minutes=1)  # between Meta's clock and ours


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A call that may be made now, or at its place in the limits. `comment`: Meta's id of what it is about; `media` likewise."""

    call: CallRow
    line: Line
    at: datetime
    comment: str | None
    media: str | None
    is_look: bool = False


class Calls:
    """Handles claimed calls."""

    def __init__(self, db: Database, graph: GraphClient, clock: Clock, waker: Wake, line_of: LineOf, *, lease: timedelta) -> None:
        self._db = db
        self._graph = graph
        self._clock = clock
        self._wake = waker
        self._line_of = line_of
        self._lease = lease

    async def run(self, due: Due) -> None:
        """Move one call on by one step. One that needs nothing is left alone, so that a repeat is harmless."""
        workspace, call_id = _key(due)
        now = self._clock.now()
        async with self._db.transaction() as conn:
            grip = await grips.take(conn, workspace, call_id)
            ready = await self._decide(conn, grip, now) if grip is not None else None
        self._told(workspace)
        if ready is None:
            return
        if (ahead_s := (ready.at - self._clock.now()).total_seconds()) > 0:
            await asyncio.sleep(min(ahead_s, _AHEAD[0].total_seconds()))
        if ready.is_look:
            await self._look(workspace, ready)
        else:
            await self._conclude(workspace, ready.call, await self._made(ready))

    async def give_up(self, due: Due, reason: str) -> None:
        """What went wrong here again and again: it has failed, or stays in doubt where it may stand at Instagram."""
        workspace, call_id = _key(due)
        now = self._clock.now()
        async with self._db.transaction() as conn:
            grip = await grips.take(conn, workspace, call_id, with_account=True)
            if grip is None:
                return
            if grip.call.kind in WRITING and grip.call.state in ("sending", "in_doubt"):
                await outcome.in_doubt(conn, grip, None, _NOT_LOOKED, now)
            elif grip.call.state in ("queued", "sending"):
                await outcome.failed(conn, grip, "not_sendable", _NOT_FROM_HERE.format(reason=reason), now)
        self._told(workspace)

    async def _decide(self, conn: Conn, grip: Grip, now: datetime) -> _Ready | None:
        call = grip.call
        is_over = call.state == "sending" and now >= (call.attempted_at or now) + self._lease
        match call.state:
            case "queued":
                return await self._prepare(conn, grip, now)
            case "sending" if is_over and call.kind in WRITING:
                await outcome.in_doubt(conn, grip, settle.next_look(call.attempted_at or now, now) or now, outcome.CHECKING, now)
                return None
            case "sending" if is_over:
                return await self._prepare(conn, grip, now)  # a repeat of it changes nothing
            case "sending":
                return None
            case "in_doubt":
                return await self._ready(conn, grip, now, is_look=True)
            case _:
                call.due_at = None
                await comment_calls.write(conn, call)
                return None

    async def _prepare(self, conn: Conn, grip: Grip, now: datetime) -> _Ready | None:
        """Queued → sending, unless something forbids it, or something earlier about the same is still open."""
        call = grip.call
        if await comment_calls.is_behind(conn, call):
            call.due_at = now + comment_calls.LOOKS_AGAIN
            await comment_calls.write(conn, call)
            return None
        ready = await self._ready(conn, grip, now)
        known = await grips.facts_of(conn, grip)
        known = replace(known, state=replace(known.state, has_token=ready is not None))
        ruling = known.ruling(call.actor_kind, call.kind, call.text, now)  # pyright: ignore[reportArgumentType] -- CHECKed by the table
        if ruling.outcome == "refused":
            await outcome.failed(conn, grip, ruling.code or "refused", ruling.words, now)
            return None
        if ready is None or ruling.outcome == "waits":
            await outcome.later(conn, grip, ruling.until or now + outcome.LATER, ruling.code or "waiting", ruling.words, now)
            return None
        ahead = _AHEAD[call.lane]
        is_given, at = await budgets.take(conn, grip.workspace, call.account_id, WRITES.name, WRITES.spacing(ahead), now)
        if not is_given:
            call.due_at = at - ahead + random.random() * _SPREAD  # noqa: S311 -- so that not all who wait come at once
            await comment_calls.write(conn, call)
            return None
        await outcome.sending(conn, grip, now + self._lease, now)
        return _Ready(call=call, line=ready.line, at=at, comment=ready.comment, media=ready.media)

    async def _ready(self, conn: Conn, grip: Grip, now: datetime, *, is_look: bool = False) -> _Ready | None:
        """With the account's line, as far as it has one."""
        line = await self._line_of(conn, grip.workspace, grip.call.account_id)
        if line is None:
            return None
        about, post = grip.comment, grip.post
        target = (about.parent_ig_id or about.ig_id) if about is not None and grip.call.kind == "reply" else about and about.ig_id
        media = about.media_ig_id if about is not None else post.ig_id if post is not None else None
        return _Ready(call=grip.call, line=line, at=now, comment=target, media=media, is_look=is_look)

    async def _made(self, ready: _Ready) -> str | GraphError | None:
        try:
            return await self._call(ready)
        except Unauthorised as error:
            return await self._confirm_dead(ready.line, error)
        except GraphError as error:
            return error

    async def _call(self, ready: _Ready) -> str | None:
        """Ask Meta, once, outside any transaction."""
        graph, token, ig_id, kind = self._graph, ready.line.token, ready.line.ig_id, ready.call.kind
        comment, media, text = ready.comment or "", ready.media or "", ready.call.text or ""
        match kind:
            case "reply":
                return await meta.reply(graph, token=token, comment_id=comment, text=text)
            case "mention_reply":
                return await meta.answer_mention(
                    graph, token=token, ig_id=ig_id, media=media, comment_id=ready.comment, text=text
                )
            case "hide" | "unhide":
                await meta.hide(graph, token=token, comment_id=comment, is_hidden=kind == "hide")
            case "delete":
                await meta.delete(graph, token=token, comment_id=comment)
            case "like" | "unlike":
                await meta.like(graph, token=token, ig_id=ig_id, comment_id=comment, is_liked=kind == "like")
            case _:
                await meta.enable(graph, token=token, media=media, is_on=kind == "comments_on")
        return None

    async def _look(self, workspace: WorkspaceId, ready: _Ready) -> None:
        """Whether an answer in doubt stands at Instagram. Absence is no proof. Rule CM10."""
        call, now = ready.call, self._clock.now()
        reason = _NOT_SHOWN
        try:
            found = await self._found(ready)
        except GraphError:
            found, reason = None, _NOT_LOOKED
        async with self._db.transaction() as conn:
            grip = await grips.take(conn, workspace, call.id, with_account=True)
            if grip is None or grip.call.state != "in_doubt":
                return
            if found is not None:
                await outcome.done(conn, grip, found, now)
            else:
                due_at = settle.next_look(call.attempted_at or now, now)
                await outcome.in_doubt(conn, grip, due_at, outcome.CHECKING if due_at is not None else reason, now)
        self._told(workspace)

    async def _found(self, ready: _Ready) -> str | None:
        """Meta's id of an answer of ours that says the same and is not older than the attempt."""
        if ready.comment is None or ready.call.kind != "reply":
            return None
        read = await meta.comment(self._graph, token=ready.line.token, ig_id=ready.comment)
        since = (ready.call.attempted_at or self._clock.now()) - _A_MOMENT
        for one in read.replies if read is not None else ():
            is_ours = one.author_ig_id in (None, ready.line.ig_id) and one.text == ready.call.text
            if is_ours and (one.written_at is None or one.written_at >= since):
                return one.ig_id
        return None

    async def _conclude(self, workspace: WorkspaceId, call: CallRow, came: str | GraphError | None) -> None:
        now = self._clock.now()
        async with self._db.transaction() as conn:
            grip = await grips.take(conn, workspace, call.id, with_account=True)
            if grip is not None and grip.call.attempted_at == call.attempted_at and grip.call.state in ("sending", "in_doubt"):
                await outcome.record(conn, grip, came, WRITES.name, now)
        self._told(workspace)

    async def _confirm_dead(self, line: Line, error: Unauthorised) -> GraphError:
        """A 190 is believed only when a second, harmless call says the same. Rules T14, E6."""
        try:
            await self._graph.me(token=line.token)
        except Unauthorised:
            return error
        except GraphError:
            pass
        return Unavailable(error.detail, graph_code=error.graph_code, subcode=error.subcode, trace=error.trace)

    def _told(self, workspace: WorkspaceId) -> None:
        """Something changed, and what waited behind it may go."""
        self._wake.say(wake.changed(workspace), wake.work("comment_calls"))


def _key(due: Due) -> tuple[WorkspaceId, UUID]:
    return WorkspaceId(UUID(str(due.key[0]))), UUID(str(due.key[1]))
