"""`python -m bench`: every promised number in one run. `python -m bench NAME…`: some. `--quick`: small, and not recorded."""

import argparse
import importlib
import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from bench import ground, results
from bench.ground import Verdict

NAMES = (
    "bundle",
    "acknowledged",
    "visible",
    "bubble",
    "first_page",
    "history",
    "insights",
    "media",
    "outbox",
    "archive",
    "rules",
    "idle",
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
        results.record("benchmarks", verdicts, machine, datetime.now(UTC))
    return int(any(verdict.is_kept is False for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
