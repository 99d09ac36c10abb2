"""Many answers through an Instagram that loses receipts, fails and throttles, while workers are killed.

Every fourth is scheduled, and becomes due while that goes on. Nobody receives anything twice or early, everything accepted is
sent or visibly not, and no limit of Meta's is passed. Rules O2, O5, O9, O16, O20. `make soak` sends 10,000, `make test` a
fiftieth of it; the same seed breaks the same things.
"""

import os
import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from bench import ground, results

from tests.product import IG_ID, RETRIES, Product, eventually, installed
from tests.soak.shown import accepted, conversations, ours

FULL = os.environ.get("CONFAB_SOAK") == "full"
SENDS = 10_000 if FULL else 200
CUSTOMERS = 200 if FULL else 20
KILLS = 30 if FULL else 3
SENDERS = 8 if FULL else 4
SETTLED_WITHIN_S = 3600 if FULL else 300
BURSTS = 12 if FULL else 2
LATER_S = (30, 600) if FULL else (10, 40)  # so long after it was written what is scheduled is due
FAULTS: list[dict[str, Any]] = [
    {"effect": "disconnect", "when": "after", "probability": 0.05},  # sent, and the receipt is lost
    {"effect": "error", "code": -1, "is_transient": True, "status": 500, "probability": 0.02},  # may have been sent
    {"effect": "error", "code": -1, "is_transient": True, "probability": 0.02},  # not sent; it is tried again
    {"effect": "error", "code": 551, "subcode": 1545041, "probability": 0.01},  # refused for good
]
ENDED = ("sent", "seen", "failed", "in_doubt")


def test_O16_O20_nobody_gets_anything_twice_and_nothing_accepted_is_forgotten_whatever_breaks(tmp_path: Path) -> None:
    seed = int(os.environ.get("CONFAB_SOAK_SEED", "1"))
    with installed(tmp_path / "var", "--seed", str(seed)) as product:
        token = product.populate()
        product.sim.post("/settings", json=RETRIES)
        with product.api(token) as api:
            _customers_write(product, api)
        for fault in FAULTS:
            product.sim.post("/fault", json={"target": "send", **fault}).raise_for_status()
        began, done = time.monotonic(), threading.Event()
        breaking = threading.Thread(target=_break_now_and_then, args=(product, seed, done), daemon=True)
        breaking.start()
        said = _say(product, token)
        with product.api(token) as api:
            eventually(lambda: _is_settled(api, said), within_s=SETTLED_WITHIN_S)
            took_s = time.monotonic() - began
            done.set()
            breaking.join(60)
            states = _check(product, api, said)
    if FULL:
        _record(seed, states, took_s)


def _customers_write(product: Product, api: httpx2.Client) -> None:
    for number in range(CUSTOMERS):
        customer = f"10876543210{number:05}"
        product.sim.post("/write", json={"account": IG_ID, "customer": customer, "text": "Hello?"}).raise_for_status()
    eventually(lambda: len(conversations(api)) == CUSTOMERS)


def _say(product: Product, token: str) -> dict[str, str]:
    """So many answers by several agents at once, each with a text of its own, some for later; text by key."""
    said: dict[str, str] = {}

    def speak(first: int) -> None:
        with product.api(token) as api:
            ids = [one["id"] for one in conversations(api)]
            for number in range(first, SENDS, SENDERS):
                key, text, later = f"answer-{number}", f"answer {number}", dict[str, str]()
                if number % 4 == 0:
                    due_at = datetime.now(UTC) + timedelta(seconds=random.Random(number).uniform(*LATER_S))
                    text, later = f"{text} after {due_at.timestamp():.0f}", {"release_at": due_at.isoformat()}
                while not accepted(api, ids[number % len(ids)], key, text, **later):
                    time.sleep(0.1)
                said[key] = text

    threads = [threading.Thread(target=speak, args=(first,), daemon=True) for first in range(SENDERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(SETTLED_WITHIN_S)
        assert not one.is_alive()
    assert len(said) == SENDS
    return said


def _break_now_and_then(product: Product, seed: int, done: threading.Event) -> None:
    """Workers die, and Instagram throttles for some seconds, one time after the other."""
    chance, killed, bursts = random.Random(seed), 0, 0
    throttling: str | None = None
    with httpx2.Client(base_url=product.sim.base_url, timeout=60) as sim:
        while not done.wait(chance.uniform(1, 4)):
            if killed < KILLS:
                killed += product.kill("worker")
            if throttling is not None:
                sim.delete(f"/fault/{throttling}").raise_for_status()
                throttling = None
            elif bursts < BURSTS:
                bursts += 1
                throttling = sim.post("/fault", json={"target": "send", "effect": "error", "code": 613}).json()["id"]


def _is_settled(api: httpx2.Client, said: dict[str, str]) -> bool:
    """Every answer has ended; one in doubt once nobody looks for it any more."""
    found = [message for message in ours(api) if message["client_key"] in said]
    checking = [one for one in found if one["error"] is not None and one["error"]["code"] == "checking"]
    return len(found) == len(said) and not checking and all(one["status"] in ENDED for one in found)


def _check(product: Product, api: httpx2.Client, said: dict[str, str]) -> Counter[str]:
    received = Counter[str]()
    after = 0
    while page := product.sim.get("/sends", params={"after": after, "limit": 10_000}).json()["items"]:
        received.update(one["text"] for one in page)
        assert [one for one in page if one["at_ms"] / 1000 < float(one["text"].partition(" after ")[2] or 0) - 1] == []
        after = page[-1]["seq"]
    assert set(received.values()) <= {1}
    by_key = {message["client_key"]: message for message in ours(api)}
    assert by_key.keys() == said.keys()
    for key, message in by_key.items():
        came = received[said[key]]
        match message["status"]:
            case "sent" | "seen":
                assert came == 1, message
            case "failed":
                assert came == 0, message
                assert message["error"]["message"], message
            case _:
                assert message["error"]["code"] == "in_doubt", message
    beyond = product.sim.get("/stats").json()["beyond_limits"]
    assert beyond.pop("conversations", 0) <= 5  # two a second leave evenly, and arrive as the machine has time for them
    assert beyond == {}
    states = Counter(_ended(message) for message in by_key.values())
    assert states["sent"] + states["seen"] > SENDS * 0.8
    print(f"answers: {states}")
    return states


def _ended(message: dict[str, Any]) -> str:
    """How, and why where it was not sent."""
    status, error = message["status"], message["error"]
    return status if error is None or error["code"] == status else f"{status}: {error['code']}"


def _record(seed: int, states: Counter[str], took_s: float) -> None:
    verdict = ground.Verdict(
        name="answers through an Instagram that breaks", measured=f"{dict(states)} in {took_s:.0f} s",
        promise="nobody gets anything twice, everything accepted is sent or visibly not, no limit is passed", is_kept=True,
        notes=[f"seed {seed}; {SENDS} answers to {CUSTOMERS} customers; {KILLS} workers killed with `kill -9`"],
    )  # fmt: skip
    results.record("soak", [verdict], ground.machine(), datetime.now(UTC))
