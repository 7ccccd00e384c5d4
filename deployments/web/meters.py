"""What the web app counts, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NAMESPACE = "ml_connector"


class Meters:
    """The counters of one web app, apart from those of any other in the same process."""

    def __init__(self) -> None:
        """Everything begins at zero."""
        self.registry = CollectorRegistry()
        vendor, connection = ["vendor"], ["pair", "connection"]
        self.received = self._counter("webhooks_received", "Genuine notifications, repeated ones included", vendor)
        self.duplicate = self._counter("webhooks_duplicate", "Notifications that were stored before", vendor)
        self.refused = self._counter("webhooks_refused", "Requests that stored nothing", [*vendor, "reason"])
        self.started = self._counter("flow_runs_started", "Flow runs that notifications started", connection)
        self.answer = Histogram(
            "webhook_answer_seconds",
            "Time until the answer",
            vendor,
            namespace=NAMESPACE,
            registry=self.registry,
            buckets=SECONDS,
        )
        self.waiting = Gauge(
            "inbox_waiting",
            "Notifications that no run has handled yet",
            connection,
            namespace=NAMESPACE,
            registry=self.registry,
        )

    def text(self, waiting: list[tuple[str, str, int]]) -> bytes:
        """Returns everything in Prometheus' text format, with these counts of the inbox."""
        self.waiting.clear()
        for pair, connection, count in waiting:
            self.waiting.labels(pair, connection).set(count)
        return generate_latest(self.registry)

    def _counter(self, name: str, meaning: str, labels: list[str]) -> Counter:
        return Counter(name, meaning, labels, namespace=NAMESPACE, registry=self.registry)
