"""Conversations as Instagram shows them, let in by the same steps as what comes by itself: normalise, then apply.

Everything is idempotent by mid, so a page may be read any number of times; what is known is not even applied. What was sent
before the account was connected is no news, and nothing read here is ever taken for news by anything automatic.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.errors import A_MOMENT, Throttled, Unauthorised, Unavailable
from confab.graph import limits
from confab.graph.client import ConversationsPage, GraphClient
from confab.graph.limits import Usage
from confab.graph.read_back import UNKNOWN, ReadConversation
from confab.inbox.apply import Batch, Source, apply
from confab.inbox.line import Line, LineOf
from confab.inbox.normalise import read_back
from confab.model.events import Event, HistoryRead, MessageEchoed, MessageReceived, ReactionChanged
from confab.model.inbox import AccountId, Mid, WorkspaceId
from confab.store import accounts, history, ids, wake
from confab.store.db import NOT_TEXT, REFUSED, Conn, Database, in_short
from confab.store.wake import Wake
from confab.work.pace import Pace, Pool, Waiting

CONVERSATIONS = Pool(name=limits.CONVERSATIONS, each=limits.EACH_CONVERSATIONS_CALL)
_TOO_MUCH = 1  # Meta's code for "reduce the amount of data" (rules C15, E6), and for unknown trouble
_TRIES = 5  # of one call, while Meta asks to wait for a moment only
_LISTED = 100
_APART = timedelta(milliseconds=1)

Message = MessageReceived | MessageEchoed
Answer = TypeVar("Answer")

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Target:
    """The account that is read, since when it is ours, and how reading it goes.

    `page_size`: how many conversations one call brings with their messages; fewer, once so many were too much.
    """

    workspace: WorkspaceId
    account: UUID
    connected_at: datetime
    line: Line
    page_size: int = 25
    calls: int = 0

    @property
    def source(self) -> Source:
        """Read afterwards, in one go with others. Times read back have seconds alone."""
        since = self.connected_at.replace(microsecond=0)
        return Source(workspace_id=self.workspace, account_id=self.account, delivery_id=None, history_before=since)


@dataclass(slots=True, kw_only=True)
class Found:
    """What reading brought: how many messages were there, which were new and when they were sent, and what could not be kept."""

    messages: int = 0
    new: int = 0
    new_inbound: list[datetime] = field(default_factory=list)
    unreadable: int = 0
    cut: int = 0  # conversations of which Instagram does not show all that was sent since the last look
    torn: int = 0  # those of them that had been here no further than what is not shown

    def add(self, part: "Found") -> None:
        """Both together."""
        self.messages, self.new, self.unreadable = (
            self.messages + part.messages, self.new + part.new, self.unreadable + part.unreadable,
        )  # fmt: skip
        self.cut, self.torn = self.cut + part.cut, self.torn + part.torn
        self.new_inbound += part.new_inbound


class Reader:
    """Reads an account's conversations, no faster than Meta allows."""

    def __init__(self, db: Database, graph: GraphClient, clock: Clock, waker: Wake, line_of: LineOf, pace: Pace) -> None:
        self._db = db
        self._graph = graph
        self._clock = clock
        self._wake = waker
        self._line_of = line_of
        self._pace = pace

    async def target(self, workspace: WorkspaceId, account: UUID) -> Target:
        """Whom to ask for. Raises Unauthorised when the account has no token."""
        async with self._db.transaction() as conn:
            connected_at = await accounts.connected_at(conn, workspace, AccountId(account))
            line = await self._line_of(conn, workspace, account)
        if line is None:
            raise Unauthorised("the account has no access token: it must be connected again")
        return Target(workspace=workspace, account=account, connected_at=connected_at, line=line)

    async def page(self, target: Target, *, after: str | None) -> ConversationsPage:
        """Conversations with their messages, fewer where that is too much for one call. Raises Waiting, or GraphError."""
        while True:
            try:
                return await self._page(target, after, target.page_size, with_messages=True)
            except Unavailable as error:
                if error.graph_code != _TOO_MUCH or target.page_size == 1:
                    raise
                target.page_size //= 2

    async def names(self, target: Target, *, after: str | None) -> ConversationsPage:
        """Many conversations without their messages: one call. Raises Waiting, or GraphError."""
        return await self._page(target, after, _LISTED, with_messages=False)

    async def with_participant(self, target: Target, igsid: str, after: str | None) -> ReadConversation | None:
        """One call: a page of one conversation's messages. Raises Waiting, or GraphError."""
        line = target.line
        found, usage = await self._answer(
            target, lambda: self._graph.conversation_with(token=line.token, ig_id=line.ig_id, igsid=igsid, after=after)
        )
        await self._learn(target, usage)
        return found

    async def subscribed_fields(self, target: Target) -> frozenset[str]:
        """What the account's webhooks tell of. Raises GraphError."""
        return await self._graph.subscribed_fields(token=target.line.token, ig_id=target.line.ig_id)

    async def incomplete(self, target: Target, listed: Sequence[ReadConversation]) -> list[ReadConversation]:
        """Those of which not everything was read yet, and those of which nobody can say, as they name no participant."""
        people = [(conversation, conversation.participant(target.line.ig_id)) for conversation in listed]
        async with self._db.transaction() as conn:
            named = [(str(person.id), conversation.updated_at) for conversation, person in people if person]
            missing = await history.incomplete(conn, target.workspace, target.account, named)
        return [conversation for conversation, person in people if person is None or str(person.id) in missing]

    async def let_in(self, target: Target, read: Sequence[ReadConversation], *, since: datetime | None) -> Found:
        """Put what came with these conversations into the database. `since`: only what was sent from then on.

        Together if it can be, else each by itself, so that one which cannot be kept costs no other.
        """
        try:
            return await self._let_in(target, read, since)
        except Exception as error:  # whatever one conversation can raise, its neighbours must not share it
            if isinstance(error, REFUSED) and not isinstance(error, NOT_TEXT):
                raise
            log.warning("history_not_kept", account=str(target.account), conversations=len(read), error=in_short(error))
            if len(read) == 1:
                return Found(unreadable=1)
        middle, found = len(read) // 2, Found()
        for half in (read[:middle], read[middle:]):
            found.add(await self.let_in(target, half, since=since))
        return found

    async def _let_in(self, target: Target, read: Sequence[ReadConversation], since: datetime | None) -> Found:
        found, events = Found(), list[Event]()
        async with self._db.transaction() as conn:
            for conversation, events_of_it in await self._unknown(conn, target, read, since, found):
                events += events_of_it
                if since is not None and (oldest := _oldest_of_cut(conversation, since)) is not None:
                    found.cut += 1
                    found.torn += any(isinstance(event, Message) and event.mid == oldest for event in events_of_it)
            names = set[str]()
            if events:
                batch = Batch(events=[(target.source, event) for event in events], our_app_ids=frozenset())
                names = await apply(conn, batch, self._clock.now())
        if found.unreadable:
            log.warning("history_not_understood", account=str(target.account), messages=found.unreadable)
        self._wake.say(*names, *([wake.work("profiles"), wake.work("media")] if names else []))
        return found

    async def _unknown(
        self, conn: Conn, target: Target, read: Sequence[ReadConversation], since: datetime | None, found: Found
    ) -> list[tuple[ReadConversation, list[Event]]]:
        """The events of messages that are not here yet, counted, and what is to be noted of each conversation."""
        given = [(conversation, read_back.of_conversation(conversation, target.line.ig_id)) for conversation in read]
        mids = {event.mid for _, events in given for event in events if isinstance(event, Message)}
        digests = {mid: ids.digest(mid) for mid in mids}
        here = await history.known(conn, target.workspace, target.account, list(digests.values()))
        fresh: list[tuple[ReadConversation, list[Event]]] = []
        for conversation, events in given:
            messages = [event for event in events if isinstance(event, Message)]
            placed = _placed(messages, {mid: at for mid, digest in digests.items() if (at := here.get(digest))})
            unknown = [event for event in placed if digests[event.mid] not in here]
            new = [event for event in unknown if since is None or event.sent_at >= since]
            found.messages, found.new = found.messages + len(messages), found.new + len(new)
            undated = {event.mid for event in unknown if since is not None and event.sent_at.year == UNKNOWN.year}
            found.unreadable += _not_kept(conversation, {event.mid for event in messages} - undated, since)
            found.unreadable += not conversation.messages.data and conversation.participant(target.line.ig_id) is None
            found.new_inbound += [event.sent_at for event in new if isinstance(event, MessageReceived)]
            wanted = {event.mid for event in new}
            about = [e for e in events if isinstance(e, ReactionChanged) and e.mid in wanted]
            noted = [e for e in events if isinstance(e, HistoryRead) and since is None]
            fresh.append((conversation, [*new, *about, *noted]))
        return fresh

    async def _page(self, target: Target, after: str | None, limit: int, *, with_messages: bool) -> ConversationsPage:
        line = target.line
        page = await self._answer(
            target,
            lambda: self._graph.conversations(
                token=line.token, ig_id=line.ig_id, after=after, limit=limit, with_messages=with_messages
            ),
        )
        await self._learn(target, page.usage)
        return page

    async def _answer(self, target: Target, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """One call when it is its turn; the same once more where Meta asks to wait for a moment only."""
        tries = 0
        while True:
            await self._pace.turn(target.workspace, target.account, CONVERSATIONS)
            target.calls, tries = target.calls + 1, tries + 1
            try:
                return await call()
            except Throttled as error:
                waiting = await self._told_to_wait(target, error)
                if tries == _TRIES or waiting.until - self._clock.now() > A_MOMENT:
                    raise waiting from None

    async def _learn(self, target: Target, usage: Usage | None) -> None:
        if usage is None:
            return
        await self._pace.learn(target.workspace, target.account, CONVERSATIONS, usage.percent)
        if usage.regain is not None:
            await self._pace.block(target.workspace, target.account, CONVERSATIONS, usage.regain)

    async def _told_to_wait(self, target: Target, error: Throttled) -> Waiting:
        until = await self._pace.block(target.workspace, target.account, CONVERSATIONS, error.patience())
        return Waiting(until, error.detail)


def _placed(oldest_first: Sequence[Message], known: dict[Mid, datetime]) -> list[Message]:
    """The messages in Instagram's order: one of the same second as a known one comes right after, or before, that.

    What is read back has seconds alone, what came by itself is exact.
    """
    moments = [known.get(event.mid, event.sent_at) for event in oldest_first]
    seconds = [at.replace(microsecond=0) for at in moments]
    pairs = [(place, place + 1) for place in range(len(moments) - 1) if seconds[place] == seconds[place + 1]]
    for before, place in pairs:
        if oldest_first[place].mid not in known:
            moments[place] = max(moments[place], moments[before] + _APART)
    for place, behind in reversed(pairs):
        if oldest_first[place].mid not in known:
            moments[place] = min(moments[place], moments[behind] - _APART)
    return [replace(event, sent_at=at) for event, at in zip(oldest_first, moments, strict=True)]


def _oldest_of_cut(conversation: ReadConversation, since: datetime) -> str | None:
    """The oldest message that Instagram shows of it, if that was sent since then and more before it is not shown."""
    items = conversation.messages.items
    readable = [message for message in items if message.is_readable]
    if not readable or (conversation.messages.paging.next is None and len(readable) == len(items)):
        return None
    return readable[-1].id if readable[-1].created_at >= since else None


def _not_kept(conversation: ReadConversation, kept: Collection[str], since: datetime | None) -> int:
    """How many messages of it are not among those that can be kept; of old ones only where `since` is None."""
    count = 0
    for message in conversation.messages.listed:  # newest first: what follows an old one is older
        if message is not None and message.is_readable:
            if since is not None and UNKNOWN < message.created_at < since:
                break
            count += message.id not in kept
        count += message is None
    return count
