"""Deliveries per second from the first one posted until the last one is visible through the API, nothing left in the queue."""

import time
from collections.abc import Iterator

from bench import deliveries, ground
from bench.acknowledged import everybody_is_known
from bench.ground import Product, Spread, Verdict

OF_BASELINE = 5.0
_PER_SECOND = 25_000


def measure(*, is_quick: bool) -> Iterator[Verdict]:
    """Rounds of A and B. Ours has acknowledged before it has applied, so its clock runs on until all of it is applied."""
    rounds, seconds = (1, 2) if is_quick else (5, 4)
    rates = {name: Spread() for name in ("ours", "one", "two")}
    costs = {name: Spread() for name in ("web", "worker", "PostgreSQL")}
    with ground.folder() as at, ground.product(at) as product:
        everybody_is_known(product, at)
        for number in range(rounds):
            requests = deliveries.write(at / "requests", seconds * _PER_SECOND, 100 + number)
            pids = {"web": product.web.popen.pid, "worker": product.worker.popen.pid, "PostgreSQL": product.postmaster}
            before = {name: ground.tree_cpu_s(pid) for name, pid in pids.items()}
            messages, began = visible(product), time.monotonic()
            ground.load(product.url, requests, seconds)
            ground.drain(product)
            took_s, new = time.monotonic() - began, visible(product) - messages
            rates["ours"].values.append(new / took_s)
            for name, pid in pids.items():
                costs[name].values.append((ground.tree_cpu_s(pid) - before[name]) / new * 1e6)
            for name, workers in (("one", 1), ("two", 2)):
                with ground.baseline(product.doors, workers, at / "baseline.log") as (url, _process, door):
                    began = time.monotonic()
                    ground.load(url, requests, seconds)
                    count = int(str(ground.query(door, "SELECT count(*) FROM messages")))
                    rates[name].values.append(count / (time.monotonic() - began))
        listed = unread_in_the_list(product)
        everything = visible(product)
    better = max((rates["one"], rates["two"]), key=lambda spread: spread.median)
    ratio = ground.ratios(rates["ours"], better)
    yield Verdict(
        name="from the post until visible, queue empty", measured=f"{ratio.median:.1f}x ({ratio.shown('.1f')})",
        promise=f"at least {OF_BASELINE:.0f}x FastAPI + SQLAlchemy, and every message counted in the list",
        is_kept=ratio.median >= OF_BASELINE and listed == everything,
        notes=[
            f"ours {rates['ours'].shown()}/s; theirs with one process {rates['one'].shown()}/s, two {rates['two'].shown()}/s",
            "CPU a message: " + ", ".join(f"{name} {spread.shown('.0f')} us" for name, spread in costs.items()),
            f"messages in the database {everything}, unread in the API's list {listed}",
        ],
    )  # fmt: skip


def visible(product: Product) -> int:
    """How many messages there are."""
    return int(str(ground.query(product.doors.owner, "SELECT count(*) FROM messages")))


def unread_in_the_list(product: Product) -> int:
    """The sum of the unread counts, page by page as a client reads them."""
    total, cursor = 0, ""
    while True:
        page = product.get("/conversations?limit=100" + (f"&cursor={cursor}" if cursor else ""))
        total += sum(one["unread_count"] for one in page["items"])
        if page["next"] is None:
            return total
        cursor = page["next"]
