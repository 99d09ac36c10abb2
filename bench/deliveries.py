"""Webhook deliveries as Meta sends them, put together and signed beforehand: whole HTTP requests in a file."""

import base64
import hashlib
import hmac
import json
import random
import time
from pathlib import Path

from bench.ground import IG_ID, SECRET, WEBHOOK

PARTICIPANTS = 2000
_FIRST_IGSID = 10**15
_TEXTS = (
    "Hi! Do you deliver to Leith on Sundays?",
    "Hello, I ordered a birthday cake for Saturday and would like to change the name on it, is that still possible?",
    "thanks!",
    "How much is the large sourdough?",
    "\u00bfTienen opciones sin gluten? \U0001f35e",
    "Perfect, see you tomorrow at ten then \U0001f44d",
    "Is the caf\u00e9 open on the bank holiday? We would be six people and a dog, and one of us uses a wheelchair.",
)
_HEAD = (
    f"POST {WEBHOOK} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nUser-Agent: facebookexternalua\r\n"
    "Accept-Encoding: deflate, gzip\r\nContent-Type: application/json\r\n"
    "X-Hub-Signature: sha1={sha1}\r\nX-Hub-Signature-256: sha256={sha256}\r\nContent-Length: {length}\r\n\r\n"
)


def body(igsid: str, mid: str, text: str, at_ms: int) -> bytes:
    """One message of one participant, in Meta's compact JSON with escapes."""
    message = {"mid": mid, "text": text}
    item = {"sender": {"id": igsid}, "recipient": {"id": IG_ID}, "timestamp": at_ms, "message": message}
    whole = {"object": "instagram", "entry": [{"time": at_ms + 300, "id": IG_ID, "messaging": [item]}]}
    return json.dumps(whole, separators=(",", ":")).replace("/", "\\/").encode()


def mid_of(chance: random.Random) -> str:
    """A message id of the length and alphabet of Meta's."""
    return "aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE" + base64.urlsafe_b64encode(chance.randbytes(99)).decode() + "ZDZD"


def signature(content: bytes) -> str:
    """What Meta's header says of these bytes."""
    return "sha256=" + hmac.new(SECRET.encode(), content, hashlib.sha256).hexdigest()


def request(content: bytes) -> bytes:
    """The body as a whole request."""
    sha1 = hmac.new(SECRET.encode(), content, hashlib.sha1).hexdigest()
    head = _HEAD.format(sha1=sha1, sha256=signature(content).removeprefix("sha256="), length=len(content))
    return head.encode() + content


def write(path: Path, count: int, seed: int) -> Path:
    """So many requests, no two with the same `mid`, by 2,000 participants."""
    chance = random.Random(seed)
    began_ms = int(time.time() * 1000) - 60_000
    with path.open("wb") as file:
        for number in range(count):
            igsid = str(_FIRST_IGSID + chance.randrange(PARTICIPANTS))
            whole = request(body(igsid, mid_of(chance), f"{chance.choice(_TEXTS)} {number}", began_ms + number // 10))
            file.write(b"%08d" % len(whole) + whole)
    return path


def write_one_each(path: Path) -> Path:
    """One request of every participant: after it nobody is new."""
    chance = random.Random(-1)
    began_ms = int(time.time() * 1000) - 120_000
    with path.open("wb") as file:
        for number in range(PARTICIPANTS):
            whole = request(body(str(_FIRST_IGSID + number), mid_of(chance), "Hi!", began_ms))
            file.write(b"%08d" % len(whole) + whole)
    return path
