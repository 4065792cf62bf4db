"""All series that probes fill, each with its window: a sample goes in, the series that it touches come out."""

from collections.abc import Iterable
from datetime import datetime

from app.domain.measuring.measures import CATALOGUE
from app.domain.measuring.samples import Sample
from app.domain.measuring.series import ANSWERED, WINDOW_S, series_of, window_s
from app.domain.measuring.standings import Judged, Series
from app.domain.measuring.system_windows import SystemWindow
from app.domain.measuring.watched import Watched, watched
from app.domain.measuring.windows import Attempt, Window
from app.domain.plans import Plan, ProbePlan


class Board:
    """The windows of every series that the plan expects of probes; `touched` are those with something new."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._windows: dict[str, Window] = {}
        self._systems: dict[tuple[str, str], SystemWindow] = {}
        self._cut_off: set[str] = set()
        self._touched: dict[str, Window | SystemWindow] = {}
        for w in watched(plan).values():
            if w.series.measure == "availability":
                self._systems[(w.series.system or "", w.vantage)] = _system_window(w)
            elif w.series.measure != "own.load":
                self._windows[w.series.key] = _window(w, plan)

    def longest_window_s(self, probe: ProbePlan) -> float:
        """Give how far back any series of a probe looks."""
        every = [window_s(m.id, probe, self.plan) for m in CATALOGUE.values() if m.kind is probe.kind]
        return max(every, default=WINDOW_S)

    def restore(self, rows: Iterable[Judged]) -> None:
        """Take over what was judged before a restart, after the samples that the windows still hold."""
        systems = {w.availability.key: w for w in self._systems.values()}
        for row in rows:
            kept = self._windows.get(row.series.key) or systems.get(row.series.key)
            if kept is not None:
                kept.restore(row)
                self._touched[row.series.key] = kept

    def take(self, sample: Sample) -> list[tuple[str, Attempt]]:
        """Let every series that a sample speaks for hear it; give what each series heard, by key."""
        probe = self.plan.probes.get(sample.probe)
        if probe is None:
            return []
        heard: list[tuple[str, Attempt]] = []
        vantage, known_at = self.plan.vantage_of(sample.source), sample.known_at or sample.at
        answered = sample.outcome in ANSWERED
        if probe.control:
            (self._cut_off.discard if answered else self._cut_off.add)(vantage)
        expected = probe.hours is None or probe.hours.hold(known_at)
        cut_off = vantage in self._cut_off and not probe.control and not answered
        counted = expected and not sample.planned and not cut_off
        for reading in series_of(sample, self.plan):
            window = self._windows.get(reading.series.key)
            if window is not None:
                attempt = Attempt(known_at, sample.at, reading.value, counted, sample.outcome.value, sample.detail)
                window.add(attempt)
                heard.append((reading.series.key, attempt))
                self._touched[reading.series.key] = window
        system = self._systems.get((probe.system, vantage))
        if system is not None:
            answer = 1.0 if answered else None
            attempt = Attempt(known_at, sample.at, answer, counted, sample.outcome.value, sample.detail)
            system.add(attempt, answered)
            heard.append((system.availability.key, attempt))
            self._touched[system.availability.key] = system
        return heard

    def expire(self, now: datetime) -> None:
        """Let windows move on with time; what that changes counts as touched."""
        for key, window in self._windows.items():
            if window.expire(now):
                self._touched[key] = window
        for system in self._systems.values():
            if system.expire(now):
                self._touched[system.availability.key] = system

    def judged(self, now: datetime) -> list[Judged]:
        """Give the numbers of the touched series, and begin anew."""
        touched, self._touched = self._touched, {}
        rows: list[Judged] = []
        for window in touched.values():
            window.expire(now)
            if isinstance(window, SystemWindow):
                rows += window.judged()
            else:
                own = self.plan.measures.get(window.series.measure)
                rows.append(window.judged(own.expected_below if own else None))
        return rows


def _window(w: Watched, plan: Plan) -> Window:
    measure = CATALOGUE[w.series.measure]
    return Window(
        w.series,
        measure.unit,
        max(window_s(measure.id, p, plan) for p in w.probes),
        max(p.timeout_s for p in w.probes),
        higher_is_worse=measure.higher_is_worse,
    )


def _system_window(w: Watched) -> SystemWindow:
    own_load = Series("own.load", w.series.system, None, (), w.series.vantage)
    return SystemWindow(w.series, own_load, WINDOW_S)
