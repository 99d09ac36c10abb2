"""Connecting an account from the command line, through the Meta app that is named. Rule D6 of docs/spec/inbox.md."""

import asyncio
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from confab import __main__ as command_line
from confab.store.db import Doors, connect
from tests.databases import execute

Command = Callable[..., tuple[int, Any]]


@pytest.fixture
def confab(doors: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """A command in this process: its exit code, and what it printed: JSON, or the sentence of an error."""
    at = doors.owner.connect
    host, password = quote(str(at["host"]), safe=""), quote(str(at["password"]), safe="")
    url = f"postgresql://{at['user']}:{password}@/{at['database']}?host={host}"
    monkeypatch.setenv("CONFAB_DATABASE_URL", url)
    monkeypatch.setenv("CONFAB_DATA_DIR", str(tmp_path / "var"))

    def run(*arguments: str, given: str = "") -> tuple[int, Any]:
        monkeypatch.setattr(sys, "argv", ["confab", *arguments, "--json"])
        monkeypatch.setattr(sys, "stdin", io.StringIO(given))
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        said = capsys.readouterr()
        code = int(ended.value.code or 0)
        return code, json.loads(said.out) if code == 0 else said.err

    return run


def app_of(doors: Doors, ig_id: str) -> str | None:
    """The Meta app whose signature opens this account."""

    async def ask() -> str | None:
        conn = await connect(doors.owner)
        try:
            query = "SELECT m.name FROM account_routes r JOIN meta_apps m ON m.id = r.app_id WHERE r.ig_id = $1"
            return await conn.fetchval(query, ig_id)
        finally:
            await conn.close()

    return asyncio.run(ask())


def test_D6_an_account_is_connected_through_the_meta_app_that_is_named(confab: Command, doors: Doors) -> None:
    asyncio.run(execute(doors.owner, "DELETE FROM workspaces"))
    assert confab("workspace", "create", "Agency")[0] == 0
    code, app = confab("meta-app", "add", "the agency's", "--secret", "-", given="a secret\n")
    assert (code, app["name"]) == (0, "the agency's")
    account = ["account", "add", "--workspace", "Agency", "--username", "@bakery", "--access-token", "-"]
    code, added = confab(*account, "--ig-id", "1001", "--meta-app", "the agency's", given="a token")
    assert (code, added["username"]) == (0, "bakery")
    assert app_of(doors, "1001") == "the agency's"
    assert confab(*account, "--ig-id", "1002", given="a token")[0] == 0
    assert app_of(doors, "1002") is None

    code, said = confab(*account, "--ig-id", "1003", "--meta-app", "another", given="a token")
    assert code == 1
    assert "another" in said
    assert "the agency's" in said
    assert confab("meta-app", "add", "the agency's", "--secret", "x") == (
        1,
        'confab: There is a Meta app "the agency\'s" already.\n',
    )
    assert confab("meta-app", "add", "empty", "--secret", "-", given=" \n")[0] == 1
    code, listed = confab("account", "list", "--workspace", "Agency")
    assert [one["ig_id"] for one in listed["items"]] == ["1001", "1002"]


def test_MD8_whether_an_account_keeps_copies_is_said_on_the_command_line_too(confab: Command, doors: Doors) -> None:
    assert confab("workspace", "create", "Keepers")[0] == 0
    account = ["account", "add", "--workspace", "Keepers", "--username", "@keepers", "--access-token", "-"]
    assert confab(*account, "--ig-id", "2001", given="a token")[0] == 0
    media = ["account", "media", "--workspace", "Keepers", "--ig-id", "2001", "--mode"]
    for mode, wanted, is_changed in (
        ("reference", "reference", True),
        ("reference", "reference", False),
        ("default", None, True),
    ):
        told = {"ig_id": "2001", "media_mode": wanted, "is_changed": is_changed}
        assert confab(*media, mode) == (0, told)
    code, said = confab("account", "media", "--workspace", "Keepers", "--ig-id", "9", "--mode", "store")
    assert (code, "has no account 9" in said) == (1, True)


def test_CN8_whether_customers_can_connect_is_said_on_the_command_line_too(confab: Command, doors: Doors) -> None:
    assert confab("workspace", "create", "Connectors")[0] == 0
    account = ["account", "add", "--workspace", "Connectors", "--username", "@connectors", "--access-token", "-"]
    assert confab(*account, "--ig-id", "3001", given="a token")[0] == 0
    command = ["account", "connecting", "--workspace", "Connectors", "--ig-id", "3001"]
    for said, connects, every_s in (
        (["--on"], True, None),
        (["--acknowledge-every", "3600"], True, 3600),
        ([], True, 3600),
        (["--off", "--acknowledge-every", "0"], False, None),
    ):
        code, told = confab(*command, *said)
        assert (code, told["connects_customers"], told["acknowledges_every_s"]) == (0, connects, every_s)
        assert "CONFAB_PUBLIC_URL" in told["why_off"]
    code, said = confab("account", "connecting", "--workspace", "Connectors", "--ig-id", "9", "--on")
    assert (code, "has no account 9" in said) == (1, True)


def one(doors: Doors, query: str, *values: str) -> Any:
    async def ask() -> Any:
        conn = await connect(doors.owner)
        try:
            return await conn.fetchrow(query, *values)
        finally:
            await conn.close()

    return asyncio.run(ask())


def test_AC7_the_token_of_a_page_is_added_with_its_page(confab: Command, doors: Doors) -> None:
    assert confab("workspace", "create", "Pages")[0] == 0
    account = ["account", "add", "--workspace", "Pages", "--username", "page.shop", "--ig-id", "8001", "--access-token", "-"]
    code, said = confab(*account, "--page", "104500000000001", given="a page's token")
    assert code == 0, said
    query = "SELECT i.platform, i.node_id FROM integrations i JOIN accounts a ON a.id = i.account_id WHERE a.ig_id = $1"
    assert tuple(one(doors, query, "8001")) == ("facebook", "104500000000001")


def test_AC8_a_meta_app_is_given_the_ids_of_its_logins(confab: Command, doors: Doors) -> None:
    assert confab("meta-app", "add", "with logins", "--secret", "-", given="a secret")[0] == 0
    login = ["meta-app", "login", "with logins"]
    code, said = confab(*login, "--instagram-app-id", "880")
    assert code == 1
    assert "give both" in said
    assert confab(*login, "--app-id", "990", "--instagram-app-id", "880", "--instagram-secret", "-", given="its own")[0] == 0
    found = one(doors, "SELECT app_id, instagram_app_id, instagram_secret FROM meta_apps WHERE name = $1", "with logins")
    assert (found["app_id"], found["instagram_app_id"], b"its own" in found["instagram_secret"]) == ("990", "880", False)
    code, said = confab("meta-app", "login", "environment", "--app-id", "1")
    assert code == 1
    assert "CONFAB_META_APP_ID" in said
