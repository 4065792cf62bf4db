"""What golive tells Prometheus: its own work as counters and histograms, and the newest standings as gauges."""

from collections.abc import Callable, Iterable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily

from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.measuring.samples import Sample
from app.domain.measuring.standings import Standing, State

ANSWER_LIMITS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
PROBE_LIMITS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60)
SERIES = ("measure", "system", "area", "vantage")
# a unit of the catalogue → the name and base unit that Prometheus wants, and what one of ours is of it
_GAUGES: dict[str, tuple[str, str, float]] = {
    "s": ("golive_standing_seconds", "Nearest-rank percentiles of a series of durations, of its window", 1.0),
    "MB/s": ("golive_standing_bytes_per_second", "Nearest-rank percentiles of a series of rates of bytes", 1e6),
    "share": ("golive_standing_ratio", "Shares, as last judged", 1.0),
    "per h": ("golive_standing_per_second", "Counts per time, as last judged", 1 / 3600),
    "exams": ("golive_standing_exams", "Exams counted, as last judged", 1.0),
    "studies": ("golive_standing_studies", "Studies counted, as last judged", 1.0),
    "per 100 exams": ("golive_standing_per_exam_ratio", "Issues per exam, as last judged", 0.01),
}


# of a feed: name, help, and what one of ours is of it
_OF_FEEDS: dict[str, tuple[str, str, float]] = {
    "feed.age": ("golive_feed_age_seconds", "Time since the feed's last event", 1.0),
    "feed.rate": ("golive_feed_events_per_second", "Events of the feed in the last hour", 1 / 3600),
    "clock.offset": ("golive_feed_clock_offset_seconds", "Receive time minus message time, median", 1.0),
}


class Metrics:
    """The registry of one process; no exam, person or free text is ever a label."""

    def __init__(self, limits_s: Iterable[float] = (), size_bytes: Callable[[], int] = lambda: 0) -> None:
        self.registry = CollectorRegistry()
        r = self.registry
        ProcessCollector(registry=r)
        self.requests = Counter("golive_http_requests", "Calls answered", ["route", "status"], registry=r)
        self.answer_s = Histogram(
            "golive_http_request_duration_seconds",
            "From a call to its answer",
            ["route"],
            buckets=ANSWER_LIMITS_S,
            registry=r,
        )
        self.bugs = Counter("golive_unforeseen_errors", "Calls that failed by a mistake of golive", registry=r)
        self.crashes = Counter("golive_loop_crashes", "Loops that crashed and were started again", ["loop"], registry=r)
        self.items = Counter("golive_ingest_items", "Items that came through ingest", ["kind", "result"], registry=r)
        self.commit_s = Histogram(
            "golive_ingest_commit_duration_seconds",
            "From a batch read to its commit",
            buckets=ANSWER_LIMITS_S,
            registry=r,
        )
        self.attempts = Counter(
            "golive_probe_attempts", "Attempts of probes", ["probe", "system", "area", "source", "outcome"], registry=r
        )
        buckets = sorted({*PROBE_LIMITS_S, *limits_s})
        self.probe_s = Histogram(
            "golive_probe_duration_seconds",
            "Request sent to the last answer",
            ["probe", "system", "area"],
            buckets=buckets,
            registry=r,
        )
        self.notices = Counter(
            "golive_notices",
            "Attempts to send a notice, and notices that were not sent",
            ["channel", "result"],
            registry=r,
        )
        self.pings = Counter(
            "golive_dead_man_pings", "Pings that went out, failed or were withheld", ["result"], registry=r
        )
        self.browsers = Gauge("golive_live_connections", "Browsers on the live socket", registry=r)
        size = Gauge(
            "golive_database_size_bytes", "What the database takes on its disk, of the last minute", registry=r
        )
        size.set_function(size_bytes)
        self.ready = Gauge("golive_ready", "1 when golive is ready", registry=r)

    def count_samples(self, samples: Sequence[Sample], vantage_of: Callable[[str], str]) -> None:
        """Count what was stored, by vantage: a source may be any word, and each would be a series for good."""
        for s in samples:
            self.attempts.labels(s.probe, s.system, s.area or "", vantage_of(s.source), s.outcome.value).inc()
            if s.total_s is not None:
                self.probe_s.labels(s.probe, s.system, s.area or "").observe(s.total_s)

    def page(self, standings: Sequence[Standing], vantage: str) -> bytes:
        """Give everything in Prometheus's text format; `vantage` is the first collector's, which series leave out."""
        picture = CollectorRegistry()
        picture.register(_Picture(families(standings, vantage) + of_feeds(standings)))
        return generate_latest(self.registry) + generate_latest(picture)


class _Picture:
    """Families made for one scrape."""

    def __init__(self, made: list[GaugeMetricFamily]) -> None:
        self._made = made

    def collect(self) -> Iterable[GaugeMetricFamily]:
        return self._made


def families(standings: Sequence[Standing], vantage: str) -> list[GaugeMetricFamily]:
    """Give the standings without segments as gauges: percentiles or the judged value, n, failed, age and state."""
    values = {
        unit: GaugeMetricFamily(name, text, labels=(*SERIES, "percentile")) for unit, (name, text, _) in _GAUGES.items()
    }
    n = GaugeMetricFamily("golive_standing_observations", "Attempts or closed exams in the window", labels=SERIES)
    failed = GaugeMetricFamily("golive_standing_failures", "Failed attempts in the window", labels=SERIES)
    age = GaugeMetricFamily("golive_standing_age_seconds", "Time since the newest value", labels=SERIES)
    state = GaugeMetricFamily("golive_standing_state", "1 for the state that a series is in", labels=(*SERIES, "state"))
    for standing in standings:
        judged, series = standing.judged, standing.series
        if series.segment or judged.window == "now":
            continue
        labels = (series.measure, series.system or "", series.area or "", series.vantage or vantage)
        n.add_metric(labels, judged.n)
        failed.add_metric(labels, judged.failed)
        if standing.age_s is not None:
            age.add_metric(labels, standing.age_s)
        for one in State:
            state.add_metric((*labels, one.value), float(one is standing.state))
        for percentile, value in _percentiles(standing):
            if value is not None and judged.unit in values:
                values[judged.unit].add_metric((*labels, percentile), value * _GAUGES[judged.unit][2])
    return [*values.values(), n, failed, age, state]


def of_feeds(standings: Sequence[Standing]) -> list[GaugeMetricFamily]:
    """Give what is known of each feed itself as gauges; its state is that of its age."""
    values = {m: GaugeMetricFamily(name, text, labels=["feed"]) for m, (name, text, _) in _OF_FEEDS.items()}
    state = GaugeMetricFamily("golive_feed_state", "1 for the state that a feed is in", labels=["feed", "state"])
    for standing in standings:
        judged, feed = standing.judged, dict(standing.series.segment).get("feed")
        family = values.get(standing.series.measure)
        if family is None or feed is None:
            continue
        if judged.value is not None:
            family.add_metric([feed], judged.value * _OF_FEEDS[standing.series.measure][2])
        if standing.series.measure == "feed.age":
            for one in State:
                state.add_metric([feed, one.value], float(one is standing.state))
    return [*values.values(), state]


def _percentiles(standing: Standing) -> list[tuple[str, float | None]]:
    judged = standing.judged
    measure = CATALOGUE.get(standing.series.measure)
    if measure is not None and measure.source in (Source.PROBE, Source.EXAM):
        return [("50", judged.p50), ("90", judged.p90), ("95", judged.p95)]
    return [("", judged.value if judged.value is not None else judged.last)]
