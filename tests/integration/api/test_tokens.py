"""How a bearer token ends. Rule PE1."""

from datetime import timedelta

import httpx2

from confab.clock import Clock
from confab.store import team
from confab.store.db import Database
from confab.team import sign_in
from tests.integration.api.conftest import Person


async def status(http: httpx2.AsyncClient, token: str) -> int:
    return (await http.get("/api/v1/me", headers={"authorization": f"Bearer {token}"})).status_code


async def test_PE1_a_revoked_token_opens_nothing_and_the_others_stay(
    http: httpx2.AsyncClient, app_db: Database, worker_db: Database, clock: Clock, anna: Person
) -> None:
    async with app_db.transaction() as conn:
        lost = await sign_in.create_token(conn, anna.workspace, anna.agent, "lost", clock.now())
        await sign_in.open_session(conn, anna.workspace, anna.agent, clock.now())
    async with worker_db.transaction() as conn:
        listed = await team.tokens_of(conn, anna.agent, clock.now())
    assert [token.label for token in listed] == ["test", "lost"]
    assert await status(http, lost) == 200
    async with app_db.transaction() as conn:
        assert await team.end_token(conn, listed[1].id)
        assert not await team.end_token(conn, listed[1].id)
    assert await status(http, lost) == 401
    assert await status(http, anna.token) == 200
    async with worker_db.transaction() as conn:
        assert await conn.fetchval("SELECT count(*) FROM sessions WHERE agent_id = $1", anna.agent) == 2


async def test_PE1_a_token_made_for_a_time_ends_by_itself(
    http: httpx2.AsyncClient, app_db: Database, clock: Clock, anna: Person
) -> None:
    soon = clock.now() + timedelta(hours=1)
    async with app_db.transaction() as conn:
        short = await sign_in.create_token(conn, anna.workspace, anna.agent, "short", clock.now(), soon)
    assert await status(http, short) == 200
    clock.ahead += timedelta(hours=2)
    assert await status(http, short) == 401
    assert await status(http, anna.token) == 200
