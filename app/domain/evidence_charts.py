"""The course of one probe in a stretch of time, counted in bins and drawn for an archive of evidence."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.evidence_words import utc
from app.domain.measuring.samples import Outcome, Sample

_BINS = 240


@dataclass(slots=True)
class _Bin:
    """What one probe did in one stretch of a chart."""

    n: int = 0
    failed: int = 0
    longest_s: float = 0.0


class Course:
    """What one probe did from one moment to another."""

    def __init__(self, from_at: datetime, to_at: datetime) -> None:
        self._from_at, self._to_at, self._span_s = from_at, to_at, (to_at - from_at).total_seconds()
        self._bins: dict[int, _Bin] = {}

    def count(self, s: Sample) -> None:
        """Count a sample in its bin."""
        at = min(_BINS - 1, max(0, int(_BINS * (s.at - self._from_at).total_seconds() / self._span_s)))
        one = self._bins.setdefault(at, _Bin())
        one.n += 1
        one.failed += s.outcome is not Outcome.OK
        one.longest_s = max(one.longest_s, s.total_s or s.first_s or 0.0)

    def drawn(self, probe: str) -> str:
        """Draw how long answers took, the longest of each stretch, with failures as marks; a gap stays a gap."""
        width, height, top = 960, 240, max((b.longest_s for b in self._bins.values()), default=0.0) or 1.0
        step = width / _BINS
        bars = "".join(
            f'<rect x="{at * step:.1f}" y="{height - height * b.longest_s / top:.1f}" width="{step:.1f}" '
            f'height="{height * b.longest_s / top:.1f}" fill="#55606b"/>'
            for at, b in sorted(self._bins.items())
            if b.longest_s
        )
        marks = "".join(
            f'<rect x="{at * step:.1f}" y="{height + 6}" width="{step:.1f}" height="{6 + 14 * b.failed / b.n:.1f}" '
            'fill="#b8420b"/>'
            for at, b in sorted(self._bins.items())
            if b.failed
        )
        each_s = self._span_s / _BINS
        said = f"{probe}: longest answer of each {each_s:.0f} s, up to {top:.3g} s"
        below = f"{utc(self._from_at)} to {utc(self._to_at)}; below: share of attempts that failed"
        box = f"{width + 40} {height + 110}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-20 -40 {box}" font-family="sans-serif">'
            f'<rect x="-20" y="-40" width="{width + 40}" height="{height + 110}" fill="#fff"/>'
            f'<text y="-16" font-size="16">{_escaped(said)}</text>{bars}'
            f'<path d="M0 {height}H{width}" stroke="#14181c"/>{marks}'
            f'<text y="{height + 52}" font-size="13" fill="#55606b">{below}</text></svg>\n'
        )


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
