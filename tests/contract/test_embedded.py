"""The server that comes in a wheel: shared, durable, and gone when nobody needs it."""

import asyncio
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from confab.errors import Misconfigured
from confab.store import embedded
from confab.store.db import Door, connect

QUICK = {"fsync": "off"}

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may not run PostgreSQL itself")


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """A folder that everybody may walk to; pytest's own are closed."""
    folder = Path(tempfile.mkdtemp(prefix="confab-embedded-"))
    folder.chmod(0o755)
    yield folder / "var"
    shutil.rmtree(folder)


@pytest.fixture
def closed_home() -> Iterator[Path]:
    """A data directory that only we can walk to."""
    folder = Path(tempfile.mkdtemp(prefix="confab-closed-"))
    yield folder / "var"
    shutil.rmtree(folder)


def ask(door: Door, sql: str) -> object:
    async def run() -> object:
        conn = await connect(door)
        try:
            return await conn.fetchval(sql)
        finally:
            await conn.close()

    return asyncio.run(run())


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "cluster" / "postmaster.pid").read_text().split("\n", 1)[0])


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone while it is read
        return False


def test_the_second_user_attaches_and_the_last_one_to_leave_stops_it(data_dir: Path) -> None:
    with embedded.running(data_dir, QUICK) as first:
        server = postmaster(data_dir)
        with embedded.running(data_dir, QUICK) as second:
            assert postmaster(data_dir) == server
            assert second.app.connect == first.app.connect
        assert ask(first.app, "SELECT current_user") == "confab_app"
    assert not is_running(server)
    with embedded.running(data_dir, QUICK) as again:
        assert ask(again.worker, "SELECT current_user") == "confab_worker"
        assert postmaster(data_dir) != server


def test_what_was_committed_survives_a_killed_server_and_revive_brings_it_back(data_dir: Path) -> None:
    with embedded.running(data_dir, QUICK) as doors:
        ask(doors.owner, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert not embedded.revive(data_dir)
        os.kill(postmaster(data_dir), signal.SIGKILL)
        while not embedded.revive(data_dir):
            pass
        assert ask(doors.owner, "SELECT answer FROM kept") == 42
        os.kill(postmaster(data_dir), signal.SIGKILL)
    with embedded.running(data_dir, QUICK) as doors:
        assert ask(doors.owner, "SELECT answer FROM kept") == 42


def end_once_it_is_missed(session: int, log: Path) -> None:
    while "is still in use" not in log.read_text():
        time.sleep(0.05)
    os.kill(session, signal.SIGKILL)


def test_a_session_of_a_killed_server_that_ends_late_is_waited_for(data_dir: Path) -> None:
    with embedded.running(data_dir, QUICK) as doors:
        server = postmaster(data_dir)
        (late, *_) = [int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text().split()]
        os.kill(late, signal.SIGSTOP)
        os.kill(server, signal.SIGKILL)
        ends = threading.Thread(target=end_once_it_is_missed, args=(late, data_dir / "postgres" / "server.log"))
        ends.start()
        while not embedded.revive(data_dir):
            pass
        ends.join()
        assert ask(doors.owner, "SELECT 1") == 1


def test_the_passwords_are_for_nobody_else_to_read(data_dir: Path) -> None:
    with embedded.running(data_dir, QUICK) as doors:
        assert (data_dir / "postgres" / "passwords.json").stat().st_mode & 0o077 == 0
        assert (data_dir / "postgres").stat().st_mode & 0o077 == 0
        assert str(doors.app.connect["password"]) not in repr(doors)


@as_root
def test_behind_a_closed_home_it_lives_elsewhere_and_a_deleted_data_directory_starts_anew(closed_home: Path) -> None:
    with embedded.running(closed_home, QUICK) as doors:
        ask(doors.owner, "CREATE TABLE kept ()")
        elsewhere = (closed_home / "postgres").readlink()
        assert elsewhere.parent == Path("/var/lib/confab")
        assert (elsewhere / "cluster" / "PG_VERSION").exists()
    with embedded.running(closed_home, QUICK) as doors:
        assert ask(doors.owner, "SELECT to_regclass('kept') IS NOT NULL")
    shutil.rmtree(closed_home)
    shutil.rmtree(elsewhere)
    with embedded.running(closed_home, QUICK) as doors:
        assert ask(doors.owner, "SELECT to_regclass('kept') IS NULL")
        assert (closed_home / "postgres").readlink() != elsewhere
        elsewhere = (closed_home / "postgres").readlink()
    shutil.rmtree(elsewhere)


def test_a_data_directory_that_cannot_be_written_is_one_sentence(closed_home: Path) -> None:
    closed_home.write_text("a file is in the way")
    sentence = r"^The data directory .* cannot be written .*: set CONFAB_DATA_DIR"
    with pytest.raises(Misconfigured, match=sentence) as refused, embedded.running(closed_home, QUICK):
        raise AssertionError
    assert "\n" not in str(refused.value)
