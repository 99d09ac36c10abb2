"""An account's numbers are read at Instagram and shown from our database: against graphsim. Rules IN1-IN18, I1-I15."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from confab.clock import Clock
from confab.graph import pacific
from confab.graph.metrics import ACCOUNT
from confab.store.db import Doors
from tests.stack import Stack, stack, until

LISTED = [name for name, one in ACCOUNT.items() if not one.dimensions]
FEW = ["reach", "views", "likes"]


@pytest.fixture
async def shop(doors: Doors, clock: Clock) -> AsyncIterator[Stack]:
    async with stack(doors, clock=clock) as running:
        yield running


async def account_id(shop: Stack) -> str:
    (found,) = (await shop.api.get("/accounts")).json()["items"]
    return found["id"]


def days(count: int) -> dict[str, str]:
    last = pacific.last_whole(datetime.now(UTC))
    return {"since": str(last - timedelta(days=count - 1)), "until": str(last)}


async def read(shop: Stack, **wanted: Any) -> dict[str, Any]:
    """A reading from beginning to end: the run as /runs shows it and, under `numbers`, what it brought."""
    answer = await shop.api.post(f"/accounts/{await account_id(shop)}/sync", json={"what": "insights", **wanted})
    assert answer.status_code == 202, answer.text

    async def ended() -> dict[str, Any] | None:
        found = (await shop.api.get(f"/runs/{answer.json()['id']}")).json()
        return found if found["state"] not in ("waiting", "running") else None

    run = await until(ended)
    return {**run, "numbers": (await shop.api.get(f"/insights/runs/{run['id']}")).json()}


async def page(shop: Stack, **asked: Any) -> dict[str, Any]:
    answer = await shop.api.get("/insights", params={"account": await account_id(shop), **asked})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def metric(shop: Stack, name: str, **asked: Any) -> dict[str, Any]:
    return next(one for one in (await page(shop, **asked))["metrics"] if one["name"] == name)


async def truth(shop: Stack, name: str, **asked: str) -> list[int | None]:
    found = (await shop.sim.get("/insights", params={"metric": name, "account": shop.ig_id, **asked})).json()
    return [one["shown"] for one in found["items"]]


async def test_IN1_I5_I6_every_metric_of_a_week_is_what_instagram_says(shop: Stack) -> None:
    run = await read(shop, **days(7))
    assert (run["state"], run["numbers"]["result"]["errors"]) == ("done", [])
    assert run["numbers"]["result"]["success"]
    assert run["steps_done"] == run["steps_total"] > 0
    seen = await page(shop, **days(7))
    assert [one["name"] for one in seen["metrics"]] == LISTED
    for one in seen["metrics"]:
        assert one["state"] == "ok", one
        if one["name"] != "online_followers":
            assert [day["value"] for day in one["series"]] == await truth(shop, one["name"], **days(7)), one["name"]
    assert seen["audience"]["gender"]
    assert not seen["is_overdue"]
