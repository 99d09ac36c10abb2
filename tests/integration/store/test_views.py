"""What other programs read: their names, of their workspace, and nothing else. Rule CN9."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest

from confab.clock import Clock
from confab.store.db import Conn, Database, Doors
from confab.store.db import connect as open_connection
from tests.world import Customer, World, happen, make_world

COLUMNS = {
    "instagram_profiles": {"ig_id", "username", "display_name", "profile_pic_url", "connected_user_id", "connected_at"},
    "verification_tokens": {"token_hash", "ig_id", "expires_at", "consumed", "created_by_event_id", "created_at"},
    "messages": {"id", "sender_ig_id", "recipient_ig_id", "message_text", "attachments", "timestamp", "processed"},
    "outbound_messages": {
        "id", "recipient_ig_id", "kind", "payload", "status", "attempts", "remote_message_id", "error",
    },
}  # fmt: skip


@pytest.fixture
async def ours(doors: Doors, worker_db: Database, clock: Clock) -> World:
    world = await make_world(doors, ig_id="17841111111111111")
    await happen(worker_db, world, Customer(world.ig_id, "1").writes("ours", "Hi", clock.now()))
    theirs = await make_world(doors, ig_id="17842222222222222")
    await happen(worker_db, theirs, Customer(theirs.ig_id, "2").writes("theirs", "Hi", clock.now()))
    return world


@pytest.fixture
async def reports(doors: Doors, ours: World) -> AsyncIterator[Conn]:
    """Another program, logged in as a user of its own, as docs/connect.md says."""
    owner = await open_connection(doors.owner)
    name = f"reports_{uuid4().hex}"  # users are the whole server's
    await owner.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'p' IN ROLE confab_reader")
    await owner.execute(f"ALTER ROLE {name} SET search_path = views")
    await owner.execute("INSERT INTO readers (workspace_id, role) VALUES ($1, $2)", ours.workspace, name)
    door = replace(doors.owner, connect={**doors.owner.connect, "user": name, "password": "p"}, role=name)
    conn = await asyncpg.connect(**door.connect)
    yield conn
    await conn.close()
    await owner.execute(f"DROP ROLE {name}")
    await owner.close()


async def test_CN9_the_views_have_the_names_that_other_programs_know(reports: Conn) -> None:
    for view, wanted in COLUMNS.items():
        statement = await reports.prepare(f"SELECT * FROM {view}")
        assert wanted <= {attribute.name for attribute in statement.get_attributes()}, view


async def test_CN9_a_reader_sees_its_own_workspace_through_views_and_nothing_else(reports: Conn, ours: World) -> None:
    assert [row["id"] for row in await reports.fetch("SELECT id FROM messages")] == ["ours"]
    await reports.execute("SELECT set_config('confab.workspace_id', 'whatever', false)")
    assert [row["ig_id"] for row in await reports.fetch("SELECT ig_id FROM instagram_profiles")] == ["1"]
    assert await reports.fetch("SELECT * FROM verification_tokens") == []
    assert await reports.fetch("SELECT * FROM outbound_messages") == []
    for statement in (
        "SELECT seed FROM public.verification_tokens",
        "SELECT access_token FROM public.integrations",
        "SELECT * FROM public.readers",
        "SELECT body FROM public.deliveries",
        "SELECT source_url FROM public.attachments",
        "UPDATE public.participants SET name = 'x'",
        "DELETE FROM public.messages",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reports.execute(statement)


async def test_CN9_the_api_sees_its_workspace_in_the_views_too(app_db: Database, ours: World) -> None:
    async with app_db.viewing(ours.workspace) as conn:
        assert [row["id"] for row in await conn.fetch("SELECT id FROM views.messages")] == ["ours"]
    async with app_db.transaction() as conn:
        assert await conn.fetch("SELECT id FROM views.messages") == []
