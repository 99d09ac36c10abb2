"""What is said of a reading, in one line."""

from collections.abc import Sequence
from typing import cast

import msgspec

from confab.model.insights import FetchResult, InsightsRun, MetricError
from confab.store.sync_runs import SyncRun

POSTS = "media"
"""Stands where a metric would, for all numbers of a post, or of all posts where none is named."""

_DONE = {"refused": "refused", "unavailable": "did not come", "too_few": "refused", "retired": "no longer given"}


def shown(kept: SyncRun) -> InsightsRun:
    """A reading as everybody sees it."""
    took = kept.finished_at - kept.started_at if kept.finished_at and kept.started_at else None
    result = result_of(kept)
    return InsightsRun(
        id=kept.id, account_id=kept.account_id, asked_by=kept.asked_by, state=kept.state, created_at=kept.created_at,
        started_at=kept.started_at, finished_at=kept.finished_at,
        took_ms=None if took is None else round(took.total_seconds() * 1000), calls=kept.calls, since=kept.since,
        until=kept.until, metrics=kept.metrics, result=result, error=kept.error, says=line(result, kept.state, kept.error),
    )  # fmt: skip


def result_of(kept: SyncRun) -> FetchResult:
    """What a reading brought so far."""
    errors = [msgspec.convert(one, MetricError) for one in kept.errors]
    return FetchResult(
        success=kept.success, total_inserted=kept.total_inserted, total_errors=len({one.metric for one in errors}),
        metrics_inserted=kept.metrics_inserted, errors=errors, account_id=kept.account_id, user_id=kept.user_id,
        total_changed=kept.total_changed, total_unchanged=kept.total_unchanged,
    )  # fmt: skip


def line(result: FetchResult, state: str, error: str | None) -> str:
    """Like "42 values, 1 metric refused: fewer than 100 followers"."""
    if state == "failed":
        return f"Failed: {error or 'nobody knows why'}"
    head = _counted(result.total_inserted, "new value")
    if result.total_changed:
        head += f", {result.total_changed} corrected"
    parts = [f"{what}: {_few(says)}" for what, says in _grouped(result.errors)]
    ends = {"stopped": "stopped", "waiting": "waiting", "running": "still reading"}
    return ", ".join([head, *parts, *([ends[state]] if state in ends else [])])


def _grouped(errors: Sequence[MetricError]) -> list[tuple[str, list[str]]]:
    """What became of how many, and why."""
    found: dict[tuple[str, str], tuple[set[str], list[str]]] = {}
    for one in errors:
        noun, name = ("metric", one.metric) if one.metric != POSTS else ("post", one.media or "")
        names, says = found.setdefault((noun, _DONE[one.kind]), (set(), []))
        names.add(name)
        if one.says not in says:
            says.append(one.says)
    return [
        (f"posts {done}" if "" in names else f"{_counted(len(names), noun)} {done}", says)
        for (noun, done), (names, says) in found.items()
    ]  # fmt: skip


def _few(says: Sequence[str]) -> str:
    first = says[0].rstrip(".")
    first = first[0].lower() + first[1:] if not first.startswith("Instagram") else first
    return first if len(says) == 1 else f"{first} and {len(says) - 1} more"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def as_json(errors: Sequence[MetricError]) -> list[dict[str, object]]:
    """Errors as they are kept."""
    return cast(list[dict[str, object]], msgspec.to_builtins(list(errors)))  # a list of objects by their fields
