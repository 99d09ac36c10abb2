"""How much JavaScript a browser loads before the inbox shows: compressed, and everything that the first scripts import."""

import gzip
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from bench.ground import Verdict

MOST_BYTES = 150_000
_TAG = re.compile(r"<(?:script|link)\b[^>]*>")
_ADDRESS = re.compile(r"(?:src|href)=\"([^\"]+\.js)\"")
_IMPORT = re.compile(r"(?:\bimport|\bfrom)\s*[\"'](\.{0,2}/[^\"']+\.js)[\"']")


def measure(*, is_quick: bool) -> Iterator[Verdict]:  # noqa: ARG001 -- it takes no time
    """The scripts of the built page."""
    promise = f"under {MOST_BYTES / 1000:.0f} kB"
    web = built()
    if not (web / "index.html").exists():
        yield Verdict(name="initial JavaScript", measured="the web inbox is not built", promise=promise, is_kept=None)
        return
    sizes = {path.name: compressed(path) for path in initial(web)}
    total = sum(sizes.values())
    notes = [", ".join(f"{name} {size / 1000:.1f}" for name, size in sizes.items())]
    yield Verdict(
        name="initial JavaScript, gzip",
        measured=f"{total / 1000:.1f} kB",
        promise=promise,
        is_kept=total < MOST_BYTES,
        notes=notes,
    )


def built() -> Path:
    """Where the web build puts its output."""
    package = find_spec("confab")
    return Path(str(package.origin)).parent / "_web" if package else Path()


def initial(web: Path) -> list[Path]:
    """The page's scripts and preloads, and, again and again, what they import."""
    tags = _TAG.findall((web / "index.html").read_text())
    waiting = [web / match[1].lstrip("/") for tag in tags if (match := _ADDRESS.search(tag))]
    found: list[Path] = []
    while waiting:
        path = waiting.pop(0).resolve()
        if path not in found:
            found.append(path)
            imported = _IMPORT.findall(path.read_text())
            waiting += [web / name.lstrip("/") if name.startswith("/") else path.parent / name for name in imported]
    return found


def compressed(path: Path) -> int:
    """Its size as a server sends it."""
    return len(gzip.compress(path.read_bytes(), 6))
