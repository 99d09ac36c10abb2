"""Operations on numbers: what is right, and what somebody decides it is."""

from datetime import date, timedelta

import msgspec

from graphsim import numbers, people, stories, wire
from graphsim.control.operation import Operation, ask, post
from graphsim.people import Unknown
from graphsim.rules import metrics, pacific
from graphsim.sim import Sim
from graphsim.state import Account, Post
from graphsim.wire import Doc

Query = dict[str, str]


class Number(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A number that is so from now on: of a `media`, or of an account on a `day` (by its own days). Null: as the seed says."""

    metric: str
    value: int | None
    account: str | None = None
    media: str | None = None
    day: date | None = None


class StoryEnd(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A story that ends now."""

    media: str


def operations() -> tuple[Operation, ...]:
    """All operations of this room."""
    return (
        post("/insights", "Set a number", Number, _set),
        ask("/insights", "What the numbers are", _numbers, ("account", "media", "metric", "since", "until")),
        post("/story-end", "End a story", StoryEnd, lambda sim, act: stories.end(sim, _post(sim, act.media))),
    )


def _set(sim: Sim, act: Number) -> Doc:
    if act.media is not None:
        _known(act.metric, metrics.MEDIA)
        name = numbers.key(_post(sim, act.media).id, act.metric)
    else:
        _known(act.metric, metrics.ACCOUNT)
        account = people.account_of(sim, act.account)
        day = act.day or _yesterday(sim, account)
        name = numbers.key(account.ig_id, act.metric, day)
    if act.value is None:
        sim.world.numbers.pop(name, None)
    else:
        sim.world.numbers[name] = act.value
    return {"key": name, "value": act.value}


def _numbers(sim: Sim, query: Query) -> Doc:
    """By day: what it will be (`final`) and what the API says now (`shown`); of a media all it has."""
    if "media" in query:
        found = _post(sim, query["media"])
        product = metrics.product_of(found.product_type)
        return {
            "items": {name: numbers.of_media(sim, found, name) for name, one in metrics.MEDIA.items() if product in one.products}
        }
    metric, account = query.get("metric", "reach"), people.account_of(sim, query.get("account"))
    _known(metric, metrics.ACCOUNT)
    until = _day(query, "until", _yesterday(sim, account))
    since = _day(query, "since", until)
    days = [since + timedelta(days=after) for after in range((until - since).days + 1)]
    shown = [numbers.shown(sim, account, metric, day) for day in days]
    items = [_item(sim, account, metric, day, one) for day, one in zip(days, shown, strict=True)]
    return {"items": items, "total": numbers.total(metric, [one for one in shown if one is not None])}


def _item(sim: Sim, account: Account, metric: str, day: date, shown: int | None) -> Doc:
    ends = wire.graph_time(pacific.end_ms(day, account.day_offset_h))
    final = numbers.final(sim, account, metric, day)
    return {"day": day.isoformat(), "metric": metric, "final": final, "shown": shown, "end_time": ends}


def _day(query: Query, name: str, default: date) -> date:
    try:
        return date.fromisoformat(query[name]) if name in query else default
    except ValueError as error:
        raise Unknown(f"{name} must be a date") from error


def _yesterday(sim: Sim, account: Account) -> date:
    """The last day that is over."""
    return pacific.day_of(sim.now_ms(), account.day_offset_h) - timedelta(days=1)


def _post(sim: Sim, media: str) -> Post:
    found = sim.world.posts.get(media)
    if found is None or found.account is None:
        raise Unknown(f"there is no post {media!r} of an account")
    return found


def _known(metric: str, known: dict[str, metrics.Metric] | dict[str, metrics.MediaMetric]) -> None:
    if metric not in known:
        raise Unknown(f"there is no metric {metric!r}")
