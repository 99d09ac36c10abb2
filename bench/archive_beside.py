"""Ingestion while the archive is at work: a thousand messages a second, with nothing beside it and beside the job."""

import asyncio
import json
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx2

from bench import deliveries, ground
from bench.ground import Product, Verdict
from confab.store import ids
from confab.store.db import connect

MOST_P99 = 1.5
ARCHIVED, PER_SECOND, TOGETHER = 100_000, 1_000, 10
EACH = 20  # messages of a conversation
_OLD = timedelta(days=60)
_SAID = re.compile(rb'"text":"at (\d+\.\d+) ')
COLUMNS = [
    "workspace_id",
    "id",
    "account_id",
    "conversation_id",
    "mid",
    "mid_digest",
    "direction",
    "author_kind",
    "text",
    "sent_at",
    "status",
    "is_archived",
]


def ingestion(product: Product, count: int, seconds: int) -> Verdict:
    """From the post to the stream, a thousand messages a second: with nothing beside it, and while the job archives."""
    old_ = asyncio.run(_old(product, count))
    _paced(product, 2)  # everybody is known
    alone = _paced(product, seconds)
    command = [sys.executable, "-m", "confab", "archive", "--days", "30", "--json"]
    job = subprocess.Popen(command, env=ground.environment(product.environment), stdout=subprocess.PIPE, text=True)
    beside = _paced(product, seconds, until=lambda: job.poll() is not None)
    out, _ = job.communicate(timeout=1800)
    archived = json.loads(out)["messages"]
    p99s = [ground.percentile(times, 0.99) * 1000 for times in (alone, beside)]
    ratio = p99s[1] / p99s[0]
    return Verdict(
        name=f"ingestion of {PER_SECOND:,} messages a second while {archived:,} are archived",
        measured=f"p99 {ratio:.2f}x: {p99s[1]:.0f} ms", promise=f"at most {MOST_P99}x, {count:,} archived",
        is_kept=ratio <= MOST_P99 and archived == old_,
        notes=[
            f"alone {p99s[0]:.0f} ms; {len(alone):,} and {len(beside):,} messages",
            "from the post until the stream tells of them",
        ],
    )  # fmt: skip


async def _old(product: Product, count: int) -> int:
    """So many messages of conversations that were answered long ago."""
    conn = await connect(product.doors.owner)
    await conn.execute("SET session_replication_role = replica")
    found = await conn.fetchrow("SELECT workspace_id, account_id FROM account_routes")
    workspace, account, at_ = found["workspace_id"], found["account_id"], datetime.now(UTC) - _OLD
    for number in range(count // EACH):
        who, last = ids.new(at_), ids.new(at_)
        await conn.execute(
            "INSERT INTO participants (workspace_id, id, account_id, igsid, created_at) VALUES ($1, $2, $3, $4, $5)",
            workspace, who, account, f"8{number:09}", at_,
        )  # fmt: skip
        await conn.execute(
            """INSERT INTO conversations (workspace_id, id, account_id, participant_id, read_up_to, last_message_id,
            last_message_at, last_message_direction, last_message_status, created_at) VALUES ($1, $2, $3, $2, $4, $5, $4,
            'outbound', 'sent', $4)""", workspace, who, account, at_, last,
        )  # fmt: skip
        said = [
            (workspace, last if n == 0 else ids.new(at_), account, who, f"o{number}-{n}", ids.digest(f"o{number}-{n}"),
            "outbound", "agent", f"old text {n}", at_, "sent", False) for n in range(EACH)
        ]  # fmt: skip
        await conn.copy_records_to_table("messages", records=said, columns=COLUMNS)
    await conn.execute("ANALYZE")
    await conn.close()
    return count // EACH * EACH


def _paced(product: Product, seconds: int, until: Callable[[], bool] | None = None) -> list[float]:
    """Post a thousand messages a second for so long, or until something is over; seconds from each post to the stream."""
    heard, is_over = list[float](), threading.Event()
    listener = threading.Thread(target=_listen, args=(product, heard, is_over))
    listener.start()
    time.sleep(0.5)
    try:
        asyncio.run(_post(product, seconds, until))
        ground.drain(product)
        time.sleep(0.5)
    finally:
        is_over.set()
        listener.join()
    return heard


def _listen(product: Product, heard: list[float], is_over: threading.Event) -> None:
    newest = product.get("/conversations?limit=1")["seq"]
    headers = {"authorization": f"Bearer {product.token}"}
    with (
        httpx2.Client(trust_env=False, timeout=30, headers=headers) as client,
        client.stream("GET", f"{product.url}/api/v1/stream?after={newest}") as answer,
    ):
        for piece in answer.iter_raw():
            now = time.time()
            heard.extend(now - float(sent) for sent in _SAID.findall(piece))
            if is_over.is_set():
                return


async def _post(product: Product, seconds: int, until: Callable[[], bool] | None) -> None:
    chance, began, number = random.Random(), time.monotonic(), 0
    every_s = TOGETHER / PER_SECOND
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as client, asyncio.TaskGroup() as tasks:
        while time.monotonic() - began < seconds or (until is not None and not until()):
            tasks.create_task(_deliver(client, product.url, chance))
            number += 1
            await asyncio.sleep(max(0.0, began + number * every_s - time.monotonic()))


async def _deliver(client: httpx2.AsyncClient, url: str, chance: random.Random) -> None:
    at_ms = int(time.time() * 1000)
    items = [
        {
            "sender": {"id": str(10**15 + chance.randrange(deliveries.PARTICIPANTS))}, "recipient": {"id": ground.IG_ID},
            "timestamp": at_ms, "message": {"mid": deliveries.mid_of(chance), "text": f"at {time.time():.4f} s"},
        }
        for _ in range(TOGETHER)
    ]  # fmt: skip
    body = json.dumps({"object": "instagram", "entry": [{"id": ground.IG_ID, "time": at_ms, "messaging": items}]}).encode()
    headers = {"x-hub-signature-256": deliveries.signature(body), "content-type": "application/json"}
    (await client.post(f"{url}{ground.WEBHOOK}", content=body, headers=headers)).raise_for_status()
