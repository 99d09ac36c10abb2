"""`/verify`: from the link in a message, by consent and sign-in, to a connected profile and the library. Rules CS1-CS12."""

import hashlib
import hmac
from collections.abc import Callable, Coroutine
from typing import Any, cast
from uuid import UUID, uuid4

import msgspec
import structlog
from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from confab.api import member_access, member_pages
from confab.api.access import Running
from confab.api.member_pages import Step
from confab.api.services import Services, services_of
from confab.errors import ConfabError, Gone, Invalid, Misconfigured, NotFound, SignInFailed
from confab.mail import letter
from confab.members import arrive, codes, handover, ways
from confab.members.journey import Journey
from confab.model.inbox import Conversation, WorkspaceId
from confab.model.library import Identity, Way
from confab.store import conversations, ids, team, verifications, wake
from confab.store import members as store
from confab.store.verifications import Found
from confab.team import sign_in

log = structlog.get_logger()

_LINKS_PER_ADDRESS = 60
_CODES_PER_EMAIL = 5
_CODES_PER_ADDRESS = 20
_TRIES_PER_ADDRESS = 50
_LONGEST = 300


class Pages(APIRoute):
    """What goes wrong becomes a page, not a problem in JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with people before it."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except ConfabError as error:
                return _problem(request, error)
            except RequestValidationError:
                return _problem(request, NotFound("There is nothing at this address."))

        return handle


router = APIRouter(include_in_schema=False, route_class=Pages)


@router.get("/verify")
async def verify(request: Request, services: Running, token: str | None = None, ig_id: str | None = None) -> Response:
    """The link itself: it only moves its secret out of the address, so that a preview uses nothing up. Then the page."""
    _refuse_when_off(services)
    if token is not None or ig_id is not None:
        usable = token and ig_id and len(token) <= _LONGEST and len(ig_id) <= _LONGEST
        journey = Journey(began_at=services.clock.now(), token=token, ig_id=ig_id) if usable else None
        if journey is None:
            raise NotFound("This link does not work.", code="link_invalid")
        return _on("/verify", services, journey)
    return await _shown(request, services, _journey(request, services))


@router.get("/verify/sign-in")
async def come_back(services: Running) -> Response:
    """A member comes back without a link."""
    _refuse_when_off(services)
    return _on("/verify", services, Journey(began_at=services.clock.now()))


@router.get("/verify/style.css")
async def style() -> Response:
    """How all pages of customers look."""
    return Response(member_pages.style(), headers={"cache-control": "no-cache"}, media_type="text/css")


@router.post("/verify/code")
async def send_code(request: Request, services: Running) -> Response:
    """Mail a code. The answer is the same whoever it is; who comes back and is no member gets none."""
    form, journey = await _posted(request, services, "mail")
    now, found = services.clock.now(), None
    try:
        email = letter.address(form.get("email", ""))
        if journey.token is not None:
            found = await _found(request, services, journey)
            _refuse_without_consent(form)
    except Invalid as error:
        asked = msgspec.structs.replace(journey, email=form.get("email", "")[:_LONGEST], code_id=None)
        return await _shown(request, services, asked, error.detail)
    subjects = {f"code {_hash(email).hex()}": _CODES_PER_EMAIL, f"code {_network(request)}": _CODES_PER_ADDRESS}
    await sign_in.count(services.db, subjects, now)
    workspace, code_id = found.workspace_id if found else None, UUID(bytes=ids.new(now).bytes)
    if workspace is None:
        async with services.db.transaction() as conn:
            homes = await store.homes(conn, Identity(way="mail", user_id=None, email=email))
        workspace = homes[0].workspace_id if homes else None
    if workspace is not None:
        async with services.db.viewing(workspace) as conn:
            asked = codes.Asked(workspace=workspace, code_id=code_id, email=email, brand=services.settings.brand_name)
            await codes.send(conn, services.vault.seal, _code_key(services), asked, now)
        services.wake.say(wake.work("mails"))
    sent = msgspec.structs.replace(journey, email=email, code_id=code_id, code_workspace=UUID(bytes=(workspace or uuid4()).bytes))
    return _on("/verify", services, sent)


@router.post("/verify/again")
async def ask_again(request: Request, services: Running) -> Response:
    """Back to where the address is asked for."""
    _, journey = await _posted(request, services, "mail")
    return _on("/verify", services, msgspec.structs.replace(journey, code_id=None, code_workspace=None))


@router.post("/verify/confirm")
async def confirm(request: Request, services: Running) -> Response:
    """A code was typed in. Wrong, old and tried too often are one answer."""
    form, journey = await _posted(request, services, "mail")
    if journey.code_id is None or journey.code_workspace is None:
        return _on("/verify", services, journey)
    now = services.clock.now()
    attempt = await sign_in.count(services.db, subjects := {f"try {_network(request)}": _TRIES_PER_ADDRESS}, now)
    workspace = WorkspaceId(journey.code_workspace)
    async with services.db.viewing(workspace) as conn:
        email = await codes.try_one(conn, _code_key(services), workspace, journey.code_id, form.get("code", ""), now)
    if email is None:
        problem = "This code does not work: it is wrong, too old, or was tried too often. You can ask for another one."
        return await _shown(request, services, journey, problem)
    async with services.db.transaction() as conn:
        await team.forgive(conn, list(subjects), attempt)
    return await _arrive(request, services, journey, Identity(way="mail", user_id=None, email=email))


@router.post("/verify/continue")
async def leave(request: Request, services: Running) -> Response:
    """Go and ask somebody else who this is: the provider, or the company's own page."""
    form, journey = await _posted(request, services, "oidc", "page")
    now, settings = services.clock.now(), services.settings
    if journey.token is not None:
        await _found(request, services, journey)
        _refuse_without_consent(form)
    asking = journey.asking()
    state, nonce, verifier = asking.state or "", asking.nonce or "", asking.verifier or ""
    if settings.member_page and settings.member_page_key:
        url = handover.leave(
            settings.member_page, settings.member_page_key, origin=settings.origin, state=state, ig_id=journey.ig_id, now=now
        )
    elif services.oidc is not None:
        url = await services.oidc.leave(state=state, nonce=nonce, verifier=verifier, now=now)
    else:
        raise NotFound("There is nothing at this address.")
    return _on(url, services, asking)


@router.get("/verify/return")
async def back(request: Request, services: Running) -> Response:
    """They were told, and this browser is the one that asked. Each answer counts once."""
    _refuse_when_off(services)
    journey, given, now = _journey(request, services), request.query_params, services.clock.now()
    if not journey.state:
        raise Gone("Begin again.", code="journey_over")
    await sign_in.count(services.db, {f"return {_network(request)}": _TRIES_PER_ADDRESS}, now)
    identity = await _told(services, journey, dict(given))
    async with services.db.transaction() as conn:
        if not await store.spend_state(conn, _hash(journey.state), now):
            raise SignInFailed("this sign-in has been used already")
    return await _arrive(request, services, journey, identity)


@router.post("/verify/choose")
async def choose(request: Request, services: Running) -> Response:
    """One of several libraries, once it is known who this is."""
    form, journey = await _posted(request, services, "mail", "oidc", "page")
    if journey.proved_way is None:
        raise Gone("Begin again.", code="journey_over")
    identity = Identity(
        way=cast(Way, journey.proved_way), user_id=journey.proved_user, email=journey.proved_email
    )  # sealed by us
    async with services.db.transaction() as conn:
        homes = await store.homes(conn, identity)
    for home in homes:
        if str(home.workspace_id) == form.get("workspace"):
            async with services.db.viewing(home.workspace_id) as conn:
                return _in(services, await arrive.again(conn, home, services.clock.now()))
    raise NotFound("There is no library for you.", code="no_library")


async def _told(services: Services, journey: Journey, given: dict[str, str]) -> Identity:
    """Who the provider or the company says this is. Raises SignInFailed."""
    now, settings, state = services.clock.now(), services.settings, journey.state or ""
    if settings.member_page and settings.member_page_key:
        return handover.come_back(
            given.get("handover", ""), settings.member_page_key, origin=settings.origin, state=state, now=now
        )  # fmt: skip
    if services.oidc is None:
        raise NotFound("There is nothing at this address.")
    if not hmac.compare_digest(given.get("state", "").encode(), state.encode()):
        raise SignInFailed("the answer belongs to another browser, or to an earlier attempt")
    if "code" not in given:
        raise SignInFailed("the provider did not sign anybody in")
    return await services.oidc.come_back(
        given["code"], nonce=journey.nonce or "", verifier=journey.verifier or "", issuer=given.get("iss"), now=now
    )  # fmt: skip


async def _arrive(request: Request, services: Services, journey: Journey, identity: Identity) -> Response:
    """It is known who this is: connect what the link names, or let them back in."""
    now = services.clock.now()
    if journey.token is not None:
        found = await _found(request, services, journey)
        async with services.db.viewing(found.workspace_id) as conn:
            arrival = await arrive.with_link(conn, found, identity, now)
        services.wake.say(wake.changed(found.workspace_id), wake.work("library"))
        return _in(services, arrival)
    async with services.db.transaction() as conn:
        homes = await store.homes(conn, identity)
    if not homes:
        raise NotFound("There is no library for you.", code="no_library")
    if len(homes) > 1:
        answer = member_pages.choose(services.settings.brand_name, homes)
        member_access.carry(answer, services, journey.knowing(identity))
        return answer
    async with services.db.viewing(homes[0].workspace_id) as conn:
        return _in(services, await arrive.again(conn, homes[0], now))


async def _shown(request: Request, services: Services, journey: Journey, problem: str | None = None) -> Response:
    """The page of where the journey is."""
    whom: Conversation | None = None
    if journey.token is not None:
        found = await _found(request, services, journey)
        async with services.db.viewing(found.workspace_id) as conn:
            key = (found.workspace_id, found.conversation_id)
            whom = (await conversations.by_ids(conn, [key]))[found.conversation_id][1]
    step = Step(
        brand=services.settings.brand_name, way=ways.way(services.settings), whom=whom, email=journey.email or "", problem=problem
    )
    return member_pages.code(step) if journey.code_id is not None else member_pages.begin(step)


async def _found(request: Request, services: Services, journey: Journey) -> Found:
    """What the link is for. A forged one and one with another profile's id are one answer, and attempts are counted.

    Raises NotFound, Gone, TooMany.
    """
    now, token = services.clock.now(), journey.token or ""
    attempt = await sign_in.count(services.db, subjects := {f"link {_network(request)}": _LINKS_PER_ADDRESS}, now)
    async with services.db.transaction() as conn:
        found = await verifications.find_by_digest(conn, _hash(token))
        if found is None or not hmac.compare_digest(found.ig_id.encode(), (journey.ig_id or "").encode("utf-8", "surrogatepass")):
            raise NotFound("This link does not work.", code="link_invalid")
        await team.forgive(conn, list(subjects), attempt)
    if found.consumed_at is not None:
        raise Gone("This link has been used already.", code="link_used")
    if not found.is_live(now):
        raise Gone("This link has expired.", code="link_expired")
    return found


async def _posted(request: Request, services: Services, *allowed: Way) -> tuple[dict[str, str], Journey]:
    _refuse_when_off(services)
    form = await member_access.form_of(request)
    if ways.way(services.settings) not in allowed:
        raise NotFound("There is nothing at this address.")
    return form, _journey(request, services)


def _journey(request: Request, services: Services) -> Journey:
    journey = member_access.carried(request, services)
    if journey is None:
        raise Gone("Begin again.", code="journey_over")
    return journey


def _on(where: str, services: Services, journey: Journey) -> Response:
    answer = RedirectResponse(where, 303, member_pages.HEADERS)
    member_access.carry(answer, services, journey)
    return answer


def _in(services: Services, arrival: arrive.Arrival) -> Response:
    answer = RedirectResponse(member_access.PATH, 303, member_pages.HEADERS)
    member_access.let_in(answer, services, arrival.secret)
    return answer


def _refuse_when_off(services: Services) -> None:
    if (reason := ways.why_off(services.settings)) is not None:
        raise Misconfigured(reason, code="off")


def _refuse_without_consent(form: dict[str, str]) -> None:
    if form.get("consent") != "yes":
        raise Invalid("Tick the box if you agree; without that nothing is connected.", field="consent")


def _problem(request: Request, error: ConfabError) -> Response:
    if isinstance(error, SignInFailed):
        log.warning("member_sign_in_failed", reason=error.detail)
    return member_pages.problem(services_of(request).settings.brand_name, error)


def _code_key(services: Services) -> bytes:
    return codes.key_from(services.vault.current()[0])


def _network(request: Request) -> str:
    return sign_in.network(request.client.host if request.client else "unknown")


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
