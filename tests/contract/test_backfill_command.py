"""`confab backfill` as it is typed: with a progress bar, without a server, and killed in the middle. Rules HI1, HI3, HI6."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from confab.settings import environment_with
from confab.store import embedded
from tests.databases import QUICK
from tests.product import eventually
from tests.stack import SECRET, start_sim

ACCOUNTS = {"17841461234567890": "harbour.bakery", "17841461234567891": "harbour.cafe"}


class Shop:
    """A simulated Instagram with two accounts, and a data directory whose database runs."""

    def __init__(self, folder: Path, sim_url: str) -> None:
        self.control = httpx2.Client(base_url=f"{sim_url}/_control", timeout=30)
        self.environment = environment_with(
            {
                "CONFAB_DATA_DIR": str(folder), "CONFAB_GRAPH_URL": f"{sim_url}/graph.instagram.com/v25.0",
                "CONFAB_MEDIA_ALLOW": sim_url.removeprefix("http://"), "CONFAB_META_APP_SECRET": SECRET,
            }
        )  # fmt: skip

    def command(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "confab", *arguments], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip

    def run(self, *arguments: str, ends: int = 0) -> str:
        process = self.command(*arguments)
        out, err = process.communicate(timeout=60)
        assert process.returncode == ends, (out, err)
        return out + err

    def past(self, account: str, conversations: int, messages: int) -> None:
        body = {"account": account, "conversations": conversations, "messages": messages, "media": 0}
        assert self.control.post("/history", json=body).status_code == 200

    def backfill(self, *arguments: str) -> dict[str, Any]:
        out = self.run("backfill", "--workspace", "Bakery", *arguments, "--json")
        return {item["account"]: item["run"] for item in json.loads(out)["items"]}


@pytest.fixture
def shop() -> Iterator[Shop]:
    accounts = [f"--account={ig_id}:{name}:IGAA-{ig_id}" for ig_id, name in ACCOUNTS.items()]
    sim, sim_url = start_sim(*accounts, "--app-secret", SECRET)
    folder = Path(tempfile.mkdtemp(prefix="confab-backfill-"))
    folder.chmod(0o755)
    try:
        with embedded.running(folder, QUICK):
            shop = Shop(folder, sim_url)
            shop.run("workspace", "create", "Bakery")
            for ig_id, name in ACCOUNTS.items():
                given = ("--ig-id", ig_id, "--username", name, "--access-token", f"IGAA-{ig_id}")
                shop.run("account", "add", "--workspace", "Bakery", *given)
            with shop.control:
                yield shop
    finally:
        sim.kill()
        sim.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def test_HI1_all_accounts_are_read_without_a_server(shop: Shop) -> None:
    for ig_id in ACCOUNTS:
        shop.past(ig_id, 12, 5)
    ended = shop.backfill()
    assert {name: (run["state"], run["messages_new"]) for name, run in ended.items()} == {
        "harbour.bakery": ("done", 60), "harbour.cafe": ("done", 60),
    }  # fmt: skip
    again = shop.run("backfill", "--workspace", "Bakery", "--account", "@harbour.cafe")
    assert "0 new messages in 0 conversations" in again
    assert "12/12" in again  # the bar


def test_HI3_a_command_that_is_killed_goes_on_where_it_was(shop: Shop) -> None:
    (ig_id, *_) = ACCOUNTS
    shop.past(ig_id, 120, 4)
    shop.control.post("/settings", json={"latency_ms": [300, 300]})
    for _ in range(2):
        killed = shop.command("backfill", "--workspace", "Bakery", "--account", "harbour.bakery")
        time.sleep(2.5)
        os.killpg(killed.pid, signal.SIGKILL)
        killed.communicate()
    ended = eventually(lambda: shop.backfill("--account", "harbour.bakery"), 90)["harbour.bakery"]
    assert (ended["state"], ended["conversations_read"], ended["error"]) == ("done", 120, None)
    assert ended["messages_new"] <= 480  # what was let in by a page that was not written down is not counted again
    (truth,) = {len(shop.control.get("/messages", params={"account": ig_id}).json()["items"])}
    third = shop.backfill("--account", "harbour.bakery")["harbour.bakery"]
    assert (truth, third["conversations_skipped"], third["messages_read"]) == (480, 120, 0)


def test_HI1_an_account_that_nobody_connected_is_named(shop: Shop) -> None:
    said = shop.run("backfill", "--workspace", "Bakery", "--account", "nobody", ends=1)
    assert "There are: @harbour.bakery, @harbour.cafe." in said


def test_HI3_what_failed_says_why_and_ends_with_1(shop: Shop) -> None:
    shop.control.post("/tokens", json={"action": "revoke", "account": "17841461234567890"})
    said = shop.run("backfill", "--workspace", "Bakery", "--account", "harbour.bakery", ends=1)
    assert "failed" in said
