"""`confab archive`, `export`, `retention` and `hold` as they are typed, their JSON, their exit codes. Rules AR1, EX2, RT2-RT4."""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from confab.model.inbox import AccountId, AgentId, Viewer, WorkspaceId
from confab.settings import environment_with
from confab.store import embedded
from confab.store.db import Database, Doors, connect
from tests.databases import QUICK
from tests.stack import SECRET
from tests.world import Customer, World, happen

LONG_AGO = datetime.now(UTC) - timedelta(days=400)


class Shop:
    """A data directory whose database runs, with a workspace, an account, and a conversation of last year."""

    def __init__(self, folder: Path, doors: Doors) -> None:
        self.folder, self.doors = folder, doors
        self.environment = environment_with(
            {
                "CONFAB_DATA_DIR": str(folder), "CONFAB_META_APP_SECRET": SECRET,
                "CONFAB_RETENTION_DAYS": "messages=365,notes=365",
            }
        )  # fmt: skip

    def run(self, *arguments: str, ends: int = 0) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "confab", *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == ends, (done.stdout, done.stderr)
        return done.stdout, done.stderr

    def json(self, *arguments: str) -> Any:
        return json.loads(self.run(*arguments, "--json")[0])

    def fill(self) -> None:
        self.run("workspace", "create", "Bakery")
        account = ["--ig-id", "17841461234567890", "--username", "harbour.bakery", "--access-token", "T"]
        self.run("account", "add", "--workspace", "Bakery", *account)

        async def write() -> None:
            owner = await connect(self.doors.owner)
            workspace = WorkspaceId(await owner.fetchval("SELECT workspace_id FROM account_routes"))
            id_ = AccountId(await owner.fetchval("SELECT account_id FROM account_routes"))
            await owner.close()
            viewer = Viewer(workspace_id=workspace, agent_id=AgentId(workspace), name="", email="", role="owner")
            world = World(workspace=workspace, account=id_, ig_id="17841461234567890", viewer=viewer)
            ada = Customer(world.ig_id)
            async with Database.open(self.doors.worker, size=1) as db:
                sent = (ada.writes("m1", "pelican", LONG_AGO), ada.echo("m2", "yes", LONG_AGO + timedelta(minutes=1)))
                await happen(db, world, *sent, now=LONG_AGO + timedelta(minutes=2))

        asyncio.run(write())


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    with embedded.running(folder, QUICK) as doors:
        found = Shop(folder, doors)
        found.fill()
        yield found
    shutil.rmtree(folder, ignore_errors=True)


def test_AR1_EX2_RT2_RT3_RT4_what_is_old_is_archived_taken_out_held_and_deleted(shop: Shop, tmp_path: Path) -> None:
    assert shop.json("archive") == {"conversations": 1, "messages": 2, "comments": 0}
    said = shop.run("archive", "--workspace", "Bakery", "--days", "7")[0]
    assert said.endswith("0 conversations archived, 0 messages, 0 comments.\n")
    for kind, which in (("account", "@harbour.bakery"), ("person", "1087654321098765")):
        to = tmp_path / f"{kind}.zip"
        made = shop.json("export", kind, which, "--workspace", "Bakery", "--to", str(to))
        assert (made["state"], made["messages"], made["path"]) == ("done", 2, str(to))
        with zipfile.ZipFile(to) as archive:
            assert "pelican" in archive.read("data.json").decode()
    said = shop.run("export", "account", "harbour.bakery", "--workspace", "Bakery", "--to", str(to), ends=1)[1]
    assert "is there already" in said
    assert "nothing called 'nobody'" in shop.run(
        "export", "person", "nobody", "--workspace", "Bakery", "--to", str(tmp_path / "x"), ends=1
    )[1]  # fmt: skip

    hold = shop.json("hold", "add", "--workspace", "Bakery", "--reason", "a court", "--account", "harbour.bakery")["id"]
    assert shop.json("retention", "--dry-run") == {"items": [], "dry_run": True}
    assert hold in shop.run("hold", "list", "--workspace", "Bakery")[0]
    shop.run("hold", "release", hold, "--workspace", "Bakery")
    (counted,) = shop.json("retention", "--dry-run")["items"]
    assert (counted["messages"], counted["notes"]) == (2, 0)
    assert shop.json("retention", "--workspace", "Bakery")["items"] == [counted]
    assert shop.run("retention")[0].endswith("Nothing is old enough.\n")


def test_RT1_AR1_commands_say_what_is_not_set_and_what_is_wrong(shop: Shop) -> None:
    assert "There is no workspace 'Nobody'" in shop.run("archive", "--workspace", "Nobody", ends=1)[1]
    shop.environment = {**shop.environment, "CONFAB_RETENTION_DAYS": "", "CONFAB_ARCHIVE_DAYS": "0"}
    assert "set CONFAB_RETENTION_DAYS" in shop.run("retention", ends=1)[1]
    assert "confab archive --days 30" in shop.run("archive", ends=1)[1]
    shop.run("export", "stories", "x", "--workspace", "Bakery", "--to", "x.zip", ends=2)
