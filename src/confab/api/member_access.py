"""Members at our door: their own cookie, which opens the library and nothing else, and what a browser carries on the way."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from fastapi import Depends
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from confab.api.access import refuse_other_sites
from confab.api.services import Services, services_of
from confab.errors import Invalid, Misconfigured, Unauthenticated
from confab.members import journey as journeys
from confab.members import sessions
from confab.members.journey import Journey
from confab.model.library import Member
from confab.store import members as store
from confab.store import wake
from confab.store.db import Transaction

COOKIE = "confab_member"
PATH = "/library"
_JOURNEY = "confab_verify"
_JOURNEY_PATH = "/verify"
_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAccess:
    """A member's request: who asks, since which session, what their workspace is called, and what time it is."""

    member: Member
    session_id: UUID
    workspace: str
    now: datetime
    services: Services = field(repr=False)

    def transaction(self) -> Transaction:
        """A transaction in which the database shows the member's workspace alone."""
        return self.services.db.viewing(self.member.workspace_id)

    def tell(self, *names: str) -> None:
        """After a commit: the member's workspace has news; and `names`, as `wake` has them, may be due."""
        self.services.wake.say(wake.changed(self.member.workspace_id), *names)


async def signed_in(connection: HTTPConnection) -> MemberAccess:
    """Who asks. Raises Unauthenticated; Forbidden when another site made the browser ask."""
    services = services_of(connection)
    now, secret = services.clock.now(), connection.cookies.get(COOKIE)
    if not secret:
        raise Unauthenticated("Sign in to your library first.")
    refuse_other_sites(services, connection)
    async with services.db.transaction() as conn:
        session = await store.session_of(conn, sessions.digest(secret), now)
    if session is None:
        raise Unauthenticated("Your session has ended. Sign in to your library again.")
    return MemberAccess(
        member=session.member, session_id=session.id, workspace=session.workspace, now=now, services=services
    )  # fmt: skip


SignedInMember = Annotated[MemberAccess, Depends(signed_in)]
"""A handler's parameter: the member's access, or 401 before the handler runs."""


def let_in(answer: Response, services: Services, secret: str) -> None:
    """Give the browser a member's secret; the way here is over."""
    answer.set_cookie(
        COOKIE, secret, max_age=int(sessions.LASTS.total_seconds()), path=PATH, secure=services.settings.is_https,
        httponly=True, samesite="lax",
    )  # fmt: skip
    answer.delete_cookie(_JOURNEY, path=_JOURNEY_PATH, secure=services.settings.is_https, httponly=True, samesite="lax")


def sign_out(answer: Response, services: Services) -> None:
    """Take the secret away again."""
    answer.delete_cookie(COOKIE, path=PATH, secure=services.settings.is_https, httponly=True, samesite="lax")


def carry(answer: Response, services: Services, journey: Journey) -> None:
    """Have the browser carry the journey, sealed, for as long as it may take."""
    sealed = services.vault.seal(journeys.sealed_text(journey), journeys.OWNER)
    answer.set_cookie(
        _JOURNEY, base64.urlsafe_b64encode(sealed).decode(), max_age=int(journeys.LASTS.total_seconds()), path=_JOURNEY_PATH,
        secure=services.settings.is_https, httponly=True, samesite="lax",
    )  # fmt: skip


def carried(request: Request, services: Services) -> Journey | None:
    """The journey that the browser is on; None for none, one that took too long, and one that is not ours."""
    try:
        sealed = base64.urlsafe_b64decode(request.cookies.get(_JOURNEY, ""))
        journey = journeys.opened(services.vault.open(sealed, journeys.OWNER))
    except (binascii.Error, ValueError, Misconfigured, msgspec.MsgspecError):
        return None
    return None if journey.is_over(services.clock.now()) else journey


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form of our own pages. Raises Invalid for another kind of body."""
    refuse_other_sites(services_of(request), request)
    try:
        text = (await request.body()).decode()
        return dict(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Invalid("This is not a form of ours.") from None
