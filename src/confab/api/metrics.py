"""What `/metrics` shows: what this process counts, and how much work was given up. Never a name, an id or a path with one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.openmetrics import exposition
from prometheus_client.registry import Collector

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class _Webhooks(Collector):
    """Answers to Meta, by status, in a plain dictionary: the library's own counter costs eight times as much."""

    def __init__(self) -> None:
        self._counts: defaultdict[int, int] = defaultdict(int)

    def answered(self, status: int) -> None:
        """Count one."""
        self._counts[status] += 1

    def collect(self) -> Iterable[Metric]:
        """What there is to show."""
        family = CounterMetricFamily("confab_webhook_answers", "Webhook deliveries and handshakes, by status.", labels=["status"])
        for status, count in sorted(self._counts.items()):
            family.add_metric([str(status)], count)
        yield family


class Metrics:
    """The counters of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "confab_http_requests", "Answers given, by door and status.", ("door", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "confab_http_request_seconds", "Time to the end of an answer.", ("door",), registry=self.registry, buckets=_BUCKETS
        )
        self._dead = Gauge(
            "confab_dead_rows", "Rows of work that were given up, by kind; of the whole installation.", ("kind",),
            registry=self.registry,
        )  # fmt: skip
        self._webhooks = _Webhooks()
        self.registry.register(self._webhooks)
        self.webhook_answered = self._webhooks.answered

    def found_dead(self, count_by_kind: Mapping[str, int]) -> None:
        """Show these numbers of dead rows; none at all when they could not be asked for."""
        self._dead.clear()
        for kind, count in count_by_kind.items():
            self._dead.labels(kind).set(count)

    def exposition(self) -> tuple[bytes, str]:
        """All of it in the OpenMetrics format, and the content type of that."""
        body = cast(bytes, exposition.generate_latest(self.registry))  # pyright: ignore[reportUnknownMemberType] -- untyped there
        return body, exposition.CONTENT_TYPE_LATEST
