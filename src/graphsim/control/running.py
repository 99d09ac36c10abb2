"""Operations on time, faults, deliveries and the simulator itself."""

import asyncio
import resource
from dataclasses import fields
from pathlib import Path
from typing import Literal

import msgspec

from graphsim import accounts, handshake, people, wire
from graphsim.control.operation import Operation, ask, number, post
from graphsim.faults import Fault
from graphsim.insight_settings import InsightSettings
from graphsim.logs import Delivery, Send
from graphsim.people import Unknown
from graphsim.sim import Sim
from graphsim.webhooks import Settings
from graphsim.wire import Doc

Query = dict[str, str]
MOST = 1000
LONGEST_WAIT_S = 60.0


class Tick(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Move the clock by seconds or to a moment; only forward."""

    advance_s: float | None = None
    set: str | float | None = None


class Change(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Settings to change; what is left out stays."""

    latency_ms: tuple[int, int] | None = None
    limits: bool | None = None
    most_messages: int | None = None
    link_life_s: float | msgspec.UnsetType | None = msgspec.UNSET
    wrapped_token_answer: bool | None = None
    refresh_keeps_token: bool | None = None
    instagram_subcodes: bool | None = None
    facebook_code_gives: Literal["short", "long"] | None = None
    data_access_days: int | msgspec.UnsetType | None = msgspec.UNSET
    insights: InsightSettings | None = None
    callback: str | msgspec.UnsetType | None = msgspec.UNSET
    sign_with: str | None = None
    verify_token: str | None = None
    batch_max: int | None = None
    linger_ms: int | None = None
    in_flight: int | None = None
    timeout_s: float | None = None
    retry_s: tuple[float, ...] | None = None
    unsubscribe: bool | None = None


class Handshake(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Check a callback and use it from now on; nothing given: the present one with the present token."""

    callback: str | None = None
    verify_token: str | None = None
    challenge: str = handshake.CHALLENGE


class Flush(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Wait until nothing is queued or in flight."""

    timeout_s: float = 10.0


def operations() -> tuple[Operation, ...]:
    """All operations of this room."""
    return (
        ask("/clock", "The present moment", _clock),
        post("/clock", "Move the clock", Tick, _move),
        post("/fault", "Break something", Fault, lambda sim, act: sim.faults.add(act)),
        ask("/fault", "What is broken", lambda sim, _: {"items": sim.faults.all()}),
        ask("/fault", "Mend everything", _mend_all, method="DELETE"),
        ask("/fault/{id}", "Mend one thing", _mend, method="DELETE"),
        ask("/deliveries", "What was posted", _deliveries, ("after", "limit", "state", "account", "wait_s", "body")),
        ask("/sends", "What the send API acted on", _sends, ("after", "limit", "account", "customer", "kind", "wait_s")),
        ask("/sends/counts", "How often per recipient", _counts),
        ask("/settings", "The settings", _settings),
        post("/settings", "Change settings", Change, _change),
        post("/handshake", "Check a callback and use it", Handshake, _handshake),
        ask("/pause", "Hold deliveries back", lambda sim, _: _pause(sim, is_paused=True), method="POST"),
        ask("/resume", "Deliver again", lambda sim, _: _pause(sim, is_paused=False), method="POST"),
        post("/flush", "Wait until nothing is pending", Flush, _flush),
        ask("/reset", "Begin anew", _reset, method="POST"),
        ask("/stats", "Counts of everything", _stats),
    )


def _clock(sim: Sim, query: Query) -> Doc:
    del query
    now = sim.now_ms()
    return {"now": wire.rfc3339(now), "epoch_ms": now, "mode": sim.clock.mode}


async def _move(sim: Sim, act: Tick) -> Doc:
    target = sim.now_ms() + round((act.advance_s or 0) * 1000) if act.set is None else people.when(sim, act.set)
    if target < sim.now_ms() - 1000:
        raise Unknown("the clock goes only forward")
    ran = await sim.advance(target)
    return {**_clock(sim, {}), "ran": ran}


def _mend_all(sim: Sim, query: Query) -> Doc:
    del query
    sim.faults.clear()
    return {"items": []}


def _mend(sim: Sim, query: Query) -> Doc:
    if not sim.faults.remove(query["id"]):
        raise Unknown(f"there is no fault {query['id']}")
    return {"items": sim.faults.all()}


async def _deliveries(sim: Sim, query: Query) -> Doc:
    state, account = query.get("state"), query.get("account")

    def keep(one: Delivery) -> bool:
        return state in (None, one.state) and (account is None or account in one.accounts)

    after, limit, wait_s = _cursor(query)
    found = await sim.deliveries.wait_after(after, limit, wait_s, keep)
    with_body = query.get("body", "true") != "false"
    return {"items": [_delivery(one, with_body=with_body) for one in found], "next": found[-1].seq if found else after}


def _delivery(one: Delivery, *, with_body: bool) -> Doc:
    shown: Doc = {
        "seq": one.seq,
        "at": wire.rfc3339(one.at_ms),
        "state": one.state,
        "accounts": one.accounts,
        "updates": one.updates,
        "signature": one.signature,
        "attempts": [{**msgspec.to_builtins(attempt), "at": wire.rfc3339(attempt.at_ms)} for attempt in one.attempts],
    }
    return {**shown, "body": one.body.decode()} if with_body else shown


async def _sends(sim: Sim, query: Query) -> Doc:
    account, customer, kind = query.get("account"), query.get("customer"), query.get("kind")

    def keep(one: Send) -> bool:
        return account in (None, one.account) and customer in (None, one.recipient) and kind in (None, one.kind)

    after, limit, wait_s = _cursor(query)
    found = await sim.sends.wait_after(after, limit, wait_s, keep)
    items = [{**msgspec.to_builtins(one), "at": wire.rfc3339(one.at_ms)} for one in found]
    return {"items": items, "next": found[-1].seq if found else after}


def _cursor(query: Query) -> tuple[int, int, float]:
    limit = max(1, min(MOST, int(number(query, "limit", 100))))
    return int(number(query, "after", 0)), limit, min(LONGEST_WAIT_S, number(query, "wait_s", 0))


def _counts(sim: Sim, query: Query) -> Doc:
    del query
    return {"total": sim.sends.count, "by_recipient": dict(sim.sends.by_key)}


def _settings(sim: Sim, query: Query) -> Doc:
    del query
    life_ms = sim.shelf.link_life_ms
    return {
        **msgspec.to_builtins(sim.dispatcher.settings),
        "latency_ms": sim.latency_ms,
        "limits": sim.limits.is_on,
        "most_messages": sim.most_messages,
        "link_life_s": None if life_ms is None else life_ms / 1000,
        "wrapped_token_answer": sim.token_answer_is_wrapped,
        "refresh_keeps_token": sim.refresh_keeps_token,
        "instagram_subcodes": sim.shows_instagram_subcodes,
        "facebook_code_gives": sim.facebook_code_gives,
        "data_access_days": sim.data_access_days,
        "insights": sim.insights,
    }


def _change(sim: Sim, act: Change) -> Doc:
    settings = sim.dispatcher.settings
    for name in (one.name for one in fields(Settings) if one.name not in ("callback", "is_paused")):
        value = getattr(act, name)
        if value is not None:
            setattr(settings, name, value)
    if not isinstance(act.callback, msgspec.UnsetType):
        settings.callback = act.callback
    if not isinstance(act.link_life_s, msgspec.UnsetType):
        sim.shelf.link_life_ms = None if act.link_life_s is None else round(act.link_life_s * 1000)
    sim.latency_ms = act.latency_ms or sim.latency_ms
    sim.most_messages = act.most_messages or sim.most_messages
    sim.limits.is_on = sim.limits.is_on if act.limits is None else act.limits
    _change_login(sim, act)
    sim.insights = act.insights or sim.insights
    sim.dispatcher.stir()
    return _settings(sim, {})


def _change_login(sim: Sim, act: Change) -> None:
    if act.wrapped_token_answer is not None:
        sim.token_answer_is_wrapped = act.wrapped_token_answer
    if act.refresh_keeps_token is not None:
        sim.refresh_keeps_token = act.refresh_keeps_token
    if act.instagram_subcodes is not None:
        sim.shows_instagram_subcodes = act.instagram_subcodes
    if not isinstance(act.data_access_days, msgspec.UnsetType):
        sim.data_access_days = act.data_access_days
    sim.facebook_code_gives = act.facebook_code_gives or sim.facebook_code_gives


async def _handshake(sim: Sim, act: Handshake) -> Doc:
    """Rules H1, H2: the callback is used only if it answers the challenge."""
    settings = sim.dispatcher.settings
    callback = act.callback or settings.callback
    if callback is None:
        raise Unknown("there is no callback")
    token = settings.verify_token if act.verify_token is None else act.verify_token
    return await handshake.check(sim, callback, token, act.challenge)


def _pause(sim: Sim, *, is_paused: bool) -> Doc:
    sim.dispatcher.settings.is_paused = is_paused
    sim.dispatcher.stir()
    return {"is_paused": is_paused, "pending": sim.dispatcher.pending()}


async def _flush(sim: Sim, act: Flush) -> Doc:
    try:
        await asyncio.wait_for(sim.settle(), act.timeout_s)
        is_settled = True
    except TimeoutError:
        is_settled = False
    return {"settled": is_settled, "pending": sim.dispatcher.pending(), "scheduled": sim.timeline.pending()}


def _reset(sim: Sim, query: Query) -> Doc:
    del query
    sim.reset()
    accounts.begin(sim)
    return _clock(sim, {})


def _stats(sim: Sim, query: Query) -> Doc:
    del query
    world = sim.world
    return {
        "accounts": len(world.accounts),
        "customers": len(world.customers),
        "conversations": len(world.conversations),
        "messages": len(world.messages),
        "comments": len(world.comments),
        "calls": sim.calls,
        "calls_by_account": sim.tally,
        "sends": sim.sends.count,
        "beyond_limits": dict(sim.limits.exceeded),
        "events": sim.events,
        "unsubscribed_events": sim.undelivered,
        "deliveries": sim.deliveries.count,
        "pending": sim.dispatcher.pending(),
        "scheduled": sim.timeline.pending(),
        "rss_kb": _rss_kb(),
    }


def _rss_kb() -> int:
    """Memory in use now; where the system does not tell, the most there was."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
