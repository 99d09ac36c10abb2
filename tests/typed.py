"""Commands as they are typed: a simulated Instagram with two accounts, and a data directory whose database runs; no server."""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from confab.settings import environment_with
from confab.store import embedded
from confab.store.db import Doors, connect
from tests.databases import QUICK
from tests.product import copy_unused
from tests.stack import SECRET, start_sim

ACCOUNTS = {"17841461234567890": "harbour.bakery", "17841461234567891": "harbour.cafe"}


class Shop:
    """What a test types, and what it tells the simulator."""

    def __init__(self, folder: Path, sim_url: str, doors: Doors) -> None:
        self.control = httpx2.Client(base_url=f"{sim_url}/_control", timeout=30)
        self.doors = doors
        self.environment = environment_with(
            {
                "CONFAB_DATA_DIR": str(folder), "CONFAB_GRAPH_URL": f"{sim_url}/graph.instagram.com/v25.0",
                "CONFAB_MEDIA_ALLOW": sim_url.removeprefix("http://"), "CONFAB_META_APP_SECRET": SECRET,
            }
        )  # fmt: skip

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "confab", *arguments], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, start_new_session=True,
        )  # fmt: skip

    def run(self, *arguments: str, ends: int = 0) -> tuple[str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        assert process.returncode == ends, (out, err)
        return out, err

    def fetch(self, sql: str) -> list[dict[str, Any]]:
        async def ask() -> list[dict[str, Any]]:
            conn = await connect(self.doors.owner)
            try:
                return [dict(one) for one in await conn.fetch(sql)]
            finally:
                await conn.close()

        return asyncio.run(ask())

    def populate(self) -> None:
        commands: list[tuple[list[str], str]] = [(["workspace", "create", "Bakery"], "")]
        for ig_id, name in ACCOUNTS.items():
            given = ["--ig-id", ig_id, "--username", name, "--access-token", f"IGAA-{ig_id}"]
            commands.append((["account", "add", "--workspace", "Bakery", *given], ""))
        several = [sys.executable, "-m", "tests.several"]
        subprocess.run(several, env=self.environment, input=json.dumps(commands), text=True, check=True, capture_output=True)


@contextmanager
def typed_shop() -> Iterator[Shop]:
    """The workspace "Bakery" with both accounts."""
    accounts = [f"--account={ig_id}:{name}:IGAA-{ig_id}" for ig_id, name in ACCOUNTS.items()]
    sim, sim_url = start_sim(*accounts, "--app-secret", SECRET)
    folder = Path(tempfile.mkdtemp(prefix="confab-typed-"))
    copy_unused(folder / "var")
    try:
        with embedded.running(folder / "var", QUICK) as doors:
            shop = Shop(folder / "var", sim_url, doors)
            shop.populate()
            with shop.control:
                yield shop
    finally:
        sim.kill()
        sim.communicate()
        shutil.rmtree(folder, ignore_errors=True)
