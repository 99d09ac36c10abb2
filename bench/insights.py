"""Numbers: read at a simulated Instagram of 30 to 150 ms a call, written by the million, and shown as a page."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx2
from playwright.sync_api import sync_playwright
from tests.e2e import browser

from bench import bundle, ground
from bench.ground import Product, Verdict
from confab.graph.metrics import ACCOUNT
from confab.insights import questions
from confab.model import pacific
from confab.model.inbox import AccountId, WorkspaceId
from confab.model.insights import Value
from confab.store import insights
from confab.store.db import Conn, Door, connect

LATENCY = "30:150"  # a tenth of what Instagram takes
ACCOUNTS, METRICS = 10, 12
VALUES, BATCH, SAMPLE = 1_000_000, 5_000, 5_000
PAGES_OF, AND_OF = (7, 28, 90), 365  # what the page's buttons ask for, and what somebody may type
OF_SERIAL, OF_ROWS, PAGE_MS = 8.0, 20.0, 300.0

# Two years of twenty accounts: the daily wholes and their parts, followers' hours, who they are (each week), posts.
_FILL = """
SET session_replication_role = replica;
SET synchronous_commit = off;
INSERT INTO accounts (workspace_id, id, ig_id, username, created_at)
SELECT a.workspace_id, gen_random_uuid(), (17841490000000000 + n)::text, 'shop.' || n, now()
FROM accounts a, generate_series(1, 19) n;
CREATE TEMP TABLE days AS SELECT a.workspace_id, a.id AS account_id, d::date AS day, d + interval '32 hours' AS end_time
FROM accounts a, generate_series(date_trunc('day', now()) - interval '731 days', now() - interval '32 hours', interval '1 day') d;
INSERT INTO insight_values (workspace_id, account_id, period, end_time, metric, day, value, read_at)
SELECT workspace_id, account_id, period, end_time, m, day, 100 * random(), now()
FROM days, unnest(ARRAY[{metrics}]) m,
    unnest(CASE m WHEN 'reach' THEN ARRAY['day', 'week', 'days_28'] ELSE ARRAY['day'] END) period;
INSERT INTO insight_values (workspace_id, account_id, period, end_time, metric, breakdown, dimensions, day, value, read_at)
SELECT workspace_id, account_id, 'day', end_time, m, 'media_product_type', ARRAY[p], day, 100 * random(), now()
FROM days, unnest(ARRAY['reach', 'views', 'total_interactions', 'likes', 'comments', 'saves', 'shares']) m,
    unnest(ARRAY['AD', 'FEED', 'REELS', 'STORY']) p;
INSERT INTO insight_values (workspace_id, account_id, period, end_time, metric, breakdown, dimensions, day, value, read_at)
SELECT workspace_id, account_id, 'lifetime', end_time, 'online_followers', 'hour', ARRAY[h::text], day, 100 * random(), now()
FROM days, generate_series(0, 23) h;
INSERT INTO insight_values (workspace_id, account_id, period, end_time, metric, breakdown, dimensions, day, value, read_at)
SELECT workspace_id, account_id, 'lifetime', end_time, m, b, ARRAY['part ' || p], day, 100 * random(), now()
FROM days, unnest(ARRAY['follower_demographics', 'engaged_audience_demographics', 'reached_audience_demographics']) m,
    unnest(ARRAY['age', 'city', 'country', 'gender']) b,
    generate_series(1, CASE WHEN b IN ('city', 'country') THEN 45 ELSE 6 END) p
WHERE extract(dow FROM day) = 1;
INSERT INTO posts (workspace_id, id, account_id, ig_id, is_own, caption, permalink, published_at)
SELECT workspace_id, gen_random_uuid(), account_id, account_id || '.' || day, true, 'Bread of the day',
    'https://www.instagram.com/p/x/', end_time
FROM days;
INSERT INTO insight_media (workspace_id, account_id, ig_id, kind, published_at)
SELECT workspace_id, account_id, account_id || '.' || day, 'post', end_time FROM days;
INSERT INTO insight_values (workspace_id, account_id, media_id, period, end_time, metric, day, value, read_at)
SELECT workspace_id, account_id, account_id || '.' || day, 'lifetime', end_time + after * interval '1 day', m, day + after,
    100 * random(), now()
FROM days, unnest(ARRAY['views', 'reach', 'shares', 'total_interactions', 'reposts', 'likes', 'comments', 'saved']) m,
    generate_series(0, 29, 3) after;
INSERT INTO insight_watches (workspace_id, account_id, began_at, good_at, due_at)
SELECT workspace_id, id, now(), now(), now() + interval '1 day' FROM accounts ON CONFLICT DO NOTHING
"""

_LINK = 'nav a[href^="/insights"]'
_CLICK = """(link) => new Promise((done) => {
  const began = performance.now()
  const look = () => {
    if (document.querySelector('[aria-label="Top posts"] li') === null) return
    seen.disconnect()
    requestAnimationFrame(() => done(performance.now() - began))
  }
  const seen = new MutationObserver(look)
  seen.observe(document.body, { subtree: true, childList: true })
  document.querySelector(link).click()
})"""


def measure(*, is_quick: bool) -> Iterator[Verdict]:
    """Reading beside one call after the other; writing beside one row after the other; a page on what two years leave."""
    with ExitStack() as stack:
        yield Shops(stack).compared(2 if is_quick else ACCOUNTS)
    with ExitStack() as stack:
        product = stack.enter_context(ground.product(stack.enter_context(ground.folder())))
        yield from asyncio.run(_written(product.doors.worker, 50_000 if is_quick else VALUES, 500 if is_quick else SAMPLE))
    with ExitStack() as stack:
        product = stack.enter_context(ground.product(stack.enter_context(ground.folder())))
        yield _page(product, 10 if is_quick else 50)
        yield _seen(product, 3 if is_quick else 30)


class Shops:
    """A product, the simulated Instagram, and accounts that are connected to both."""

    def __init__(self, stack: ExitStack) -> None:
        sim = stack.enter_context(ground.started("-m", "graphsim", "serve", "--port", "0", "--latency-ms", LATENCY))
        self.sim_url = ground.announced(sim)
        self.meta = stack.enter_context(httpx2.Client(base_url=f"{self.sim_url}/_control", timeout=60, trust_env=False))
        settings = {
            "CONFAB_GRAPH_URL": f"{self.sim_url}/graph.instagram.com/v25.0",
            "CONFAB_MEDIA_ALLOW": self.sim_url.removeprefix("http://"),
        }
        self.product = stack.enter_context(ground.product(stack.enter_context(ground.folder()), settings))
        self.ask = stack.enter_context(
            httpx2.Client(
                base_url=f"{self.product.url}/api/v1", timeout=60, trust_env=False,
                headers={"authorization": f"Bearer {self.product.token}"},
            )
        )  # fmt: skip

    def compared(self, count: int) -> Verdict:
        """Both read the same day of the same metrics of the same accounts, with the same questions."""
        ig_ids, day = self.accounts(count), pacific.last_whole(datetime.now(UTC))
        names = list(ACCOUNT)[:METRICS]
        serial_s, answers = self.one_by_one(ig_ids, day, names)
        ours_s, runs = self.sync(ig_ids, day, names)
        errors = [one for run in runs for one in run["result"]["errors"]]
        inserted, ratio = sum(run["result"]["total_inserted"] for run in runs), serial_s / ours_s
        return Verdict(
            name=f"{METRICS} metrics of {count} accounts, {LATENCY.replace(':', ' to ')} ms a call",
            measured=f"{ratio:.1f}x one by one: {ours_s:.2f} s",
            promise=f"at least {OF_SERIAL:.0f}x one call after the other, within the account's limits",
            is_kept=ratio >= OF_SERIAL and not errors and inserted > 0,
            notes=[
                f"one by one: {serial_s:.1f} s for the same {answers} questions, nothing kept",
                f"ours: {sum(run['calls'] for run in runs)} calls, {inserted} values kept, {len(errors)} metrics refused",
                "from the asking through our API to the end of the last run",
            ],
        )  # fmt: skip

    def accounts(self, count: int) -> list[str]:
        """Connected accounts whose first comparison is over."""
        made = [f"17841460000{number:06}" for number in range(1, count + 1)]
        for number, ig_id in enumerate(made, 1):
            name = f"shop.{number}"
            self.meta.post("/accounts", json={"id": ig_id, "username": name, "token": f"IGAA-{ig_id}"}).raise_for_status()
            given = ["--ig-id", ig_id, "--username", name, "--access-token", f"IGAA-{ig_id}"]
            ground.confab("account", "add", "--workspace", "Harbour Bakery", *given, env=self.product.environment)
        while any(self._account(ig_id)["complete_up_to"] is None for ig_id in made):
            time.sleep(0.1)
        return made

    def one_by_one(self, ig_ids: Sequence[str], day: date, names: Sequence[str]) -> tuple[float, int]:
        """Seconds that one call after the other takes, over a connection kept open; how many calls."""
        calls, began = 0, time.monotonic()
        with httpx2.Client(timeout=30, trust_env=False) as client:
            for ig_id in ig_ids:
                for ask in questions.of_days(ig_id, day, day, names=names, today=day + timedelta(days=1)):
                    client.get(
                        f"{self.sim_url}/graph.instagram.com/v25.0/{ig_id}/insights", params=ask.tries[0].parameters(),
                        headers={"authorization": f"Bearer IGAA-{ig_id}"},
                    ).raise_for_status()  # fmt: skip
                    calls += 1
        return time.monotonic() - began, calls

    def sync(self, ig_ids: Sequence[str], day: date, names: Sequence[str]) -> tuple[float, list[dict[str, Any]]]:
        """Seconds until every account's run is over; the runs."""
        ids = [self._account(ig_id)["id"] for ig_id in ig_ids]
        wanted = {"what": "insights", "since": str(day), "until": str(day), "metrics": list(names)}
        began = time.monotonic()
        left = [self.ask.post(f"/accounts/{one}/sync", json=wanted).raise_for_status().json()["id"] for one in ids]
        ended: list[dict[str, Any]] = []
        while left:
            time.sleep(0.02)
            run = self.ask.get(f"/insights/runs/{left[0]}").raise_for_status().json()
            if run["state"] not in ("waiting", "running"):
                ended.append(run)
                left.pop(0)
        took_s = time.monotonic() - began
        if any(run["state"] != "done" for run in ended):
            raise RuntimeError(f"a run ended otherwise: {ended}")
        return took_s, ended

    def _account(self, ig_id: str) -> dict[str, Any]:
        return next(one for one in self.ask.get("/accounts").raise_for_status().json()["items"] if one["ig_id"] == ig_id)


async def _written(door: Door, count: int, sample: int) -> list[Verdict]:
    conn = await connect(door)
    try:
        (account,) = await conn.fetch("SELECT workspace_id, id FROM accounts")
        whose = WorkspaceId(account["workspace_id"]), AccountId(account["id"])
        now = datetime.now(UTC)
        values = _values(count)
        ours_s, counted = await _in_batches(conn, whose, values, now)
        again_s, known = await _in_batches(conn, whose, _corrected(values), now)
        rows = _values(sample, metric="row_by_row")
        single_s = await _row_by_row(conn, whose, rows, now)
        single_again_s = await _row_by_row(conn, whose, _corrected(rows), now)
    finally:
        await conn.close()
    if counted != (count, 0) or known != (0, count // 10):
        raise RuntimeError(f"the database counted otherwise: {counted}, {known}")
    return [
        _beside(f"{count:,} new values", ours_s / count, single_s / sample, sample),
        _beside("the same again, each tenth corrected", again_s / count, single_again_s / sample, sample),
    ]


def _beside(name: str, ours_s: float, single_s: float, sample: int) -> Verdict:
    return Verdict(
        name=f"upsert of {name}", measured=f"{single_s / ours_s:.1f}x row by row: {1e6 * ours_s:.1f} µs a value",
        promise=f"at least {OF_ROWS:.0f}x one prepared upsert after the other, each committed as it comes",
        is_kept=single_s / ours_s >= OF_ROWS,
        notes=[f"batches of {BATCH:,}; row by row: {1e6 * single_s:.0f} µs a value, measured on {sample:,} of them, after ours"],
    )  # fmt: skip


def _values(count: int, metric: str = "metric") -> list[Value]:
    """A hundred metrics a day, as far back as it takes."""
    last, found = date(2026, 10, 30), list[Value]()
    for number in range(count):
        day = last - timedelta(days=number // 100 % 3650)
        parts = (str(number // 365_000),) if number >= 365_000 else ()
        found.append(
            Value(
                metric=f"{metric}_{number % 100}", period="day", end_time=pacific.end_of(day), day=day, value=float(number),
                breakdown="by" if parts else "", dimensions=parts,
            )
        )  # fmt: skip
    return found


def _corrected(values: Sequence[Value]) -> list[Value]:
    return [replace(one, value=(one.value or 0) + 0.5) if place % 10 == 0 else one for place, one in enumerate(values)]


async def _in_batches(
    conn: Conn, whose: tuple[WorkspaceId, AccountId], values: Sequence[Value], now: datetime
) -> tuple[float, tuple[int, int]]:
    """Seconds, and how many were new and different."""
    inserted = changed = 0
    began = time.monotonic()
    for start in range(0, len(values), BATCH):
        async with conn.transaction():
            written = await insights.put(conn, *whose, values[start : start + BATCH], now)
        inserted, changed = inserted + written.inserted, changed + written.changed
    return time.monotonic() - began, (inserted, changed)


async def _row_by_row(conn: Conn, whose: tuple[WorkspaceId, AccountId], values: Sequence[Value], now: datetime) -> float:
    """Seconds that a prepared upsert for each value takes."""
    statement = await conn.prepare(
        """INSERT INTO insight_values AS v (workspace_id, account_id, media_id, period, end_time, metric, breakdown, dimensions,
            day, value, read_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (workspace_id, account_id, media_id, period, end_time, metric, breakdown, dimensions) DO UPDATE
        SET value = excluded.value, read_at = excluded.read_at, corrections = coalesce(v.corrections, '[]')
            || jsonb_build_array(jsonb_build_object('value', v.value, 'read_at', v.read_at))
        WHERE v.value IS DISTINCT FROM excluded.value AND excluded.value IS NOT NULL RETURNING xmax = 0"""
    )
    began = time.monotonic()
    for one in values:
        await statement.fetchval(
            *whose, one.media_id, one.period, one.end_time, one.metric, one.breakdown, list(one.dimensions), one.day, one.value,
            now,
        )  # fmt: skip
    return time.monotonic() - began


def _page(product: Product, rounds: int) -> Verdict:
    """Each account's page in turn, of a week to a year, one request at a time."""
    metrics = ", ".join(f"'{name}'" for name, one in ACCOUNT.items() if not one.dimensions and not one.hours)
    statements = [one for one in _FILL.format(metrics=metrics).split(";\n") if one.strip()]
    ground.query(product.doors.owner, *statements, "VACUUM ANALYZE", "CHECKPOINT")
    count = int(str(ground.query(product.doors.owner, "SELECT count(*) FROM insight_values")))
    accounts = [one["id"] for one in product.get("/accounts")["items"]]
    until, times = pacific.last_whole(datetime.now(UTC)), {days: list[float]() for days in (*PAGES_OF, AND_OF)}
    headers = {"authorization": f"Bearer {product.token}"}
    with httpx2.Client(base_url=f"{product.url}/api/v1", timeout=30, trust_env=False, headers=headers) as client:
        for number in range(-5, rounds):  # the first ones warm up
            for days, took in times.items():
                asked = {"account": accounts[number % len(accounts)], "since": str(until - timedelta(days=days - 1))}
                began = time.perf_counter()
                found = client.get("/insights", params={**asked, "until": str(until)}).raise_for_status().json()
                if number >= 0:
                    took.append(1000 * (time.perf_counter() - began))
                if not found["audience"]["city"] or not found["top_media"]:
                    raise RuntimeError("the page is not whole")
    p99 = {days: ground.percentile(took, 0.99) for days, took in times.items()}
    return Verdict(
        name="the page of an account", measured=f"p99 {p99[28]:.0f} ms of 28 days, {p99[90]:.0f} ms of 90",
        promise=f"under {PAGE_MS:.0f} ms with two years of {len(accounts)} accounts",
        is_kept=max(p99[days] for days in PAGES_OF) < PAGE_MS,
        notes=[
            f"{count:,} values; "
            + "; ".join(
                f"{days} days: median {statistics.median(took):.0f}, p99 {p99[days]:.0f} ms" for days, took in times.items()
            )
        ],
    )  # fmt: skip


def _seen(product: Product, rounds: int) -> Verdict:
    """The page in a browser that shows the inbox, loaded anew each time: from the click until everything stands there."""
    if not (bundle.built() / "index.html").exists():
        return Verdict(name="the page in a browser", measured="the web inbox is not built", promise="p95", is_kept=None)
    took: list[float] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser.executable(), args=browser.ARGUMENTS)
        page = chromium.new_page()
        signed_in = page.request.post(f"{product.url}/api/v1/session", data={"email": ground.EMAIL, "password": ground.PASSWORD})
        assert signed_in.ok, signed_in.text()
        for number in range(-3, rounds):  # the first ones warm up
            page.goto(f"{product.url}/inbox")
            page.wait_for_selector(f"{_LINK} svg")
            took_ms = float(page.evaluate(_CLICK, _LINK))
            if number >= 0:
                took.append(took_ms)
        chromium.close()
    p95 = ground.percentile(took, 0.95)
    return Verdict(
        name="the page in a browser", measured=f"p95 {p95:.0f} ms, median {statistics.median(took):.0f}",
        promise=f"under {PAGE_MS:.0f} ms from the click until numbers and top posts of 28 days stand there",
        is_kept=p95 < PAGE_MS, notes=[f"{rounds} times; the browser is on the same machine"],
    )  # fmt: skip
