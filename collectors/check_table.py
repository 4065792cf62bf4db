"""What `golive check` and `golive probe` print for people."""

import io

from rich.console import Console
from rich.table import Table

from app.settings import Config
from app.wire import SampleIn
from collectors.causes import explain
from collectors.check import PHASES, Checked, Tried
from collectors.costs import Cost
from collectors.expected import is_fine, outside_hours

_MEANINGS = {
    "connect_s": "the TCP connection was made",
    "tls_s": "TLS was agreed on",
    "associate_s": "the association was accepted",
    "metadata_s": "the study's metadata were there (request sent to last byte)",
    "first_s": "the first answer or frame was there (request sent to its last byte)",
    "total_s": "the last answer was there (request sent to its last byte)",
}


def table(found: Checked) -> str:
    """Give the table, a sentence for everything that was found wanting, and what a day costs."""
    lines = [_drawn(_outcomes(found))] if found.tried else [f"{found.file} is fine; it has no probes and no feeds\n"]
    lines += [f"✗ {t.id}: {t.sentence}\n" for t in found.tried if not t.ok]
    lines += [f"  {t.id}: {_noted(t)}\n" for t in found.tried if t.ok and _has_note(t)]
    if found.costs:
        lines.append("\nA day of probing:\n")
    for cost in found.costs:
        lines.append(f"  {cost.system}: {cost.queries:,} queries, {_size(cost)}{_stretching(cost)}\n")
        lines += [f"  {_loading(cost)}\n"] if len(cost.loading) > 1 else []
    if found.late:
        lines.append("\nWhen every answer takes its timeout, these cannot keep their cadence:\n")
    lines += [f"  {x.probe}: every {x.every_s:g} s becomes {x.kept_s:.3g} s, because {x.why}\n" for x in found.late]
    return "".join(lines)


def _has_note(t: Tried) -> bool:
    return bool(t.detail) or t.outside_hours or t.outcome != "ok" or t.system is None


def _noted(t: Tried) -> str:
    return f"outside its hours; {t.sentence}" if t.outside_hours else t.sentence


def _size(cost: Cost) -> str:
    if cost.bytes is None or (cost.at_least and not cost.bytes):
        return "unknown size"
    return f"{'at least ' if cost.at_least else ''}{cost.bytes / 1e6:,.1f} MB"


def _loading(cost: Cost) -> str:
    many = len(cost.loading)
    size = "unknown size" if cost.image_bytes is None else f"{cost.image_bytes / 1e6:,.0f} MB"
    who = ", ".join(cost.loading)
    return f"{many} collectors ({who}) load images from {cost.system}: together up to {many} at once, {size}"


def _stretching(cost: Cost) -> str:
    if not cost.stretched:
        return ""
    budget = f"to keep its {cost.budget_bytes / 1e6:,.0f} MB"
    return f"; {', '.join(cost.stretched)} will load less often {budget}"


def _outcomes(found: Checked) -> Table:
    drawn = Table(title=found.file, title_justify="left", box=None, pad_edge=False)
    for name in ("", "system", "tried", "as", "outcome"):
        drawn.add_column(name, no_wrap=True)
    shown = [p for p in PHASES if any(p in t.phases_s for t in found.tried)]
    for phase in shown:
        drawn.add_column(f"{phase.removesuffix('_s')} ms", justify="right", no_wrap=True)
    for t in found.tried:
        drawn.add_row(*_cells(t), *(f"{t.phases_s[p] * 1000:,.1f}" if p in t.phases_s else "" for p in shown))
    return drawn


def _cells(t: Tried) -> tuple[str, ...]:
    return (
        "✓" if t.ok else "✗",
        t.system or "",
        t.id,
        t.kind,
        t.outcome + (" (outside its hours)" if t.outside_hours else ""),
    )


def _drawn(what: Table) -> str:
    target = io.StringIO()
    Console(file=target, width=200, color_system=None).print(what)
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines()) + "\n\n"


def phases(config: Config, sample: SampleIn) -> str:
    """Give one sample phase by phase."""
    system = next(s for s in config.settings.systems if s.id == sample.system)
    probe = next(p for p in config.settings.probes if p.id == sample.probe)
    lines = [f"{sample.probe} ({sample.kind.value} of {system.name}), {sample.at:%Y-%m-%d %H:%M:%S} UTC\n"]
    for name in PHASES:
        value = getattr(sample, name)
        if value is not None:
            lines.append(f"  {name.removesuffix('_s'):<10}{value * 1000:>11,.2f} ms  {_MEANINGS[name]}\n")
    if sample.matches is not None:
        lines.append(f"  {'matches':<10}{sample.matches:>11,}\n")
    if sample.instances is not None:
        announced = f"  of {sample.instances_announced:,} announced" if sample.instances_announced is not None else ""
        lines.append(f"  {'instances':<10}{sample.instances:>11,}{announced}\n")
    if sample.bytes is not None:
        rate = f"  {sample.bytes / 1e6 / sample.total_s:,.1f} MB/s" if sample.total_s and sample.instances else ""
        lines.append(f"  {'bytes':<10}{sample.bytes:>11,}{rate}\n")
    if sample.stamp:
        lines.append(f"  arrival stamped by {'the kernel' if sample.stamp == 'kernel' else 'this program'}\n")
    why = explain(sample, system, probe.calling_ae_title, probe.method)
    mark = "✓" if is_fine(config, probe, sample) else "✗"
    when = "outside its hours; " if outside_hours(config, probe, sample) else ""
    lines.append(f"{mark} {sample.outcome.value}: {when}{why}\n")
    return "".join(lines)
