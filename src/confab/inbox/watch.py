"""Is what arrives all there is? Every account is looked after, and compared with Instagram when something is amiss.

Amiss is: nobody listened for a while, an event failed, or the account is silent for longer than is its habit; and once an hour
nobody waits for a reason. Then the conversations that moved since the last comparison are read, newest first, and what is missing
is let in. While Instagram shows what no webhook brought, it is asked every minute, later less often, until a webhook comes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.errors import GraphError, Unavailable
from confab.inbox.reading import Found, Reader, Target, Waiting
from confab.model.changes import AccountUpdated
from confab.model.inbox import AccountId, WorkspaceId
from confab.store import accounts, changes, heartbeats, wake, watches
from confab.store.claims import Due
from confab.store.db import Conn, Database
from confab.store.heartbeats import Outage
from confab.store.wake import Wake
from confab.store.watches import Said, Watch

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
_PAGE = 10
_MOST_PAGES = 1000
_MOST_PASSES = 5
_NEEDED = "messages"

Reason = Literal["never", "outage", "failures", "silence", "routine", "polling"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a comparison with Instagram brought; since when, and whether webhooks tell of this account at all."""

    found: Found
    is_subscribed: bool


def why_look(watch: Watch, outage: Outage | None, now: datetime) -> Reason | None:
    """Why the account is to be compared with Instagram now; None when nothing is amiss. Pure; rule GA1."""
    if watch.complete_up_to is None or watch.looked_at is None:
        return "never"
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


def polls_since(watch: Watch, compared: Compared, now: datetime) -> datetime | None:
    """Since when webhooks stay away, so that Instagram has to be asked; None while they come. Pure; rule GA3."""
    heard_at = watch.heard_at or watch.connected_at
    if watch.polling_since is not None and heard_at <= watch.polling_since:
        return watch.polling_since
    unannounced = [at for at in compared.found.new_inbound if heard_at < at < now - _ON_ITS_WAY]
    return now if unannounced or not compared.is_subscribed else None


class Watches:
    """Handles claimed watches: each comes back by itself."""

    def __init__(self, db: Database, reader: Reader, clock: Clock, waker: Wake) -> None:
        self._db = db
        self._reader = reader
        self._clock = clock
        self._wake = waker

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
            said = Said(complete_up_to=watch.heard_at, reason=watch.incomplete_reason, polling_since=None)
            await self._settle(workspace, account, said, due_at=now + _EACH, looked_at=None)
            return
        log.info("account_compared", account=str(account), because=reason)
        try:
            compared = await self._compare(workspace, account, watch)
        except Waiting as waiting:
            await self._in_vain(workspace, account, watch, waiting.reason, waiting.until)
        except GraphError as error:
            await self._in_vain(workspace, account, watch, error.detail, now + _AFTER_TROUBLE)
        else:
            since = polls_since(watch, compared, now)
            said = Said(complete_up_to=now, reason=_in_words(compared), polling_since=since)
            await self._settle(workspace, account, said, due_at=now + _again_in(since, now), looked_at=now)

    async def _compare(self, workspace: WorkspaceId, account: AccountId, watch: Watch) -> Compared:
        """Read what moved since the last comparison: a webhook is no proof that there was no other message before it."""
        target = await self._reader.target(workspace, account)
        since = (watch.looked_at or watch.connected_at) - _OVERLAP
        found = await self._read_all(target, since)
        return Compared(found=found, is_subscribed=await self._is_subscribed(target))

    async def _is_subscribed(self, target: Target) -> bool:
        """Whether webhooks tell of messages; where Instagram does not say, nothing speaks against it."""
        try:
            return _NEEDED in await self._reader.subscribed_fields(target)
        except GraphError as error:
            log.info("subscription_not_known", account=str(target.account), error=error.code)
            return True

    async def _read_all(self, target: Target, since: datetime) -> Found:
        """Again from the top while that took several pages: what moved meanwhile has jumped over the place that was read."""
        found, floor = Found(), since
        for _ in range(_MOST_PASSES):
            began = self._clock.now()
            if await self._read_since(target, floor, since, found) == 1:
                break
            floor = began - _OVERLAP
        return found

    async def _read_since(self, target: Target, floor: datetime, since: datetime, found: Found) -> int:
        """Conversations that moved since `floor`, and of them what was sent since `since`; how many pages that were."""
        after = None
        for pages in range(1, _MOST_PAGES):
            page = await self._reader.page(target, after=after, limit=_PAGE, with_messages=True)
            found.unreadable += page.odd
            moved = [conversation for conversation in page.conversations if conversation.updated_at >= floor]
            if moved:
                found.add(await self._reader.let_in(target, moved, since=since))
            after = page.after
            if after is None or len(moved) < len(page.conversations):
                return pages
        raise Unavailable("more conversations moved than can be compared at once; import them")

    async def _in_vain(self, workspace: WorkspaceId, account: AccountId, watch: Watch, why: str, until: datetime) -> None:
        """Instagram could not be asked: everybody sees why, and it is tried again."""
        reason = f"Instagram could not be asked: {why}"
        said = Said(complete_up_to=watch.complete_up_to, reason=reason, polling_since=watch.polling_since)
        await self._settle(workspace, account, said, due_at=until, looked_at=None)

    async def _settle(
        self, workspace: WorkspaceId, account: AccountId, said: Said, *, due_at: datetime, looked_at: datetime | None
    ) -> None:
        now = self._clock.now()
        async with self._db.transaction() as conn:
            await watches.again(conn, workspace, account, due_at, looked_at)
            if await watches.say(conn, workspace, account, said):
                await self._publish(conn, workspace, account, now)
        self._wake.say(wake.changed(workspace))

    async def _publish(self, conn: Conn, workspace: WorkspaceId, account: AccountId, now: datetime) -> None:
        value = await accounts.for_workspace(conn, workspace, account)
        await changes.publish(conn, workspace, [AccountUpdated(type="account_updated", account=value)], now)


def _again_in(polling_since: datetime | None, now: datetime) -> timedelta:
    """Gently: the longer webhooks stay away, the rarer."""
    return _EACH if polling_since is None else min(max(_POLLING, (now - polling_since) / 60), _LONGEST_POLLING)


def _in_words(compared: Compared) -> str | None:
    """What the team should know although the comparison went well."""
    if not compared.is_subscribed:
        return "Instagram announces no messages of this account: its webhook subscription is gone."
    if compared.found.torn:
        several = f"In {compared.found.torn} conversations" if compared.found.torn > 1 else "In one conversation"
        return f"{several} more was sent than Instagram shows: the messages before the newest 20 are in the app alone."
    if compared.found.unreadable:
        return f"{compared.found.unreadable} messages could not be understood."
    return None
