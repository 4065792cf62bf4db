"""A small plan, samples and exams for pure tests."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.exams.exams import Exam
from app.domain.measuring.samples import Kind, Outcome, Sample
from app.domain.plans import FeedPlan, GoLivePlan, MeasurePlan, Plan, ProbePlan

T = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HL7 = frozenset({"ordered", "scheduled", "begun", "ended", "preliminary", "final", "addendum", "cancelled"})
_number = iter(range(10**9))


def at(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


def probe(id: str, kind: Kind, system: str, **more: Any) -> ProbePlan:
    told: dict[str, Any] = {"area": "ct", "every_s": 10.0, "timeout_s": 8.0, "vantages": ("main",)} | more
    return ProbePlan(id, kind, system, **told)


WORKLIST = probe("worklist-ct", Kind.WORKLIST, "ris")
IMAGE = probe("image-ct", Kind.IMAGE_LOAD, "pacs", every_s=30.0, timeout_s=20.0)


def feed(id: str, kind: str = "hl7-mllp", gives: frozenset[str] = HL7, order: int = 0, **more: Any) -> FeedPlan:
    return FeedPlan(id, kind, more.pop("system", None), gives, order, **more)


FEEDS = (feed("ris-hl7"), feed("pacs-list", "pacs-studies", frozenset({"available"}), 1, system="pacs"))


def plan(*probes: ProbePlan, feeds: tuple[FeedPlan, ...] = (), measures: dict[str, MeasurePlan] | None = None) -> Plan:
    return Plan(
        site="north",
        site_name="North Campus",
        zone=ZoneInfo("UTC"),
        go_live=GoLivePlan(T, False, 7200.0, None, 259200.0, 7776000.0),
        main_vantage="main",
        vantages=("main", "room-b"),
        areas={"ct": "CT", "er": "ER"},
        systems={"ris": "RIS", "pacs": "New PACS", "old": "Old PACS"},
        probes={p.id: p for p in probes},
        feeds={f.id: f for f in feeds},
        measures=measures or {},
    )


def sample(of: ProbePlan, seconds: float, outcome: str = "ok", source: str = "main", **more: Any) -> Sample:
    numbers = {"total_s": 0.1} if outcome == "ok" and not more else more
    return Sample(
        f"sample-{next(_number)}",
        of.id,
        of.kind,
        of.system,
        of.area,
        source,
        at(seconds),
        Outcome(outcome),
        known_at=at(seconds),
        **numbers,
    )


def exam(name: str, **moments: Any) -> Exam:
    """Give an exam whose milestones are minutes after T."""
    told: dict[str, Any] = {k: at(60 * v) if k.endswith("_at") and v is not None else v for k, v in moments.items()}
    return Exam(name, **({"modality": "CT", "patient_class": "E", "area": "ct"} | told))
