"""`python -m bench`: every promised number in one run. `python -m bench NAME…`: some. `--quick`: small, and not recorded."""

import argparse
import importlib
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from bench import ground
from bench.ground import HERE, Verdict

NAMES = ("bundle", "acknowledged", "visible", "bubble", "first_page", "idle")
RESULTS = HERE / "RESULTS.md"
_HEADER = (
    "# Results\n\nWhat `make bench` and `make soak` measured, newest first. Ratios are medians of rounds, with their range.\n"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, record; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it runs; not recorded")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C does: what was started is stopped
    machine, began = ground.machine(), time.monotonic()
    print(machine, flush=True)
    verdicts: list[Verdict] = []
    for name in given.names or NAMES:
        print(f"\n{name}", flush=True)
        for verdict in importlib.import_module(f"bench.{name}").measure(is_quick=given.quick):
            verdicts.append(verdict)
            print("\n".join(verdict.lines()), flush=True)
    print(f"\n{time.monotonic() - began:.0f} s")
    if not given.quick:
        record(verdicts, machine, datetime.now(UTC))
    return int(any(verdict.is_kept is False for verdict in verdicts))


def record(verdicts: Sequence[Verdict], machine: str, at: datetime) -> None:
    """Add a section on top of the results; what was there stays."""
    before = RESULTS.read_text().removeprefix(_HEADER) if RESULTS.exists() else ""
    RESULTS.write_text(_HEADER + section(verdicts, machine, at) + before)


def section(verdicts: Sequence[Verdict], machine: str, at: datetime) -> str:
    """One run as Markdown."""
    lines = [
        f"\n## {at:%Y-%m-%d %H:%M} UTC, benchmarks\n",
        f"{machine}\n",
        "| number | measured | promised | |",
        "|---|---|---|---|",
    ]
    words = {True: "kept", False: "**broken**", None: "not measured"}
    lines += [f"| {one.name} | {one.measured} | {one.promise} | {words[one.is_kept]} |" for one in verdicts]
    notes = [f"- {one.name}: {note}" for one in verdicts for note in one.notes]
    return "\n".join([*lines, "", *notes]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
