"""Graph calls as HTTP: latency and faults around them, Meta's envelope and escapes on the answer."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from graphsim import errors, wire
from graphsim.errors import GraphError
from graphsim.events import Event
from graphsim.faults import CALL_EFFECTS, Fault
from graphsim.http import call as calls
from graphsim.http import graph, tally
from graphsim.http.call import Answer, Call
from graphsim.http.login import Outcome
from graphsim.sim import Sim

HOSTS = ("graph.instagram.com", "graph.facebook.com", "api.instagram.com")
LoginPage = Callable[[Sim, Mapping[str, str], Mapping[str, Sequence[str]] | None], Outcome]
_REFUSAL = "<html><body><h1>Service unavailable</h1></body></html>"


class DisconnectedError(Exception):
    """The call is to be answered by nothing but the end of the connection."""


class GraphEdge:
    """The ASGI application of all Graph hosts."""

    def __init__(self, sim: Sim) -> None:
        self._sim = sim

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call; echoes leave before, with or after the answer (S3)."""
        request = Request(scope, receive)
        echoes: list[Event] = []
        try:
            response = await self._respond(request, echoes)
            self._emit(echoes, ("with",))
            await response(scope, receive, send)
        except DisconnectedError:
            drop: Callable[[], None] = scope["extensions"]["graphsim"]["drop"]
            drop()
        finally:
            self._emit(echoes, ("after", "with"))

    async def _respond(self, request: Request, echoes: list[Event]) -> Response:
        sim = self._sim
        host, _, path = request.url.path.removeprefix("/").partition("/")
        sim.calls += 1
        trace = sim.mint.trace()
        await self._wait()
        content = await request.body()
        counted: dict[str, int] | None = None
        try:
            call = calls.read(host, request.method, path, request.url.query, dict(request.headers), content)
            counted = tally.count(sim, call)
            found = await self._with_faults(call, trace, echoes)
        except GraphError as error:
            found = Answer(document=error.document(trace), status=error.status)
        if counted is not None and found.status >= 400:
            counted["refused"] += 1
        if isinstance(found.document, str):
            return HTMLResponse(found.document, found.status)
        headers = {
            "content-type": wire.JSON_TYPE,
            "x-fb-trace-id": trace,
            "facebook-api-version": "v25.0",
            **found.headers,
        }
        return Response(wire.encode(found.document), found.status, headers)

    async def _wait(self) -> None:
        low, high = self._sim.latency_ms
        if high > 0:
            await asyncio.sleep((low + self._sim.mint.below("latency", high - low + 1)) / 1000)

    async def _with_faults(self, call: Call, trace: str, echoes: list[Event]) -> Answer:
        sim = self._sim
        target = graph.target_of(sim, call)
        account = tally.account_of(sim, call) or None
        targets = (target, "graph", "token") if target == "refresh" else (target, "graph")
        metrics = call.params.get("metric", "").split(",") if target == "insights" else ()
        recipient = wire.as_doc(call.body.get("recipient")).get("id")
        customer = str(recipient) if recipient is not None else call.params.get("user_id", call.node())
        fault = sim.faults.take(targets, CALL_EFFECTS, account, customer, metrics)
        if fault is None:
            return await self._act(call, echoes)
        acted = await self._act(call, echoes) if fault.when == "after" else None
        if fault.effect != "hang":
            return self._strike(fault, account or "", trace)
        self._emit(echoes, ("after", "with"))
        await asyncio.sleep(fault.seconds)
        if fault.disconnect:
            raise DisconnectedError
        return acted or await self._act(call, echoes)

    async def _act(self, call: Call, echoes: list[Event]) -> Answer:
        found = await graph.answer(self._sim, call)
        echoes += found.echoes
        if self._emit(echoes, ("before",)):
            await self._sim.dispatcher.settle()
        return found

    def _strike(self, fault: Fault, account: str, trace: str) -> Answer:
        """What a broken call answers, whether it has acted or not. Rule S4."""
        if fault.effect == "disconnect":
            raise DisconnectedError
        if fault.effect == "refuse":
            return Answer(document=_REFUSAL, status=fault.status or 503)
        error = errors.throttled() if fault.effect == "throttle" else fault.error()
        found = Answer(document=error.document(trace), status=error.status)
        if fault.effect == "throttle":
            found.headers["x-business-use-case-usage"] = self._sim.limits.header(account, None, fault.minutes)
        return found

    def _emit(self, echoes: list[Event], moments: tuple[str, ...]) -> bool:
        """Tell the callback, if the account's echoes leave at one of these moments; True if any left. Rule S3."""
        if not echoes:
            return False
        sim = self._sim
        account = sim.world.accounts[echoes[0].account]
        if account.echo not in (*moments, "never"):
            return False
        leaving = [event for event in echoes if account.echo != "never" or not event.is_echo]
        echoes.clear()
        if account.echo_delay_ms:
            sim.timeline.at(sim.now_ms() + account.echo_delay_ms, lambda: _later(sim, leaving))
        else:
            sim.emit(leaving)
        return True


async def _later(sim: Sim, events: list[Event]) -> None:
    sim.emit(events)


async def login(sim: Sim, request: Request, page: LoginPage) -> Response:
    """A page on which a person lets an app in: shown, or answered by its form. Rules T1, T21."""
    form = parse_qs((await request.body()).decode("utf-8", "replace")) if request.method == "POST" else None
    found = page(sim, dict(request.query_params), form)
    if found.location is not None:
        return RedirectResponse(found.location, 302)
    return HTMLResponse(found.page, found.status, {"cache-control": "no-store"})
