"""Exams by HL7, doubled, shuffled and full of traps, give the turnaround that was worked out independently."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from tests.peers.golive import GoLive, wait_for
from tests.peers.hl7_lives import Life, lives, send_over, shuffled, survival_time, truth
from tests.peers.ports import free_port


def shares(told: list[Life], t0: datetime, since: datetime, at: datetime) -> dict[str, int | None]:
    closed, still, _ = truth(told, t0, since, at)
    wanted = {"p50": Fraction(1, 2), "p90": Fraction(9, 10), "p95": Fraction(95, 100)}
    return {name: survival_time(closed, still, share) for name, share in wanted.items()}


@pytest.mark.parametrize("live_hours", [1.0, 30.0])
def test_a_thousand_exams_give_the_turnaround_of_an_independent_estimate(live_hours: float) -> None:
    port = free_port()
    feed = {"id": "ris-hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{port}"}
    with GoLive(live_hours=live_hours, feeds=[feed]) as golive:
        golive.start()
        now = datetime.now(UTC).replace(microsecond=0)
        t0 = datetime.fromisoformat(golive.get("/api/status")["declared_at"])
        told = lives(7, 1000, max(t0, now - timedelta(hours=20)), now)
        messages = shuffled(7, told)
        assert send_over(8, golive.listens(port), messages) == len(messages)

        closed, still, straddling = truth(told, t0, now - timedelta(hours=24), now)

        def judged() -> dict[str, object] | None:
            s = golive.standing("report.turnaround")
            found = (s["n"], s["open"], s["straddling"]) if s else None
            return s if found == (len(closed), len(still), straddling) else None

        wait_for(f"{len(closed)} closed, {len(still)} open and {straddling} straddling", judged, 20)

        def steady() -> tuple[dict[str, object], dict[str, int | None]] | None:
            """Give a standing and the truth where that is the same from 15 s before it until after it."""
            seen, after = judged(), datetime.now(UTC)
            before = after - timedelta(seconds=15)
            first, last = (shares(told, t0, now - timedelta(hours=24), at) for at in (before, after))
            return (seen, last) if seen and first == last else None

        standing, expected = wait_for("the truth stands still for a moment", steady, 120, 1.0)
        assert {name: standing[name] for name in expected} == expected

        summary = golive.get("/api/exams/summary")
        assert summary["orphans"] == 1
        assert summary["milestones"]["cancelled"] == sum(1 for x in told[:-1] if not x.counts)


def test_no_exam_from_before_t0_is_in_any_number_an_hour_after_it() -> None:
    port = free_port()
    feed = {"id": "ris-hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{port}"}
    with GoLive(live_hours=1.0, feeds=[feed]) as golive:
        golive.start()
        now = datetime.now(UTC).replace(microsecond=0)
        t0 = datetime.fromisoformat(golive.get("/api/status")["declared_at"])
        told = [x for x in lives(11, 400, t0, now) if x.ended_at < t0 or not x.counts]
        messages = shuffled(11, told)
        assert send_over(8, golive.listens(port), messages) == len(messages)
        straddling = truth(told, t0, now - timedelta(hours=24), now)[2]

        def counted() -> dict[str, object] | None:
            s = golive.standing("report.turnaround")
            return s if s and s["straddling"] == straddling else None

        wait_for("the straddling cohort is counted", counted, 15)
        for window in ("day", "now"):
            for row in golive.get(f"/api/standings?measure=report.turnaround&window={window}"):
                assert (row["n"], row["open"], row["p50"]) == (0, 0, None), row["series"]
