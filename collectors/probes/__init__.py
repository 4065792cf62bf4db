"""The probes: one attempt in, one sample out, whatever the peer does."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from app.clock import monotonic_s
from app.domain.measuring.samples import Kind, Outcome
from app.settings import Probe, System
from app.wire import SampleIn
from collectors.ids import uuid7
from collectors.outcomes import Failure
from collectors.probes.context import ProbeContext
from collectors.probes.echo import echo
from collectors.probes.image_load import image_load
from collectors.probes.query import query
from collectors.probes.result import Result
from collectors.probes.web import web
from collectors.probes.worklist import worklist

__all__ = ["KINDS", "ProbeContext", "attempt"]

KINDS: dict[Kind, Callable[[Probe, System, ProbeContext], Awaitable[Result]]] = {
    Kind.ECHO: echo,
    Kind.WORKLIST: worklist,
    Kind.QUERY: query,
    Kind.IMAGE_LOAD: image_load,
    Kind.WEB: web,
}
_LONGEST_DETAIL = 400


async def attempt(probe: Probe, system: System, context: ProbeContext) -> SampleIn:
    """Try a probe once; only a bug of ours raises."""
    kind = Kind(probe.kind)
    try:
        result = await KINDS[kind](probe, system, context)
    except Failure as failure:
        result = Result(failure.outcome, failure.detail)
    ago_s = 0.0 if result.known_s is None else monotonic_s() - result.known_s
    at = context.now() - timedelta(seconds=ago_s)
    return SampleIn(
        id=uuid7(at),
        probe=probe.id,
        kind=kind,
        system=system.id,
        area=probe.area,
        at=at,
        outcome=Outcome(result.outcome),
        detail=result.detail[:_LONGEST_DETAIL],
        connect_s=_seconds(result.connect_s),
        tls_s=_seconds(result.tls_s),
        associate_s=_seconds(result.associate_s),
        metadata_s=_seconds(result.metadata_s),
        first_s=_seconds(result.first_s),
        total_s=_seconds(result.total_s),
        matches=result.matches,
        instances=result.instances,
        instances_announced=result.instances_announced,
        bytes=result.bytes,
        stamp=result.stamp,
        quickack=result.quickack,
    )


def _seconds(value: float | None) -> float | None:
    return None if value is None else round(max(0.0, value), 7)
