"""Notice that a source file has changed: by looking at their times, which needs nothing and is soon enough."""

import asyncio
from pathlib import Path

_LOOK_S = 0.5


async def changed(folder: Path) -> list[str]:
    """Return when a Python file below the folder is new, changed or gone; which."""
    before = seen(folder)
    while True:
        await asyncio.sleep(_LOOK_S)
        now = seen(folder)
        if now != before:
            return sorted({path for path, _ in before.items() ^ now.items()})


def seen(folder: Path) -> dict[str, int]:
    """When each Python file was changed last, in nanoseconds."""
    found: dict[str, int] = {}
    for path in folder.rglob("*.py"):
        try:
            found[str(path.relative_to(folder))] = path.stat().st_mtime_ns
        except FileNotFoundError:  # gone between the two looks
            continue
    return found
