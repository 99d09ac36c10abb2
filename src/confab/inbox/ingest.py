"""Deliveries from the ledger: read, route, apply, mark. The second half of receiving, done by the worker.

A batch is one transaction. If it fails it is halved until the bad event is alone; that one stands as failed, and its
neighbours are in. Running a delivery again has no second effect, so a crash anywhere is only a repeat.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from confab.clock import Clock
from confab.errors import BadDelivery
from confab.inbox.apply import Batch, Source, apply
from confab.inbox.normalise import normalise
from confab.model.events import Event, MessageReceived, Routed, TestReceived, Unknown, Unreadable, ValuesSwitchedOff
from confab.model.inbox import WorkspaceId
from confab.store import deliveries, watches
from confab.store.claims import Due
from confab.store.db import GONE, Conn, Database, in_short, plan_anew
from confab.store.deliveries import Part, Raw, Route, Unrouted
from confab.store.wake import Wake

MAX_ATTEMPTS = 8
_SUSPECT = 3  # the attempt from which a delivery runs alone: it may be what ended the others
_MANY = 64  # deliveries that are worth new plans
_GAVE_UP = f"gave up after {MAX_ATTEMPTS} attempts"
_FIRST_BACKOFF = timedelta(seconds=1)
_LONGEST_BACKOFF = timedelta(minutes=10)
_HEARD_EACH = timedelta(minutes=1)

log = structlog.get_logger()

Owned = tuple[UUID, UUID]
"""A workspace and an account of it."""


@dataclass(slots=True, kw_only=True)
class _Share:
    """What one delivery holds for one account."""

    raw: Raw
    route: Route
    events: list[Event] = field(default_factory=list)
    withheld: int = 0  # events that another Meta app signed for

    @property
    def source(self) -> Source:
        return Source(
            workspace_id=self.route.workspace_id, account_id=self.route.account_id, delivery_id=self.raw.id
        )  # fmt: skip

    def part(self, state: str, error: str | None, *, attempts: int = 0, due_at: datetime | None = None) -> Part:
        unknown = sum(isinstance(event, Unknown) for event in self.events)
        events = len(self.events) + self.withheld
        return Part(
            workspace_id=self.route.workspace_id, delivery_id=self.raw.id, account_id=self.route.account_id,
            received_at=self.raw.received_at, state=state, events=events, unknown=unknown, due_at=due_at,
            attempts=attempts, error=error,
        )  # fmt: skip

    def outcome(self) -> Part:
        """How it stands once its events are applied: failed where a value could not be kept."""
        if self.withheld:
            return self.part("unclaimed", "signed by another Meta app than the account's")
        unreadable = [event.reason for event in self.events if isinstance(event, Unreadable)]
        if unreadable:
            return self.part("failed", "; ".join(unreadable)[:500])
        empty = all(isinstance(event, TestReceived | ValuesSwitchedOff) for event in self.events)
        return self.part("ignored" if empty else "applied", None)


@dataclass(slots=True, kw_only=True)
class _Sorted:
    """A batch of deliveries, sorted by where its events belong."""

    shares: dict[tuple[UUID, UUID], _Share] = field(default_factory=dict)
    unrouted: dict[tuple[UUID, str], Unrouted] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Applied:
    """What a batch changed, and for whom it had something."""

    names: set[str]  # to say once it is committed
    accounts: dict[Owned, datetime]  # to which participants wrote, and when the newest of those webhooks came


class Ingest:
    """Handles claimed deliveries and claimed parts of deliveries."""

    def __init__(self, db: Database, clock: Clock, waker: Wake, our_app_ids: frozenset[str]) -> None:
        self._db = db
        self._clock = clock
        self._wake = waker
        self._our_app_ids = our_app_ids
        self._heard: dict[Owned, datetime] = {}

    async def deliveries(self, dues: Sequence[Due]) -> None:
        """Fresh deliveries: all of their parts.

        Those that were under way when a worker died again and again come one by one, in order, so that the first of them is
        the one that killed it: after too many attempts that one is set aside, and the others have their turn.
        """
        suspects = sorted((due for due in dues if due.attempts >= _SUSPECT), key=_delivery)
        if suspects and suspects[0].attempts > MAX_ATTEMPTS:
            await self._set_aside([_delivery(suspects.pop(0))], _GAVE_UP)
        await self.ingest([_delivery(due) for due in dues if due.attempts < _SUSPECT])
        for due in suspects:
            await self.ingest([_delivery(due)])

    async def part(self, due: Due) -> None:
        """One part that failed before. Its neighbours are in already; they are applied again, harmlessly."""
        _, delivery, account = due.key
        async with self._db.transaction() as conn:
            found = await self._sort(conn, [UUID(str(delivery))])
        for share in found.shares.values():
            if share.route.account_id == account:
                await self._alone(share, due.attempts)

    async def give_up(self, due: Due, reason: str) -> None:
        """A part that could not even be looked into, again and again: it stands as failed."""
        workspace, delivery, account = (UUID(str(part)) for part in due.key)
        async with self._db.transaction() as conn:
            await deliveries.fail_part(conn, WorkspaceId(workspace), delivery, account, reason)

    async def ingest(self, wanted: Sequence[UUID]) -> None:
        """Apply these deliveries, together if it can be, else each by itself. Again changes nothing."""
        if not wanted:
            return
        try:
            changed = await self._together(wanted)
        except GONE:
            raise
        except Exception as error:  # noqa: BLE001 -- whatever an event can raise, its neighbours must not share it
            if len(wanted) == 1:
                log.warning("delivery_failed", delivery=str(wanted[0]), error=in_short(error))
                await self._alone_or_aside(wanted[0])
                return
            middle = len(wanted) // 2
            await self.ingest(wanted[:middle])
            await self.ingest(wanted[middle:])
            return
        self._wake.say(*changed.names)
        await self._note_heard(changed.accounts)

    async def _note_heard(self, accounts: Mapping[Owned, datetime]) -> None:
        """When webhooks came for these accounts, not when they were read, so that a replay is no sign of life. Rule GA3.

        Written down once a minute, and lost when the process dies, which harms nobody.
        """
        news = {one: at for one, at in accounts.items() if one not in self._heard or at - self._heard[one] >= _HEARD_EACH}
        if news:
            self._heard.update(news)
            async with self._db.transaction() as conn:
                await watches.heard(conn, [(*one, at) for one, at in sorted(news.items())])

    async def _together(self, wanted: Sequence[UUID]) -> _Applied:
        """All of it in one transaction."""
        now, is_flood = self._clock.now(), len(wanted) >= _MANY
        async with self._db.transaction() if is_flood else self._db.by_key() as conn:
            if is_flood:
                await plan_anew(conn)
            found = await self._sort(conn, wanted)
            await deliveries.done(conn, wanted)
            await deliveries.record_unrouted(conn, list(found.unrouted.values()))
            first = await deliveries.record_parts(conn, [share.outcome() for share in found.shares.values()])
            await deliveries.count(conn, found.counts + _unknown(found.shares.values(), first), now.date())
            names = await self._apply(conn, found.shares.values(), now)
        accounts: dict[Owned, datetime] = {}
        for share in found.shares.values():
            if any(isinstance(event, MessageReceived) for event in share.events):
                one = share.route.workspace_id, share.route.account_id
                accounts[one] = max(share.raw.received_at, accounts.get(one, share.raw.received_at))
        return _Applied(names=names, accounts=accounts)

    async def _apply(self, conn: Conn, shares: Iterable[_Share], now: datetime) -> set[str]:
        events = [(share.source, event) for share in shares for event in share.events]
        return await apply(conn, Batch(events=events, our_app_ids=self._our_app_ids), now) if events else set()

    async def _alone_or_aside(self, delivery: UUID) -> None:
        try:
            await self._isolate(delivery)
        except GONE:
            raise
        except Exception as error:  # noqa: BLE001 -- not even its parts can be told apart: its neighbours must go on
            await self._set_aside([delivery], in_short(error))

    async def _isolate(self, delivery: UUID) -> None:
        """One delivery that fails as a whole: each of its parts by itself."""
        now = self._clock.now()
        async with self._db.transaction() as conn:
            found = await self._sort(conn, [delivery])
            await deliveries.done(conn, [delivery])
            await deliveries.record_unrouted(conn, list(found.unrouted.values()))
            first = await deliveries.record_parts(
                conn, [share.part("stored", None, due_at=now) for share in found.shares.values()]
            )
            await deliveries.count(conn, found.counts + _unknown(found.shares.values(), first), now.date())
        for share in found.shares.values():
            await self._alone(share, 1)

    async def _alone(self, share: _Share, attempts: int) -> None:
        """One part, event by event if need be: the good ones are in, the bad one names itself."""
        if attempts > MAX_ATTEMPTS:  # it ended its worker each time
            async with self._db.transaction() as conn:
                await deliveries.record_parts(conn, [share.part("failed", _GAVE_UP, attempts=attempts)])
            return
        errors: list[str] = []
        for event in share.events:
            try:
                async with self._db.transaction() as conn:
                    names = await apply(
                        conn, Batch(events=[(share.source, event)], our_app_ids=self._our_app_ids), self._clock.now()
                    )
            except GONE:
                raise
            except Exception as error:  # noqa: BLE001 -- see ingest
                errors.append(f"{event.type}: {in_short(error)}")
            else:
                self._wake.say(*names)
        async with self._db.transaction() as conn:
            await deliveries.record_parts(conn, [_after(share, errors, attempts, self._clock.now())])

    async def _set_aside(self, given: Sequence[UUID], reason: str) -> None:
        async with self._db.transaction() as conn:
            raws = await deliveries.raw(conn, given)
            await deliveries.done(conn, given)
            await deliveries.record_unrouted(conn, [_unowned(raw, "", "failed", 0, error=reason) for raw in raws])

    async def _sort(self, conn: Conn, wanted: Sequence[UUID]) -> _Sorted:
        """Read the bodies and find out where each event belongs (design: entry, else recipient, else sender of an echo)."""
        found = _Sorted()
        read: list[tuple[Raw, list[Routed]]] = []
        for raw in await deliveries.raw(conn, wanted):
            try:
                read.append((raw, normalise(raw.body, raw.received_at)))
            except Exception as error:  # noqa: BLE001 -- BadDelivery, and whatever a body can raise: its neighbours must not share it
                found.unrouted[raw.id, ""] = _unowned(raw, "", "failed", 0, error=_said(error))
        named = {ig_id for _, events in read for routed in events for ig_id in (routed.ig_id, routed.named_ig_id) if ig_id}
        routes = await deliveries.routes(conn, sorted(named)) if named else {}
        for raw, events in read:
            _share_out(found, raw, events, routes)
        return found


def _share_out(found: _Sorted, raw: Raw, events: Sequence[Routed], routes: dict[str, Route]) -> None:
    if not events:
        found.unrouted[raw.id, ""] = _unowned(raw, "", "ignored", 0)
    for routed in events:
        route = routes.get(routed.ig_id or "") or routes.get(routed.named_ig_id or "")
        if route is None:
            _add_unrouted(found, raw, routed)
            continue
        share = found.shares.setdefault((raw.id, route.account_id), _Share(raw=raw, route=route))
        if route.app_id == raw.app_id:
            share.events.append(routed.event)
        else:
            share.withheld += 1


def _add_unrouted(found: _Sorted, raw: Raw, routed: Routed) -> None:
    ig_id = routed.ig_id or ""
    match routed.event:
        case TestReceived():
            state, error = "ignored", "test received from Meta's dashboard"
            found.counts[f"test:{routed.event.field}"] += 1
        case Unreadable(reason=reason) if not ig_id:
            state, error = "failed", reason
        case Unknown(name=name) if not ig_id:
            state, error = "ignored", None
            found.counts[f"unknown:{name}"] += 1
        case _:
            state, error = "unclaimed", None
    before = found.unrouted.get((raw.id, ig_id))
    if before is not None and before.state == "failed":
        state, error = before.state, before.error
    unknown = int(isinstance(routed.event, Unknown)) + (before.unknown if before else 0)
    found.unrouted[raw.id, ig_id] = _unowned(
        raw, ig_id, state, 1 + (before.events if before else 0), unknown=unknown, error=error
    )


def _unowned(raw: Raw, ig_id: str, state: str, events: int, *, unknown: int = 0, error: str | None = None) -> Unrouted:
    return Unrouted(
        delivery_id=raw.id,
        ig_id=ig_id,
        received_at=raw.received_at,
        state=state,
        events=events,
        unknown=unknown,
        error=error,
    )


def _unknown(shares: Iterable[_Share], first: set[tuple[UUID, UUID]]) -> Counter[str]:
    """Kinds nobody knows, counted the first time a part is seen: a replay is no news."""
    return Counter(
        f"unknown:{event.name}" if isinstance(event, Unknown) else "values_switched_off"
        for share in shares
        if (share.raw.id, share.route.account_id) in first
        for event in share.events
        if isinstance(event, Unknown | ValuesSwitchedOff)
    )


def _after(share: _Share, errors: Sequence[str], attempts: int, now: datetime) -> Part:
    if not errors:
        return share.outcome()
    error = "; ".join(errors)[:500]
    if attempts >= MAX_ATTEMPTS:
        return share.part("failed", error, attempts=attempts)
    backoff = min(_FIRST_BACKOFF * 2 ** (attempts - 1), _LONGEST_BACKOFF)
    return share.part("stored", error, attempts=attempts, due_at=now + backoff)


def _said(error: Exception) -> str:
    return error.detail if isinstance(error, BadDelivery) else in_short(error)


def _delivery(due: Due) -> UUID:
    return UUID(str(due.key[0]))
