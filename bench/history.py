"""An account's past, read at a simulated Instagram whose calls take 300 to 1500 ms: ours beside one call after the other."""

import asyncio
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2

from bench import first_page, ground
from bench.ground import Product, Spread, Verdict
from confab.model.inbox import WorkspaceId
from confab.store import history
from confab.store.db import Door, connect

LATENCY = "300:1500"
CONVERSATIONS, MESSAGES, TOGETHER = 50, 20, 10
OF_BOUND, OF_SERIAL, MOST_S, FEW_S, P99_MS = 1.3, 10.0, 8.0, 4.0, 50.0
EACH_CALL_S = 0.5  # two calls a second


def measure(*, is_quick: bool) -> Iterator[Verdict]:
    """Serial first; then ours with Meta's limits, without them, a small account, and ten at once."""
    conversations = 8 if is_quick else CONVERSATIONS
    with ExitStack() as stack:
        sim_url = stack.enter_context(simulator())
        meta = stack.enter_context(httpx2.Client(base_url=f"{sim_url}/_control", timeout=60, trust_env=False))
        at = stack.enter_context(ground.folder())
        settings = {
            "CONFAB_GRAPH_URL": f"{sim_url}/graph.instagram.com/v25.0", "CONFAB_MEDIA_ALLOW": sim_url.removeprefix("http://")
        }  # fmt: skip
        product = stack.enter_context(ground.product(at, settings))
        ask = stack.enter_context(
            httpx2.Client(
                base_url=f"{product.url}/api/v1", timeout=60, trust_env=False,
                headers={"authorization": f"Bearer {product.token}"},
            )
        )  # fmt: skip
        shop = Shop(product, meta, ask)
        yield from shop.compared(conversations, 2 if is_quick else TOGETHER)
    yield open_and_known(10_000 if is_quick else first_page.LARGE)


class Shop:
    """A product, the simulated Instagram, and accounts that are connected to both."""

    def __init__(self, product: Product, meta: httpx2.Client, ask: httpx2.Client) -> None:
        self.product, self.meta, self.ask = product, meta, ask
        self._number = 0

    def compared(self, conversations: int, together: int) -> Iterator[Verdict]:
        limited, unlimited, small = (
            self.accounts(1, size) for size in (conversations, conversations, max(1, conversations // 10))
        )
        several = self.accounts(together, conversations)
        self.meta.post("/settings", json={"limits": False})
        serial = serial_s(self.meta, limited[0])  # it would have to wait now and then
        self.meta.post("/settings", json={"limits": True})
        limited_s, runs = self.sync(limited)
        calls = conversations + 1
        bound_s = calls * EACH_CALL_S
        yield Verdict(
            name=f"{conversations * MESSAGES} messages of {conversations} conversations, two calls a second",
            measured=f"{limited_s / bound_s:.2f}x the bound: {limited_s:.1f} s",
            promise=f"at most {OF_BOUND}x the bound that two calls a second set: {bound_s:.1f} s for {calls} calls, one for each "
            "conversation and one for the list",
            is_kept=limited_s <= OF_BOUND * bound_s,
            notes=[
                f"ours needs {runs[0]['calls']} calls, because a page of conversations brings their messages; profiles included",
                f"serial, measured once with the same latency: {serial:.1f} s",
            ],
        )  # fmt: skip
        several_s, runs = self.sync(several)
        yield Verdict(
            name=f"{together} such accounts side by side",
            measured=f"{together * serial / several_s:.1f}x serial: {several_s:.1f} s",
            promise=f"at least {OF_SERIAL:.0f}x a serial sync ({together} times the one measured)",
            is_kept=together * serial / several_s >= OF_SERIAL, notes=[f"calls: {sum(run['calls'] for run in runs)}"],
        )  # fmt: skip
        self.meta.post("/settings", json={"limits": False})
        unlimited_s, _ = self.sync(unlimited)
        yield Verdict(
            name="the same account without the limit", measured=f"{serial / unlimited_s:.1f}x serial, {unlimited_s:.1f} s",
            promise=f"at least {OF_SERIAL:.0f}x serial and under {MOST_S:.0f} s",
            is_kept=serial / unlimited_s >= OF_SERIAL and unlimited_s < MOST_S,
        )  # fmt: skip
        small_s, _ = self.sync(small)
        yield Verdict(
            name=f"{max(1, conversations // 10) * MESSAGES} messages without the limit", measured=f"{small_s:.1f} s",
            promise=f"under {FEW_S:.0f} s", is_kept=small_s < FEW_S,
        )  # fmt: skip

    def accounts(self, count: int, conversations: int) -> list[str]:
        """Connected accounts with a past that nobody has read."""
        made: list[str] = []
        for _ in range(count):
            self._number += 1
            ig_id, name = f"17841460000{self._number:06}", f"shop.{self._number}"
            self.meta.post("/accounts", json={"id": ig_id, "username": name, "token": f"IGAA-{ig_id}"}).raise_for_status()
            given = ["--ig-id", ig_id, "--username", name, "--access-token", f"IGAA-{ig_id}"]
            ground.confab("account", "add", "--workspace", "Harbour Bakery", *given, env=self.product.environment)
            past = {"account": ig_id, "conversations": conversations, "messages": MESSAGES, "media": 0}
            self.meta.post("/history", json=past).raise_for_status()
            made.append(ig_id)
        while any(self._account(ig_id)["complete_up_to"] is None for ig_id in made):  # its first comparison is over
            time.sleep(0.1)
        return made

    def sync(self, ig_ids: list[str]) -> tuple[float, list[dict[str, Any]]]:
        """Seconds until all of it is here, every profile included; the runs."""
        ids = [self._account(ig_id)["id"] for ig_id in ig_ids]
        began = time.monotonic()
        runs = [self.ask.post(f"/accounts/{one}/sync", json={"what": "messages"}).raise_for_status().json() for one in ids]
        while any(run["state"] in ("waiting", "running") for run in runs) or self._profiles():
            time.sleep(0.05)
            runs = [self.ask.get(f"/runs/{run['id']}").raise_for_status().json() for run in runs]
        took_s = time.monotonic() - began
        if any(run["state"] != "done" for run in runs):
            raise RuntimeError(f"a run ended otherwise: {runs}")
        return took_s, runs

    def _profiles(self) -> int:
        return int(str(ground.query(self.product.doors.owner, "SELECT count(*) FROM profile_fetches WHERE state = 'due'")))

    def _account(self, ig_id: str) -> dict[str, Any]:
        return next(one for one in self.ask.get("/accounts").raise_for_status().json()["items"] if one["ig_id"] == ig_id)


def serial_s(meta: httpx2.Client, ig_id: str) -> float:
    """Seconds that a straightforward sync takes: the conversations, then the messages of each, then each profile, one by one."""
    graph = str(meta.base_url).replace("/_control/", "/graph.instagram.com/v25.0")
    began = time.monotonic()
    with httpx2.Client(timeout=30, trust_env=False, headers={"authorization": f"Bearer IGAA-{ig_id}"}) as client:
        found: list[dict[str, Any]] = []
        parameters: dict[str, str] = {"platform": "instagram", "fields": "id,updated_time,participants"}
        while True:
            page = client.get(f"{graph}/{ig_id}/conversations", params=parameters).raise_for_status().json()
            found += page["data"]
            if "next" not in page.get("paging", {}):
                break
            parameters["after"] = page["paging"]["cursors"]["after"]
        for conversation in found:
            fields = "messages.limit(20){id,created_time,from,to,message,attachments}"
            client.get(f"{graph}/{conversation['id']}", params={"fields": fields}).raise_for_status()
        for conversation in found:
            (person,) = [one["id"] for one in conversation["participants"]["data"] if one["id"] != ig_id]
            client.get(f"{graph}/{person}", params={"fields": "name,username,profile_pic,follower_count"}).raise_for_status()
    return time.monotonic() - began


def open_and_known(conversations: int) -> Verdict:
    """What a page of 100 conversations asks of a large database: which are open, and which of 500 messages are known."""
    with ExitStack() as stack:
        product = first_page.filled(stack, conversations)
        times = Spread(values=asyncio.run(_asked(product.doors.worker)))
    p99_ms = ground.percentile(times.values, 0.99)
    return Verdict(
        name="what is open and what is known", measured=f"p99 {p99_ms:.1f} ms ({times.shown('.1f')})",
        promise=f"p99 under {P99_MS:.0f} ms", is_kept=p99_ms < P99_MS,
        notes=[f"100 conversations and 500 messages at a time, {10 * conversations:,} messages in the database"],
    )  # fmt: skip


async def _asked(door: Door) -> list[float]:
    conn = await connect(door)
    try:
        (account,) = await conn.fetch("SELECT workspace_id, id FROM accounts")
        workspace, times = WorkspaceId(account["workspace_id"]), list[float]()
        for _ in range(300):
            people = await conn.fetch("SELECT igsid FROM participants TABLESAMPLE SYSTEM (1) LIMIT 100")
            mids = await conn.fetch("SELECT mid_digest FROM messages TABLESAMPLE SYSTEM (1) LIMIT 500")
            listed = [(record["igsid"], datetime.now(UTC)) for record in people]
            began = time.perf_counter()
            await history.incomplete(conn, workspace, account["id"], listed)
            await history.known(conn, workspace, account["id"], [record["mid_digest"] for record in mids])
            times.append(1000 * (time.perf_counter() - began))
        return times
    finally:
        await conn.close()


@contextmanager
def simulator() -> Generator[str, None, None]:
    """The simulated Instagram, slow as the real one: its address."""
    with ground.started("-m", "graphsim", "serve", "--port", "0", "--latency-ms", LATENCY) as process:
        yield ground.announced(process)
