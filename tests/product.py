"""The product as it is installed: `confab serve` and graphsim as processes, to be used, killed and started again."""

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import httpx2

from tests.lines import line_of, lines_of
from tests.stack import start_sim

SECRET = "0123456789abcdef0123456789abcdef"
IG_ID = "17841461234567890"
OTHER_IG_ID = "17841409876543210"
PASSWORD = "five in the morning"
READY_WITHIN_S = 300.0
RETRIES: dict[str, Any] = {"retry_s": [0, 0.2, 0.5, 1, 2, 2, 2, 2, 5, 5, 5], "unsubscribe": False}
"""The simulator's settings for those who stop the product and do not want to wait for Meta's patience."""


class Product:
    """One installation in a folder of its own, with the simulator as its Instagram."""

    def __init__(self, folder: Path, sim_url: str) -> None:
        self.folder = folder
        self.sim = httpx2.Client(base_url=f"{sim_url}/_control", timeout=60)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("CONFAB_")}
        self.environment |= {
            "CONFAB_DATA_DIR": str(folder), "CONFAB_PORT": "0", "CONFAB_META_APP_SECRET": SECRET,
            "CONFAB_META_VERIFY_TOKEN": "verify-me", "CONFAB_GRAPH_URL": f"{sim_url}/graph.instagram.com/v25.0",
            "CONFAB_SEND_TIMEOUT_S": "2", "CONFAB_MEDIA_ALLOW": sim_url.removeprefix("http://"),
        }  # fmt: skip
        self.url = ""
        self._process: subprocess.Popen[str] | None = None
        self._log = (folder.parent / f"{folder.name}.log").open("a")

    def start(self) -> None:
        """Run `confab serve`; the same port as before, so that Meta and browsers find it again."""
        command = [sys.executable, "-m", "confab", "serve"]
        self.url = ""
        if not self.folder.exists():
            copy_unused(self.folder)
        self._process = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=self._log, text=True)
        ready = next((line for line in lines_of(self._process, READY_WITHIN_S) if line.startswith("confab is ready on ")), None)
        assert ready, "confab serve ended before it was ready"
        self.url = ready.split()[-1]
        self.environment["CONFAB_PORT"] = self.url.rsplit(":", 1)[1]
        self.sim.post("/settings", json={"callback": f"{self.url}/api/webhooks/instagram"}).raise_for_status()

    def next_line(self) -> str:
        """What it prints next, after it was ready."""
        assert self._process is not None
        return line_of(self._process)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it, kindly or not, with all of its processes."""
        if self._process is not None:
            self._process.send_signal(number)
            try:
                self._process.wait(READY_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                raise
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None

    def close(self) -> None:
        """Leave nothing running."""
        self.stop()
        self._log.close()
        self.sim.close()

    def cli(self, *arguments: str, text: str = "") -> Any:
        """One command of `confab`, with its JSON answer."""
        return json.loads(self._python("confab", *arguments, "--json", given=text))

    def populate(self, *others: tuple[str, str, str]) -> str:
        """A workspace with an owner and an account, and `others` by id, name and token; a bearer token of the owner."""
        owner = ["dana@example.org", "--workspace", "Harbour Bakery", "--role", "owner", "--name", "Dana", "--password-file", "-"]
        accounts = [(IG_ID, "harbour.bakery", "IGAA-test-token"), *others]
        commands: list[tuple[list[str], str]] = [
            (["workspace", "create", "Harbour Bakery"], ""),
            (["user", "create", *owner], PASSWORD),
        ]
        for ig_id, username, token in accounts:
            account = ["--ig-id", ig_id, "--username", username, "--access-token", token]
            commands.append((["account", "add", "--workspace", "Harbour Bakery", *account], ""))
        commands.append((["token", "create", "--user", "dana@example.org", "--json"], ""))
        printed = json.loads(self._python("tests.several", given=json.dumps(commands)))
        return json.loads(printed[-1])["token"]

    def _python(self, module: str, *arguments: str, given: str) -> str:
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(command, env=self.environment, input=given, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def processes(self) -> dict[str, int]:
        """The process ids of web, worker and PostgreSQL."""
        assert self._process is not None
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_text().split("\0")
                parent = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == self._process.pid and "--role" in command:
                found[command[command.index("--role") + 1]] = int(entry.name)
        postmaster = self.folder / "postgres" / "cluster" / "postmaster.pid"
        with suppress(FileNotFoundError, ValueError):  # being written, or taken away
            found["postgres"] = int(postmaster.read_text().split("\n", 1)[0])
        return found

    def kill(self, name: str) -> bool:
        """`kill -9` one of them; False when it is not there at the moment."""
        pid = self.processes().get(name)
        if pid is None:
            return False
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    @contextmanager
    def api(self, token: str) -> Iterator[httpx2.Client]:
        """Our API as the owner."""
        headers = {"authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30) as client:
            yield client


def copy_unused(folder: Path) -> None:
    """An installation that nobody has used, in a folder that is not there yet: quicker than to create its cluster."""
    _walkable(folder)
    subprocess.run(["cp", "-a", _unused(), folder], check=True)  # -a: who owns the cluster owns the copy


def _walkable(folder: Path) -> None:
    """Of root's, PostgreSQL runs as somebody else, who has to come to its cluster."""
    for above in folder.parents if os.geteuid() == 0 else ():
        if not above.stat().st_mode & 0o001:
            above.chmod(0o711)


@cache
def _unused() -> Path:
    """A data directory as `confab migrate` leaves it, one for this test process."""
    folder = Path(tempfile.mkdtemp(prefix="confab-unused-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _walkable(folder / "var")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONFAB_")}
    environment["CONFAB_DATA_DIR"] = str(folder / "var")
    subprocess.run([sys.executable, "-m", "confab", "migrate"], env=environment, check=True, capture_output=True)
    return folder / "var"


@contextmanager
def installed(
    folder: Path, *sim_arguments: str, is_following: bool = False, more: Mapping[str, str] | None = None
) -> Iterator[Product]:
    """A running product that nobody has used yet. `is_following`: its clock is the simulator's. `more`: further settings, with
    `{sim}` for the simulator's address.
    """
    arguments = [
        "--account",
        f"{IG_ID}:harbour.bakery:IGAA-test-token",
        "--account",
        f"{OTHER_IG_ID}:harbour.cafe:IGAA-other-token",
    ]
    sim, sim_url = start_sim(*arguments, "--app-secret", SECRET, "--verify-token", "verify-me", *sim_arguments)
    try:
        product = Product(folder, sim_url)
        if is_following:
            product.environment["CONFAB_CLOCK_URL"] = f"{sim_url}/_control/clock"
        product.environment |= {name: value.format(sim=sim_url) for name, value in (more or {}).items()}
        try:
            product.start()
            yield product
        finally:
            product.close()
    finally:
        sim.kill()
        sim.communicate()


def eventually(look: Any, within_s: float = 90) -> Any:
    """Look again and again until something true is seen; what was seen last if it never is."""
    deadline = time.monotonic() + within_s
    while not (seen := look()):
        assert time.monotonic() < deadline, f"never seen: {look}"
        time.sleep(0.05)
    return seen
