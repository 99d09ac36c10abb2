"""How the team answers: what is counted, put together for a period of somebody's days. Rules NU1-NU14."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from confab.errors import Forbidden, Invalid, NotFound
from confab.insights.figures import NOTHING, Known, add
from confab.model.inbox import AccountId, Agent, AgentId, AgentRef, Viewer
from confab.model.own_numbers import AccountFigures, AgentFigures, DayFigures, Figures, HourFigures, OwnNumbers
from confab.store import own_counts, team
from confab.store import own_numbers as store
from confab.store.db import Conn
from confab.store.own_numbers import ALL, Connected, HourSums, Period, Quarter, Scope, Sums

_MOST_DAYS = 366
_DEFAULT = timedelta(days=27)
_DAY = timedelta(days=1)
_FRESH = timedelta(hours=26)  # of what is made of the messages while somebody waits; a worker counts every few minutes
_EARLIEST = date(2010, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whose numbers (None: all) of which days (None: the last four weeks), and in which time zone a day begins."""

    account: AccountId | None
    agent: AgentId | None
    since: date | None
    until: date | None
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What was asked for, found, and up to where it is known."""

    account: Connected | None
    agent: Agent | None
    accounts: Sequence[Connected]
    people: Sequence[Agent]
    period: Period
    known_until: date
    counted_up_to: datetime | None
    is_counting: bool
    fresh: Sequence[Quarter]

    @property
    def scope(self) -> Scope:
        return Scope(account=self.account.id if self.account else ALL, agent=self.agent.id if self.agent else ALL)

    def known(self, accounts: Sequence[Connected], *, is_of_agent: bool) -> Known:
        return Known(
            since=min((one.connected_on for one in accounts), default=None), until=self.known_until, is_of_agent=is_of_agent
        )


async def numbers(conn: Conn, viewer: Viewer, wanted: Wanted, now: datetime) -> OwnNumbers:
    """The period and the one before it: what is counted, and the rest from the messages themselves.

    Raises Forbidden when an agent asks for another one's, NotFound for an account or agent that is not there, Invalid.
    """
    asked = await _find(conn, viewer, wanted, now)
    workspace, period, scope = viewer.workspace_id, asked.period, asked.scope
    by_day = _with_fresh(await store.by_day(conn, workspace, scope, period), scope, asked.fresh)
    hours = _hours(await store.by_hour(conn, workspace, scope, period), asked)
    scopes = [] if asked.agent else [Scope(account=scope.account, agent=one.id) for one in asked.people]
    scopes += [] if asked.account else [Scope(account=one.id, agent=scope.agent) for one in asked.accounts]
    each = _each_with_fresh(await store.by_scope(conn, workspace, scopes, period), asked)
    return _put_together(asked, by_day, hours, each)


async def _find(conn: Conn, viewer: Viewer, wanted: Wanted, now: datetime) -> _Asked:
    workspace, sees_all = viewer.workspace_id, viewer.role in ("owner", "admin")
    if wanted.agent is not None and wanted.agent != viewer.agent_id and not sees_all:
        raise Forbidden("The numbers of a single person are for them, owners and admins.", roles=["owner", "admin"])
    today = await store.today(conn, wanted.zone, now)
    since, until = _days(wanted, today)
    counted = (await own_counts.counted(conn, workspace)).counted_up_to
    is_counting = counted is None or now - counted > _FRESH
    known_until = today if not is_counting else (await store.today(conn, wanted.zone, counted) if counted else _EARLIEST) - _DAY
    accounts = await store.connected(conn, workspace, wanted.zone)
    people = [one for one in await team.agents(conn, workspace) if sees_all or one.id == viewer.agent_id]
    return _Asked(
        account=_account(accounts, wanted.account), agent=_agent(people, wanted.agent), accounts=accounts, people=people,
        period=Period(zone=wanted.zone, since=since, until=until, before=counted or now), known_until=known_until,
        counted_up_to=counted if is_counting else now, is_counting=is_counting,
        fresh=[] if counted is None or is_counting else await store.fresh(conn, workspace, wanted.zone, (counted, now)),
    )  # fmt: skip


def _days(wanted: Wanted, today: date) -> tuple[date, date]:
    until = min(wanted.until or today, today)
    since = wanted.since or until - _DEFAULT
    if not _EARLIEST <= since <= until:
        raise Invalid(f"The first day is not after the last, which is {until} at the latest.", field="since")
    if (until - since).days >= _MOST_DAYS:
        raise Invalid(f"Ask for at most {_MOST_DAYS} days at once.", field="since")
    return since, until


def _account(accounts: Sequence[Connected], id_: UUID | None) -> Connected | None:
    found = next((one for one in accounts if one.id == id_), None)
    if id_ is not None and found is None:
        raise NotFound("There is no such account.")
    return found


def _agent(people: Sequence[Agent], id_: UUID | None) -> Agent | None:
    found = next((one for one in people if one.id == id_), None)
    if id_ is not None and found is None:
        raise NotFound("There is no such agent.")
    return found


def _with_fresh(counted: Mapping[date, Sums], scope: Scope, fresh: Sequence[Quarter]) -> dict[date, Sums]:
    by_day = dict(counted)
    for quarter in fresh:
        if (quarter.account_id, quarter.agent_id) == (scope.account, scope.agent):
            by_day[quarter.day] = add(by_day.get(quarter.day, NOTHING), quarter.sums)
    return by_day


Each = Mapping[tuple[UUID, UUID, bool], Sums]
"""Sums by account, agent and whether they are of the period before."""


def _each_with_fresh(counted: Each, asked: _Asked) -> Each:
    each = dict(counted)
    for quarter in asked.fresh:
        if asked.period.previous_since <= quarter.day <= asked.period.until:
            key = (quarter.account_id, quarter.agent_id, quarter.day < asked.period.since)
            each[key] = add(each.get(key, NOTHING), quarter.sums)
    return each


def _hours(counted: Sequence[HourSums], asked: _Asked) -> list[HourFigures]:
    by_hour = {(one.weekday, one.hour): (one.received, one.sent) for one in counted}
    for quarter in asked.fresh:
        is_of_scope = (quarter.account_id, quarter.agent_id) == (asked.scope.account, asked.scope.agent)
        if is_of_scope and asked.period.since <= quarter.day <= asked.period.until:
            received, sent = by_hour.get((quarter.weekday, quarter.hour), (0, 0))
            by_hour[quarter.weekday, quarter.hour] = (received + quarter.sums.received, sent + quarter.sums.sent)
    return [
        HourFigures(weekday=weekday, hour=hour, received=received, sent=sent)
        for (weekday, hour), (received, sent) in sorted(by_hour.items())
    ]


def _put_together(asked: _Asked, by_day: Mapping[date, Sums], hours: list[HourFigures], each: Each) -> OwnNumbers:
    period, scope = asked.period, asked.scope
    last_before = period.since - _DAY
    known = asked.known([asked.account] if asked.account else asked.accounts, is_of_agent=asked.agent is not None)
    of_agent = asked.known([asked.account] if asked.account else asked.accounts, is_of_agent=True)
    of_accounts = [(one, asked.known([one], is_of_agent=asked.agent is not None)) for one in asked.accounts]

    def both(known: Known, account: UUID, agent: UUID) -> tuple[Figures, Figures]:
        now_, before = (each.get((account, agent, is_previous), NOTHING) for is_previous in (False, True))
        return known.period(period.since, period.until, now_), known.period_before(period.previous_since, last_before, before)

    agents = [] if asked.agent else [(one, both(of_agent, scope.account, one.id)) for one in asked.people]
    accounts = [] if asked.account else [(one, both(known, one.id, scope.agent)) for one, known in of_accounts]
    return OwnNumbers(
        account=asked.account.ref if asked.account else None, agent=_ref(asked.agent) if asked.agent else None,
        zone=period.zone, since=period.since, until=period.until, previous_since=period.previous_since,
        previous_until=last_before, counted_up_to=asked.counted_up_to, is_counting=asked.is_counting,
        totals=known.period(period.since, period.until, _total(by_day, period.since, period.until)),
        previous=known.period_before(
            period.previous_since, last_before, _total(by_day, period.previous_since, last_before)
        ),
        days=_series(known, by_day, period.since, period.until),
        previous_days=_series(known, by_day, period.previous_since, last_before), hours=hours,
        agents=[AgentFigures(agent=_ref(one), figures=now_, previous=before) for one, (now_, before) in agents],
        accounts=[AccountFigures(account=one.ref, figures=now_, previous=before) for one, (now_, before) in accounts],
    )  # fmt: skip


def _ref(agent: Agent) -> AgentRef:
    return AgentRef(id=agent.id, name=agent.name)


def _each_day(since: date, until: date) -> Iterator[date]:
    return (since + timedelta(days=n) for n in range((until - since).days + 1))


def _series(known: Known, by_day: Mapping[date, Sums], since: date, until: date) -> list[DayFigures]:
    return [DayFigures(day=day, figures=known.day(day, by_day.get(day, NOTHING))) for day in _each_day(since, until)]


def _total(by_day: Mapping[date, Sums], since: date, until: date) -> Sums:
    total = NOTHING
    for day in _each_day(since, until):
        if day in by_day:
            total = add(total, by_day[day])
    return total
