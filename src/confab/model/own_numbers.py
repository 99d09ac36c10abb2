"""How a team answers, in numbers that are made of its own messages. Rules NU1-NU14 of docs/spec/numbers.md."""

from dataclasses import dataclass
from datetime import date, datetime

from confab.model.inbox import AccountRef, AgentRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What happened in a stretch of time. None is not known, and never stands for 0.

    `received`: messages of participants; `sent`: of people of the team, from here or from the phone; `automatic`: of rules,
    programs and other apps. `responses`: how often somebody who waited was answered, with the mean and the median of how long;
    `resolutions` likewise, until the conversation was closed. `windows_missed`: reply windows that closed without an answer.
    """

    received: int | None
    sent: int | None
    automatic: int | None
    responses: int | None
    response_mean_s: int | None
    response_median_s: int | None
    resolutions: int | None
    resolution_mean_s: int | None
    resolution_median_s: int | None
    windows_missed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFigures:
    """A day of the viewer's time zone."""

    day: date
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class HourFigures:
    """An hour of the week, in the viewer's zone, over the whole period. `weekday`: 1 is Monday, 7 Sunday."""

    weekday: int
    hour: int
    received: int
    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFigures:
    """What one person did, and did in the period before. Received and missed messages are nobody's: null."""

    agent: AgentRef
    figures: Figures
    previous: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFigures:
    """What happened at one account, and happened in the period before."""

    account: AccountRef
    figures: Figures
    previous: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNumbers:
    """A period of whole days, both named days included, and the same number of days before it.

    `account`, `agent`: None is all. All that happened up to `counted_up_to` is counted; while `is_counting` that is not yet now,
    and the days after it are not known. `agents` has only the viewer unless they are an owner or admin.
    """

    account: AccountRef | None
    agent: AgentRef | None
    zone: str
    since: date
    until: date
    previous_since: date
    previous_until: date
    counted_up_to: datetime | None
    is_counting: bool
    totals: Figures
    previous: Figures
    days: list[DayFigures]
    previous_days: list[DayFigures]
    hours: list[HourFigures]
    agents: list[AgentFigures]
    accounts: list[AccountFigures]
