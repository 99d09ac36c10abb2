"""Commands about workspaces, the people in them, and their bearer tokens."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from confab.commands.session import Session, utc, with_session
from confab.errors import Conflict, NotFound
from confab.model.changes import AgentUpdated
from confab.model.inbox import Agent, AgentId, Role, Workspace, WorkspaceId
from confab.store import changes, ids
from confab.store import team as store
from confab.store.db import Conn
from confab.store.team import Token
from confab.team import passwords, set_up, sign_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A person who was created; the password is None when it is not ours to show."""

    id: UUID
    email: str
    password: str | None = field(repr=False)


def create_workspace(name: str) -> Workspace:
    """Create a workspace. Raises Conflict when there is one of that name."""
    name = set_up.checked_name(name, "name")

    async def create(session: Session) -> Workspace:
        workspace = WorkspaceId(ids.new(session.now))
        async with session.worker.transaction() as conn:
            if any(one.name == name for one in await store.workspaces(conn)):
                raise Conflict(f"There is a workspace {name!r} already.")
        async with session.app.viewing(workspace) as conn:
            await store.create_workspace(conn, workspace, name, session.now)
        return Workspace(id=workspace, name=name)

    return with_session(create)


def list_workspaces() -> list[Workspace]:
    """Every workspace, by name."""

    async def found(session: Session) -> list[Workspace]:
        async with session.worker.transaction() as conn:
            return await store.workspaces(conn)

    return with_session(found)


def create_user(email: str, workspace: str, role: Role, name: str | None, password: str | None) -> Created:
    """Create a person in a workspace; somebody known from another one joins it and keeps their password."""
    email = sign_in.checked_email(email)
    name = set_up.checked_name(name or email.partition("@")[0], "name")

    async def create(session: Session) -> Created:
        team = await session.workspace(workspace)
        chosen = password or passwords.generated()
        hashed = await passwords.Passwords().hashed(chosen)
        agent = AgentId(ids.new(session.now))
        async with session.app.viewing(team) as conn:
            is_new = await store.create_agent(conn, agent, email=email, name=name, password_hash=hashed, now=session.now)
            if not is_new:
                agent = await _known(conn, email)
            await _join(conn, team, agent, role, session.now)
        return Created(id=agent, email=email, password=chosen if is_new and password is None else None)

    return with_session(create)


async def _join(conn: Conn, workspace: WorkspaceId, agent: AgentId, role: Role, now: datetime) -> None:
    if not await store.join(conn, workspace, agent, role, now):
        raise Conflict("This person is a member of the workspace already.")
    member = next(one for one in await store.agents(conn, workspace) if one.id == agent)
    changes.publish(conn, workspace, [AgentUpdated(type="agent_updated", agent=member, removed=False)], now)


def list_users(workspace: str) -> list[Agent]:
    """The people of a workspace, by name."""

    async def found(session: Session) -> list[Agent]:
        team = await session.workspace(workspace)
        async with session.app.viewing(team) as conn:
            return await store.agents(conn, team)

    return with_session(found)


def create_token(email: str, workspace: str | None, label: str, expires_at: datetime | None) -> str:
    """Make a bearer token for a person, in the named workspace or the only one they work in, until then or until revoked."""
    email, expires_at = sign_in.checked_email(email), utc(expires_at)

    async def create(session: Session) -> str:
        named = await session.workspace(workspace) if workspace else None
        async with session.app.transaction() as conn:
            agent = await _known(conn, email)
            teams = await store.workspaces_of(conn, agent)
            if named is not None and named not in teams:
                raise NotFound(f"{email} is not a member of {workspace!r}.")
            if named is None and len(teams) != 1:
                raise Conflict(f"{email} works in {len(teams)} workspaces: say which with --workspace.")
            return await sign_in.create_token(conn, named or teams[0], agent, label, session.now, expires_at)

    return with_session(create)


def list_tokens(email: str) -> list[Token]:
    """The bearer tokens of a person in every workspace, oldest first; those that expired are not among them."""
    email = sign_in.checked_email(email)

    async def found(session: Session) -> list[Token]:
        async with session.worker.transaction() as conn:
            return await store.tokens_of(conn, await _known(conn, email), session.now)

    return with_session(found)


def revoke_token(token: UUID) -> None:
    """End a bearer token: its next request is refused, its streams end within seconds. Raises NotFound for no such token."""

    async def revoke(session: Session) -> None:
        async with session.app.transaction() as conn:
            if not await store.end_token(conn, token):
                raise NotFound(f"There is no token {token}. `confab token list --user EMAIL` shows those that there are.")

    with_session(revoke)


async def _known(conn: Conn, email: str) -> AgentId:
    found = await store.credentials(conn, email)
    if found is None:
        raise NotFound(f"There is nobody with the address {email}.")
    return found.id
