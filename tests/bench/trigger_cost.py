"""CPU of 200 rollback rules that watch twenty probes of a second's cadence, as the judge evaluates them."""

import resource
from dataclasses import replace
from datetime import timedelta

from app.domain.measuring.board import Board
from app.domain.measuring.samples import Kind
from app.domain.measuring.sights import standings_now
from app.domain.measuring.standings import Pulse
from app.domain.plans import Armed, Counts, Rule
from app.domain.rollback.trigger_board import trigger_board
from app.domain.rollback.trigger_sights import by_series
from app.judge import TRIGGERS_APART_S
from tests.bench.table import Row
from tests.unit.made import FEEDS, T, at, exam, plan, probe, sample

PROBES, RULES = 20, 200
FILLED_S, MEASURED_S, LOOKED_S = 3600, 300, 60  # every window is full after an hour
WINDOWS_S = (300.0, 900.0, 3600.0)


def rules() -> list[Rule]:
    """Give seven rules of ten on attempts of one area, and one each on a system, on exams and on a backlog."""
    made = []
    for i in range(RULES):
        common = {"window_s": WINDOWS_S[i % 3], "armed": Armed.ALWAYS, "version": "v1"}
        where = (("area", f"a{i % PROBES}"),)
        match i % 10:
            case 7:
                kind = {"kind": Counts.AVAILABILITY, "where": (("system", "ris"),), "down_for_s": 60.0}
            case 8:
                kind = {"measure": "report.turnaround", "slower_than_s": 1800.0, "share": 0.2, "recover_below": 0.1}
            case 9:
                kind = {"kind": Counts.BACKLOG, "older_than_s": 3600.0, "limit": 10, "recover_limit": 5}
            case _:
                limits = {"slower_than_s": 5.0, "share": 0.2, "recover_below": 0.1, "at_least": 20}
                kind = {"measure": "worklist.response", "where": where, **limits}
        made.append(Rule(f"r{i}", f"Rule {i}", **(common | kind)))  # type: ignore[arg-type]  # fields by name
    return made


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measure() -> list[Row]:
    """Give the share of a core that rules take, with and without the standings that are worked out beside them."""
    probes = [probe(f"p{i}", Kind.WORKLIST, "ris", area=f"a{i}", every_s=1.0) for i in range(PROBES)]
    site = replace(plan(*probes, feeds=FEEDS), rules=tuple(rules()))
    board, triggers = Board(site), trigger_board(site)
    triggers.see_exams([exam(f"k1.{i}", ended_at=i / 20, final_at=i / 20 + 40 if i % 2 else None) for i in range(1000)])
    rows, took_s, standing_s = {}, 0.0, 0.0
    for second in range(FILLED_S + MEASURED_S):
        taken = [sample(p, second, total_s=6.0 if second % 50 == 0 else 0.1) for p in probes]
        heard = [(found, one.id) for one in taken for found in board.take(one)]
        began_s = cpu_s()
        for (series, attempt), name in heard:
            triggers.hear(series, attempt, name)
        took_s += (cpu_s() - began_s) * (second >= FILLED_S)
        if second < FILLED_S and second % LOOKED_S == 0:  # what has left the windows is let go of at a look
            triggers.take_over(found.trigger for found in triggers.evaluated(at(second), T, {}))
        for part in range(round(1 / TRIGGERS_APART_S)) if second >= FILLED_S else ():
            now = at(second) + timedelta(seconds=part * TRIGGERS_APART_S)
            rows |= {(r.series.key, r.window): r for r in board.judged(now)}
            pulses = {("main", name): Pulse("listening", "", now) for name in (*site.feeds, *site.probes)}
            began_s = cpu_s()
            standings = by_series(standings_now(rows.values(), site, pulses, now))
            standing_s += cpu_s() - began_s
            found_now = triggers.evaluated(now, T, standings)
            triggers.take_over(found.trigger for found in found_now)
            took_s += cpu_s() - began_s
    core, without = took_s / MEASURED_S, (took_s - standing_s) / MEASURED_S
    return [
        Row(
            f"{RULES} rules on {PROBES} probes each second, % of a core",
            f"{core * 100:.1f}",
            "5",
            0.05 / core,
            "the goal",
        ),
        Row("the same without the standings of all series, % of a core", f"{without * 100:.1f}", "", None, ""),
    ]
