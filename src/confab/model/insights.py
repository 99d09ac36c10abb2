"""Numbers about an account, as a team sees them: by metric and day, its audience, its best posts, and the runs that read them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from confab.model.inbox import AccountId, AccountRef, AgentId, RunId, RunState

MetricType = Literal["time_series", "total_value"]
MetricState = Literal["ok", "no_data", "refused", "retired"]
MetricUnit = Literal["count", "people", "percent", "milliseconds"]
TotalIs = Literal["sum", "people", "average"]
MediaKind = Literal["post", "reel", "story"]
TroubleKind = Literal["refused", "unavailable", "too_few", "retired"]

OVERDUE_AFTER = timedelta(days=2)
"""So long after the last good reading of an account people are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayValue:
    """A metric's number of one day; None: Instagram gave none, which is not 0."""

    day: date
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a number: `key` holds its values in the order of the breakdown's dimensions."""

    key: list[str]
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricBreakdown:
    """A number in parts, the greatest first; `by` is Meta's word."""

    by: str
    parts: list[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric over the days that were asked for, and over as many days before them.

    `total_is`: what `total` and the parts are of all days. `sum`: added up. `people`: how many different people Instagram counted
    over the whole time. `average`: per day, where adding up would count people again. `total_says`: that in words for people.
    `state`: `ok`, `no_data` where Instagram gave none, `refused` where it gives none to us, `retired` where it gives it to
    nobody any more; `says`: why, or what is missing.
    """

    name: str
    title: str
    type: MetricType
    unit: MetricUnit
    total: float | None
    previous_total: float | None
    total_is: TotalIs
    total_says: str
    series: list[DayValue]
    previous_series: list[DayValue]
    breakdowns: list[MetricBreakdown]
    state: MetricState
    says: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who follows, in parts, the greatest first, as Instagram last told it on `day` (None: never)."""

    day: date | None
    age: list[Part]
    city: list[Part]
    country: list[Part]
    gender: list[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopMedia:
    """A post, reel or story that was published in the days asked for, with its newest numbers by metric.

    `thumbnail_url`: our own address of its picture; null where we have none, and of stories.
    """

    ig_id: str
    permalink: str | None
    caption: str | None
    thumbnail_url: str | None
    kind: MediaKind
    published_at: datetime
    metrics: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricError:
    """A metric that did not come, or not all of it. `media`: of this post; None: of the account. `code`: Meta's.

    `kind`: `refused` by Instagram, `unavailable` for the moment, `too_few` people for a number, `retired` by Meta.
    """

    metric: str
    kind: TroubleKind
    says: str
    code: int | None = None
    media: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """What a run brought. `success`: something came, and nothing is missing that may come when it is tried again.

    `total_inserted` are values that were not known, `total_changed` those that Instagram corrected, `total_unchanged` those that
    were known; `metrics_inserted` are the first by metric. `total_errors` counts metrics. `user_id` connected the account.
    """

    success: bool
    total_inserted: int
    total_errors: int
    metrics_inserted: dict[str, int]
    errors: list[MetricError]
    account_id: AccountId
    user_id: AgentId | None
    total_changed: int = 0
    total_unchanged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightsRun:
    """A reading of numbers: who asked, when, how long it took, how many calls it made, and what came of it.

    `since` and `until` are the days that were read, None until that is decided; `metrics` those that were asked for, None: all.
    `says` is a line for people.
    """

    id: RunId
    account_id: AccountId
    asked_by: str
    state: RunState
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    took_ms: int | None
    calls: int
    since: date | None
    until: date | None
    metrics: list[str] | None
    result: FetchResult
    error: str | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Insights:
    """An account's numbers from `since` to `until`, both included; days are Meta's (Pacific time).

    `previous_since` and `previous_until`: the time of the same length before. `is_overdue`: no good run for two days.
    """

    account: AccountRef
    since: date
    until: date
    previous_since: date
    previous_until: date
    metrics: list[Metric]
    audience: Audience
    top_media: list[TopMedia]
    last_run: InsightsRun | None
    is_overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One number as it is kept. `dimensions`: of a part, by `breakdown`; None as `value`: asked for, and Instagram gave none.

    `media_id` is "" for the account's own. `day` is the day it belongs to, which ends at `end_time`.
    """

    metric: str
    period: str
    end_time: datetime
    day: date
    value: float | None
    media_id: str = ""
    breakdown: str = ""
    dimensions: tuple[str, ...] = field(default=())
