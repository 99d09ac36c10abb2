"""`confab backfill` as it is typed: with a progress bar, without a server, and killed in the middle. Rules HI1, HI3, HI6."""

import json
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.product import eventually
from tests.typed import ACCOUNTS, Shop, typed_shop


def past(shop: Shop, account: str, conversations: int, messages: int) -> None:
    body = {"account": account, "conversations": conversations, "messages": messages, "media": 0}
    assert shop.control.post("/history", json=body).status_code == 200


def backfill(shop: Shop, *arguments: str) -> dict[str, Any]:
    out, _ = shop.run("backfill", "--workspace", "Bakery", *arguments, "--json")
    return {item["account"]: item["run"] for item in json.loads(out)["items"]}


@pytest.fixture
def shop() -> Iterator[Shop]:
    with typed_shop() as opened:
        yield opened


def test_HI1_all_accounts_are_read_without_a_server(shop: Shop) -> None:
    for ig_id in ACCOUNTS:
        past(shop, ig_id, 12, 5)
    ended = backfill(
        shop,
    )
    assert {name: (run["state"], run["messages_new"]) for name, run in ended.items()} == {
        "harbour.bakery": ("done", 60), "harbour.cafe": ("done", 60),
    }  # fmt: skip
    again = "".join(shop.run("backfill", "--workspace", "Bakery", "--account", "@harbour.cafe"))
    assert "0 new messages in 0 conversations" in again
    assert "12/12" in again  # the bar


def test_HI3_a_command_that_is_killed_goes_on_where_it_was(shop: Shop) -> None:
    (ig_id, *_) = ACCOUNTS
    past(shop, ig_id, 120, 4)
    shop.control.post("/settings", json={"latency_ms": [300, 300]})
    for _ in range(2):
        killed = shop.start("backfill", "--workspace", "Bakery", "--account", "harbour.bakery")
        time.sleep(2.5)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.communicate()
    ended = eventually(lambda: backfill(shop, "--account", "harbour.bakery"), 90)["harbour.bakery"]
    assert (ended["state"], ended["error"]) == ("done", None)
    # of a page that was let in and not written down all is known when it is read again
    assert ended["conversations_read"] + ended["conversations_skipped"] == 120
    assert ended["messages_new"] <= 480
    (truth,) = {len(shop.control.get("/messages", params={"account": ig_id}).json()["items"])}
    third = backfill(shop, "--account", "harbour.bakery")["harbour.bakery"]
    assert (truth, third["conversations_skipped"], third["messages_read"]) == (480, 120, 0)


def test_HI1_an_account_that_nobody_connected_is_named(shop: Shop) -> None:
    said = "".join(shop.run("backfill", "--workspace", "Bakery", "--account", "nobody", ends=1))
    assert "There are: @harbour.bakery, @harbour.cafe." in said


def test_HI3_what_failed_says_why_and_ends_with_1(shop: Shop) -> None:
    shop.control.post("/tokens", json={"action": "revoke", "account": "17841461234567890"})
    said = "".join(shop.run("backfill", "--workspace", "Bakery", "--account", "harbour.bakery", ends=1))
    assert "failed" in said
