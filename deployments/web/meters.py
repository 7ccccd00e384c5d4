"""What the web app counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Meters:
    """The counters of one web app, apart from those of any other in the same process."""

    def __init__(self) -> None:
        """Everything begins at zero."""
        self.registry = CollectorRegistry()
        of_vendor = {"labelnames": ["vendor"], "namespace": "ml_connector", "registry": self.registry}
        self.received = Counter("webhooks_received", "Genuine notifications, repeated ones included", **of_vendor)
        self.duplicate = Counter("webhooks_duplicate", "Notifications that were stored before", **of_vendor)
        self.refused = Counter(
            "webhooks_refused",
            "Requests of which nothing was stored",
            ["vendor", "reason"],
            namespace="ml_connector",
            registry=self.registry,
        )
        self.answer = Histogram("webhook_answer_seconds", "Time until the answer", buckets=SECONDS, **of_vendor)
        of_connection = {
            "labelnames": ["pair", "connection"],
            "namespace": "ml_connector",
            "registry": self.registry,
        }
        self.waiting = Gauge("inbox_waiting", "Notifications that no run has handled yet", **of_connection)
        self.started = Counter("flow_runs_started", "Flow runs that notifications started", **of_connection)

    def text(self, waiting: list[tuple[str, str, int]]) -> bytes:
        """Returns everything in Prometheus' text format, with these counts of the inbox."""
        self.waiting.clear()
        for pair, connection, count in waiting:
            self.waiting.labels(pair, connection).set(count)
        return generate_latest(self.registry)
