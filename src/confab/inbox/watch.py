"""Is what arrives all there is? Every account is looked after, and compared with Instagram when something is amiss.

Amiss is: nobody listened for a while, an event failed, or the account is silent for longer than is its habit; and once an hour
nobody waits for a reason. Then the conversations that moved since the last comparison are read, newest first, and what is missing
is let in. While Instagram shows what no webhook brought, it is asked every minute, later less often, until a webhook comes.
What is missing and cannot be let in stays known as a gap, and the account is complete no further, until an import or another
reading brings it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.errors import GraphError
from confab.graph.read_back import UNKNOWN
from confab.inbox import act
from confab.inbox.reading import Found, Reader, Target
from confab.model.changes import AccountUpdated
from confab.model.commands import Actor, Sync
from confab.model.inbox import AccountId, WorkspaceId
from confab.store import accounts, changes, heartbeats, wake, watches
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.heartbeats import Outage
from confab.store.wake import Wake
from confab.store.watches import Gap, Next, Place, Said, Watch
from confab.work.pace import Waiting

LISTENING = "webhooks"
"""The heartbeat of whoever takes webhooks in."""

_EACH = timedelta(minutes=10)
_POLLING = timedelta(minutes=1)
_ROUTINE = timedelta(hours=1)
_LEAST_SILENCE, _MOST_SILENCE = timedelta(minutes=30), timedelta(hours=24)
_LONGEST_POLLING = timedelta(minutes=15)
_AFTER_TROUBLE = timedelta(minutes=5)
_ON_ITS_WAY = timedelta(minutes=2)  # what was sent just now may still be announced
_OVERLAP = timedelta(minutes=5)  # between two looks: clocks differ, and Meta's are to the second
_READ_AGAIN = timedelta(days=1)  # what is missing for longer, only an import brings: comparing must stay cheap
_MOST_PASSES = 5
_NEEDED = "messages"
_ASKED_BY = "the comparison with Instagram"
_UNSUBSCRIBED = "Instagram announces no messages of this account: its webhook subscription is gone."

Reason = Literal["never", "imported", "outage", "failures", "silence", "routine", "polling"]

log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class Look:
    """A comparison under way: what was sent since then is read, of what moved since the floor of its place.

    `is_subscribed`: whether webhooks tell of this account at all. `is_too_much`: more moved than can be compared at once.
    """

    target: Target
    since: datetime
    place: Place
    found: Found = field(default_factory=Found)
    conversations: int = 0
    is_subscribed: bool = True
    is_too_much: bool = False


def why_look(watch: Watch, outage: Outage | None, now: datetime) -> Reason | None:
    """Why the account is to be compared with Instagram now; None when nothing is amiss. Pure; rule GA1."""
    if watch.complete_up_to is None or watch.looked_at is None:
        return "never"
    if watch.is_imported:
        return "imported"
    if watch.receiving == "polling":
        return "polling"
    if outage is not None and outage.down_until > watch.looked_at:
        return "outage"
    if watch.has_failures:
        return "failures"
    if now - max(watch.heard_at or watch.connected_at, watch.looked_at) > silence_of(watch):
        return "silence"
    return "routine" if now - watch.looked_at > _ROUTINE else None


def silence_of(watch: Watch) -> timedelta:
    """How long the account may be silent before that is strange: twice the longest silence it is used to."""
    return min(max(2 * timedelta(seconds=watch.habit_s), _LEAST_SILENCE), _MOST_SILENCE)


def polls_since(watch: Watch, found: Found, now: datetime, *, is_subscribed: bool) -> datetime | None:
    """Since when webhooks stay away, so that Instagram has to be asked; None while they come. Pure; rule GA3.

    A first comparison is no sign of that: what it finds was written before anybody listened, or is on its way.
    """
    heard_at = watch.heard_at or watch.connected_at
    if watch.polling_since is not None and heard_at <= watch.polling_since:
        return watch.polling_since
    unannounced = watch.looked_at is not None and any(heard_at < at < now - _ON_ITS_WAY for at in found.new_inbound)
    return now if unannounced or not is_subscribed else None


def reads_since(watch: Watch, reason: Reason, now: datetime) -> datetime:
    """From when on messages are compared: since the last look, and again where something is missing that is not old. Pure.

    Who polls every minute does not read so much again each time.
    """
    last = watch.looked_at or watch.connected_at
    if reason == "imported":  # there is nothing from before that is not here
        return last
    is_rare = reason != "polling" or now - last >= _EACH
    if is_rare and watch.gap_from is not None and now - watch.gap_from < _READ_AGAIN:
        return min(watch.gap_from, last - _OVERLAP)
    return last - _OVERLAP


def gap_after(watch: Watch, look: Look, now: datetime, *, is_over: bool) -> Gap | None:
    """What is missing after a look, or a part of one; None when all is here. Pure; rule GA4."""
    before = _standing(watch)
    reason = _in_words(look)
    if reason is not None:
        since = None if look.is_too_much or (before and before.since is None) else look.since
        return Gap(reason=reason, since=min(since, before.since) if since and before and before.since else since, found_at=now)
    is_from_top = is_over and watch.place_at is None
    has_read_again = is_from_top and before is not None and before.since is not None and look.since <= before.since
    return None if has_read_again and not look.found.cut else before


class Watches:
    """Handles claimed watches: each comes back by itself. `most`: how many conversations are compared at once."""

    def __init__(self, db: Database, reader: Reader, clock: Clock, waker: Wake, *, most: int) -> None:
        self._db = db
        self._reader = reader
        self._clock = clock
        self._wake = waker
        self._most = most

    async def run(self, due: Due) -> None:
        """Look after one account. Again compares again, and changes nothing."""
        workspace, account, now = WorkspaceId(UUID(str(due.key[0]))), AccountId(UUID(str(due.key[1]))), self._clock.now()
        async with self._db.transaction() as conn:
            watch = await watches.get(conn, workspace, account)
            outage = await heartbeats.last_outage(conn, LISTENING)
        if watch is None:
            return
        reason = why_look(watch, outage, now)
        if reason is None:
            gap = _standing(watch)
            said = Said(complete_up_to=_complete(watch, gap, watch.heard_at), reason=watch.incomplete_reason, polling_since=None)
            await self._settle(due, said, Next(due_at=now + _EACH, heard_at=None, looked_at=None, gap=gap, place=None))
            return
        log.info("account_compared", account=str(account), because=reason)
        try:
            target = await self._reader.target(workspace, account)
        except GraphError as error:
            await self._in_vain(due, watch, None, error.detail, now + _AFTER_TROUBLE)
            return
        since = reads_since(watch, reason, now)
        await self._compare(due, watch, Look(target=target, since=since, place=_place(watch, since, now)))

    async def _compare(self, due: Due, watch: Watch, look: Look) -> None:
        """Read what moved since the last comparison: a webhook is no proof that there was no other message before it."""
        now = self._clock.now()
        try:
            await self._read_all(look)
            look.is_subscribed = await self._is_subscribed(look.target)
        except Waiting as waiting:
            await self._in_vain(due, watch, look, waiting.reason, waiting.until)
            return
        except GraphError as error:
            await self._in_vain(due, watch, look, error.detail, now + _AFTER_TROUBLE, is_placed=False)
            return
        since = polls_since(watch, look.found, now, is_subscribed=look.is_subscribed)
        gap = gap_after(watch, look, now, is_over=True)
        unsubscribed = None if look.is_subscribed else _UNSUBSCRIBED
        said = Said(complete_up_to=_complete(watch, gap, now), reason=_joined(unsubscribed, gap), polling_since=since)
        next_ = Next(due_at=now + _again_in(since, now), heard_at=_heard(watch, since), looked_at=now, gap=gap, place=None)
        await self._settle(due, said, next_, is_to_import=look.is_too_much)

    async def _is_subscribed(self, target: Target) -> bool:
        """Whether webhooks tell of messages; where Instagram does not say, nothing speaks against it."""
        try:
            return _NEEDED in await self._reader.subscribed_fields(target)
        except GraphError as error:
            log.info("subscription_not_known", account=str(target.account), error=error.code)
            return True

    async def _read_all(self, look: Look) -> None:
        """Again from the top while that took several pages: what moved meanwhile has jumped over the place that was read."""
        for _ in range(_MOST_PASSES):
            if await self._read_to_floor(look) or look.is_too_much:
                return
            look.place = Place(after=None, floor=look.place.began_at - _OVERLAP, began_at=self._clock.now())

    async def _read_to_floor(self, look: Look) -> bool:
        """Page after page from the place of the look on, to what moved before its floor; True when that was one page in all."""
        while look.conversations < self._most:
            page = await self._reader.page(look.target, after=look.place.after)
            look.found.unreadable += page.odd
            look.conversations += len(page.conversations)
            moved = [one for one in page.conversations if one.updated_at >= look.place.floor or one.updated_at == UNKNOWN]
            if moved:
                look.found.add(await self._reader.let_in(look.target, moved, since=look.since))
            if page.after is None or len(moved) < len(page.conversations):
                return look.place.after is None
            look.place = replace(look.place, after=page.after)
        look.is_too_much = True
        return False

    async def _in_vain(
        self, due: Due, watch: Watch, look: Look | None, why: str, until: datetime, *, is_placed: bool = True
    ) -> None:
        """Instagram could not be asked, or not to the end: everybody sees why, and it goes on later."""
        now, gap, since, place = self._clock.now(), _standing(watch), watch.polling_since, None
        if look is not None:
            gap = gap_after(watch, look, now, is_over=False)
            since = since or polls_since(watch, look.found, now, is_subscribed=True)
            place = look.place if is_placed else None
        reason = _joined(f"Instagram could not be asked: {why}", gap)
        said = Said(complete_up_to=watch.complete_up_to, reason=reason, polling_since=since)
        await self._settle(due, said, Next(due_at=until, heard_at=_heard(watch, since), looked_at=None, gap=gap, place=place))

    async def _settle(self, due: Due, said: Said, next_: Next, *, is_to_import: bool = False) -> None:
        """Write down what came of it, unless another worker looks after the account by now."""
        workspace, account, now = WorkspaceId(UUID(str(due.key[0]))), AccountId(UUID(str(due.key[1]))), self._clock.now()
        async with self._db.transaction() as conn:
            if not await watches.again(conn, due, next_):
                return
            is_news = await watches.say(conn, workspace, account, said)
            if is_to_import:
                actor = Actor(workspace_id=workspace, kind="service", agent_id=None, name=_ASKED_BY)
                await act.sync(conn, actor, Sync(account_id=account, what="messages"), now)
            if is_news:
                await self._publish(conn, workspace, account, now)
        self._wake.say(wake.changed(workspace), *([wake.work("runs")] if is_to_import else []))

    async def _publish(self, conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> None:
        value = await accounts.for_workspace(conn, workspace, account)
        changes.publish(conn, workspace, [AccountUpdated(type="account_updated", account=value)], now)


def _heard(watch: Watch, polling_since: datetime | None) -> datetime | None:
    """What a look at an account that is polled knew of it."""
    return None if polling_since is None else watch.heard_at or watch.connected_at


def _standing(watch: Watch) -> Gap | None:
    """What was missing so far."""
    if watch.gap is None or watch.gap_at is None or watch.is_imported:
        return None
    return Gap(reason=watch.gap, since=watch.gap_from, found_at=watch.gap_at)


def _place(watch: Watch, since: datetime, now: datetime) -> Place:
    """Where the last comparison was told to wait, or the top."""
    if watch.place_from is None or watch.place_at is None:
        return Place(after=None, floor=since, began_at=now)
    return Place(after=watch.place, floor=watch.place_from, began_at=watch.place_at)


def _complete(watch: Watch, gap: Gap | None, up_to: datetime | None) -> datetime | None:
    """Up to when all is here: no further than it was while something is missing, nor than what is still to be applied."""
    if gap is not None:
        return watch.complete_up_to or watch.connected_at
    return min(up_to, watch.stored_at) if up_to and watch.stored_at else up_to


def _again_in(polling_since: datetime | None, now: datetime) -> timedelta:
    """Gently: the longer webhooks stay away, the rarer."""
    return _EACH if polling_since is None else min(max(_POLLING, (now - polling_since) / 60), _LONGEST_POLLING)


def _joined(first: str | None, gap: Gap | None) -> str | None:
    """What the team should know."""
    return " ".join(one for one in (first, gap.reason if gap else None) if one) or None


def _in_words(look: Look) -> str | None:
    """What is missing although the comparison went well."""
    if look.is_too_much:
        return "More conversations moved than can be compared at once: all are imported."
    if look.found.torn:
        several = f"In {look.found.torn} conversations" if look.found.torn > 1 else "In one conversation"
        return f"{several} more was sent than Instagram shows: the messages before the newest 20 are in the app alone."
    if look.found.unreadable:
        several = f"{look.found.unreadable} messages" if look.found.unreadable > 1 else "One message"
        return f"{several} could not be understood."
    return None
