"""What an archive of evidence says of itself."""

from collections.abc import Iterable
from datetime import UTC, datetime

TABLE = (
    ("outcomes.csv", "how often each probe met which outcome; result, source and reason of rejected associations"),
    ("clocks.csv", "by how many seconds each clock lay behind golive's (+): collectors by samples, feeds by messages"),
    ("systems.csv", "hosts, ports, AE titles called and calling"),
    ("triggers.csv", "what rollback triggers became in this stretch"),
    ("planned_work.csv", "planned work that overlaps it"),
    ("issue.json", "the issue and what was done when, where this is about one"),
    ("configuration.json", "what is probed and how, without secrets, persons, numbers and identifiers"),
    ("versions.json", "what this was made with"),
    ("charts/*.svg", "the course of each probe"),
)
NOTES = """Durations are seconds of a monotonic or kernel clock (`stamp`). `connect_s`, `tls_s` and `associate_s` are
their own; `first_s` and `total_s` run from the request's last byte handed to the socket to the first and to the last
answer. `at_utc` is when the outcome was known by the collector's clock, `known_at_utc` the same moment by golive's;
moments are UTC. `planned` marks attempts during planned work.

Left out on purpose: every text that a person or a peer wrote, exams and their numbers, messages, names of people. Of a
peer's words only codes are here.
"""


def readme(title: str, about: str, whole: str, practice: bool) -> str:
    """Say what the archive holds, in which units, and what was left out; `whole` is what its samples are."""
    warning = ["**SIMULATION: no real system, no real exam.**", ""] if practice else []
    lines = [f"# {title}", "", *warning, about, "", *_table([("samples.csv", whole), *TABLE]), "", NOTES]
    return "\n".join(lines)


def _table(rows: Iterable[tuple[str, str]]) -> list[str]:
    return ["| file | holds |", "|---|---|", *(f"| {file} | {holds} |" for file, holds in rows)]


def utc(at: datetime | None) -> str:
    """Give a moment as RFC 3339 UTC, "" for none."""
    return "" if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
