"""A mistake of golive's own makes blind what it stops, is counted and logged, and heals by itself."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import judge
from app.domain.exams.exam_board import ExamBoard
from tests.integration.served import Served, serving, wait_for


def _until(golive: Served, holds: Callable[[Any, Any], bool]) -> tuple[Any, Any]:
    def look() -> Any:
        found = golive.get("/api/status"), {r["series"]: r for r in golive.get("/api/standings")}
        return found if holds(*found) else None

    found: tuple[Any, Any] = wait_for(look, 20)
    return found


def test_exams_are_blind_while_a_mistake_stops_their_judging_and_probes_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = ExamBoard.judged
    broken = [True]

    def failing(self: ExamBoard, *more: Any) -> Any:
        if broken[0]:
            raise KeyError("ended")
        return judged(self, *more)

    monkeypatch.setattr(ExamBoard, "judged", failing)
    monkeypatch.setattr(judge, "BY_TIME_S", 0.5)
    with serving(tmp_path, ["engineer"]) as golive:
        said = "a mistake of golive's own stops this, its log says which"
        status, _ = _until(golive, lambda status, _: f"golive, numbers of exams: {said}" in status["reasons"])
        assert status["overall"] == "blind"
        assert golive.app.state.house.metrics.bugs._value.get() >= 1
        broken[0] = False
        _until(
            golive,
            lambda status, rows: (
                not any(said in reason for reason in status["reasons"]) and "report.turnaround" in rows
            ),
        )
        broken[0] = True
        _, rows = _until(golive, lambda _, rows: rows["report.turnaround"]["reason"] == said)
        assert {r["state"] for key, r in rows.items() if key.startswith(("report.", "exam."))} == {"blind"}
        assert not any(r["reason"] == said for key, r in rows.items() if key.startswith("worklist."))
