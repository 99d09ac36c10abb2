"""What this process counts, for `/metrics`. Numbers about our own work only: never a name, an id or a path with one."""

from typing import cast

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.openmetrics import exposition

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


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
        self._answers: dict[int, Counter] = {}
        self.webhooks = Counter(
            "confab_webhook_answers", "Webhook deliveries and handshakes, by status.", ("status",), registry=self.registry
        )

    def webhook_answered(self, status: int) -> None:
        """Count one answer to Meta. Looking a label up costs four times as much as counting."""
        if status not in self._answers:
            self._answers[status] = self.webhooks.labels(str(status))
        self._answers[status].inc()

    def exposition(self) -> tuple[bytes, str]:
        """All of it in the OpenMetrics format, and the content type of that."""
        body = cast(bytes, exposition.generate_latest(self.registry))  # pyright: ignore[reportUnknownMemberType] -- untyped there
        return body, exposition.CONTENT_TYPE_LATEST
