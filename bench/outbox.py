"""What goes out, to an Instagram that answers at once: how fast, how long queueing takes, how people overtake automation."""

import asyncio
import http.client
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import httpx2

from bench import ground
from bench.ground import Product, Verdict
from confab.inbox import answer
from confab.model.commands import Actor, Send
from confab.model.inbox import ConversationId, WorkspaceId
from confab.model.outgoing import Text
from confab.store.db import Database, Door

ACCOUNTS, PEOPLE = 10, 40
ENQUEUE_P99_MS, OVERTAKES_S = 10.0, 1.0
ENQUEUED_A_SECOND = 20  # as twenty people do who answer every second
_TOGETHER = 10


def measure(*, is_quick: bool) -> Iterator[Verdict]:
    """Throughput over several accounts, as Meta limits each; queueing at the API; a person before thousands of automatic ones."""
    sends, queued, trials = (200, 300, 3) if is_quick else (4000, 10_000, 20)
    with ExitStack() as stack:
        sim = stack.enter_context(ground.started("-m", "graphsim", "serve", "--port", "0", "--app-secret", ground.SECRET))
        sim_url = ground.announced(sim)
        meta = stack.enter_context(httpx2.Client(base_url=f"{sim_url}/_control", timeout=60, trust_env=False))
        meta.post("/settings", json={"limits": False})
        at = stack.enter_context(ground.folder())
        settings = {"CONFAB_GRAPH_URL": f"{sim_url}/graph.instagram.com/v25.0"}
        product = stack.enter_context(ground.product(at, settings))
        headers = {"authorization": f"Bearer {product.token}"}
        api = stack.enter_context(httpx2.Client(base_url=f"{product.url}/api/v1", timeout=60, trust_env=False, headers=headers))
        meta.post("/settings", json={"callback": f"{product.url}/api/webhooks/instagram"})
        shop = Shop(product, meta, api)
        yield shop.throughput(sends)
        yield shop.queueing(min(sends, 1000))
        yield shop.overtaking(queued, trials)


class Shop:
    """Accounts whose customers have just written."""

    def __init__(self, product: Product, meta: httpx2.Client, api: httpx2.Client) -> None:
        self.product, self.meta, self.api = product, meta, api
        for number in range(ACCOUNTS):
            ig_id, name = f"17841460000{number:06}", f"shop.{number}"
            meta.post("/accounts", json={"id": ig_id, "username": name, "token": f"IGAA-{ig_id}"}).raise_for_status()
            given = ["--ig-id", ig_id, "--username", name, "--access-token", f"IGAA-{ig_id}"]
            ground.confab("account", "add", "--workspace", "Harbour Bakery", *given, env=product.environment)
            for person in range(PEOPLE):
                wrote = {"account": ig_id, "customer": f"108765{number:04}{person:06}", "text": "Hello?"}
                meta.post("/write", json=wrote).raise_for_status()
        self.by_account: dict[str, list[str]] = {}
        while sum(map(len, self.by_account.values())) < ACCOUNTS * PEOPLE:
            time.sleep(0.2)
            self.by_account = self._conversations()

    def throughput(self, count: int) -> Verdict:
        everybody = [one for of_account in zip(*self.by_account.values(), strict=True) for one in of_account]
        before = self._sends()
        queue(self.product.doors.worker, everybody, count, "throughput")
        left = count - (self._sends() - before)
        began, cpu_s = time.monotonic(), self.product.worker.cpu_s()
        while self._sends() - before < count:
            time.sleep(0.05)
        took_s, used_s = time.monotonic() - began, self.product.worker.cpu_s() - cpu_s
        return Verdict(
            name="sends with instant answers from Meta", measured=f"{left / took_s:.0f} a second and worker",
            promise="stated", is_kept=None,
            notes=[
                f"{left} of {ACCOUNTS} accounts, each paced to 90 a second, after {count - left} while they were queued",
                f"{1000 * used_s / left:.1f} ms of the worker's CPU each",
            ],
        )  # fmt: skip

    def queueing(self, count: int) -> Verdict:
        """By a client that costs next to nothing: what it needs itself would count as ours. Halfway between two answers it asks a
        server that does nothing: what a machine takes to come out of its sleep does not depend on what is asked.
        """
        self._settle_down()
        ids = [one for of_account in self.by_account.values() for one in of_account]
        ours, idle = list[float](), list[float]()
        with ground.noop() as (noop, _):
            api, nothing = Asking(self.product.url, self.product.token), Asking(noop, "")
            start = time.monotonic()
            for number in range(count):
                body = json.dumps({"client_key": f"queueing-{number}", "text": f"message {number}"})
                _sleep_until(start + number / ENQUEUED_A_SECOND)
                ours.append(api.ask(f"/api/v1/conversations/{ids[number % len(ids)]}/messages", body, 201))
                _sleep_until(start + (number + 0.5) / ENQUEUED_A_SECOND)
                idle.append(nothing.ask("/", body, 200))
        p50_ms, p99_ms = (ground.percentile(ours, share) for share in (0.5, 0.99))
        idle_p50_ms, idle_p99_ms = (ground.percentile(idle, share) for share in (0.5, 0.99))
        return Verdict(
            name="an answer queued at the API", measured=f"p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms",
            promise=f"p99 under {ENQUEUE_P99_MS:.0f} ms", is_kept=p99_ms < ENQUEUE_P99_MS,
            notes=[
                f"{count} answers, {ENQUEUED_A_SECOND} a second, while the worker sends them and their echoes come in",
                f"a server that does nothing, asked in between: p50 {idle_p50_ms:.1f} ms, p99 {idle_p99_ms:.1f} ms",
            ],
        )  # fmt: skip

    def overtaking(self, count: int, trials: int) -> Verdict:
        self._settle_down()
        first, *rest = next(iter(self.by_account.values()))
        queue(self.product.doors.worker, rest, count, "automatic")
        times = list[float]()
        for number in range(trials):
            text, seen = f"person {number}", self._sends()
            began = time.monotonic()
            self.api.post(f"/conversations/{first}/messages", json={"client_key": text, "text": text}).raise_for_status()
            while text not in self._texts_after(seen):
                time.sleep(0.01)
            times.append(time.monotonic() - began)
            time.sleep(0.2)
        left = self._open()
        return Verdict(
            name=f"a person's answer before {count:,} automatic ones of the same account",
            measured=f"at most {max(times):.2f} s, p50 {ground.percentile(times, 0.5):.2f} s",
            promise=f"under {OVERTAKES_S:.0f} s", is_kept=max(times) < OVERTAKES_S and left > 0,
            notes=[f"{trials} answers; {left:,} automatic ones were still waiting after the last"],
        )  # fmt: skip

    def _settle_down(self) -> None:
        """Until everything is sent and every echo has come in."""
        undone = "SELECT (SELECT count(*) FROM delivery_queue) + (SELECT count(*) FROM delivery_parts WHERE state = 'stored')"
        while self._open() or int(str(ground.query(self.product.doors.owner, undone))):
            time.sleep(0.2)

    def _open(self) -> int:
        count = "SELECT count(*) FROM outbound_messages WHERE state IN ('queued', 'sending')"
        return int(str(ground.query(self.product.doors.owner, count)))

    def _sends(self) -> int:
        return self.meta.get("/stats").json()["sends"]

    def _texts_after(self, seq: int) -> set[str]:
        return {one["text"] for one in self.meta.get("/sends", params={"after": seq, "limit": 1000}).json()["items"]}

    def _conversations(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        query: dict[str, Any] = {"limit": 100}
        while True:
            page = self.api.get("/conversations", params=query).json()
            for one in page["items"]:
                found.setdefault(one["account"]["ig_id"], []).append(one["id"])
            if page["next"] is None:
                return {ig_id: ids for ig_id, ids in found.items() if len(ids) == PEOPLE}
            query["cursor"] = page["next"]


class Asking:
    """One connection to a server, and how long each answer takes."""

    def __init__(self, url: str, token: str) -> None:
        self._client = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    def ask(self, path: str, body: str, expected: int) -> float:
        """Milliseconds to the whole answer. Raises RuntimeError for another status."""
        began = time.perf_counter()
        self._client.request("POST", path, body, self._headers)
        answered = self._client.getresponse()
        said = answered.read()
        took_ms = 1000 * (time.perf_counter() - began)
        if answered.status != expected:
            raise RuntimeError(f"{path} answered {answered.status}: {said[:300]!r}")
        return took_ms


def _sleep_until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def queue(door: Door, conversations: Sequence[str], count: int, name: str) -> None:
    """So many texts of no person, some at a time to each of these conversations; a transaction holds one conversation only."""

    async def run() -> None:
        async with Database.open(door, size=2) as db:
            async with db.transaction() as conn:
                workspace = WorkspaceId(await conn.fetchval("SELECT workspace_id FROM accounts LIMIT 1"))
            actor = Actor(workspace_id=workspace, kind="rule", agent_id=None, name="Bench")
            for start in range(0, count, _TOGETHER):
                to = ConversationId(conversations[start // _TOGETHER % len(conversations)])  # pyright: ignore[reportArgumentType] -- an id as text
                async with db.transaction() as conn:
                    for number in range(start, min(start + _TOGETHER, count)):
                        text = Text(type="text", text=f"{name} {number}")
                        send = Send(conversation_id=to, client_key=text.text, content=text, purpose="automation")
                        await answer.send(conn, actor, send, datetime.now(UTC))

    asyncio.run(run())
