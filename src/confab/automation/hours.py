"""Business hours: whether a moment lies within times of the week, by a clock on some wall. Rule RU6."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from confab.model.rules import Span


def is_within(at: datetime, zone: str, spans: Sequence[Span]) -> bool:
    """Whether a moment lies in one of the spans; one whose end is not after its start ends on the next day."""
    local = at.astimezone(ZoneInfo(zone))
    return any(_covers(span, local) or _covers_from_yesterday(span, local) for span in spans)


def _covers(span: Span, local: datetime) -> bool:
    clock = local.strftime("%H:%M")
    return local.weekday() in span.days and span.start <= clock and (clock < span.end or span.end <= span.start)


def _covers_from_yesterday(span: Span, local: datetime) -> bool:
    yesterday = (local - timedelta(days=1)).weekday()
    return span.end <= span.start and yesterday in span.days and local.strftime("%H:%M") < span.end
