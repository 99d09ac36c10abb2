"""Durable deliveries acknowledged per second, beside the same server doing nothing and a straightforward handler."""

from collections.abc import Iterator
from pathlib import Path

from bench import deliveries, ground
from bench.ground import Load, Process, Product, Spread, Verdict

OF_NOOP, OF_BASELINE, GENERATOR = 0.5, 8.0, 0.8
_PER_SECOND = 25_000  # bodies to have ready: more than anybody can take


def measure(*, is_quick: bool) -> Iterator[Verdict]:
    """Rounds of A, B, C: nothing, ours, theirs; a ratio for each round, its median is the figure."""
    rounds, seconds = (1, 2) if is_quick else (5, 5)
    rates = {name: Spread() for name in ("nothing", "ours", "one", "two")}
    costs = {name: Spread() for name in ("nothing", "ours")}
    shares, left, lost = Spread(), Spread(), 0
    with ground.folder() as at, ground.product(at) as product, ground.noop() as (idle_url, idle):
        everybody_is_known(product, at)
        for number in range(rounds):
            requests = deliveries.write(at / "requests", seconds * _PER_SECOND, number)
            seen, cost_us = costed(idle_url, requests, seconds, idle)
            rates["nothing"].values.append(seen.per_second)
            costs["nothing"].values.append(cost_us)
            shares.values.append(seen.core_share)
            before = stored(product)
            seen, cost_us = costed(product.url, requests, seconds, product.web)
            rates["ours"].values.append(seen.per_second)
            costs["ours"].values.append(cost_us)
            left.values.append(float(str(ground.query(product.doors.owner, "SELECT count(*) FROM delivery_queue"))))
            lost += max(0, seen.acknowledged - (stored(product) - before))
            ground.drain(product)
            for name, workers in (("one", 1), ("two", 2)):
                with ground.baseline(product.doors, workers, at / "baseline.log") as (url, _process, _door):
                    rates[name].values.append(ground.load(url, requests, seconds).per_second)
    better = max((rates["one"], rates["two"]), key=lambda spread: spread.median)
    of_nothing, of_theirs = ground.ratios(rates["ours"], rates["nothing"]), ground.ratios(rates["ours"], better)
    yield Verdict(
        name="acknowledged beside a server that does nothing", measured=f"{of_nothing.median:.0%} ({of_nothing.shown('.2f')})",
        promise=f"at least {OF_NOOP:.0%}", is_kept=of_nothing.median >= OF_NOOP and not lost,
        notes=[
            f"nothing {rates['nothing'].shown()}/s, ours {rates['ours'].shown()}/s with the worker running",
            f"CPU a request: the web process {costs['ours'].shown('.1f')} us, doing nothing {costs['nothing'].shown('.1f')} us",
            f"left to ingest when the load ended: {left.shown()}; acknowledged but not in the ledger: {lost}",
        ],
    )  # fmt: skip
    yield Verdict(
        name="acknowledged beside FastAPI + SQLAlchemy", measured=f"{of_theirs.median:.1f}x ({of_theirs.shown('.1f')})",
        promise=f"at least {OF_BASELINE:.0f}x", is_kept=of_theirs.median >= OF_BASELINE,
        notes=[f"theirs with one process {rates['one'].shown()}/s, with two {rates['two'].shown()}/s; the better one counts"],
    )  # fmt: skip
    yield Verdict(
        name="the load generator's own share of a core", measured=f"{shares.median:.0%} ({ground.generator_name()})",
        promise=f"under {GENERATOR:.0%}", is_kept=shares.median < GENERATOR,
    )  # fmt: skip


def everybody_is_known(product: Product, at: Path) -> None:
    """Every participant has written once and has a profile: what follows is an inbox in use, not one filling up."""
    ground.load(product.url, deliveries.write_one_each(at / "first"), 2)
    ground.drain(product)
    ground.query(product.doors.owner, "DELETE FROM profile_fetches", "ANALYZE")


def costed(url: str, requests: Path, seconds: int, process: Process) -> tuple[Load, float]:
    """A load, and the CPU that each of its requests cost this process, in microseconds."""
    before = process.cpu_s()
    seen = ground.load(url, requests, seconds)
    return seen, (process.cpu_s() - before) / max(seen.acknowledged, 1) * 1e6


def stored(product: Product) -> int:
    """How many deliveries the ledger holds."""
    return int(str(ground.query(product.doors.owner, "SELECT count(*) FROM deliveries")))
