"""What is kept together is committed once, and every answer to Meta is counted. Rules D1, D2 of docs/spec/inbox.md."""

import asyncio
import hashlib
import hmac
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from confab.app import web_app
from confab.clock import Clock
from confab.inbox.receive import KEPT, NOT_STORED, Answer, Ledger
from confab.settings import Settings
from confab.store.db import Database, Doors, connect
from tests.stack import served

SECRET = "0123456789abcdef0123456789abcdef"
HOOK = "/api/webhooks/instagram"


async def answered(ledger: Ledger, bodies: list[bytes]) -> list[Answer]:
    """What the ledger says of bodies that come in the same moment."""
    answers: list[Answer] = []
    everybody = asyncio.Event()

    def heard(answer: Answer) -> None:
        answers.append(answer)
        if len(answers) == len(bodies):
            everybody.set()

    for body in bodies:
        ledger.keep(None, body, heard)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(ledger.run())
        await everybody.wait()
        running.cancel()
    return answers


async def transactions(db: Database, bodies: list[bytes]) -> list[int]:
    """How many of these each transaction has kept; a row tells which one wrote it."""
    async with db.transaction() as conn:
        found = await conn.fetch(
            "SELECT count(*) FROM deliveries WHERE body = ANY($1::bytea[]) GROUP BY xmin::text ORDER BY min(id::text)", bodies
        )
    return [record["count"] for record in found]


async def test_D1_those_who_wait_together_share_one_commit(app_db: Database, worker_db: Database, clock: Clock) -> None:
    kept: list[None] = []
    bodies = [b"together %d" % number for number in range(300)]
    answers = await answered(Ledger(app_db, clock, lambda: kept.append(None)), bodies)
    assert answers == [KEPT] * 300
    assert await transactions(worker_db, bodies) == [300]
    assert len(kept) == 1  # the worker is woken once


async def test_D1_no_commit_holds_more_than_512(app_db: Database, worker_db: Database, clock: Clock) -> None:
    bodies = [b"many %d" % number for number in range(1_100)]
    assert await answered(Ledger(app_db, clock, lambda: None), bodies) == [KEPT] * 1_100
    assert await transactions(worker_db, bodies) == [512, 512, 76]


async def test_D1_when_a_commit_fails_all_who_shared_it_are_told(
    app_db: Database, worker_db: Database, clock: Clock, doors: Doors
) -> None:
    bodies = [b"refused %d" % number for number in range(20)]
    async with no_inserts(doors):
        assert await answered(Ledger(app_db, clock, lambda: None), bodies) == [NOT_STORED] * 20
    assert await transactions(worker_db, bodies) == []


@asynccontextmanager
async def no_inserts(doors: Doors) -> AsyncIterator[None]:
    owner = await connect(doors.owner)
    try:
        await owner.execute("REVOKE INSERT ON deliveries FROM confab_app")
        yield
    finally:
        await owner.execute("GRANT INSERT ON deliveries TO confab_app")
        await owner.close()


async def test_D2_each_answer_to_meta_is_counted_by_its_status(doors: Doors, clock: Clock) -> None:
    settings = Settings(meta_app_secrets=(SECRET,), meta_verify_token="verify-me", webhook_max_bytes=1_000)
    async with web_app(settings, doors, clock) as front, served(front) as url, httpx2.AsyncClient(base_url=url) as http:
        given: Counter[int] = Counter()

        async def post(body: bytes, secret: str = SECRET, query: str = "") -> None:
            signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            answer = await http.post(HOOK + query, content=body, headers={"x-hub-signature-256": signature})
            given[answer.status_code] += 1

        for query in ("", "?by=the-slower-way"):  # what is no plain delivery goes through the framework's server
            for number in range(3):
                await post(b"%d" % number, query=query)
            await post(b"{}", "another secret", query)
            await post(b"x" * 1_001, query=query)
            async with no_inserts(doors):
                await post(b"{}", query=query)
        given[(await http.get(HOOK)).status_code] += 1
        given[(await http.put(HOOK)).status_code] += 1
        assert given == {200: 6, 403: 3, 413: 2, 503: 2, 405: 1}
        assert await counted(http) == given


async def counted(http: httpx2.AsyncClient) -> dict[int, float]:
    """What `/metrics` says of webhooks, by status."""
    families = {family.name: family for family in text_string_to_metric_families((await http.get("/metrics")).text)}
    samples = families["confab_webhook_answers"].samples
    return {int(sample.labels["status"]): sample.value for sample in samples if sample.name == "confab_webhook_answers_total"}
