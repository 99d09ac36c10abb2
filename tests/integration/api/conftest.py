"""A whole web process behind an in-process HTTP client, and people who are signed in to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest

from confab.app import Front, web_app
from confab.clock import Clock
from confab.model.inbox import AgentId, Role, WorkspaceId
from confab.settings import Settings
from confab.store import ids
from confab.store import team as store
from confab.store.db import Database, Doors
from confab.team import sign_in

ORIGIN = "http://confab.test"
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Person:
    workspace: WorkspaceId
    agent: AgentId
    email: str
    token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


@pytest.fixture(scope="module")
def settings() -> Settings:
    return Settings(public_url=ORIGIN)


@pytest.fixture(scope="module")
async def front(doors: Doors, clock: Clock, settings: Settings) -> AsyncIterator[Front]:
    async with web_app(settings, doors, clock) as front:
        yield front


@pytest.fixture
async def http(front: Front) -> AsyncIterator[httpx2.AsyncClient]:
    """A client without cookies and without a token; what it asks with decides who it is."""
    transport = httpx2.ASGITransport(app=front, client=("192.0.2.7", 4711))
    async with httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


@pytest.fixture
async def anna(app_db: Database, clock: Clock) -> Person:
    """The owner of a workspace of her own."""
    return await join(app_db, clock, await found(app_db, clock), "owner")


@pytest.fixture
async def bob(app_db: Database, clock: Clock, anna: Person) -> Person:
    """An agent in Anna's workspace."""
    return await join(app_db, clock, anna.workspace, "agent")


@pytest.fixture
async def stranger(app_db: Database, clock: Clock) -> Person:
    """The owner of another workspace."""
    return await join(app_db, clock, await found(app_db, clock), "owner")


async def found(db: Database, clock: Clock) -> WorkspaceId:
    workspace = WorkspaceId(ids.new(clock.now()))
    async with db.viewing(workspace) as conn:
        await store.create_workspace(conn, workspace, f"Team {workspace}", clock.now())
    return workspace


async def join(db: Database, clock: Clock, workspace: WorkspaceId, role: Role, password_hash: str | None = None) -> Person:
    agent = AgentId(ids.new(clock.now()))
    email = f"{agent}@example.org"
    async with db.viewing(workspace) as conn:
        await store.create_agent(
            conn, agent, email=email, name=f"{role} {str(agent)[-4:]}", password_hash=password_hash, now=clock.now()
        )
        await store.join(conn, workspace, agent, role, clock.now())
        token = await sign_in.create_token(conn, workspace, agent, "test", clock.now())
    return Person(workspace, agent, email, token)
