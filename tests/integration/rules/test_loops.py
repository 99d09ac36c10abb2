"""Two accounts of ours that answer each other: the loop ends by itself, and customers never notice. Rule RU13."""

import pytest

from confab.clock import Clock
from confab.store.db import Database, Doors
from tests.integration.rules.robot import Robot, reply
from tests.world import Customer, make_world


async def talk(one: Robot, other: Robot, seconds: float, turns: int) -> None:
    """Whatever one of them sends comes to the other as a message of a customer, so many seconds later."""
    await one.writes("begin", "Hello")
    delivered = {one: 0, other: 0}
    for turn in range(turns):
        for speaker, listener in ((one, other), (other, one)):
            await speaker.work()
            said = await speaker.said()
            for number, text in enumerate(said[delivered[speaker] :], delivered[speaker]):
                speaker.clock.ahead = listener.clock.ahead
                listener.time_passes(seconds / 60)
                await listener.writes(f"{turn}-{number}-{speaker.world.ig_id}", text)
            delivered[speaker] = len(said)


async def two(worker_db: Database, doors: Doors, clock: Clock) -> tuple[Robot, Robot]:
    robots = [
        Robot(worker_db, doors, await make_world(doors, ig_id), clock) for ig_id in ("17841400000000011", "17841400000000012")
    ]
    for number, robot in enumerate(robots):
        await robot.rule("message", reply(f"How may robot {number} help you?"))
    return robots[0], robots[1]


@pytest.mark.parametrize(("seconds", "most"), [(1, 4), (45, 5), (200, 5), (3000, 5)])
async def test_RU13_a_loop_between_two_accounts_ends_by_itself(
    worker_db: Database, doors: Doors, clock: Clock, seconds: float, most: int
) -> None:
    one, other = await two(worker_db, doors, clock)
    await talk(one, other, seconds, turns=40)
    said = (len(await one.said()), len(await other.said()))
    assert 1 <= min(said) <= max(said) <= most
    notices = "SELECT 1 FROM activities WHERE workspace_id = $1 AND type = 'rule_notice'"
    assert len(await one.fetch(notices)) + len(await other.fetch(notices)) >= 1


async def test_RU13_a_customer_of_the_same_account_is_answered_all_the_while(
    worker_db: Database, doors: Doors, clock: Clock
) -> None:
    one, other = await two(worker_db, doors, clock)
    await talk(one, other, 1, turns=10)
    before = len(await one.said())
    customer = Customer(one.world.ig_id, "4711")
    assert len(await one.hears("c1", "Hello", by=customer)) == before + 1
    assert len(await one.fetch("SELECT 1 FROM messages WHERE workspace_id = $1 AND direction = 'inbound'")) > before
