"""Loading a study by C-GET or C-MOVE."""

from datetime import timedelta

from app.clock import monotonic_s
from app.domain.measuring.samples import Outcome
from app.settings import Probe, System
from collectors.dicom import operations
from collectors.dicom.association import Exchange, Peer
from collectors.dicom.identifiers import retrieval, study_query, text_of
from collectors.dicom.pdu import Malformed
from collectors.outcomes import Failure
from collectors.probes.context import ProbeContext
from collectors.probes.endpoints import dicom_peer
from collectors.probes.result import Result, of_exchange

_STUDY_UID, _DATE, _TIME = 0x0020000D, 0x00080020, 0x00080030


async def retrieve(probe: Probe, system: System, context: ProbeContext) -> Result:
    """Load the probe's study on DICOM associations; the whole attempt ends at the probe's timeout."""
    ends_s = monotonic_s() + probe.timeout
    peer = dicom_peer(probe, system, context)
    study = await _study(probe, peer, context)
    if probe.method == "c-move":
        return await _by_move(probe, peer, study, context, ends_s)
    left_s = max(0.001, ends_s - monotonic_s())
    exchange = await operations.get(
        peer, retrieval(study), left_s, quickack=context.quickack, first_only=probe.depth == "first-image"
    )
    return _result(probe, exchange, context)


async def _by_move(probe: Probe, peer: Peer, study: str, context: ProbeContext, ends_s: float) -> Result:
    if probe.destination is None or probe.destination_port is None:
        raise Failure(Outcome.UNREACHABLE, "c-move needs destination and destination_port")
    async with context.destinations.receiving(probe.destination_port, peer.calling) as arrivals:
        left_s = max(0.001, ends_s - monotonic_s())
        exchange = await operations.move(
            peer,
            retrieval(study),
            probe.destination,
            left_s,
            quickack=context.quickack,
            message_id=arrivals.message_id,
        )
        exchange.instances, exchange.size = arrivals.instances, arrivals.size
        if arrivals.first_s is not None and exchange.sent_s is not None:
            exchange.first_s = max(0.0, arrivals.first_s - exchange.sent_s)
        return _result(probe, exchange, context)


def _result(probe: Probe, exchange: Exchange, context: ProbeContext) -> Result:
    result = of_exchange(exchange, context.quickack)
    context.spent(exchange.size + exchange.unfinished)
    if exchange.instances or result.outcome is Outcome.OK:
        result.instances, result.instances_announced = exchange.instances, exchange.instances_announced
        result.bytes = exchange.size
    if result.outcome is Outcome.OK and not exchange.instances:
        result.outcome, result.detail = Outcome.WRONG_ANSWER, "the study has no instances, or none came"
    elif result.outcome is Outcome.OK and exchange.instances < (exchange.instances_announced or 0):
        words = f"{exchange.instances} of {exchange.instances_announced} announced instances came"
        result.outcome, result.detail = Outcome.WRONG_ANSWER, words
    return result


async def _study(probe: Probe, peer: Peer, context: ProbeContext) -> str:
    if probe.rotate:
        return probe.rotate[context.run % len(probe.rotate)]
    if probe.study:
        return probe.study
    today, modality = context.today, probe.newest or "CT"
    days = f"{today - timedelta(days=7):%Y%m%d}-{today:%Y%m%d}"
    query = study_query({"ModalitiesInStudy": modality, "StudyDate": days}, today)
    exchange = await operations.find(peer, operations.STUDY_FIND, query, probe.timeout)
    if exchange.outcome is not Outcome.OK:
        raise Failure(exchange.outcome, f"search of the newest study: {exchange.detail}")
    try:
        ranked = sorted((text_of(a, _DATE), text_of(a, _TIME), text_of(a, _STUDY_UID)) for a in exchange.answers)
    except Malformed as error:
        raise Failure(Outcome.WRONG_ANSWER, f"an answer cannot be read: {error}") from error
    if not ranked or not ranked[-1][2]:
        raise Failure(Outcome.WRONG_ANSWER, f"no {modality} study within a week")
    return ranked[-1][2]
