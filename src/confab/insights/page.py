"""An account's numbers for a page, from our database alone: what was read is put together, and nothing is guessed.

Numbers that count people are never added up: of 7 or 28 days Instagram counts them itself, of other times the average of a day is
told, and the page says which it is. Rules IV10-IV13.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from confab.errors import Invalid, NotFound
from confab.graph import metrics as meta
from confab.graph.metrics import AccountMetric
from confab.insights import words
from confab.model import pacific
from confab.model.inbox import AccountId, AccountRef, WorkspaceId
from confab.model.insights import (
    OVERDUE_AFTER,
    Audience,
    DayValue,
    Insights,
    Metric,
    MetricBreakdown,
    MetricError,
    MetricState,
    Part,
    TopMedia,
    TotalIs,
)
from confab.store import insights as store
from confab.store import sync_runs
from confab.store.db import Conn
from confab.store.insights import PartSum, Series, Standing, Whole

USUAL_DAYS = 28
MOST_DAYS = 731
_TOP = 12
_LOOKED_THROUGH = 200
_AUDIENCE = "follower_demographics"
_OLDEST_AUDIENCE = timedelta(days=60)
_SPAN_OF = {7: "week", 28: "days_28"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days that are asked for, both included, and as many before them."""

    since: date
    until: date

    @property
    def count(self) -> int:
        """How many there are."""
        return (self.until - self.since).days + 1

    @property
    def ends(self) -> tuple[datetime, datetime]:
        """From when on, and before when, they end."""
        return pacific.ends_between(self.since, self.until)

    def before(self) -> "Days":
        """As many days before."""
        return Days(since=self.since - timedelta(days=self.count), until=self.since - timedelta(days=1))


def days_of(since: date | None, until: date | None, now: datetime) -> Days:
    """The days that are meant: up to the last whole one, and the 28 before the end, unless others are given. Raises Invalid."""
    end = until or pacific.last_whole(now)
    begin = since or end - timedelta(days=USUAL_DAYS - 1)
    if begin > end:
        raise Invalid("since must not be after until.", field="since")
    found = Days(since=begin, until=end)
    if found.count > MOST_DAYS:
        raise Invalid(f"At most {MOST_DAYS} days can be asked for at once; these are {found.count}.", field="since")
    if begin.year < 2010 or end.year > 9000:
        raise Invalid("There were no numbers then: give days since 2010.", field="since" if begin.year < 2010 else "until")
    return found


def days_to_read(since: date | None, until: date | None, now: datetime) -> tuple[date | None, date | None]:
    """The days that a reading is asked for; none given: as usual. Raises Invalid."""
    if since is None and until is None:
        return None, None
    last = pacific.last_whole(now)
    if since is not None and since > last:
        raise Invalid(f"since lies ahead: the last whole day is {last}.", field="since")
    found = days_of(since, min(until, last) if until else None, now)
    return found.since, found.until


def known(names: Sequence[str]) -> list[str] | None:
    """The metrics that are named, each once; None when none is. Raises Invalid for one that there never was."""
    every = {*meta.ACCOUNT, *meta.MEDIA, *meta.RETIRED}
    for name in names:
        if name not in every:
            there_are = ", ".join(sorted({*meta.ACCOUNT, *meta.MEDIA}))
            raise Invalid(f"There is no metric {name[:60]!r}. There are: {there_are}.", field="metrics")
    return list(dict.fromkeys(names)) or None


def overdue(standing: Standing | None, now: datetime) -> bool:
    """Whether no reading ended well for two days. Rule IV9."""
    return standing is not None and now - (standing.good_at or standing.began_at) > OVERDUE_AFTER


async def load(
    conn: Conn, workspace: WorkspaceId, account: AccountId, days: Days, names: Sequence[str] | None, now: datetime
) -> Insights:
    """The page of an account. Raises NotFound also for somebody else's account."""
    found = await store.known_account(conn, workspace, account)
    if found is None:
        raise NotFound("There is no such account.")
    before = days.before()
    ends_from, ends_before = days.ends
    whole = await store.wholes(conn, workspace, account, before.ends[0], ends_before)
    spans = await _spans(conn, workspace, account, days, before)
    shown = names or _listed()
    by_hours = [name for name in shown if name in meta.ACCOUNT and meta.ACCOUNT[name].hours]
    parts = await store.parts(conn, workspace, account, "day", ends_from, ends_before, shown)
    hours = await store.parts(conn, workspace, account, "lifetime", ends_from, ends_before, by_hours) if by_hours else []
    newest = await sync_runs.newest(conn, workspace, account, 1)
    last = words.shown(newest[0]) if newest else None
    read = _Read(
        days=_each(days), before=_each(before), wholes=_by_metric(whole),
        spans={(one.metric, one.day): one.value for one in spans},
        parts=[*parts, *hours],
        errors={one.metric: one for one in (last.result.errors if last else []) if one.media is None},
    )  # fmt: skip
    return Insights(
        account=AccountRef(id=found["id"], ig_id=found["ig_id"], username=found["username"]),
        since=days.since, until=days.until, previous_since=before.since, previous_until=before.until,
        metrics=[read.metric(name) for name in shown],
        audience=await _audience(conn, workspace, account, ends_before),
        top_media=await _top(conn, workspace, account, days),
        last_run=last, is_overdue=overdue(await store.standing(conn, workspace, account), now),
    )  # fmt: skip


def _listed() -> list[str]:
    """What a page shows: all of an account but its demographics, which are its audience."""
    return [name for name, one in meta.ACCOUNT.items() if not one.dimensions]


async def _spans(conn: Conn, workspace: WorkspaceId, account: AccountId, days: Days, before: Days) -> list[Whole]:
    period = _SPAN_OF.get(days.count)
    if period is None:
        return []
    return await store.spans(conn, workspace, account, period, *pacific.ends_between(before.until, days.until))


def _each(days: Days) -> list[date]:
    return [days.since + timedelta(days=after) for after in range(days.count)]


def _by_metric(wholes: Iterable[Series]) -> dict[str, dict[date, float | None]]:
    return {one.metric: dict(zip(one.days, map(_number, one.values), strict=True)) for one in wholes}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What was loaded for a page: for these days, and as many before them."""

    days: Sequence[date]
    before: Sequence[date]
    wholes: Mapping[str, Mapping[date, float | None]]
    spans: Mapping[tuple[str, date], float | None]
    parts: Sequence[PartSum]
    errors: Mapping[str, MetricError]

    def metric(self, name: str) -> Metric:
        """One metric of the page."""
        about = meta.ACCOUNT.get(name)
        if about is None:
            return self._strange(name)
        series, previous = self._series(name, self.days), self._series(name, self.before)
        total_is = self._total_is(name, about)
        parts = self._parts(name, total_is)
        total = self._total(name, series, self.days, total_is)
        has_any = any(one.value is not None for one in series) or bool(parts)
        state, says = self._state(name, about, series, has_any=has_any)
        return Metric(
            name=name, title=about.title, type=about.type, unit=about.unit, total=total,
            previous_total=self._total(name, previous, self.before, total_is), total_is=total_is,
            total_says=_TOTALS[total_is].format(days=len(self.days)), series=series, previous_series=previous,
            breakdowns=parts, state=state, says=says,
        )  # fmt: skip

    def _strange(self, name: str) -> Metric:
        """One that is retired, or not an account's."""
        retired = meta.RETIRED.get(name)
        says = retired.says if retired else "A number of posts, not of an account: see the posts."
        title = name.replace("_", " ").capitalize()
        return Metric(
            name=name, title=title, type="total_value", unit="count", total=None, previous_total=None, total_is="sum",
            total_says=_TOTALS["sum"], series=[], previous_series=[], breakdowns=[],
            state="retired" if retired else "no_data", says=says,
        )  # fmt: skip

    def _series(self, name: str, days: Sequence[date]) -> list[DayValue]:
        known = self.wholes.get(name, {})
        return [DayValue(day=day, value=known.get(day)) for day in days]

    def _total_is(self, name: str, about: AccountMetric) -> TotalIs:
        """What the totals of both times are: the same, so that they can be compared."""
        if about.span != "people":
            return about.span
        if len(self.days) == 1 or all((name, days[-1]) in self.spans for days in (self.days, self.before)):
            return "people"
        return "average"

    def _total(self, name: str, series: Sequence[DayValue], days: Sequence[date], total_is: TotalIs) -> float | None:
        there = [one.value for one in series if one.value is not None]
        if total_is == "people" and len(days) > 1:
            return _number(self.spans[name, days[-1]])
        if not there:
            return None
        return _number(round(sum(there) / len(there), 1) if total_is == "average" else sum(there))

    def _parts(self, name: str, total_is: TotalIs) -> list[MetricBreakdown]:
        """Parts are of the days that were read; where people are counted, the average of those days."""
        found: dict[str, list[Part]] = {}
        for one in self.parts:
            if one.metric == name:
                value = one.value if total_is == "sum" else round(one.value / one.days, 1)
                found.setdefault(one.breakdown, []).append(Part(key=list(one.dimensions), value=_number(value) or 0))
        if "hour" in found:
            found["hour"].sort(key=lambda part: int(part.key[0]))
        return [MetricBreakdown(by=by, parts=parts) for by, parts in sorted(found.items())]

    def _state(
        self, name: str, about: AccountMetric, series: Sequence[DayValue], *, has_any: bool
    ) -> tuple[MetricState, str | None]:
        error = self.errors.get(name)
        missing = sum(1 for one in series if one.value is None)
        if has_any:
            unknown = f"{missing} of {len(series)} days are unknown." if missing and not about.hours else None
            return "ok", " ".join(filter(None, [error.says if error else None, unknown])) or None
        if error is None:
            return "no_data", "Instagram gave no numbers of this time, or nobody has asked for them."
        return ("no_data" if error.kind in ("too_few", "unavailable") else "refused"), error.says


_TOTALS: Mapping[TotalIs, str] = {
    "sum": "All days added up.",
    "people": "Different people in these {days} days, as Instagram counts them.",
    "average": "Average of a day: who comes on several days would be counted again if days were added up.",
}


async def _audience(conn: Conn, workspace: WorkspaceId, account: AccountId, ends_before: datetime) -> Audience:
    newest = await store.newest_audience(conn, workspace, account, _AUDIENCE, ends_before - _OLDEST_AUDIENCE, ends_before)
    if newest is None:
        return Audience(day=None, age=[], city=[], country=[], gender=[])
    end, day = newest
    found: dict[str, list[Part]] = {"age": [], "city": [], "country": [], "gender": []}
    for one in await store.audience(conn, workspace, account, _AUDIENCE, end):
        found.setdefault(one.breakdown, []).append(Part(key=list(one.dimensions), value=_number(one.value) or 0))
    found["age"].sort(key=lambda part: part.key)
    return Audience(day=day, age=found["age"], city=found["city"], country=found["country"], gender=found["gender"])


async def _top(conn: Conn, workspace: WorkspaceId, account: AccountId, days: Days) -> list[TopMedia]:
    """What reached most people of all that was published in these days; what nobody has read yet comes last, the newest first."""
    begins, ends = pacific.begin_of(days.since), pacific.end_of(days.until)
    found = await store.media(conn, workspace, account, begins, ends, _LOOKED_THROUGH)
    found.sort(key=lambda one: one.published_at, reverse=True)
    found.sort(key=lambda one: (one.metrics.get("reach", -1), one.metrics.get("views", -1)), reverse=True)
    return [
        TopMedia(
            ig_id=one.ig_id, permalink=one.permalink, caption=one.caption, thumbnail_url=one.picture_url, kind=one.kind,
            published_at=one.published_at, metrics={name: _number(value) or 0 for name, value in one.metrics.items()},
        )
        for one in found[:_TOP]
    ]  # fmt: skip


def _number(value: float | None) -> float | None:
    """Whole numbers without a fraction."""
    return int(value) if value is not None and value == int(value) else value
