"""Recordings as if they had just been sent to somebody new: ids of one test's own, and its own time."""

import hashlib
import json
import re
import time
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

from tests import recordings_of

RECORDED_AT_S = 1_793_612_346
_PEOPLE = ("1087654321098765", "2291834475610028", "3350071128844910")
_COMMENTS = re.compile(r"\b(?:1804771239085\d{4}|17966402183357714|17865000000000111)\b")
_MEDIA = re.compile(r"https://[a-z0-9.-]+\.(?:fbsbx\.com|fbcdn\.net|cdninstagram\.com)/")
_NOWHERE = "https://media.invalid/"  # a name that no server answers to: no test asks Meta
_MIDS = re.compile(r'"mid": ?"(aWdf[^"]+)"')


def person(name: str, nth: int = 0) -> str:
    """Whom the test of a recording calls the first, second, third person; no two share the last four digits."""
    last = 1000 + 3 * recordings_of.names().index(name) + nth
    return _PEOPLE[nth][:6] + _digits(name, 6) + str(last)


def display_name(igsid: str) -> str:
    """How somebody is called while nothing but an id is known."""
    return f"Instagram user …{igsid[-4:]}"


def comment_id(name: str, recorded: str) -> str:
    return recorded[:9] + _digits(name + recorded, len(recorded) - 9)


def body(name: str, owner: str | None = None, seconds_ago: float = 1) -> bytes:
    """The recording, on the wire, with the ids that `owner` (else its own test) has; its last event was just now."""
    owner = owner or name
    text = recordings_of.body(name).decode()
    for nth, recorded in enumerate(_PEOPLE):
        text = text.replace(recorded, person(owner, nth))
    if not name.startswith("test-"):
        text = _COMMENTS.sub(lambda found: comment_id(owner, found[0]), text)
    text = _MEDIA.sub(_NOWHERE, text)
    text = _MIDS.sub(lambda found: found[0].replace(found[1], f"{found[1]}{_digits(owner, 6)}"), text)
    document = json.loads(text)
    times = [at for at in _times(document) if at > RECORDED_AT_S * 1000 - 10**7]
    shift_s = time.time() - seconds_ago - (max(times) / 1000 if times else RECORDED_AT_S)
    return json.dumps(_moved(document, shift_s), separators=(",", ":"), ensure_ascii=True).replace("/", "\\/").encode()


def _digits(text: str, count: int) -> str:
    return f"{int(hashlib.sha256(text.encode()).hexdigest(), 16) % 10**count:0{count}}"


def _times(node: Any) -> list[int]:
    if isinstance(node, list):
        return [at for one in node for at in _times(one)]
    if not isinstance(node, dict):
        return []
    own = [node["timestamp"]] if isinstance(node.get("timestamp"), int) else []
    return own + [at for one in node.values() for at in _times(one)]


def _moved(node: Any, shift_s: float) -> Any:
    """Every moment of the day of recording, in seconds or milliseconds, on another day."""
    if isinstance(node, list):
        return [_moved(one, shift_s) for one in node]
    if isinstance(node, dict):
        return {key: _moved(value, shift_s) for key, value in node.items()}
    if isinstance(node, int) and abs(node - RECORDED_AT_S) < 10**4:
        return node + int(shift_s)
    if isinstance(node, int) and abs(node - RECORDED_AT_S * 1000) < 10**7:
        return node + int(shift_s * 1000)
    return node


def with_files(body: bytes, files: Mapping[str, Sequence[str]]) -> bytes:
    """The same delivery, its media at these addresses: one of its own kind for each, in turn."""
    given = {kind: cycle(urls) for kind, urls in files.items()}

    def filled(node: Any, kind: str) -> Any:
        if isinstance(node, list):
            return [filled(one, kind) for one in node]
        if isinstance(node, dict):
            inside = str(node.get("type", kind)) if "payload" in node else kind
            return {key: filled(value, "story_mention" if key == "story" else inside) for key, value in node.items()}
        if isinstance(node, str) and node.startswith(_NOWHERE):
            return next(given.get(kind) or given["image"])
        return node

    return json.dumps(filled(json.loads(body), "image"), separators=(",", ":")).encode()
