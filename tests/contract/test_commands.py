"""Commands for whoever runs us, as they are typed: what was given up, and bearer tokens."""

import asyncio
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from confab.__main__ import main
from confab.store import embedded
from confab.store.db import Doors
from tests.databases import QUICK, execute


class Ended(NamedTuple):
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


class Shell:
    """Runs `confab` on a database of its own, which keeps running."""

    def __init__(self, folder: Path, doors: Doors) -> None:
        self.folder = folder
        self.doors = doors

    def run(self, *arguments: str) -> Ended:
        """A command in this process, which is quicker by far than a fresh one."""
        out, err, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patched, redirect_stdout(out), redirect_stderr(err):
            patched.setattr(sys, "argv", ["confab", *arguments])
            patched.setenv("CONFAB_DATA_DIR", str(self.folder))
            patched.setenv("CONFAB_GRAPH_URL", "http://127.0.0.1:9/v25.0")  # nobody is asked
            try:
                main()
            except SystemExit as ended:
                code = int(ended.code or 0)
        return Ended(code, out.getvalue(), err.getvalue())

    def json_of(self, *arguments: str) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def sql(self, *statements: str) -> None:
        asyncio.run(execute(self.doors.owner, *statements))


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    folder = Path(tempfile.mkdtemp(prefix="confab-commands-"))
    folder.chmod(0o755)
    with embedded.running(folder, QUICK) as doors:
        shell = Shell(folder, doors)
        assert shell.run("migrate").returncode == 0
        yield shell
    shutil.rmtree(folder)


def test_what_was_given_up_is_listed_and_tried_again(shell: Shell) -> None:
    assert shell.run("dead").stdout == "Nothing was given up.\n"
    shell.sql(
        "INSERT INTO delivery_queue (delivery_id, due_at) SELECT gen_random_uuid(), 'infinity' FROM generate_series(1, 102)",
        "INSERT INTO schedules (name, due_at, attempts, error) VALUES ('bake', 'infinity', 8, 'ValueError')",
    )
    listed = shell.json_of("dead")
    assert listed["counts"] | {"deliveries": 102, "schedules": 1} == listed["counts"]
    assert listed["items"][-1] == {
        "kind": "schedules", "workspace_id": None, "key": ["bake"], "attempts": 8, "error": "ValueError",
    }  # fmt: skip
    lines = shell.run("dead").stdout.splitlines()
    assert lines[-2:] == ["schedules  -  bake  8  ValueError", "and 2 more"]

    assert shell.run("dead", "retry", "cakes").returncode == 2
    assert shell.json_of("dead", "retry", "schedules") == {"retried": 1}
    assert shell.run("dead", "retry").stdout == "102 rows will be tried again.\n"
    assert shell.json_of("dead") == {"items": [], "counts": dict.fromkeys(listed["counts"], 0)}


def test_a_token_is_listed_until_it_is_revoked_or_has_expired(shell: Shell) -> None:
    shell.json_of("workspace", "create", "Bakery")
    for name in ("dana", "ben"):
        shell.json_of("user", "create", f"{name}@example.org", "--workspace", "Bakery")
    secret = shell.json_of("token", "create", "--user", "dana@example.org", "--label", "reports")["token"]
    shell.json_of("token", "create", "--user", "dana@example.org", "--label", "trial", "--expires-at", "2999-01-01")
    shell.json_of("token", "create", "--user", "ben@example.org", "--label", "other")

    listed = shell.json_of("token", "list", "--user", "Dana@example.org")
    assert secret not in str(listed)
    first, second = listed["items"]
    assert (first["workspace"], first["label"], first["expires_at"]) == ("Bakery", "reports", None)
    assert (second["label"], second["expires_at"]) == ("trial", "2999-01-01T00:00:00Z")
    shell.sql("UPDATE sessions SET expires_at = now() WHERE label = 'trial'")
    line = shell.run("token", "list", "--user", "dana@example.org").stdout
    assert line.startswith(f"{first['id']}  Bakery  ")
    assert line.endswith("  until revoked  reports\n")

    assert shell.json_of("token", "revoke", first["id"]) == {"revoked": first["id"]}
    assert shell.run("token", "list", "--user", "dana@example.org").stdout == "There is none.\n"
    assert len(shell.json_of("token", "list", "--user", "ben@example.org")["items"]) == 1
    again = shell.run("token", "revoke", first["id"])
    assert (again.returncode, again.stderr.split(".")[0]) == (1, f"confab: There is no token {first['id']}")


def test_what_is_wrong_about_a_token_is_one_sentence(shell: Shell) -> None:
    assert shell.run("token", "revoke", "confab_secret").returncode == 2
    unknown = shell.run("token", "list", "--user", "nobody@example.org")
    assert (unknown.returncode, unknown.stderr) == (1, "confab: There is nobody with the address nobody@example.org.\n")
    late = shell.run("token", "create", "--user", "ben@example.org", "--expires-at", "2020-01-01")
    assert (late.returncode, late.stderr) == (1, "confab: The token would have expired already.\n")


def test_the_command_looks_at_the_installation_and_leaves_nothing_behind(shell: Shell) -> None:
    listed = shell.run("doctor", "--json")
    assert listed.returncode == 1  # no secret is set
    assert '"check":"storage"' in listed.stdout
    assert "A file was kept, read and removed." in listed.stdout
    assert [path for path in Path(shell.folder, "media").rglob("*") if path.is_file()] == []
    told = shell.run("doctor").stdout
    assert "CONFAB_META_APP_SECRET: Every webhook is refused." in told
    assert "At: App Dashboard › App settings › Basic › App secret" in told
    assert "More: docs/meta-setup.md#the-secrets" in told


def test_DR5_variables_of_other_set_ups_are_named_by_the_command(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", "not to be shown")
    monkeypatch.setenv("INTERNAL_INGEST_URL", "http://ingest.internal")
    told = shell.run("doctor").stdout
    assert "settings, SUPABASE_SERVICE_ROLE_KEY: It is set, and Confab does not read it." in told
    assert "settings, INTERNAL_INGEST_URL" in told
    assert "not to be shown" not in told
    assert "ingest.internal" not in told


def test_TK1_tokens_that_end_within_a_week_are_renewed_now_for_who_asks(shell: Shell) -> None:
    shell.run("workspace", "create", "Tokens")
    for ig_id, ends in (("178410001", "2026-12-01"), ("178410002", "2099-01-01")):
        given = ["--ig-id", ig_id, "--username", f"shop.{ig_id}", "--access-token", "IGAA", "--expires-at", ends]
        assert shell.run("account", "add", "--workspace", "Tokens", *given).returncode == 0
    shell.sql(
        """UPDATE integrations SET issued_at = now() - interval '2 days', due_at = now() + interval '1 hour',
            expires_at = CASE WHEN expires_at < '2090-01-01' THEN now() + interval '3 days' ELSE expires_at END"""
    )
    assert shell.json_of("refresh-tokens") == {"tokens": 1}
    assert shell.run("refresh-tokens").stdout == "0 access tokens are renewed by the worker now.\n"
