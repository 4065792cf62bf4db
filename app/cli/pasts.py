"""A stored past that was lived again: read from files, and told to people and programs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.cli.printing import aligned
from app.commands.ingest_reading import known_of
from app.commands.past_files import FiledPast, read_files
from app.domain.plans import Plan
from app.domain.rollback.backtest import FACTORS, Past
from app.domain.words import span
from app.errors import Invalid
from app.settings import Config

SHOWN = 5


def filed(config: Config, plan: Plan, files: Sequence[Path]) -> FiledPast:
    """Read a past from files; refused where they hold nothing of one."""
    # within one past any key ties accession numbers to exams: the site's own is not needed
    filed = read_files(files, known_of(config.settings, plan, "a past in files", None))
    if filed.span is None:
        why = f": {filed.refused[0]}" if filed.refused else ""
        raise Invalid("--samples", f"holds no sample and no exam event that can be taken{why}")
    return filed


def text(begin: datetime, end: datetime, pasts: Sequence[Past], factors: Sequence[float] = FACTORS) -> str:
    """Tell people what each rule would have done."""
    head = f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC, {span((end - begin).total_seconds())}\n\n"
    if not pasts:
        return f"{head}there are no [[triggers]] in this file"
    limits = (f"limit ×{f:g}" for f in factors)
    names = ("trigger", "breaches", "a week", *limits, "pending", "blind", "too few", "n")
    rows = [names, *(_row(past, factors) for past in pasts)]
    lines = [head + aligned(rows)]
    for past in (p for p in pasts if p.breaches):
        lines.append(f"\n{past.id} ({past.title})")
        lines += [f"  {b.at:%Y-%m-%d %H:%M:%S} UTC  {b.reason}" for b in past.breaches[:SHOWN]]
        more = len(past.breaches) - SHOWN
        lines += [f"  and {more} more"] if more > 0 else []
    return "\n".join(lines)


def _row(past: Past, factors: Sequence[float]) -> tuple[str, ...]:
    others = (str(past.otherwise[f]) if f in past.otherwise else "" for f in factors)
    seen = f"{past.n[1]} ({past.n[0]}–{past.n[2]})" if past.n else "never enough"
    times = (f"{past.pending} × {span(past.pending_s)}" if past.pending else "0", span(past.blind_s))
    return past.id, str(len(past.breaches)), f"{past.per_week:.1f}", *others, *times, span(past.insufficient_s), seen


def as_json(begin: datetime, end: datetime, pasts: Sequence[Past]) -> dict[str, Any]:
    """Tell programs the same."""
    return {
        "from": _utc(begin),
        "to": _utc(end),
        "triggers": [
            {
                "id": p.id,
                "title": p.title,
                "watched_s": p.watched_s,
                "pending": p.pending,
                "pending_s": p.pending_s,
                "breaches": [{"at": _utc(b.at), "reason": b.reason} for b in p.breaches],
                "per_week": p.per_week,
                "breached_s": p.breached_s,
                "blind_s": p.blind_s,
                "insufficient_s": p.insufficient_s,
                "n": dict(zip(("least", "middle", "most"), p.n, strict=True)) if p.n else None,
                "by_other_limits": {f"{f:g}": n for f, n in p.otherwise.items()},
            }
            for p in pasts
        ],
    }


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
