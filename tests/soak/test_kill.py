"""Everything is killed, again and again, under load; what was acknowledged is there once, and what was sent was sent once.

Rules D1, A1, A2, O2, O6. `make soak` runs it long, `make test` a part of it; the same seed kills in the same order.
"""

import os
import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import httpx2
from bench import ground, results

from confab.store import embedded
from tests.product import IG_ID, RETRIES, Product, eventually, installed
from tests.soak.shown import accepted, all_messages, conversations, ours

FULL = os.environ.get("CONFAB_SOAK") == "full"
MESSAGES = 20_000 if FULL else 600
CUSTOMERS = 200 if FULL else 25
ANSWERS = 500 if FULL else 30
KILLS = 60 if FULL else 6
LONGEST_S = 3600 if FULL else 300
VICTIMS = ["web", "worker", "postgres"]


def writes(product: Product, seed: int, done: threading.Event) -> None:
    """Customers write, edit and take back, as fast as a busy day."""
    chance = random.Random(seed)
    with httpx2.Client(base_url=product.sim.base_url, timeout=60) as sim:
        for number in range(MESSAGES):
            customer = f"10876543210{chance.randrange(CUSTOMERS):05}"
            wrote = sim.post("/write", json={"account": IG_ID, "customer": customer, "text": f"message {number}"}).json()
            if chance.random() < 0.05:
                sim.post("/edit", json={"mid": wrote["mid"], "text": f"message {number}, corrected"})
            if chance.random() < 0.03:
                sim.post("/unsend", json={"mid": wrote["mid"]})
            time.sleep(0.015)
    done.set()


def answers(product: Product, token: str, seed: int) -> dict[str, str]:
    """An agent answers all the while, with one key for each answer however often it must be tried; text by key."""
    chance = random.Random(seed)
    said: dict[str, str] = {}
    with product.api(token) as api:
        for number in range(ANSWERS):
            key, text = f"answer-{number}", f"answer {number}"
            while True:
                try:
                    conversation = chance.choice(api.get("/conversations").json()["items"])["id"]
                    break
                except (httpx2.HTTPError, KeyError, IndexError, ValueError):
                    time.sleep(0.1)
            while not accepted(api, conversation, key, text):
                time.sleep(0.1)
            said[key] = text
            time.sleep(0.1)
    return said


def test_D1_whatever_is_killed_nothing_acknowledged_is_lost_and_nothing_is_doubled(tmp_path: Path) -> None:
    seed = int(os.environ.get("CONFAB_SOAK_SEED", "1"))
    with installed(tmp_path / "var", "--seed", str(seed)) as product:
        token = product.populate()
        product.sim.post("/settings", json=RETRIES)
        done = threading.Event()
        writer = threading.Thread(target=writes, args=(product, seed, done), daemon=True)
        writer.start()
        said: dict[str, str] = {}
        agent = threading.Thread(target=lambda: said.update(answers(product, token, seed)), daemon=True)
        agent.start()
        killed = _kill_now_and_then(product, seed, done)
        for busy in (writer, agent):
            busy.join(LONGEST_S)
            assert not busy.is_alive()
        _settle(product, token)
        with product.api(token) as api:
            _check_messages(product, api)
            states = _check_answers(product, api, said)
    if FULL:
        _record(seed, killed, states)


def _kill_now_and_then(product: Product, seed: int, done: threading.Event) -> Counter[str]:
    chance = random.Random(seed)
    killed: Counter[str] = Counter()
    deadline = time.monotonic() + LONGEST_S
    while sum(killed.values()) < KILLS:
        assert time.monotonic() < deadline, killed
        time.sleep(chance.uniform(0.4, 1.5))
        victim = VICTIMS[sum(killed.values()) % len(VICTIMS)]
        killed[victim] += product.kill(victim)
    print(f"killed: {dict(killed)}; customers were still writing: {not done.is_set()}")
    return killed


def _settle(product: Product, token: str) -> None:
    """All is delivered, ingested and sent, or known not to be."""

    def delivered() -> bool:
        pending = product.sim.get("/stats").json()["pending"]
        return not any(pending.values())

    def worked() -> bool:
        try:
            with product.api(token) as api:
                stored = api.get("/deliveries", params={"state": "stored"}).json()["items"]
                return not stored and not any(m["status"] in ("queued", "sending") for m in ours(api))
        except (httpx2.HTTPError, KeyError, ValueError):
            return False

    def ingested() -> bool:
        """What a killed worker had claimed is in the queue until its lease ends, and in no workspace's list."""
        return not ground.query(doors.owner, "SELECT count(*) FROM delivery_queue")

    eventually(delivered, within_s=120)
    with embedded.running(product.folder) as doors:
        eventually(ingested, within_s=120)
    eventually(worked, within_s=120)


def _check_messages(product: Product, api: httpx2.Client) -> None:
    """What Instagram shows is what we show: every message once, with its last text; and every unread count is right."""
    truth = product.sim.get("/messages", params={"account": IG_ID, "limit": "100000"}).json()["items"]
    written = {m["mid"]: None if m["is_deleted"] else m["text"] for m in truth if not m["is_from_account"]}
    assert len(written) == MESSAGES
    shown = [message for message in all_messages(api) if message["direction"] == "inbound"]
    assert Counter(message["mid"] for message in shown) == Counter(written.keys())
    assert {message["mid"]: message["text"] for message in shown} == written
    for conversation in conversations(api):
        unread = [m for m in shown if m["conversation_id"] == conversation["id"] and m["is_unread"]]
        assert conversation["unread_count"] == len(unread), conversation["id"]


def _check_answers(product: Product, api: httpx2.Client, said: dict[str, str]) -> Counter[str]:
    """Nobody got anything twice; everything accepted is sent, or visibly not known to be."""
    received = Counter(call["text"] for call in product.sim.get("/sends", params={"limit": "100000"}).json()["items"])
    assert set(received.values()) <= {1}
    by_key = {message["client_key"]: message for message in ours(api) if message["client_key"]}
    assert by_key.keys() == said.keys()
    for key, message in by_key.items():
        if message["status"] == "sent":
            assert received[said[key]] == 1, message
        else:
            assert message["status"] == "in_doubt", message
    states = Counter(message["status"] for message in by_key.values())
    print(f"answers: {states}")
    return states


def _record(seed: int, killed: Counter[str], states: Counter[str]) -> None:
    verdict = ground.Verdict(
        name="killed with `kill -9` under load", measured=", ".join(f"{name} {count}" for name, count in killed.items()),
        promise="every acknowledged message once, every unread count right, no answer twice", is_kept=True,
        notes=[f"seed {seed}; {MESSAGES} messages of {CUSTOMERS} customers; answers: {dict(states)}"],
    )  # fmt: skip
    results.record("soak", [verdict], ground.machine(), datetime.now(UTC))
