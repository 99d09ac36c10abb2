"""Signing in and out, the first owner, and who I am."""

from dataclasses import dataclass, field

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from confab.api.access import COOKIE, Running, SignedIn, refuse_other_sites
from confab.api.encode import Json
from confab.api.services import Services
from confab.errors import Unauthenticated
from confab.model.inbox import Agent, Seq, Workspace
from confab.store import changes
from confab.store import team as store
from confab.team import secrets, set_up, sign_in

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What a sign-in asks for."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """What the form behind the set-up link asks for; `token` is the link's."""

    token: str = field(repr=False)
    workspace: str
    name: str
    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """The agent who asks and their workspace. `session_key` names this sign-in and opens nothing."""

    agent: Agent
    workspace: Workspace
    session_key: str
    seq: Seq


@router.get("/me", operation_id="get_me", response_model=Me)
async def get_me(access: SignedIn) -> Response:
    """Who is signed in."""
    viewer = access.viewer
    session = store.Session(id=access.session_id, viewer=viewer)
    async with access.transaction() as conn:
        seq = await changes.newest_seq(conn, viewer.workspace_id)
        workspace = await store.workspace(conn, viewer.workspace_id)
    return Json(_me(session, workspace, seq))


@router.post("/session", operation_id="sign_in", response_model=Me)
async def post_session(request: Request, services: Running, body: SignIn) -> Response:
    """Sign in: sets the cookie."""
    refuse_other_sites(services, request)
    now = services.clock.now()
    secret = await sign_in.sign_in(services.db, services.passwords, body.email, body.password, _address(request), now)
    return await _signed_in(services, secret)


@router.delete("/session", operation_id="sign_out", status_code=204)
async def delete_session(access: SignedIn) -> Response:
    """Sign out. The session is over for every tab."""
    async with access.transaction() as conn:
        await store.end_session(conn, access.viewer.workspace_id, access.session_id)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/", secure=access.services.settings.is_https, httponly=True, samesite="lax")
    return answer


@router.post("/setup", operation_id="set_up", response_model=Me)
async def post_setup(request: Request, services: Running, body: SetUp) -> Response:
    """Create the first workspace and its owner, and sign them in. The link works once."""
    refuse_other_sites(services, request)
    wish = set_up.FirstOwner(token=body.token, workspace=body.workspace, name=body.name, email=body.email, password=body.password)
    now = services.clock.now()
    return await _signed_in(services, await set_up.accept(services.db, services.passwords, wish, _address(request), now))


async def _signed_in(services: Services, secret: str) -> Response:
    """The answer to a new session: who it is, and the cookie."""
    async with services.db.transaction() as conn:
        session = await store.viewer_of(conn, secrets.digest(secret), services.clock.now())
    if session is None:
        raise Unauthenticated("The session ended as it began: the membership was removed.")
    workspace_id = session.viewer.workspace_id
    async with services.db.viewing(workspace_id) as conn:
        seq = await changes.newest_seq(conn, workspace_id)
        workspace = await store.workspace(conn, workspace_id)
    answer = Json(_me(session, workspace, seq))
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=int(sign_in.SESSION_LASTS.total_seconds()),
        path="/",
        secure=services.settings.is_https,
        httponly=True,
        samesite="lax",
    )
    return answer


def _me(session: store.Session, workspace: Workspace | None, seq: Seq) -> Me:
    if workspace is None:
        raise Unauthenticated("This workspace is gone.")
    viewer = session.viewer
    return Me(
        agent=Agent(id=viewer.agent_id, name=viewer.name, email=viewer.email, role=viewer.role),
        workspace=workspace,
        session_key=str(session.id),
        seq=seq,
    )


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
