"""Metrics in the text format of Prometheus: runs, durations, findings, parked families, totals.

    metrics_text(Database(url))
    avenant_check_findings{check="taxes",owner="engineering",severity="high"} 2.0

Everything comes from what runs and checks recorded: no book is scanned, however often this is asked.
"""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from avenant.core.checks.finding import UNKNOWN
from avenant.flows.health import Health, health
from avenant.store.database import Connection, Database
from avenant.store.readers.check_results import last_check_run, last_results, open_findings
from avenant.store.readers.nights import booked_by_runs, last_ends, runs_counted


def metrics_text(db: Database) -> str:
    """All metrics as text (content type ``text/plain; version=0.0.4``)."""
    state = health(db)
    with db.snapshot() as connection:
        metrics = [*_health(state), *_runs(connection), *_checks(connection), *_totals(connection, db)]
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Taken(metrics))
    return generate_latest(registry).decode()


class _Taken(Collector):
    """Metrics that were taken already."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        """The metrics."""
        return self._metrics


def _health(state: Health) -> Iterator[Metric]:
    yield Gauge("avenant_healthy", "1 while the night runs as it should.", value=float(state.healthy))
    yield Gauge("avenant_parked_families", "Families parked by the last good night.", value=state.parked)
    yield Gauge("avenant_held_changes", "Changes that wait for an approval.", value=state.held)
    yield Gauge("avenant_waiting_lines", "Lines of care that wait for a person or news.", value=state.waiting)


def _runs(connection: Connection) -> Iterator[Metric]:
    runs = Gauge(
        "avenant_runs", "Runs by how they ended; open: under way or cut short.", labels=["kind", "status"]
    )
    for kind, status, number in runs_counted(connection):
        runs.add_metric([kind, status], number)
    ended = Gauge(
        "avenant_run_ended_timestamp_seconds", "When a run last ended so.", labels=["kind", "status"]
    )
    seconds = Gauge("avenant_run_duration_seconds", "How long the last good run took.", labels=["kind"])
    for end in last_ends(connection):
        ended.add_metric([end.kind, end.status], end.ended_at.timestamp())
        if end.status == "done" and "milliseconds" in end.counts:
            seconds.add_metric([end.kind], end.counts["milliseconds"] / 1000)
    yield from (runs, ended, seconds)


def _checks(connection: Connection) -> Iterator[Metric]:
    labels = ["check", "severity", "owner"]
    found = Gauge("avenant_check_findings", "Rows that broke a promise when last checked.", labels=labels)
    warned = Gauge(
        "avenant_check_warnings", "Rows that were late or unusual when last checked.", labels=labels
    )
    seconds = Gauge("avenant_check_duration_seconds", "How long the check took.", labels=["check"])
    for row in last_results(connection).iter_rows(named=True):
        values = [row["check_name"], row["severity"], row["owner"]]
        found.add_metric(values, row["findings"])
        warned.add_metric(values, row["warnings"])
        seconds.add_metric([row["check_name"]], row["milliseconds"] / 1000)
    findings = open_findings(connection)
    unable = sum(1 for one in findings if one.severity == UNKNOWN)
    yield from (found, warned, seconds)
    yield Gauge("avenant_open_findings", "Findings that no later run resolved.", value=len(findings))
    yield Gauge("avenant_checks_that_could_not_run", "Checks about which nothing is known.", value=unable)
    last = last_check_run(connection)
    if last is not None:
        said = "When everything was last checked."
        yield Gauge("avenant_check_run_timestamp_seconds", said, value=last.at.timestamp())


def _totals(connection: Connection, db: Database) -> Iterator[Metric]:
    totals = Gauge(
        "avenant_book_amount_cents",
        "Net amount that runs which ended well booked, invoiced or paid out, in cents.",
        labels=["book", "currency"],
    )
    for what, currency, cents in booked_by_runs(connection):
        totals.add_metric([what, currency], cents)
    yield totals
    yield Gauge("avenant_revision", "The latest revision.", value=db.head())
