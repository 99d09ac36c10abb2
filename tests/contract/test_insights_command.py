"""`confab sync-insights` as it is typed: its options, its JSON, its exit code; and killed in the middle. Rules IV4, IV6, IV8."""

import dataclasses
import json
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from confab.model import pacific
from confab.model.insights import FetchResult
from tests.product import eventually
from tests.typed import ACCOUNTS, Shop, typed_shop

SHAPE = {field.name for field in dataclasses.fields(FetchResult)}


def sync(shop: Shop, *arguments: str, ends: int = 0) -> dict[str, Any]:
    out, _ = shop.run("sync-insights", *arguments, "--json", ends=ends)
    return {item["account"]: item for item in json.loads(out)["items"]}


@pytest.fixture
def shop() -> Iterator[Shop]:
    with typed_shop() as opened:
        yield opened


def test_IV8_the_command_reads_the_named_days_of_the_named_metrics_and_prints_what_it_brought(shop: Shop) -> None:
    day = pacific.last_whole(datetime.now(UTC))
    asked = ["--since", str(day - timedelta(days=1)), "--until", str(day), "--metric", "likes", "--metric", "views"]
    both = sync(shop, *asked)
    assert both.keys() == set(ACCOUNTS.values())
    for one in both.values():
        assert SHAPE | {"account", "run_id"} == one.keys()
        assert (one["success"], one["total_errors"], one["errors"], one["user_id"]) == (True, 0, [], None)
        assert one["metrics_inserted"].keys() == {"likes", "views"}
        assert one["total_inserted"] == sum(one["metrics_inserted"].values())
    kept = shop.fetch("SELECT count(value) AS n, array_agg(DISTINCT day ORDER BY day) AS days FROM insight_values")[0]
    assert kept == {"n": sum(one["total_inserted"] for one in both.values()), "days": [day - timedelta(days=1), day]}
    again = sync(shop, "--account", "@harbour.cafe", "--workspace", "Bakery", *asked)
    assert {name: (one["total_inserted"], one["total_unchanged"]) for name, one in again.items()} == {
        "harbour.cafe": (0, both["harbour.cafe"]["total_inserted"])
    }
    for_people, _ = shop.run("sync-insights", "--account", "harbour.cafe", *asked)
    assert for_people.splitlines()[-1] == "@harbour.cafe: 0 new values."


def test_IV2_IV4_the_exit_code_tells_whether_all_that_may_come_has_come(shop: Shop) -> None:
    day = str(pacific.last_whole(datetime.now(UTC)))
    asked = ["--account", "harbour.bakery", "--since", day, "--until", day]
    one = sync(shop, *asked, "--metric", "impressions", "--metric", "likes")["harbour.bakery"]
    assert (one["success"], one["total_errors"], one["errors"][0]["kind"]) == (True, 1, "retired")
    shop.control.post(
        "/fault", json={"target": "insights", "metric": "likes", "effect": "refuse", "status": 502}
    ).raise_for_status()
    missing = sync(shop, *asked, "--metric", "likes", "--metric", "views", ends=1)["harbour.bakery"]
    assert (missing["success"], [error["metric"] for error in missing["errors"]]) == (False, ["likes"])
    assert missing["metrics_inserted"].keys() == {"views"}
    shop.control.request("DELETE", "/fault").raise_for_status()
    for wrong, said in (
        (["--metric", "lurkers"], "There is no metric 'lurkers'."),
        (["--account", "nobody"], "There are: @harbour.bakery, @harbour.cafe."),
        (["--since", "2999-01-01"], "since lies ahead"),
    ):
        out, err = shop.run("sync-insights", *wrong, ends=1)
        assert said in " ".join((out + err).split())
    shop.control.post("/tokens", json={"action": "revoke", "account": "17841461234567890"}).raise_for_status()
    dead = sync(shop, *asked, ends=1)["harbour.bakery"]
    assert (dead["success"], dead["total_inserted"]) == (False, 0)


def test_IV8_a_run_whose_worker_is_killed_goes_on_elsewhere_and_nothing_counts_twice(shop: Shop) -> None:
    last = pacific.last_whole(datetime.now(UTC))
    asked = ["--account", "harbour.bakery", "--since", str(last - timedelta(days=13)), "--until", str(last)]
    shop.control.post("/settings", json={"latency_ms": [40, 40]}).raise_for_status()
    kept: list[int] = []
    for _ in range(2):
        worker = shop.start("sync-insights", *asked)
        before = kept[-1] if kept else 0

        def is_further(before: int = before) -> int:
            found = shop.fetch("SELECT coalesce(sum(steps_done), 0)::int AS n FROM runs WHERE what = 'insights'")[0]["n"]
            return found if found > before else 0

        kept.append(eventually(is_further, 90))
        os.killpg(worker.pid, signal.SIGKILL)
        worker.communicate()
    ended = sync(shop, *asked)["harbour.bakery"]
    (run,) = shop.fetch("SELECT state, steps_done, steps_total, values_new, calls FROM runs WHERE what = 'insights'")
    assert (ended["success"], ended["errors"], run["state"], run["steps_done"]) == (True, [], "done", run["steps_total"])
    (values,) = shop.fetch("SELECT count(value) AS n, count(corrections) AS corrected FROM insight_values")
    assert values == {"n": ended["total_inserted"], "corrected": 0}
    assert (run["values_new"], ended["total_changed"]) == (ended["total_inserted"], 0)
    assert run["calls"] < 2 * run["steps_done"]  # what was written down was not asked again
    shop.control.post("/settings", json={"latency_ms": [0, 0]}).raise_for_status()
    again = sync(shop, *asked)["harbour.bakery"]
    assert (again["total_inserted"], again["total_changed"]) == (0, 0)
