"""C-ECHO on a fresh association."""

from app.settings import Probe, System
from collectors.dicom import operations
from collectors.probes.context import ProbeContext
from collectors.probes.endpoints import dicom_peer
from collectors.probes.result import Result, of_exchange


async def echo(probe: Probe, system: System, context: ProbeContext) -> Result:
    """Ask for a sign of life."""
    peer = dicom_peer(probe, system, context)
    return of_exchange(await operations.echo(peer, probe.timeout, quickack=context.quickack), context.quickack)
