"""What the tests of the corridor share."""

import pytest

from confab.model.inbox import ConversationId
from confab.store.db import Database, Doors
from tests.integration.inbox.desk import Desk
from tests.world import NOON, Customer, after, give_token, happen, make_world


@pytest.fixture
async def desk(doors: Doors, worker_db: Database) -> Desk:
    world = await make_world(doors)
    await happen(worker_db, world, Customer(world.ig_id).writes("hello", "hello", after(-5)), now=NOON)
    async with worker_db.transaction() as conn:
        await give_token(conn, world, NOON)
        id_ = await conn.fetchval("SELECT id FROM conversations WHERE workspace_id = $1", world.workspace)
    return Desk(worker_db, doors, world, ConversationId(id_))
