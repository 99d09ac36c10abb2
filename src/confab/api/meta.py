"""`/meta/…`: what Meta tells us of people who remove the app or want their data deleted. Rules AC14-AC16."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from confab.accounts import callbacks, meta_apps
from confab.accounts.callbacks import Kind
from confab.api import member_access, member_pages
from confab.api.access import Running
from confab.api.encode import Json
from confab.api.html import tag
from confab.api.services import Services
from confab.api.verify import Pages
from confab.errors import NotFound
from confab.store import errands, wake

router = APIRouter(include_in_schema=False)
pages = APIRouter(include_in_schema=False, route_class=Pages)

_HELD = (
    "The account is disconnected. A part of the data has to be kept for now, for a legal reason; it is used for nothing else, "
    "and deleted by itself when that reason ends."
)


@router.post("/meta/deauthorize")
async def deauthorize(request: Request, services: Running) -> Response:
    """A person removed the app."""
    return Json({"confirmation_code": await _keep(request, services, "deauthorize")})


@router.post("/meta/data-deletion")
async def data_deletion(request: Request, services: Running) -> Response:
    """A person wants what Meta gave of them to be deleted. Rule T13."""
    code = await _keep(request, services, "data_deletion")
    return Json({"url": f"{services.settings.origin}/meta/data-deletion/{code}", "confirmation_code": code})


@pages.get("/meta/data-deletion/{code}")
async def state(code: str, services: Running) -> Response:
    """How a deletion stands, for whoever has its code."""
    async with services.db.transaction() as conn:
        proof = await errands.proof(conn, callbacks.digest(code))
    if proof is None:
        raise NotFound("There is no request with this code.")
    asked = f"It was asked for on {proof.asked_at:%d %B %Y at %H:%M} UTC."
    going_on = _HELD if proof.held_at else "It is being done."
    done = f"It was done on {proof.done_at:%d %B %Y at %H:%M} UTC." if proof.done_at else going_on
    title = "Your data was deleted" if proof.done_at else "Your data is being deleted"
    return member_pages.card(services.settings.brand_name, title, tag("p", asked), tag("p", done))


async def _keep(request: Request, services: Services, kind: Kind) -> str:
    """Whatever cannot be kept is no success: Meta is told so, and asks again."""
    signed_request = (await member_access.form_of(request)).get("signed_request", "")
    settings, now = services.settings, services.clock.now()
    async with services.db.transaction() as conn:
        others = await meta_apps.every(conn, services.vault)
        known = [*settings.instagram_app_secrets, *settings.meta_app_secrets, *(one for app in others for one in app.secrets)]
        code = await callbacks.keep(conn, kind, callbacks.person_of(signed_request, known), now)
    services.wake.say(wake.work("meta_requests"))
    return code
