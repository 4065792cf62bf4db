"""Where a probe's questions go."""

from app.domain.measuring.samples import Outcome
from app.settings import Probe, System
from collectors.dicom.association import Peer, peer_of
from collectors.outcomes import Failure
from collectors.probes.context import ProbeContext


def dicom_peer(probe: Probe, system: System, context: ProbeContext) -> Peer:
    """Give the DICOM application of a system, asked as the probe's modality."""
    if system.dicom is None:
        raise Failure(Outcome.UNREACHABLE, "the system has no DICOM address")
    return peer_of(system.dicom, context.folder, probe.calling_ae_title)
