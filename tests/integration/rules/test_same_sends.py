"""Whatever is delivered again, comes in another order or dies in between: rules do the same. Rule RU2."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from confab.clock import Clock
from confab.model.rules import LeaveNote, PrivateReply
from confab.store.db import Database, Doors
from tests.integration.rules.robot import Robot, reply, says
from tests.world import Customer, World, make_world


def story(world: World, robot: Robot) -> list[tuple[str, dict[str, Any]]]:
    """What three customers do, each thing as a delivery of its own."""
    now, found = robot.clock.now(), list[tuple[str, dict[str, Any]]]()
    for number in range(3):
        one = Customer(world.ig_id, f"{world.ig_id[-6:]}{number}")
        at = now - timedelta(minutes=10 - number)
        found += [
            ("messaging", one.writes(f"{number}a", "What is the price?", at)),
            ("messaging", one.writes(f"{number}b", "And the size", at + timedelta(seconds=20))),
            ("messaging", one.writes(f"{number}c", "yes", at + timedelta(seconds=50), quick_reply={"payload": "YES"})),
            ("messaging", one.reacts(f"{number}a", "❤", at + timedelta(seconds=60))),
            ("changes", {
                "field": "comments",
                "value": {
                    "id": f"c{number}", "text": "price please", "from": {"id": f"9{one.igsid}", "username": f"p{number}"},
                    "media": {"id": "m"},
                },
            }),
        ]  # fmt: skip
    return found


async def rules_of(robot: Robot) -> None:
    await robot.rule("message", reply("12 €"), LeaveNote(type="note", text="asked"), when=[says("price")], name="price")
    await robot.rule("message", reply("38 to 44"), when=[says("size")], name="size")
    await robot.rule("first_message", reply("Welcome"), name="welcome")
    await robot.rule("tapped", reply("Thank you"), payload="YES", name="yes")
    await robot.rule("reaction", reply("Glad"), name="glad")
    await robot.rule("comment", PrivateReply(type="private_reply", text="12 €"), when=[says("price")], name="private")


async def outcome(robot: Robot) -> tuple[Counter[tuple[str, str]], int]:
    rows = await robot.fetch("SELECT recipient_igsid, payload FROM outbound_messages WHERE workspace_id = $1")
    said = Counter((row["recipient_igsid"][-1:] + row["recipient_igsid"][:1], row["payload"]["text"]) for row in rows)
    return said, len(await robot.fetch("SELECT 1 FROM notes WHERE workspace_id = $1"))


async def tell(robot: Robot, kind: str, item: dict[str, Any]) -> None:
    await (robot.comes(item) if kind == "messaging" else robot.changes(item))


@pytest.fixture(scope="module")
def seeds() -> list[int]:
    return list(range(8))


async def test_RU2_redelivery_order_and_restarts_change_nothing(
    worker_db: Database, doors: Doors, clock: Clock, seeds: list[int]
) -> None:
    outcomes: list[tuple[Counter[tuple[str, str]], int]] = []
    for seed in seeds:
        chance = random.Random(seed)
        world = await make_world(doors, f"1784146{seed:010}")
        robot = Robot(worker_db, doors, world, clock)
        await robot.settings(most_per_hour=100)
        await rules_of(robot)
        told = story(world, robot)
        if seed:
            told = _shuffled(chance, told) + chance.choices(told, k=10)
        for kind, item in told:
            await tell(robot, kind, item)
            if chance.random() < 0.5:
                dues = list(await robot.claim())
                chance.shuffle(dues)
                for due in dues[: chance.randint(0, len(dues))]:  # the worker dies before it comes to the others
                    await robot.reactions.run(due)
                robot.clock.ahead += timedelta(seconds=31)  # their leases end
        await robot.work()
        robot.clock.ahead += timedelta(seconds=31)
        await robot.work()
        outcomes.append(await outcome(robot))
    assert all(one == outcomes[0] for one in outcomes), outcomes
    said, notes = outcomes[0]
    assert (said.total(), notes) == (3 * 6, 3)


def _shuffled(chance: random.Random, told: list[tuple[str, dict[str, Any]]]) -> list[tuple[str, dict[str, Any]]]:
    """Another order; but a reaction comes after its message, because what is said about a message that is not here is no news."""
    order = sorted(told, key=lambda _: chance.random())
    reactions = [one for one in order if "reaction" in one[1]]
    return [one for one in order if "reaction" not in one[1]] + reactions
