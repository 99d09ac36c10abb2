"""What the short commands do: one database session each, beside a running server or with one of their own."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, cast
from uuid import UUID

from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from confab import settings
from confab.accounts import connect, keeping, meta_apps, vault
from confab.accounts.meta_apps import MetaApp
from confab.clock import Clock
from confab.errors import ConfabError, Conflict, Misconfigured, NotFound
from confab.inbox.ingest import Ingest
from confab.model.changes import AgentUpdated
from confab.model.inbox import Account, Agent, AgentId, IgId, Role, Workspace, WorkspaceId
from confab.model.media import MediaMode
from confab.settings import Settings
from confab.store import accounts as account_store
from confab.store import changes, claims, deliveries, ids
from confab.store import doors as database
from confab.store import team as store
from confab.store.claims import Dead
from confab.store.db import GONE, Conn, Database, Doors
from confab.store.migrate import migrate
from confab.store.team import Token
from confab.store.wake import Wake
from confab.team import passwords, set_up, sign_in

Result = TypeVar("Result")

_STANDARD_INPUT = "-"
_REPLAY_PAGE = 200
_DEAD_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """A person who was created; the password is None when it is not ours to show."""

    id: UUID
    email: str
    password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A command's way into the database: as the worker to find a workspace by name, as the API to write into it."""

    settings: Settings
    doors: Doors
    app: Database
    worker: Database
    now: datetime

    async def workspace(self, name: str) -> WorkspaceId:
        """The workspace of this name. Raises NotFound, which names those that there are."""
        async with self.worker.transaction() as conn:
            found = await store.workspaces(conn)
        for one in found:
            if one.name == name:
                return one.id
        names = ", ".join(one.name for one in found) or "none yet; `confab workspace create NAME` makes one"
        raise NotFound(f"There is no workspace {name!r}. There are: {names}.")


def migrate_now() -> list[str]:
    """Bring the database up to date; the names of what was applied."""
    with database.opened_by(settings.read()) as doors:
        return asyncio.run(migrate(doors.owner))


def replay(*, since: datetime | None, until: datetime | None, ig_id: str | None, state: str | None, quiet: bool) -> int:
    """Ingest the chosen deliveries again, page by page, with a progress line; how many there were."""
    choice = deliveries.Choice(since=_utc(since), until=_utc(until), ig_id=ig_id, state=state)

    async def run(session: Session) -> int:
        again = Ingest(session.worker, Clock(), Wake(session.doors.worker), session.settings.our_app_ids)
        beyond, count = UUID(int=0), 0
        with Progress(TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn(), disable=quiet) as shown:
            task = shown.add_task("Ingesting again", total=None)
            while True:
                async with session.worker.transaction() as conn:
                    page = await deliveries.replayable(conn, choice, beyond=beyond, limit=_REPLAY_PAGE)
                if not page:
                    return count
                await again.ingest(page)
                beyond, count = page[-1], count + len(page)
                shown.update(task, completed=count)

    return _with_session(run)


def _utc(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """Work that was given up: how much of each kind, and the first rows of it."""

    counts: dict[str, int]
    rows: list[Dead]


def dead_rows() -> GivenUp:
    """What was given up, of every kind and workspace."""

    async def found(session: Session) -> GivenUp:
        async with session.worker.transaction() as conn:
            counts = await claims.dead_counts(conn)
            rows = [row for kind in claims.KINDS for row in await kind.dead(conn, _DEAD_SHOWN)]
        return GivenUp(counts=counts, rows=rows)

    return _with_session(found)


def retry_dead(name: str | None) -> int:
    """Make what was given up due now, of one kind or of all; how many rows. A running worker takes them within a second."""
    kinds = [kind for kind in claims.KINDS if name in (None, kind.name)]

    async def retry(session: Session) -> int:
        async with session.worker.transaction() as conn:
            return sum([await kind.revive(conn, session.now) for kind in kinds])

    return _with_session(retry)


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

    return _with_session(create)


def list_workspaces() -> list[Workspace]:
    """Every workspace, by name."""

    async def found(session: Session) -> list[Workspace]:
        async with session.worker.transaction() as conn:
            return await store.workspaces(conn)

    return _with_session(found)


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

    return _with_session(create)


async def _join(conn: Conn, workspace: WorkspaceId, agent: AgentId, role: Role, now: datetime) -> None:
    if not await store.join(conn, workspace, agent, role, now):
        raise Conflict("This person is a member of the workspace already.")
    member = next(one for one in await store.agents(conn, workspace) if one.id == agent)
    await changes.publish(conn, workspace, [AgentUpdated(type="agent_updated", agent=member, removed=False)], now)


def list_users(workspace: str) -> list[Agent]:
    """The people of a workspace, by name."""

    async def found(session: Session) -> list[Agent]:
        team = await session.workspace(workspace)
        async with session.app.viewing(team) as conn:
            return await store.agents(conn, team)

    return _with_session(found)


def add_meta_app(name: str, secret: str) -> MetaApp:
    """Make a Meta app known besides the environment's (- reads its secret)."""
    secret = read_secret(secret) if secret == _STANDARD_INPUT else secret

    async def add(session: Session) -> MetaApp:
        async with session.app.transaction() as conn:
            return await meta_apps.add(conn, vault.opened_by(session.settings), name, secret, session.now)

    return _with_session(add)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountGiven:
    """An account as it stands on the command line. `expires_at` without a zone is UTC; an access token of - is read.

    `meta_app` None: whichever it had.
    """

    ig_id: str
    username: str
    access_token: str = field(repr=False)
    expires_at: datetime | None
    meta_app: str | None


def add_account(workspace: str, account: AccountGiven) -> Account:
    """Connect an account to a workspace, or renew its token."""
    token = read_secret(account.access_token) if account.access_token == _STANDARD_INPUT else account.access_token
    username, expires_at = account.username.removeprefix("@"), _utc(account.expires_at)

    async def add(session: Session) -> Account:
        team = await session.workspace(workspace)
        keys = vault.opened_by(session.settings)
        async with session.app.viewing(team) as conn:
            signed_by = await meta_apps.named(conn, account.meta_app) if account.meta_app is not None else None
            given = connect.Connection(
                ig_id=IgId(account.ig_id), username=username, access_token=token, expires_at=expires_at, signed_by=signed_by
            )
            return await connect.add(conn, keys, team, given, session.now)

    return _with_session(add)


def keep_media(workspace: str, ig_id: str, mode: MediaMode | None) -> bool:
    """Whether an account keeps copies of media; None: as the installation says. False when it already was so."""

    async def decide(session: Session) -> bool:
        team = await session.workspace(workspace)
        async with session.app.viewing(team) as conn:
            known = [one.id for one in await account_store.of_workspace(conn, team) if one.ig_id == ig_id]
            if not known:
                raise NotFound(f"The workspace has no account {ig_id}.")
            return await keeping.decide(conn, team, known[0], mode, session.now)

    return _with_session(decide)


def list_accounts(workspace: str) -> list[Account]:
    """The accounts of a workspace, by username."""

    async def found(session: Session) -> list[Account]:
        team = await session.workspace(workspace)
        async with session.app.viewing(team) as conn:
            return await account_store.of_workspace(conn, team)

    return _with_session(found)


def create_token(email: str, workspace: str | None, label: str, expires_at: datetime | None) -> str:
    """Make a bearer token for a person, in the named workspace or the only one they work in, until then or until revoked."""
    email, expires_at = sign_in.checked_email(email), _utc(expires_at)

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

    return _with_session(create)


def list_tokens(email: str) -> list[Token]:
    """The bearer tokens of a person in every workspace, oldest first; those that expired are not among them."""
    email = sign_in.checked_email(email)

    async def found(session: Session) -> list[Token]:
        async with session.worker.transaction() as conn:
            return await store.tokens_of(conn, await _known(conn, email), session.now)

    return _with_session(found)


def revoke_token(token: UUID) -> None:
    """End a bearer token: its next request is refused, its streams end within seconds. Raises NotFound for no such token."""

    async def revoke(session: Session) -> None:
        async with session.app.transaction() as conn:
            if not await store.end_token(conn, token):
                raise NotFound(f"There is no token {token}. `confab token list --user EMAIL` shows those that there are.")

    _with_session(revoke)


def rotate_keys() -> int:
    """Encrypt every access token with a new key; how many there were."""

    async def rotate(session: Session) -> int:
        keys = vault.opened_by(session.settings)
        async with session.worker.transaction() as conn:
            return await connect.rotate(conn, keys)

    return _with_session(rotate)


def read_secret(source: str) -> str:
    """A secret from a file, or from standard input for `-`."""
    try:
        text = sys.stdin.read() if source == _STANDARD_INPUT else Path(source).read_text()
    except OSError as error:
        raise Misconfigured(f"{source} cannot be read: {error.strerror}.") from error
    return text.strip()


def explain(error: BaseException) -> str | None:
    """The sentence for an error that is not a bug of ours, None for a bug."""
    if isinstance(error, ConfabError):
        return str(error)
    if isinstance(error, BaseExceptionGroup):
        parts = cast(tuple[BaseException, ...], error.exceptions)  # pyright: ignore[reportUnknownMemberType] -- of any kind
        found = [explain(part) for part in parts]
        return found[0] if all(found) else None
    if isinstance(error, GONE):
        return f"The database cannot be reached: {str(error) or type(error).__name__}"
    return None


def _with_session(work: Callable[[Session], Awaitable[Result]]) -> Result:
    given = settings.read()
    with database.opened_by(given) as doors:

        async def run() -> Result:
            async with _session(given, doors) as session:
                return await work(session)

        return asyncio.run(run())


@asynccontextmanager
async def _session(given: Settings, doors: Doors) -> AsyncGenerator[Session, None]:
    await migrate(doors.owner)
    async with Database.open(doors.app, size=1) as api, Database.open(doors.worker, size=1) as worker:
        yield Session(settings=given, doors=doors, app=api, worker=worker, now=Clock().now())


async def _known(conn: Conn, email: str) -> AgentId:
    found = await store.credentials(conn, email)
    if found is None:
        raise NotFound(f"There is nobody with the address {email}.")
    return found.id
