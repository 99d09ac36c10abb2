"""Who is asking, and the one connection they get: a transaction that sees their workspace and no other."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends
from starlette.requests import HTTPConnection

from confab.api.services import Services, services_of
from confab.errors import Forbidden, Unauthenticated
from confab.model.commands import Actor
from confab.model.inbox import Role, Viewer
from confab.store import team, wake
from confab.store.db import Transaction
from confab.team import secrets

COOKIE = "confab_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A signed-in request: who asks, since which session, what time it is for all that this request does, and this process."""

    viewer: Viewer
    session_id: UUID
    now: datetime
    services: Services = field(repr=False)

    @property
    def actor(self) -> Actor:
        """The viewer as the one who acts."""
        viewer = self.viewer
        return Actor(workspace_id=viewer.workspace_id, kind="agent", agent_id=viewer.agent_id, name=viewer.name)

    def transaction(self) -> Transaction:
        """A transaction in which the database shows the viewer's workspace alone."""
        return self.services.db.viewing(self.viewer.workspace_id)

    def by_key(self) -> Transaction:
        """The same, for what looks up a few rows by their keys: see `Database.by_key`."""
        return self.services.db.viewing(self.viewer.workspace_id, by_key=True)

    def tell(self, *names: str) -> None:
        """After a commit: the viewer's workspace has news; and `names`, as `wake` has them, may be due."""
        self.services.wake.say(wake.changed(self.viewer.workspace_id), *names)

    def require(self, *roles: Role) -> None:
        """Raise Forbidden unless the viewer has one of these roles."""
        if self.viewer.role not in roles:
            raise Forbidden(f"This needs the role {' or '.join(roles)}; yours is {self.viewer.role}.", roles=list(roles))


async def identify(services: Services, connection: HTTPConnection) -> Access:
    """Who asks, by bearer token or cookie. Raises Unauthenticated; Forbidden when another site made the browser ask."""
    now = services.clock.now()
    bearer = _bearer(connection)
    secret = bearer or connection.cookies.get(COOKIE)
    if not secret:
        raise Unauthenticated("Sign in first.")
    if bearer is None:
        refuse_other_sites(services, connection)
    async with services.db.alone() as conn:
        session = await team.viewer_of(conn, secrets.digest(secret), now)
    if session is None:
        raise Unauthenticated("This token is not valid any more." if bearer else "Your session has ended. Sign in again.")
    return Access(viewer=session.viewer, session_id=session.id, now=now, services=services)


def refuse_other_sites(services: Services, connection: HTTPConnection) -> None:
    """Raise Forbidden (`foreign_origin`) when another site made the browser send a request that changes something.

    Browsers say it in Sec-Fetch-Site, old ones and plain http in Origin. Who says neither is no browser.
    """
    if connection.scope["method"] in _SAFE:
        return
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
    if site is not None:
        is_own = site in _OWN_SITES
    elif origin is not None:
        is_own = origin in _own_origins(services, connection)
    else:
        is_own = True
    if not is_own:
        raise Forbidden(
            "This request did not come from our own pages. Programs use a bearer token instead of the cookie.",
            code="foreign_origin",
        )


def _own_origins(services: Services, connection: HTTPConnection) -> set[str]:
    host = connection.headers.get("host", "")
    scheme = urlsplit(str(connection.url)).scheme
    return {services.settings.origin, f"{scheme}://{host}"}


def _bearer(connection: HTTPConnection) -> str | None:
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


async def _signed_in(connection: HTTPConnection) -> Access:
    return await identify(services_of(connection), connection)


SignedIn = Annotated[Access, Depends(_signed_in)]
"""A handler's parameter: the request's Access, or 401 before the handler runs."""


async def _running(connection: HTTPConnection) -> Services:  # a plain function would go to a thread, at every request
    return services_of(connection)


Running = Annotated[Services, Depends(_running)]
"""A handler's parameter: the services of this process, where nobody is signed in; `Access` has them too."""
