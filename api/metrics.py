"""What is measured: requests, jobs, workers. No ids, no schools, no people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from api.store import jobs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client import Metric

    from api.store.database import Database

STATUSES = ("queued", "running", "succeeded", "failed", "cancelled")
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What one server measures."""

    def __init__(self, database: Database) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "flexweave_requests",
            "Requests by route, method and status",
            ["route", "method", "status"],
            registry=self._registry,
        )
        self.seconds = Histogram(
            "flexweave_request_seconds",
            "Seconds from a request to the end of its answer",
            ["route", "method"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._registry.register(_Jobs(database))

    def saw(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request."""
        self.requests.labels(route, method, str(status)).inc()
        self.seconds.labels(route, method).observe(seconds)

    def text(self) -> bytes:
        """As Prometheus reads it."""
        return generate_latest(self._registry)


class _Jobs(Collector):
    """Jobs by status, as the database has them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def describe(self) -> Iterable[Metric]:
        """Nothing to look up before the first scrape."""
        return ()

    def collect(self) -> Iterable[Metric]:
        with self._database.reading() as session:
            found = jobs.counts(session)
        family = GaugeMetricFamily("flexweave_jobs", "Jobs by status", labels=["status"])
        for status in STATUSES:
            family.add_metric([status], found.get(status, 0))
        yield family
