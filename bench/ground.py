"""What every benchmark stands on: a database, the product's processes, a load generator, CPU and memory meters, verdicts."""

import asyncio
import json
import os
import platform
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2

from confab.store import embedded
from confab.store.db import Door, Doors, connect

HERE = Path(__file__).parent
CONNECTIONS = 128
SECRET = "0123456789abcdef0123456789abcdef"
IG_ID = "17841461234567890"
EMAIL, PASSWORD = "dana@example.org", "a long enough passphrase"  # of a database that lives for a minute
WEBHOOK = "/api/webhooks/instagram"
NOBODY = "http://127.0.0.1:9/v25.0"  # where Meta would be: nothing of a benchmark needs it
_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE_S = 60.0
_GRACE_S = 15.0
_LOOK_S = 0.2  # a look walks over all that has been taken off the queue: too often, and it is what is measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One promised number: what was measured, what was promised, and whether it was kept (None: not measured)."""

    name: str
    measured: str
    promise: str
    is_kept: bool | None
    notes: Sequence[str] = ()

    def lines(self) -> list[str]:
        word = {True: "kept", False: "BROKEN", None: "not measured"}[self.is_kept]
        return [f"{word:12} {self.name}: {self.measured} (promised: {self.promise})", *(f"{'':13}{note}" for note in self.notes)]


@dataclass(slots=True, kw_only=True)
class Spread:
    """Repeated measurements of one thing, shown by their median and range."""

    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def shown(self, form: str = ",.0f") -> str:
        return f"{self.median:{form}} ({min(self.values):{form}} to {max(self.values):{form}})"


def ratios(ours: Spread, theirs: Spread) -> Spread:
    """Round by round: machines are noisy, and what disturbs one round disturbs both of its sides."""
    return Spread(values=[a / b for a, b in zip(ours.values, theirs.values, strict=True)])


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@contextmanager
def folder() -> Generator[Path, None, None]:
    """A folder for one benchmark; PostgreSQL, which may run as somebody else, can walk into it."""
    made = Path(tempfile.mkdtemp(prefix="confab-bench-"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process that we started, and how much it has worked."""

    popen: "subprocess.Popen[str]"

    def cpu_s(self) -> float:
        return cpu_s(self.popen.pid)

    def stop(self) -> None:
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.popen.wait(_GRACE_S)
        if self.popen.poll() is None:
            self.popen.kill()
        self.popen.communicate()


@contextmanager
def started(*command: str, env: dict[str, str] | None = None, log: Path | None = None) -> Generator[Process, None, None]:
    """Run a command of this Python, stopped when the block ends. What it complains of goes to `log`."""
    with (log or Path(os.devnull)).open("a") as complaints:
        popen = subprocess.Popen(
            [sys.executable, *command],
            env=environment(env or {}),
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            start_new_session=True,
        )
        process = Process(popen=popen)
        try:
            yield process
        finally:
            process.stop()


def environment(more: dict[str, str]) -> dict[str, str]:
    """Ours without any setting of the product, and these."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("CONFAB_")}  # noqa: TID251 -- a program's, not the product's
    return {**ours, **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Confab as its users run it, with one workspace and one connected account."""

    url: str
    token: str
    doors: Doors
    web: Process
    worker: Process
    postmaster: int
    folder: Path
    environment: dict[str, str]

    def get(self, path: str) -> dict[str, Any]:
        return get(self.url, self.token, path)


@contextmanager
def product(at: Path, more: dict[str, str] | None = None) -> Generator[Product, None, None]:
    """`confab serve --role web` and `--role worker` on an embedded PostgreSQL with its usual settings and `more`, ready."""
    data = at / "data"
    env = {**settings(data), **(more or {})}
    with embedded.running(data) as doors:
        token = populate(env)
        with (
            started("-m", "confab", "serve", "--role", "web", "--port", "0", env=env, log=at / "web.log") as web,
            started("-m", "confab", "serve", "--role", "worker", env=env, log=at / "worker.log") as worker,
        ):
            url = announced(web)
            await_ready(f"{url}/readyz")
            postmaster = int((data / "postgres").resolve().joinpath("cluster/postmaster.pid").read_text().split("\n", 1)[0])
            yield Product(
                url=url, token=token, doors=doors, web=web, worker=worker, postmaster=postmaster, folder=at, environment=env
            )  # fmt: skip


@contextmanager
def whole(at: Path) -> Generator[tuple[str, str], None, None]:
    """`confab serve` with everything in it: its address and the owner's token."""
    env = settings(at / "data")
    with embedded.running(at / "data"):
        token = populate(env)
        with started("-m", "confab", "serve", env=env, log=at / "serve.log"):
            url = f"http://127.0.0.1:{env['CONFAB_PORT']}"
            await_ready(f"{url}/readyz")
            yield url, token


def get(url: str, token: str, path: str) -> dict[str, Any]:
    """One answer of the API."""
    with httpx2.Client(trust_env=False, timeout=30, headers={"authorization": f"Bearer {token}"}) as client:
        return client.get(f"{url}/api/v1{path}").raise_for_status().json()


@contextmanager
def noop() -> Generator[tuple[str, Process], None, None]:
    """The HTTP server that does nothing."""
    with started("-m", "bench.noop") as process:
        yield announced(process), process


@contextmanager
def baseline(doors: Doors, workers: int, log: Path) -> Generator[tuple[str, Process, Door], None, None]:
    """The straightforward handler, in a database of its own on the same PostgreSQL server."""
    name = f"baseline_{workers}"
    query(doors.owner, f"CREATE DATABASE {name}")
    door = Door(connect={**doors.owner.connect, "database": name}, role=doors.owner.role)
    at = door.connect
    url = f"postgresql+asyncpg://{at['user']}:{quote(at['password'], safe='')}@/{name}?host={quote(at['host'], safe='')}"
    port = str(free_port())
    env = {"BASELINE_DATABASE": url, "BASELINE_SECRET": SECRET}
    with started("-m", "bench.baseline", port, str(workers), env=env, log=log) as process:
        await_ready(f"http://127.0.0.1:{port}/readyz")
        yield f"http://127.0.0.1:{port}", process, door
    query(doors.owner, f"DROP DATABASE {name} WITH (FORCE)")


def settings(data: Path) -> dict[str, str]:
    """The environment of the product."""
    return {
        "CONFAB_DATA_DIR": str(data), "CONFAB_META_APP_SECRET": SECRET, "CONFAB_META_VERIFY_TOKEN": "verify-me",
        "CONFAB_GRAPH_URL": NOBODY, "CONFAB_PORT": str(free_port()),
    }  # fmt: skip


def populate(env: dict[str, str]) -> str:
    """A workspace, its owner and its account, made as an operator makes them; the owner's token."""
    confab("migrate", env=env)
    confab("workspace", "create", "Harbour Bakery", env=env)
    owner = ["--workspace", "Harbour Bakery", "--role", "owner", "--name", "Dana", "--password-file", "-"]
    confab("user", "create", EMAIL, *owner, env=env, given=PASSWORD)
    account = ["--ig-id", IG_ID, "--username", "harbour.bakery", "--access-token", "IGAA-bench"]
    confab("account", "add", "--workspace", "Harbour Bakery", *account, env=env)
    return str(json.loads(confab("token", "create", "--user", EMAIL, "--json", env=env))["token"])


def confab(*arguments: str, env: dict[str, str], given: str = "") -> str:
    """One command of the product, and what it printed."""
    command = [sys.executable, "-m", "confab", *arguments]
    done = subprocess.run(command, env=environment(env), input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"confab {' '.join(arguments[:2])} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def announced(process: Process) -> str:
    """The address in the first line that a server prints."""
    assert process.popen.stdout is not None
    while line := process.popen.stdout.readline():
        if "http://" in line:
            return "http://" + line.split("http://", 1)[1].split()[0]
    raise RuntimeError("the server ended before it listened")


def await_ready(url: str) -> None:
    """Wait until this address answers with success."""
    until = time.monotonic() + _PATIENCE_S
    with httpx2.Client(trust_env=False, timeout=5) as client:
        while time.monotonic() < until:
            with suppress(httpx2.HTTPError):
                if client.get(url).is_success:
                    return
            time.sleep(0.05)
    raise RuntimeError(f"{url} was not ready within {_PATIENCE_S:.0f} s")


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What the load generator saw: `acknowledged` answers with 200, and which share of one core it used itself."""

    acknowledged: int
    seconds: float
    refused: int
    p99_ms: float
    core_share: float

    @property
    def per_second(self) -> float:
        return self.acknowledged / self.seconds


def load(url: str, requests: Path, seconds: int) -> Load:
    """Post the prepared requests over 128 connections for so long."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*_generator(url, requests, seconds)], cwd=HERE, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0 or "{" not in done.stdout:
        raise RuntimeError(f"the load generator failed: {(done.stdout + done.stderr).strip()[-500:]}")
    seen = json.loads(done.stdout[done.stdout.rindex("{") :])
    if seen["lost"]:
        raise RuntimeError(f"{seen['lost']} requests got no answer")
    worked_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Load(
        acknowledged=seen["requests"] - seen["refused"], seconds=seen["seconds"], refused=seen["refused"],
        p99_ms=seen["p99_ms"], core_share=worked_s / seen["seconds"],
    )  # fmt: skip


def generator_name() -> str:
    """Which program makes the load, installed if need be."""
    if shutil.which("wrk") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "wrk"], capture_output=True, check=False)
    if shutil.which("wrk"):
        return "wrk"
    if not (HERE / "node_modules" / "autocannon").exists():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE, check=True)
    return "autocannon"


def _generator(url: str, requests: Path, seconds: int) -> list[str]:
    if generator_name() == "wrk":
        return ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", "load.lua", url, "--", str(requests)]
    return ["node", "load.mjs", url, str(requests), str(seconds), str(CONNECTIONS)]


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used, and those of its children that ended."""
    return sum(int(ticks) for ticks in _stat(pid)[11:15]) / _TICKS


def children(pid: int) -> list[int]:
    """The processes below this one, children's children too."""
    parents = {int(entry.name): _parent(int(entry.name)) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found, look = [], [pid]
    while look:
        parent = look.pop()
        below = [child for child, its in parents.items() if its == parent]
        found += below
        look += below
    return found


def tree_cpu_s(pid: int) -> float:
    """Seconds of CPU of a process and everything below it."""
    total = 0.0
    for one in (pid, *children(pid)):
        with suppress(FileNotFoundError, ProcessLookupError):
            total += cpu_s(one)
    return total


def _parent(pid: int) -> int:
    with suppress(OSError):
        return int(_stat(pid)[1])
    return 0


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def query(door: Door, *statements: str) -> object:
    """Run statements as this door's role; the value that the last one answers. On a loop of its own, whatever the caller runs."""

    async def run() -> object:
        conn = await connect(door)
        try:
            found = None
            for statement in statements:
                found = await conn.fetchval(statement, timeout=600)
            return found
        finally:
            await conn.close()

    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, run()).result()


def drain(running: Product) -> float:
    """Wait until nothing is left to ingest; how many seconds that took."""

    async def run() -> float:
        began, conn = time.monotonic(), await connect(running.doors.owner)
        try:
            while await conn.fetchval("SELECT EXISTS (SELECT FROM delivery_queue)"):
                await asyncio.sleep(_LOOK_S)
                if running.worker.popen.poll() is not None or time.monotonic() - began > 3 * _PATIENCE_S:
                    raise RuntimeError("the worker does not get to the end of its queue")
            return time.monotonic() - began
        finally:
            await conn.close()

    return asyncio.run(run())


def machine(postgresql: str | None = None) -> str:
    """What the numbers were measured on, in one line."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
        cores = os.cpu_count()
        database = postgresql or embedded_version()
        return f"{model}, {cores} cores; Linux {platform.release()}; Python {platform.python_version()}; PostgreSQL {database}"
    return f"{platform.platform()}; Python {platform.python_version()}"


def embedded_version() -> str:
    """The version of the PostgreSQL that comes with the product."""
    from confab.store import place

    with folder() as at:
        binary = place.find(at).binaries / "postgres"
        return subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
