"""When `make demo` is ready, and how much memory all that it started holds when nobody does anything, PostgreSQL included."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from bench import ground
from bench.ground import Spread, Verdict
from confab.store import embedded

MOST_MB = 400
READY_WITHIN_S = 10
_MARK = "CONFAB_DATA_DIR"
_READING = "SELECT EXISTS (SELECT FROM runs WHERE state IN ('waiting', 'running'))"


def measure(*, is_quick: bool) -> Iterator[Verdict]:
    """How long its first start takes; the sum of the proportional shares of all its processes, some time after it has read
    what Instagram knows of its accounts.
    """
    name, promise = "memory of the idle demo", f"under {MOST_MB} MB"
    known = subprocess.run([sys.executable, "-m", "confab", "demo", "--help"], capture_output=True, check=False)
    if known.returncode != 0:
        yield Verdict(name=name, measured="there is no `confab demo` yet", promise=promise, is_kept=None)
        return
    with ground.folder() as at:
        data = at / "data"
        env = {_MARK: str(data), "CONFAB_PORT": str(ground.free_port())}
        began = time.monotonic()
        with ground.started("-m", "confab", "demo", env=env, log=at / "demo.log") as demo:
            yield readiness(demo, began)
            ground.await_ready(f"http://127.0.0.1:{env['CONFAB_PORT']}/readyz")
            if not is_quick:
                await_end_of_reading(data)
            time.sleep(10 if is_quick else 45)
            totals, shares = Spread(), {}
            for _ in range(5):
                shares = {pid: pss_mb(pid) for pid in belonging(data)}
                totals.values.append(sum(shares.values()))
                time.sleep(1)
            notes = [f"{len(shares)} processes: {', '.join(named(shares))}"]
    yield Verdict(
        name=name, measured=f"{totals.shown()} MB", promise=promise, is_kept=totals.median < MOST_MB, notes=notes
    )  # fmt: skip


def readiness(demo: ground.Process, began: float) -> Verdict:
    """How long after `began` a demo said that it is ready."""
    told = next((line.strip() for line in demo.popen.stdout or () if ": ready after" in line), None)
    if told is None:
        raise RuntimeError("the demo ended before it was ready")
    took_s = time.monotonic() - began
    return Verdict(
        name="the demo's first start", measured=f"ready after {took_s:.1f} s", promise=f"within {READY_WITHIN_S} s",
        is_kept=took_s <= READY_WITHIN_S, notes=[told],
    )  # fmt: skip


def await_end_of_reading(data: Path) -> None:
    """Until the numbers of a year have been read, and whatever else a new account begins with; five minutes at most."""
    until = time.monotonic() + 300
    with embedded.running(data / "demo") as doors:
        while ground.query(doors.owner, _READING) and time.monotonic() < until:
            time.sleep(2)


def belonging(data: Path) -> list[int]:
    """Whoever has the data directory in its environment, and PostgreSQL, which lives in it, with their children."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _is_of(entry, data):
            found |= {int(entry.name), *ground.children(int(entry.name))}
    return sorted(found)


def pss_mb(pid: int) -> float:
    """A process's share of memory: what it shares counts in parts. 0 when it has ended, or is no business of ours."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def _is_of(entry: Path, data: Path) -> bool:
    with suppress(OSError):
        if f"{_MARK}={data}".encode() in (entry / "environ").read_bytes().split(b"\0"):
            return True
        return (entry / "cwd").resolve().is_relative_to(data.resolve())
    return False


def named(shares: dict[int, float]) -> list[str]:
    """The processes by what they run, the largest first; PostgreSQL's together."""
    sums: dict[str, float] = {}
    for pid, share in shares.items():
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").split()
            sums[_name(words)] = sums.get(_name(words), 0) + share
    return [f"{name} {share:.0f}" for name, share in sorted(sums.items(), key=lambda pair: -pair[1])]


def _name(words: list[str]) -> str:
    if "--role" in words:
        return words[words.index("--role") + 1]
    return next(
        (known for known in ("demo", "graphsim", "postgres") if any(known in word for word in words)), words[0] if words else "?"
    )
