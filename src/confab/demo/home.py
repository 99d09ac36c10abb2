"""The demo's own folder: `demo` in the data directory. What must be the same at the next start is kept in it."""

import fcntl
import os
import secrets
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from confab.errors import Misconfigured

_WORDS = (
    "almond", "anchor", "barley", "beacon", "butter", "cinnamon", "cobble", "crumb", "dough", "ferry", "fennel", "ginger",
    "harbour", "honey", "kettle", "lantern", "lemon", "marmalade", "mitten", "nutmeg", "otter", "oven", "pebble", "pickle",
    "plum", "poppy", "puffin", "quince", "raisin", "ripple", "saffron", "sesame", "spoon", "teapot", "thimble", "tide",
    "treacle", "walnut", "whisk", "yeast",
)  # fmt: skip


class Memory(msgspec.Struct, kw_only=True):
    """What is kept. `began_at` is the moment that the past is told from; `is_told` once it is in, `is_done` once
    the team has done about it what it did.
    """

    began_at: datetime
    password: str
    app_secret: str
    verify_token: str
    access_tokens: list[str]
    service_token: str = msgspec.field(default_factory=lambda: secrets.token_urlsafe(24))
    simulator_port: int | None = None
    is_told: bool = False
    is_done: bool = False


class Home:
    """The folder while a demo runs in it."""

    def __init__(self, folder: Path, memory: Memory) -> None:
        self.folder = folder
        self.memory = memory

    @property
    def state_file(self) -> Path:
        """Where the simulator keeps its world."""
        return self.folder / "instagram.state"

    @property
    def mail_folder(self) -> Path:
        """Where the mail server keeps what came."""
        return self.folder / "mail"

    @property
    def log_file(self) -> Path:
        """Where the processes write their logs."""
        return self.folder / "demo.log"

    def remember(self) -> None:
        """Keep the memory as it is now, readable by us alone."""
        target = self.folder / "demo.json"
        partial = target.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_bytes(msgspec.json.encode(self.memory))
        partial.replace(target)


@contextmanager
def opened(data_dir: Path, now: datetime) -> Generator[Home, None, None]:
    """The folder for as long as the block lasts. Raises Misconfigured when it cannot be written or another demo has it."""
    folder = data_dir.resolve() / "demo"
    _make(folder)
    with (folder / "demo.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(f"A demo is running in {folder} already: stop it, or set CONFAB_DATA_DIR.") from None
        os.set_inheritable(lock.fileno(), False)
        home = Home(folder, _recalled(folder / "demo.json") or _fresh(now))
        home.remember()
        yield home


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Misconfigured(
            f"The data directory {folder} cannot be written ({error.strerror}): set CONFAB_DATA_DIR to one that can."
        ) from error


def _recalled(file: Path) -> Memory | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Memory)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise Misconfigured(f"{file} is damaged ({error}): remove {file.parent}, and the demo begins anew.") from error


def _fresh(now: datetime) -> Memory:
    return Memory(
        began_at=now,
        password="-".join(secrets.choice(_WORDS) for _ in range(4)),
        app_secret=secrets.token_hex(16),
        verify_token=secrets.token_urlsafe(12),
        access_tokens=[f"IGAA-demo-{secrets.token_urlsafe(24)}" for _ in range(3)],
    )
