"""What the tests of rules share."""

import pytest

from confab.clock import Clock
from confab.store.db import Database, Doors
from tests.integration.rules.robot import Robot
from tests.world import make_world


@pytest.fixture
async def robot(doors: Doors, worker_db: Database, clock: Clock) -> Robot:
    return Robot(worker_db, doors, await make_world(doors), clock)
