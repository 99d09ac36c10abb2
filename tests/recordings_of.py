"""The recordings: bodies as Meta sends them, and the events that each must give."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from confab.inbox.normalise import normalise

FOLDER = Path(__file__).parent / "recordings"
RECEIVED_AT = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def names() -> list[str]:
    """Every recording, by name."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def body(name: str) -> bytes:
    """A recording as bytes."""
    return (FOLDER / f"{name}.json").read_bytes()


def wire(name: str) -> bytes:
    """A recording in the form Meta sends: compact ASCII with escaped slashes (rule H5)."""
    import json

    return json.dumps(json.loads(body(name)), separators=(",", ":"), ensure_ascii=True).replace("/", "\\/").encode()


def given(name: str) -> Any:
    """What normalise makes of a recording, as JSON values."""
    return msgspec.to_builtins(normalise(body(name), RECEIVED_AT))


def expected_path(name: str) -> Path:
    """Where the events that a recording must give are kept."""
    return FOLDER / "events" / f"{name}.events.json"
