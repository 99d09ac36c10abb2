"""PostgreSQL without an installation: the server that comes in a wheel, run by us in the data directory.

The server is shared: whoever needs it attaches to a running one or starts it, and the last one to leave stops it. Each
user holds a shared lock on one file, which the kernel gives back even after `kill -9`, so the count is never wrong.
"""

import fcntl
import os
import pwd
import secrets
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from confab.errors import Misconfigured
from confab.store.db import Doors
from confab.store.place import Place, find, writable

_ROLES = ("confab_owner", "confab_app", "confab_worker")
_BURIAL_S = 10.0
_STILL_USED = "shared memory block"
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "effective_cache_size": "1GB",
    "wal_compression": "on",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "autovacuum_naptime": "15s",
    "jit": "off",
    "log_min_messages": "warning",
    "timezone": "UTC",
}


@contextmanager
def running(data_dir: Path, settings: Mapping[str, str] | None = None) -> Generator[Doors, None, None]:
    """The embedded server for as long as the block lasts: attached to, or started and, by the last to leave, stopped.

    `settings` replace or join PostgreSQL's for the one who starts it: tests of ours give up safety for speed.
    """
    place = find(writable(data_dir.resolve()))
    with (place.root / "users.lock").open("w") as users:
        with _alone(place.root / "starting.lock"):
            fcntl.flock(users, fcntl.LOCK_SH)
            _start(place, settings or {})
        try:
            yield place.doors()
        finally:
            with _alone(place.root / "starting.lock"):
                _stop_if_last(place, users.fileno())


def revive(data_dir: Path) -> bool:
    """Start the server again if it died under its users; whether it had. Only for somebody inside `running`."""
    place = find(data_dir.resolve())
    if _postmaster(place) is not None or not (place.root / "passwords.json").exists():
        return False
    with _alone(place.root / "starting.lock"):
        _start(place, {})
    return True


def psql_arguments(data_dir: Path, program: str = "psql") -> list[str]:
    """The command line of a PostgreSQL client on this cluster, as its owner; PGPASSWORD is left to the caller."""
    place = find(data_dir.resolve())
    return [str(place.binaries / program), "-h", str(place.sockets), "-U", "confab_owner", "-d", "postgres"]


def _start(place: Place, settings: Mapping[str, str]) -> None:
    if _answers(place):
        return
    if not (place.root / "passwords.json").exists():
        _create(place)
    _wait_for_burial(place)
    place.own(place.sockets)
    log = place.root / "server.log"
    log.touch(mode=0o600)
    place.own(log)
    chosen = {"unix_socket_directories": str(place.sockets), **_SETTINGS, **settings}
    options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in chosen.items())
    patience = time.monotonic() + _BURIAL_S
    while (why := _boot(place, log, options)) is not None:
        if _STILL_USED not in why or time.monotonic() > patience:  # the sessions of a killed server end after it
            raise Misconfigured(f"PostgreSQL did not start in {place.root}: {why}")
        time.sleep(0.1)


def _boot(place: Place, log: Path, options: str) -> str | None:
    """Why the server did not start; None when it did."""
    patience = ["-w", "-t", "86400"]  # recovery of a large database takes as long as it takes
    try:
        _run(place, "pg_ctl", "start", "-s", "-D", str(place.cluster), "-l", str(log), "-o", options, *patience)
    except Misconfigured:
        return " / ".join(log.read_text(errors="replace").splitlines()[-3:])
    return None


def _create(place: Place) -> None:
    """A new cluster. The passwords are written last: without them the next start begins again."""
    shutil.rmtree(place.cluster, ignore_errors=True)
    place.own(place.root)
    passwords = {role: secrets.token_urlsafe(24) for role in _ROLES}
    with tempfile.TemporaryDirectory(dir=place.root) as folder:
        place.own(Path(folder))
        password_file = Path(folder) / "owner"
        password_file.touch(mode=0o600)
        password_file.write_text(passwords["confab_owner"])
        place.own(password_file)
        secured = [f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        _run(place, "initdb", "-D", str(place.cluster), "-U", "confab_owner", *secured, *locale)
    statements = "".join(
        f"CREATE ROLE {role} LOGIN PASSWORD '{passwords[role]}' NOSUPERUSER NOBYPASSRLS;\n" for role in _ROLES[1:]
    )
    _run(place, "postgres", "--single", "-D", str(place.cluster), "postgres", text=statements)
    _run(place, "initdb", "--sync-only", "-D", str(place.cluster))
    target = place.root / "passwords.json"
    partial = target.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_bytes(msgspec.json.encode(passwords))
    partial.rename(target)


def _stop_if_last(place: Place, users: int) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    pid = _postmaster(place)
    if pid is None:
        return
    os.kill(pid, signal.SIGINT)  # fast shutdown: sessions end, everything committed stays
    while _is_alive(pid):
        time.sleep(0.01)


def _answers(place: Place) -> bool:
    probe = [str(place.binaries / "pg_isready"), "-q", "-h", str(place.sockets)]
    return _postmaster(place) is not None and subprocess.run(probe, check=False).returncode == 0  # noqa: S603 -- our own


def _postmaster(place: Place) -> int | None:
    pid = _recorded(place)
    return pid if pid is not None and _is_alive(pid) else None


def _recorded(place: Place) -> int | None:
    try:
        return int((place.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _wait_for_burial(place: Place) -> None:
    """A killed server counts as running for PostgreSQL until process 1 has noticed its end: milliseconds, usually."""
    pid, patience = _recorded(place), time.monotonic() + _BURIAL_S
    while pid is not None and not _is_alive(pid) and Path(f"/proc/{pid}").exists() and time.monotonic() < patience:
        time.sleep(0.01)


def _is_alive(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # as process 1 of a container we inherit it, and it stays until somebody looks
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    if not Path("/proc/self/stat").exists():
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # gone since
        return False


def _run(place: Place, program: str, *arguments: str, text: str = "") -> None:
    """Run a program of PostgreSQL to its end, as the place's user. What it leaves running is in its own session."""
    account = pwd.getpwnam(place.user) if place.user else None
    done = subprocess.run(  # noqa: S603 -- our own program, no shell
        [str(place.binaries / program), *arguments],
        cwd="/",
        input=text.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=account and account.pw_uid,
        group=account and account.pw_gid,
        extra_groups=[] if account else None,
        check=False,
    )
    if done.returncode != 0:
        output = done.stdout.decode(errors="replace").strip()[-300:]
        raise Misconfigured(f"PostgreSQL's {program} failed in {place.root}: {output}")


@contextmanager
def _alone(path: Path) -> Generator[None, None, None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
