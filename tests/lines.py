"""What a process prints, heard with a patience that ends: one that says nothing fails its test instead of hanging the run."""

import queue
import subprocess
import threading
import time
from collections.abc import Iterator

PATIENCE_S = 180.0


def line_of(process: "subprocess.Popen[str]", within_s: float = PATIENCE_S) -> str:
    """Its next line, empty when it has ended. Killed when none comes in time."""
    stdout, heard = process.stdout, queue.Queue[str]()
    assert stdout is not None
    threading.Thread(target=lambda: heard.put(stdout.readline()), daemon=True).start()
    try:
        return heard.get(timeout=within_s)
    except queue.Empty:
        process.kill()
        raise AssertionError(f"{process.args} said nothing for {within_s:.0f} s") from None


def lines_of(process: "subprocess.Popen[str]", within_s: float = PATIENCE_S) -> Iterator[str]:
    """Its lines until it ends; all that are wanted come within this time."""
    deadline = time.monotonic() + within_s
    while line := line_of(process, max(0.1, deadline - time.monotonic())):
        yield line
