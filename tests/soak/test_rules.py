"""The worker is killed while rules fire: each event is answered once. Rules RU1, RU2.

`make soak` lets 20,000 events come and kills a hundred times, `make test` a fiftieth of it; the same seed kills alike.
"""

import os
import random
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from bench import ground, results

from confab.store import embedded
from tests.product import IG_ID, RETRIES, Product, eventually, installed

FULL = os.environ.get("CONFAB_SOAK") == "full"
EVENTS = 20_000 if FULL else 400
KILLS = 100 if FULL else 2
WRITERS, A_COMMENT = 4, 40
SETTLED_WITHIN_S = 3600 if FULL else 300


def test_RU2_whatever_is_killed_each_event_is_answered_once(tmp_path: Path) -> None:
    seed = int(os.environ.get("CONFAB_SOAK_SEED", "1"))
    with installed(tmp_path / "var", "--seed", str(seed)) as product:
        token = product.populate()
        product.sim.post("/settings", json={**RETRIES, "limits": False})
        with product.api(token) as api:
            _write_rules(api)
        began, done = time.monotonic(), threading.Event()
        killing = threading.Thread(target=_kill_now_and_then, args=(product, seed, done), daemon=True)
        killing.start()
        _write(product)
        with embedded.running(product.folder) as doors:

            def undone() -> int:
                return int(str(ground.query(doors.owner, _UNDONE)))

            eventually(lambda: not any(product.sim.get("/stats").json()["pending"].values()), within_s=SETTLED_WITHIN_S)
            eventually(lambda: undone() == 0, within_s=SETTLED_WITHIN_S)
            done.set()
            killing.join(120)
            eventually(lambda: undone() == 0, within_s=SETTLED_WITHIN_S)
            took_s = time.monotonic() - began
            received, states = _check(product, doors)
    if FULL:
        _record(seed, received, states, took_s)


_UNDONE = """SELECT (SELECT count(*) FROM delivery_queue) + (SELECT count(*) FROM rule_events WHERE due_at < 'infinity')
    + (SELECT count(*) FROM outbound_messages WHERE state IN ('queued', 'sending'))
    + (SELECT count(*) FROM outbound_messages WHERE state = 'in_doubt' AND due_at IS NOT NULL)"""


def _write_rules(api: httpx2.Client) -> None:
    account = next(one["id"] for one in api.get("/accounts").json()["items"] if one["ig_id"] == IG_ID)
    rules: list[tuple[str, str, dict[str, Any]]] = [
        ("price", "message", {"type": "reply", "text": "the answer"}),
        ("price", "message", {"type": "label", "add": ["asked"]}),
        ("price", "message", {"type": "note", "text": "asked for the price"}),
        ("remark", "comment", {"type": "private_reply", "text": "the private answer"}),
    ]
    for word, kind, action in rules:
        condition = {"type": "text", "match": "any", "values": [word]}
        definition = {
            "name": f"{word} {action['type']}", "trigger": {"kind": kind}, "conditions": [condition], "actions": [action],
            "cooldown_s": 0,
        }  # fmt: skip
        made = api.post("/rules", json={"account_id": account, "mode": "on", "definition": definition})
        assert made.status_code == 201, made.text


def _write(product: Product) -> None:
    """Messages, and now and then a comment, of which Meta lets few be answered; everybody is somebody else, so none is a loop."""

    def some(first: int) -> None:
        with httpx2.Client(base_url=product.sim.base_url, timeout=60) as sim:
            for number in range(first, EVENTS, WRITERS):
                given = {"account": IG_ID, "customer": f"20876{number:010}"}
                if number % A_COMMENT == 3:
                    sim.post("/comment", json={**given, "text": f"remark {number}"}).raise_for_status()
                else:
                    sim.post("/write", json={**given, "text": f"What is the price? {number}"}).raise_for_status()
                time.sleep(0.04)

    threads = [threading.Thread(target=some, args=(first,), daemon=True) for first in range(WRITERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(SETTLED_WITHIN_S)
        assert not one.is_alive()


def _kill_now_and_then(product: Product, seed: int, done: threading.Event) -> None:
    chance, killed = random.Random(seed), 0
    while killed < KILLS and not done.wait(chance.uniform(1, 4)):
        killed += product.kill("worker")


def _check(product: Product, doors: Any) -> tuple[int, str]:
    """Each event was answered once, or the answer stands as in doubt; each has one label, one note, one entry in the log."""
    received, after = Counter[str](), 0
    while page := product.sim.get("/sends", params={"after": after, "limit": 10_000}).json()["items"]:
        received.update(one["recipient"] for one in page)
        after = page[-1]["seq"]
    assert set(received.values()) <= {1}

    def count(sql: str) -> int:
        return int(str(ground.query(doors.owner, f"SELECT count(*) FROM {sql}")))

    doubted = count("outbound_messages WHERE state = 'in_doubt'")
    sent = count("outbound_messages WHERE state = 'sent'")
    print(f"received {len(received)}, in doubt {doubted}, sent {sent}")
    assert count("outbound_messages WHERE state NOT IN ('sent', 'in_doubt')") == 0
    assert sent + doubted == EVENTS
    assert sent <= len(received) <= EVENTS
    comments = EVENTS // A_COMMENT
    assert count("rule_fires WHERE outcome = 'done'") == 3 * (EVENTS - comments) + comments
    assert count("rule_fires WHERE outcome <> 'done'") == 0
    assert count("rule_runs") == EVENTS
    assert count("notes") == EVENTS - comments
    assert count("conversations WHERE labels = '{asked}'") == EVENTS - comments
    assert count("rule_events") == 0
    return len(received), f"{sent} sent, {doubted} in doubt"


def _record(seed: int, received: int, states: str, took_s: float) -> None:
    verdict = ground.Verdict(
        name="rules while workers are killed", measured=f"{received} answers to {EVENTS} events ({states}) in {took_s:.0f} s",
        promise="each action once", is_kept=True, notes=[f"seed {seed}; {KILLS} workers killed with `kill -9`"],
    )  # fmt: skip
    results.record("soak", [verdict], ground.machine(), datetime.now(UTC))
