"""Several commands of `confab` in one process, each on its own: what takes long about a command is to start it.

Reads `[[[argument, …], what it is given], …]` and prints `[what it printed, …]`.
"""

import io
import json
import sys
from contextlib import redirect_stdout

from confab.__main__ import app


def _run(arguments: list[str], given: str) -> str:
    printed = io.StringIO()
    sys.stdin = io.StringIO(given)
    with redirect_stdout(printed):
        app(arguments, standalone_mode=False)
    return printed.getvalue()


if __name__ == "__main__":
    print(json.dumps([_run(arguments, given) for arguments, given in json.load(sys.stdin)]))
