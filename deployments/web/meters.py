"""What the web app counts, for Prometheus."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from tasks.state.connector_sessions import Contact

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
        self.answer = self._histogram("webhook_answer_seconds", "Time until the answer", vendor)
        self.waiting = self._gauge("inbox_waiting", "Notifications that no run has handled yet", connection)
        operation = ["operation"]
        self.calls = self._counter("web_connector_calls", "Calls of Web Connectors", [*operation, "outcome"])
        self.call = self._histogram(
            "web_connector_answer_seconds", "Time until the answer, without what it was held up", operation
        )
        self.held = self._histogram("web_connector_held_seconds", "Time a call was held up for work to come", operation)
        self.live = self._gauge("web_connector_sessions_live", "Sessions of Web Connectors", connection)
        self.contact = self._gauge(
            "web_connector_last_contact_timestamp_seconds", "When the Web Connector last called", connection
        )

    def called(self, operation: str, outcome: str, seconds: float, held: float) -> None:
        """A call of a Web Connector is counted, which took so long and was held up for so much of it."""
        self.calls.labels(operation, outcome).inc()
        self.call.labels(operation).observe(max(0.0, seconds - held))
        if held:
            self.held.labels(operation).observe(held)

    def text(self, waiting: list[tuple[str, str, int]], contacts: Sequence[Contact] = ()) -> bytes:
        """Returns everything in Prometheus' text format, with these counts of the inbox and these Web Connectors."""
        for gauge in (self.waiting, self.live, self.contact):
            gauge.clear()
        for pair, connection, count in waiting:
            self.waiting.labels(pair, connection).set(count)
        for one in contacts:
            self.live.labels(one.pair, one.connection).set(one.is_live)
            self.contact.labels(one.pair, one.connection).set(one.called_at.timestamp())
        return generate_latest(self.registry)

    def _counter(self, name: str, meaning: str, labels: list[str]) -> Counter:
        return Counter(name, meaning, labels, namespace=NAMESPACE, registry=self.registry)

    def _gauge(self, name: str, meaning: str, labels: list[str]) -> Gauge:
        return Gauge(name, meaning, labels, namespace=NAMESPACE, registry=self.registry)

    def _histogram(self, name: str, meaning: str, labels: list[str]) -> Histogram:
        return Histogram(name, meaning, labels, namespace=NAMESPACE, registry=self.registry, buckets=SECONDS)
