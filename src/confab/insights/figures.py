"""Sums → figures, and what of them is known at all; pure. What nobody knows is None and never 0 (rule NU2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from confab.model.own_numbers import Figures
from confab.store.own_numbers import BOUNDS_S, Sums

_LONGEST_S = 7 * 24 * 3600
_NONE = [0] * (len(BOUNDS_S) + 1)
NOTHING = Sums(
    received=0, sent=0, automatic=0, responses=0, response_s=0, response_times=_NONE, resolutions=0, resolution_s=0,
    resolution_times=_NONE, windows_missed=0,
)  # fmt: skip
"""Nothing happened."""
_UNKNOWN = Figures(
    received=None, sent=None, automatic=None, responses=None, response_mean_s=None, response_median_s=None, resolutions=None,
    resolution_mean_s=None, resolution_median_s=None, windows_missed=None,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Which days are known: from the first account's connection (None: there is none) to the last day that is counted."""

    since: date | None
    until: date
    is_of_agent: bool

    def day(self, day: date, sums: Sums) -> Figures:
        """A day. Of a day before the connection only what was imported is known, and that was never answered here."""
        return self.period(day, day, sums)

    def period(self, since: date, until: date, sums: Sums) -> Figures:
        """Days of which some may not be known: what is known of them."""
        if self.since is None or since > self.until:
            return _UNKNOWN
        return _figures(sums, is_of_agent=self.is_of_agent, is_connected=until >= self.since)

    def period_before(self, since: date, until: date, sums: Sums) -> Figures:
        """Days to compare with: nothing, unless all of them are known."""
        if self.since is None or since < self.since or until > self.until:
            return _UNKNOWN
        return self.period(since, until, sums)


def add(one: Sums, other: Sums) -> Sums:
    """Both together."""
    return Sums(
        received=one.received + other.received, sent=one.sent + other.sent, automatic=one.automatic + other.automatic,
        responses=one.responses + other.responses, response_s=one.response_s + other.response_s,
        response_times=_added(one.response_times, other.response_times), resolutions=one.resolutions + other.resolutions,
        resolution_s=one.resolution_s + other.resolution_s,
        resolution_times=_added(one.resolution_times, other.resolution_times),
        windows_missed=one.windows_missed + other.windows_missed,
    )  # fmt: skip


def median_s(times: Sequence[int]) -> int | None:
    """About the middle of times that are counted by BOUNDS_S, as if they were spread evenly between two bounds; None of none."""
    left = sum(times) / 2
    if not left:
        return None
    bounds = (0, *BOUNDS_S, _LONGEST_S)
    for low, high, count in zip(bounds, bounds[1:], times, strict=False):
        if left <= count:
            return round(low + (high - low) * left / count)
        left -= count
    return None  # unreachable: half of all is reached before the end


def _added(one: Sequence[int], other: Sequence[int]) -> list[int]:
    return [a + b for a, b in zip(one or _NONE, other or _NONE, strict=True)]


def _figures(sums: Sums, *, is_of_agent: bool, is_connected: bool) -> Figures:
    def seen(count: int) -> int | None:
        return count if is_connected else count or None

    def middle(times: Sequence[int], total: int, count: int) -> int | None:
        return total if count == 1 else median_s(times)

    def mean(total: int, count: int) -> int | None:
        return round(total / count) if count else None

    return Figures(
        received=None if is_of_agent else seen(sums.received), sent=seen(sums.sent),
        automatic=None if is_of_agent else seen(sums.automatic), responses=seen(sums.responses),
        response_mean_s=mean(sums.response_s, sums.responses),
        response_median_s=middle(sums.response_times, sums.response_s, sums.responses),
        resolutions=seen(sums.resolutions), resolution_mean_s=mean(sums.resolution_s, sums.resolutions),
        resolution_median_s=middle(sums.resolution_times, sums.resolution_s, sums.resolutions),
        windows_missed=None if is_of_agent else seen(sums.windows_missed),
    )  # fmt: skip
