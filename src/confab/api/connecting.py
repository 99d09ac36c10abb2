"""`/connect/instagram`: an owner or admin lets an account in by Meta's login, and comes back. Rules AC1-AC8.

No page here waits on Meta: what came back is a job's, and the page looks again until that is done.
"""

from typing import Annotated, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from confab.accounts import meta_apps, oauth
from confab.accounts.oauth import Answer, Entrances, Way
from confab.api import member_access, member_pages
from confab.api.access import SignedIn
from confab.api.html import Child, join, tag
from confab.api.verify import Pages
from confab.errors import Gone, NotFound
from confab.store import accounts, errands, wake
from confab.store.errands import Errand

router = APIRouter(include_in_schema=False, route_class=Pages)


@router.get(oauth.PATH)
async def leave(
    access: SignedIn, flavour: Literal["instagram", "facebook"] = "instagram",
    app: Annotated[str, Query(max_length=200)] = meta_apps.ENVIRONMENT,
) -> Response:  # fmt: skip
    """Off to Meta's login, by the Meta app that is named."""
    access.require("owner", "admin")
    viewer, entrances = access.viewer, Entrances.of(access.services.settings)
    async with access.transaction() as conn:
        way = Way(platform=flavour, app_id=(await meta_apps.named(conn, app)).app_id)
        url = await oauth.leave(conn, access.services.vault, entrances, viewer.workspace_id, viewer.agent_id, way, access.now)
    return RedirectResponse(url, 303, {"cache-control": "no-store"})


@router.get(f"{oauth.PATH}/callback")
async def come_back(
    access: SignedIn, state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str | None, Query(max_length=4000)] = None, error: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:  # fmt: skip
    """Back from there: what came is kept for a job, and the address with the code in it is left."""
    access.require("owner", "admin")
    viewer = access.viewer
    answer = Answer(state=state.removesuffix("#_"), code=code, error=error)
    async with access.transaction() as conn:
        errand = await oauth.come_back(conn, access.services.vault, viewer.workspace_id, viewer.agent_id, answer, access.now)
    access.services.wake.say(wake.work("errands"))
    return RedirectResponse(f"{oauth.PATH}/{errand}", 303, {"cache-control": "no-store"})


@router.get(oauth.PATH + "/{id}")
async def look(id: UUID, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """How a login stands."""
    access.require("owner", "admin")
    async with access.transaction() as conn:
        errand = await errands.get(conn, access.viewer.workspace_id, id)
        if errand is None or errand.kind != "login" or errand.agent_id != access.viewer.agent_id:
            raise NotFound("There is nothing at this address.")
        missing: list[str] = []
        if errand.account_id is not None and errand.state == "done":
            missing = (await accounts.for_workspace(conn, access.viewer.workspace_id, errand.account_id)).missing or []
        app = (await meta_apps.of_id(conn, access.services.vault, errand.app_id)).name if errand.app_id is not None else None
    return _page(access.services.settings.brand_name, errand, missing, app)


@router.post(oauth.PATH + "/{id}")
async def choose(id: UUID, request: Request, access: SignedIn) -> Response:  # noqa: A002 -- the path's word
    """One of several Pages."""
    access.require("owner", "admin")
    form = await member_access.form_of(request)
    viewer = access.viewer
    async with access.transaction() as conn:
        page = form.get("page", "")[:100]
        if not await errands.choose(conn, viewer.workspace_id, id, viewer.agent_id, page, access.now):
            raise Gone("There is nothing to choose any more: begin again.", code="login_over")
    access.services.wake.say(wake.work("errands"))
    return RedirectResponse(f"{oauth.PATH}/{id}", 303)


def _page(brand: str, errand: Errand, missing: list[str], app: str | None) -> Response:
    home = tag("p", tag("a", "Back to the inbox", href="/"))
    match errand.state:
        case "done":
            items = [tag("li", one) for one in missing]
            lacks: Child = [tag("p", "Not everything works:"), tag("ul", *items)] if items else None
            note = tag("p", errand.note) if errand.note else None
            return member_pages.card(brand, f"@{errand.said} is connected", note, lacks, home)
        case "failed" | "away":
            query = urlencode({"flavour": errand.platform, **({"app": app} if app is not None else {})})
            again = tag("p", tag("a", "Try again", href=f"{oauth.PATH}?{query}"))
            return member_pages.card(brand, "Not connected", tag("p", errand.said or "Nothing came back."), again, home)
        case "choosing":
            return member_pages.card(brand, "Which account?", _choice(errand))
        case _:
            told = tag("p", "Instagram is being asked. This page looks again by itself.", role="status")
            main = tag("main", tag("div", tag("h1", "Connecting…"), told, class_="card"))
            # by its address: Instagram's `#_` is still behind the browser's, and going there again would load nothing
            again = tag("meta", http_equiv="refresh", content=f"1; url={oauth.PATH}/{errand.id}")
            return member_pages.page(brand, "Connecting…", main, in_head=again)


def _choice(errand: Errand) -> Child:
    def one(choice: dict[str, str]) -> Child:
        label = f"@{choice['username']} (Page {choice['name']})"
        return tag("button", label, type="submit", name_="page", value=choice["page"])

    return tag("form", join(one(choice) for choice in errand.choices or []), method="post", action=f"{oauth.PATH}/{errand.id}")
