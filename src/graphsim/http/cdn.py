"""Media links: alive, dead, or broken on purpose. Rules M1 to M5, P6."""

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from graphsim.faults import CDN_EFFECTS, Fault
from graphsim.media import files
from graphsim.sim import Sim
from graphsim.state import Asset

BIG_BYTES = 64 * 1024 * 1024
_DEAD = "<html><body><h1>URL signature expired</h1></body></html>"
_ANSWERS = {"404": 404, "410": 410, "403": 403, "500": 500}


async def serve(sim: Sim, request: Request) -> Response:
    """The file behind a link, or what a dead link shows."""
    asset = _alive(sim, request)
    account = None if asset is None else _account_of(sim, asset)
    fault = sim.faults.take(("cdn",), CDN_EFFECTS, account)
    if fault is not None:
        return await _broken(sim, request, asset, fault)
    if asset is None:
        return HTMLResponse(_DEAD, 403)
    if asset.answer in _ANSWERS:
        return HTMLResponse(_DEAD, _ANSWERS[asset.answer])
    if asset.answer != "ok":
        return await _odd(sim, request, asset, asset.answer, 5.0)
    return _file(sim, asset, request)


def _alive(sim: Sim, request: Request) -> Asset | None:
    query = request.query_params
    if "oe" in query:
        name = request.url.path.rsplit("/", 1)[-1].removesuffix("_n.png")
        asset = sim.world.assets.get(name)
        is_alive = asset is not None and sim.shelf.avatar_is_alive(asset, query.get("oh", ""), query["oe"])
    else:
        asset = sim.world.assets.get(query.get("asset_id", ""))
        is_alive = asset is not None and sim.shelf.is_alive(asset, query.get("signature", ""))
    return asset if is_alive else None


def _account_of(sim: Sim, asset: Asset) -> str | None:
    found = (one for one in sim.world.accounts.values() if one.avatar == asset.id)
    account = next(found, None)
    return None if account is None else account.ig_id


async def _broken(sim: Sim, request: Request, asset: Asset | None, fault: Fault) -> Response:
    if fault.effect == "status":
        return HTMLResponse(_DEAD, fault.status or 403)
    if asset is None:
        return HTMLResponse(_DEAD, 403)
    return await _odd(sim, request, asset, fault.effect, fault.seconds)


async def _odd(sim: Sim, request: Request, asset: Asset, answer: str, seconds: float) -> Response:
    """Answers that a client must survive. Rules M1, M4, M5."""
    if answer == "html":
        return HTMLResponse(_DEAD, 200)
    if answer == "big":
        return StreamingResponse(_endless(), headers={"content-type": files.TYPES[asset.kind]})
    content, media_type = files.of(sim.mint, asset)
    if answer == "redirect" and "moved" not in request.query_params:
        return RedirectResponse(f"{sim.base_url}{request.url.path}?{request.url.query}&moved=1", 302)
    if answer == "slow":
        await asyncio.sleep(seconds)
    if answer == "wrong_type":
        media_type = "text/html"
    if answer == "truncate":
        content = content[: len(content) // 2]
    return Response(content, headers={"content-type": media_type})


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(BIG_BYTES // 65536):
        yield bytes(65536)


def _file(sim: Sim, asset: Asset, request: Request) -> Response:
    content, media_type = files.of(sim.mint, asset)
    headers = {"content-type": media_type, "accept-ranges": "bytes", "cache-control": "max-age=1209600"}
    start, _, end = request.headers.get("range", "").removeprefix("bytes=").partition("-")
    if not start.isdigit() or int(start) >= len(content):
        return Response(content, headers=headers)
    last = min(int(end), len(content) - 1) if end.isdigit() else len(content) - 1
    headers["content-range"] = f"bytes {start}-{last}/{len(content)}"
    return Response(content[int(start) : last + 1], 206, headers)
