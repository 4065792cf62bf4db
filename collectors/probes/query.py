"""The study query of a workstation, by C-FIND or QIDO-RS."""

from app.domain.measuring.samples import Outcome
from app.settings import Probe, System
from collectors.dicom import operations
from collectors.dicom.identifiers import orders, study_keys, study_query
from collectors.dicom.pdu import Malformed
from collectors.outcomes import Failure
from collectors.probes.context import ProbeContext
from collectors.probes.dicom_json import DICOM_JSON, data_sets, json_value
from collectors.probes.endpoints import dicom_peer
from collectors.probes.http import Door, Progress, Request, within_timeout
from collectors.probes.result import Result, of_exchange

_ACCESSION = "00080050"


async def query(probe: Probe, system: System, context: ProbeContext) -> Result:
    """Ask for studies; QIDO-RS when the probe says so or the system speaks nothing else."""
    if probe.method == "qido-rs" or (probe.method is None and system.dicom is None):
        return await _by_qido(probe, system, context)
    peer = dicom_peer(probe, system, context)
    asked = study_query(_keys(probe), context.today)
    exchange = await operations.find(peer, operations.STUDY_FIND, asked, probe.timeout, quickack=context.quickack)
    result = of_exchange(exchange, context.quickack)
    context.spent(exchange.size)
    if result.outcome is Outcome.OK:
        result.bytes = exchange.size
        try:
            accessions = [o.accession for o in orders(exchange.answers) if o is not None] if probe.sentinel else []
        except Malformed as error:
            result.fail(Failure(Outcome.WRONG_ANSWER, f"an answer cannot be read: {error}"))
        else:
            result.judge(probe, len(exchange.answers), accessions)
    return result


def _keys(probe: Probe) -> dict[str, str]:
    """Give the matching keys; a `date` that somebody wrote counts as the study's date."""
    asked = {"StudyDate": probe.date} if "date" in probe.model_fields_set else {}
    return asked | probe.match


async def _by_qido(probe: Probe, system: System, context: ProbeContext) -> Result:
    result, progress = Result(), Progress()
    try:
        door = context.http.of(system.dicomweb)
        async with within_timeout(progress, probe.timeout):
            request = Request("answer", DICOM_JSON, study_keys(_keys(probe), context.today))
            answer = await door.get("/studies", progress, request)
        result.take_phases(answer)
        result.first_s, result.bytes = answer.first_s, answer.size
        answer.need_success()
        result.total_s = answer.total_s
        items = await data_sets(answer)
        result.judge(probe, len(items), [json_value(item, _ACCESSION).strip() for item in items])
    except Failure as failure:
        result.fail(failure)
    finally:
        context.spent(progress.fetched)
    return result


async def newest_by_qido(door: Door, modality: str, day_range: str, progress: Progress) -> str:
    """Give the UID of the newest study of a modality in a range of days, or a Failure."""
    params = {"ModalitiesInStudy": modality, "StudyDate": day_range}
    answer = await door.get("/studies", progress, Request("search of the newest study", DICOM_JSON, params))
    answer.need_success()
    found = await data_sets(answer)
    ranked = sorted((json_value(f, "00080020"), json_value(f, "00080030"), json_value(f, "0020000D")) for f in found)
    if not ranked or not ranked[-1][2]:
        raise Failure(Outcome.WRONG_ANSWER, f"no {modality} study within a week")
    return ranked[-1][2]
