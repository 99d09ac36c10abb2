"""What to ask for some days, and what an answer says: pure. Every metric by itself, with its explicit type. Rules IV1-IV4."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from confab.graph.insights import TIMEFRAME, Answer, Number, Question
from confab.graph.metrics import ACCOUNT, ALSO, MEDIA, PRODUCT_OF, RECENT_DAYS, AccountMetric
from confab.model import pacific
from confab.model.insights import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question, what to ask where it is refused, and whose answer that is.

    `days`: those that an answer without a number leaves unknown. `end`: of what Meta gives without an end. `has_whole`: whether
    the whole is taken from this answer, or only the parts `by` a breakdown. `media`: of a post; "" of the account.
    """

    metric: str
    period: str
    tries: tuple[Question, ...]
    end: datetime
    days: tuple[date, ...] = ()
    by: str = ""
    has_whole: bool = True
    media: str = ""


def of_days(ig_id: str, since: date, until: date, *, names: Collection[str] | None, today: date) -> list[Ask]:
    """Everything of an account for these days, both included, at most MOST_DAYS of them. `names` None: all."""
    days = [since + timedelta(days=after) for after in range((until - since).days + 1)]
    found: list[Ask] = []
    for name, about in ACCOUNT.items():
        if about.dimensions or (names is not None and name not in names):
            continue
        asked = [day for day in days if not about.is_recent or day >= today - timedelta(days=RECENT_DAYS)]
        if not asked:
            continue
        if about.type == "time_series":
            found += _series(ig_id, name, about, asked)
        found += [one for day in asked for one in _totals(ig_id, name, about, day)]
    return found


def reach_of(ig_id: str, since: date, until: date) -> Ask:
    """The cheapest question that tells whether Meta has anything of these days."""
    return _one_series(ig_id, "reach", "day", [since + timedelta(days=n) for n in range((until - since).days + 1)])


def of_audience(ig_id: str, last: date, *, names: Collection[str] | None) -> list[Ask]:
    """Who they are, as of now: of one dimension each. Rule I10."""
    return [
        Ask(
            metric=name, period=about.period, end=pacific.end_of(last), by=dimension, has_whole=False,
            tries=(
                Question(
                    node=ig_id, metric=name, period=about.period, type=about.type, breakdown=dimension, timeframe=TIMEFRAME
                ),
            ),
        )
        for name, about in ACCOUNT.items()
        if about.dimensions and (names is None or name in names)
        for dimension in about.dimensions
    ]  # fmt: skip


def of_media(media: str, product: str, now: datetime, *, names: Collection[str] | None, is_facebook: bool) -> list[Ask]:
    """Everything of a post, reel or story, as of now; in parts where it has any, else the whole alone."""
    known = PRODUCT_OF.get(product)
    end = pacific.end_of(pacific.day_of(now))
    found: list[Ask] = []
    for name, about in MEDIA.items():
        is_wanted = not about.is_shared if names is None else name in names
        if known not in about.of or not is_wanted or (about.is_facebook_only and not is_facebook):
            continue
        plain = Question(node=media, metric=name, period="lifetime")
        tries = (plain,)
        if about.breakdown:
            tries = (Question(node=media, metric=name, period="lifetime", breakdown=about.breakdown), plain)
        found.append(Ask(metric=name, period="lifetime", tries=tries, end=end, by=about.breakdown or "", media=media))
    return found


def values_of(ask: Ask, answer: Answer) -> list[Value]:
    """The numbers of an answer. Days without one are unknown, which is kept, and is not 0. Rules IV3, I8."""
    found = [value for number in answer.numbers if (value := _value(ask, number)) is not None]
    there = {value.day for value in found if not value.breakdown}
    unknown = [day for day in ask.days if day not in there] if ask.has_whole else []
    return found + [
        Value(metric=ask.metric, period=ask.period, end_time=pacific.end_of(day), day=day, value=None) for day in unknown
    ]  # fmt: skip


def _value(ask: Ask, number: Number) -> Value | None:
    if not number.by and not ask.has_whole:
        return None
    end = number.end_time or ask.end
    by = ask.by if len(number.by) == 1 and ask.by else ",".join(number.by)
    return Value(
        metric=ask.metric, period=ask.period, end_time=end, day=pacific.day_that_ends(end), value=number.value,
        media_id=ask.media, breakdown=by, dimensions=number.dimensions,
    )  # fmt: skip


def _series(ig_id: str, name: str, about: AccountMetric, days: Sequence[date]) -> Iterator[Ask]:
    for period in (about.period, *about.more_periods):
        yield _one_series(ig_id, name, period, days)


def _one_series(ig_id: str, name: str, period: str, days: Sequence[date]) -> Ask:
    question = Question(
        node=ig_id, metric=name, period=period, type="time_series", since=pacific.begin_of(days[0]),
        until=pacific.end_of(days[-1]),
    )  # fmt: skip
    return Ask(
        metric=name, period=period, tries=(question,), end=question.until or pacific.end_of(days[-1]),
        days=tuple(days) if period == "day" else (),
    )  # fmt: skip


def _totals(ig_id: str, name: str, about: AccountMetric, day: date) -> Iterator[Ask]:
    """One day, because Meta names no end of a total: in parts by each breakdown, the whole from the first of these answers."""
    is_total = about.type == "total_value"
    plain = Question(
        node=ig_id, metric=name, period=about.period, type="total_value", since=pacific.begin_of(day),
        until=pacific.end_of(day),
    )  # fmt: skip
    end = pacific.end_of(day)
    if is_total and not about.breakdowns:
        yield Ask(metric=name, period=about.period, tries=(plain,), end=end, days=(day,))
    for place, breakdown in enumerate(about.breakdowns):
        has_whole = is_total and place == 0
        written = [breakdown, *([ALSO[name, breakdown]] if (name, breakdown) in ALSO else [])]
        tries = [_with(plain, one) for one in written]
        yield Ask(
            metric=name, period=about.period, tries=(*tries, plain) if has_whole else tuple(tries), end=end,
            days=(day,) if has_whole else (), by=breakdown, has_whole=has_whole,
        )  # fmt: skip


def _with(plain: Question, breakdown: str) -> Question:
    return Question(
        node=plain.node, metric=plain.metric, period=plain.period, type=plain.type, breakdown=breakdown, since=plain.since,
        until=plain.until,
    )  # fmt: skip
