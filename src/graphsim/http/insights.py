"""`/{IGID}/insights`: an account's numbers. Rules I1 to I11."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from graphsim import numbers
from graphsim.faults import DATA_EFFECTS, Fault
from graphsim.http import access, refusals
from graphsim.http.call import Answer, Call
from graphsim.rules import metrics, pacific
from graphsim.sim import Sim
from graphsim.state import Account, Token
from graphsim.wire import Doc, graph_time

_SPANS = {"day": 1, "week": 7, "days_28": 28}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a call asks of all its metrics."""

    account: Account
    period: str
    kind: metrics.MetricType
    breakdowns: tuple[str, ...]
    timeframe: str
    days: tuple[date, ...]


def get_account_insights(sim: Sim, call: Call, token: Token) -> Answer:
    """One bad metric refuses the whole call; what there is nothing of is absent. Rules I1 to I3."""
    account = access.media_account_of(sim, call, token)
    permit(call, token)
    names = refusals.named(call, metrics.ACCOUNT, metrics.ACCOUNT_GONE, "user")
    kind = refusals.kind_of(sim, call, names)
    breakdowns = refusals.breakdowns_of(sim, call, names, kind)
    since_s, until_s = refusals.range_of(sim, call, names)
    asked = Asked(
        account=account,
        period=refusals.period_of(call, names),
        kind=kind,
        breakdowns=breakdowns,
        timeframe=refusals.timeframe_of(call, names),
        days=tuple(days_between(account, since_s, until_s)),
    )
    data = [item for name in names for item in _with_faults(sim, name, asked)]
    return Answer(document={"data": data, **_paging(sim, call, since_s, until_s, data)})


def permit(call: Call, token: Token) -> None:
    """Refuse a token without the permissions for insights. Rule I2."""
    access.require(token, access.BASIC)
    access.require(token, access.INSIGHTS)
    if call.is_facebook:
        access.require(token, "pages_read_engagement")


def days_between(account: Account, since_s: int, until_s: int) -> list[date]:
    """The days that end after `since` and not after `until`. Rule I5."""
    first, last = since_s * 1000, until_s * 1000
    day = pacific.day_of(first, account.day_offset_h)
    found: list[date] = []
    while pacific.end_ms(day, account.day_offset_h) <= last:
        if pacific.end_ms(day, account.day_offset_h) > first:
            found.append(day)
        day += timedelta(days=1)
    return found


def data_fault(sim: Sim, account: str, metric: str, node: str) -> Fault | None:
    """What is wrong with this metric's part of the answer."""
    return sim.faults.take(("insights",), DATA_EFFECTS, account, node, (metric,))


def _with_faults(sim: Sim, name: str, asked: Asked) -> list[Doc]:
    fault = data_fault(sim, asked.account.ig_id, name, asked.account.ig_id)
    effect = None if fault is None else fault.effect
    late_ms = round(fault.seconds * 1000) if fault is not None and effect == "late" else 0
    by = fault.by if fault is not None and effect == "corrected" else 0
    item = None if effect == "empty" else _item(sim, name, asked, late_ms, by)
    if item is None:
        return []
    return [item, item] if effect == "twice" else [item]


def _item(sim: Sim, name: str, asked: Asked, late_ms: int, by: int) -> Doc | None:
    metric = metrics.ACCOUNT[name]
    if metric.needs_followers and asked.account.followers < metrics.ENOUGH_FOLLOWERS:
        return None
    if metric.kind == "demographic":
        shown: Doc | None = _demographic(sim, name, asked)
    elif metric.kind == "online":
        shown = _online(sim, asked, late_ms)
    elif asked.kind == "time_series":
        shown = _series(sim, name, asked, late_ms, by)
    else:
        shown = _total(sim, name, asked, late_ms, by)
    if shown is None:
        return None
    rest: Doc = {"title": metric.title, "description": f"{metric.title} of the account."}
    return {
        "name": name, "period": asked.period, **shown, **rest,
        "id": f"{asked.account.ig_id}/insights/{name}/{asked.period}",
    }  # fmt: skip


def _series(sim: Sim, name: str, asked: Asked, late_ms: int, by: int) -> Doc | None:
    """A value for each day, or for the 7 or 28 that end with it. Rule I6."""
    values: list[Doc] = []
    for day in asked.days:
        span = [day - timedelta(days=before) for before in range(_SPANS[asked.period])]
        if numbers.shown(sim, asked.account, name, day, late_ms) is None:
            continue
        known = [numbers.shown(sim, asked.account, name, one, late_ms) for one in span]
        value = numbers.total(name, [one for one in known if one is not None])
        values.append({"value": value + by, "end_time": _end_time(asked.account, day)})
    return {"values": values} if values else None


def _total(sim: Sim, name: str, asked: Asked, late_ms: int, by: int) -> Doc | None:
    """One value of all days, and its parts. Rule I9."""
    known = [numbers.shown(sim, asked.account, name, day, late_ms) for day in asked.days]
    there = [one for one in known if one is not None]
    if not there:
        return None
    value = numbers.total(name, there) + by
    breakdowns = [_breakdown(sim, name, asked, one, value) for one in asked.breakdowns]
    return {"total_value": {"value": value, **({"breakdowns": breakdowns} if breakdowns else {})}}


def _breakdown(sim: Sim, name: str, asked: Asked, breakdown: str, value: int) -> Doc:
    parts = numbers.split(sim, f"{asked.account.ig_id}|{name}|{asked.days}", value, metrics.BREAKDOWNS[breakdown])
    return broken_down((breakdown,), [((label,), share) for label, share in parts])


def broken_down(dimensions: Sequence[str], parts: Sequence[tuple[tuple[str, ...], int]]) -> Doc:
    """One entry of `breakdowns`. Rules I9, I10."""
    results = [{"dimension_values": list(labels), "value": share} for labels, share in parts]
    return {"dimension_keys": list(dimensions), "results": results}


def _demographic(sim: Sim, name: str, asked: Asked) -> Doc | None:
    """Parts without a value of the whole; the timeframe is the first dimension. Rule I10."""
    found = numbers.audience(sim, asked.account, name, asked.breakdowns)
    parts = [((asked.timeframe.upper(), *labels), share) for labels, share in found]
    return {"total_value": {"breakdowns": [broken_down(("timeframe", *asked.breakdowns), parts)]}} if parts else None


def _online(sim: Sim, asked: Asked, late_ms: int) -> Doc | None:
    values: list[Doc] = [
        {"value": numbers.online(sim, asked.account, day), "end_time": _end_time(asked.account, day)}
        for day in asked.days
        if numbers.shown(sim, asked.account, "online_followers", day, late_ms) is not None
    ]
    return {"values": values} if values else None


def _end_time(account: Account, day: date) -> str:
    return graph_time(pacific.end_ms(day, account.day_offset_h))


def _paging(sim: Sim, call: Call, since_s: int, until_s: int, data: list[Doc]) -> Doc:
    """The ranges before and after, with the token in the link. Rules I6, C7."""
    if not any("values" in item for item in data):
        return {}
    span = until_s - since_s
    base = f"{sim.base_url}/{call.host}/{call.version}/{call.path}?"
    kept = {name: value for name, value in call.params.items() if name not in ("since", "until", "access_token")}

    def link(start: int) -> str:
        return base + urlencode({**kept, "access_token": call.token or "", "since": start, "until": start + span})

    return {"paging": {"previous": link(since_s - span), "next": link(until_s)}}
