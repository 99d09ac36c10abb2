"""A PostgreSQL server of one's own: its user is no superuser, owns the database, and takes our roles by SET ROLE."""

import asyncio
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from confab.clock import Clock
from confab.model.inbox import AgentId, WorkspaceId
from confab.settings import Settings
from confab.store import days, ids, team
from confab.store import doors as database
from confab.store.db import Database, Doors
from confab.store.migrate import migrate
from confab.team import secrets, sign_in
from tests.databases import at, execute

NAME = "somebodys"


@pytest.fixture(scope="module")
def external(server: Doors) -> Iterator[Doors]:
    """The doors of a URL, into a database that an ordinary user owns and migrated."""
    asyncio.run(
        execute(
            server.owner,
            f"CREATE ROLE {NAME} LOGIN PASSWORD 'secret' CREATEROLE",
            f"GRANT confab_app, confab_worker TO {NAME} WITH ADMIN OPTION",
            f"CREATE DATABASE {NAME} OWNER {NAME}",
        )
    )
    asyncio.run(execute(at(server, NAME).owner, f"ALTER SCHEMA public OWNER TO {NAME}"))
    url = f"postgresql://{NAME}:secret@/{NAME}?host={quote(str(server.owner.connect['host']), safe='')}"
    with database.opened_by(Settings(database_url=url)) as doors:
        assert "secret" not in repr(doors)
        asyncio.run(migrate(doors.owner))
        yield doors
    asyncio.run(execute(server.owner, f"DROP DATABASE {NAME} WITH (FORCE)", f"DROP OWNED BY {NAME}", f"DROP ROLE {NAME}"))


async def test_each_door_is_in_its_role(external: Doors) -> None:
    for door in (external.app, external.worker):
        async with Database.open(door, size=1) as db, db.transaction() as conn:
            assert await conn.fetchval("SELECT current_user") == door.role


async def test_somebody_can_sign_in_and_see_their_workspace_alone(external: Doors, clock: Clock) -> None:
    workspace, agent = WorkspaceId(ids.new(clock.now())), AgentId(ids.new(clock.now()))
    async with Database.open(external.app, size=2) as db:
        async with db.viewing(workspace) as conn:
            await team.create_workspace(conn, workspace, "Team", clock.now())
            await team.create_agent(conn, agent, email="ada@example.org", name="Ada", password_hash=None, now=clock.now())
            await team.join(conn, workspace, agent, "owner", clock.now())
            token = await sign_in.create_token(conn, workspace, agent, "test", clock.now())
        async with db.transaction() as conn:
            session = await team.viewer_of(conn, secrets.digest(token), clock.now())
            assert session is not None
            assert session.viewer.workspace_id == workspace
            assert await team.workspaces_of(conn, agent) == [workspace]
            assert await team.agents(conn, workspace) == []
    async with Database.open(external.worker, size=1) as db, db.transaction() as conn:
        assert [one.id for one in await team.workspaces(conn)] == [workspace]
        await days.ensure_day(conn, "changes", clock.now().date())
