"""Loading images as a viewer does, by WADO-RS: metadata, first frame, whole study, each timed by itself."""

from datetime import timedelta

from app.domain.measuring.samples import Outcome
from app.settings import Probe, System
from collectors.outcomes import Failure
from collectors.probes.context import ProbeContext
from collectors.probes.dicom_json import DICOM_JSON, data_sets, json_value
from collectors.probes.http import Door, Progress, Request, within_timeout
from collectors.probes.multipart import PartCounter
from collectors.probes.query import newest_by_qido
from collectors.probes.result import Result
from collectors.probes.retrieve import retrieve

_FRAME = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
_STUDY = 'multipart/related; type="application/dicom"; transfer-syntax=*'
_ROWS, _SERIES, _INSTANCE = "00280010", "0020000E", "00080018"


async def image_load(probe: Probe, system: System, context: ProbeContext) -> Result:
    """Load the probe's study by its method; WADO-RS unless it says otherwise."""
    if probe.method in ("c-get", "c-move") or (probe.method is None and system.dicomweb is None):
        return await retrieve(probe, system, context)
    result, progress = Result(), Progress()
    try:
        door = context.http.of(system.dicomweb)
        async with within_timeout(progress, probe.timeout):
            study = await _study(probe, door, context, progress)
            frame = await _metadata(door, study, progress, result)
            await _first_frame(door, frame, progress, result)
            if probe.depth == "study":
                await _whole_study(door, study, progress, result)
    except Failure as failure:
        result.fail(failure)
    finally:
        context.spent(progress.fetched)
    return result


async def _study(probe: Probe, door: Door, context: ProbeContext, progress: Progress) -> str:
    if probe.rotate:
        return probe.rotate[context.run % len(probe.rotate)]
    if probe.study:
        return probe.study
    today = context.today
    days = f"{today - timedelta(days=7):%Y%m%d}-{today:%Y%m%d}"
    return await newest_by_qido(door, probe.newest or "CT", days, progress)


async def _metadata(door: Door, study: str, progress: Progress, result: Result) -> str:
    answer = await door.get(f"/studies/{study}/metadata", progress, Request("metadata", DICOM_JSON))
    result.take_phases(answer)
    if answer.status == 404:
        raise Failure(Outcome.WRONG_ANSWER, "the reference study is not there (http status 404)")
    answer.need_success()
    result.metadata_s = answer.total_s
    items = await data_sets(answer)
    if not items:
        raise Failure(Outcome.WRONG_ANSWER, "the study has no instances")
    result.instances_announced = len(items)
    image = next((item for item in items if json_value(item, _ROWS)), items[0])
    series, instance = json_value(image, _SERIES), json_value(image, _INSTANCE)
    if not series or not instance:
        raise Failure(Outcome.WRONG_ANSWER, "the metadata names no series or instance")
    return f"/studies/{study}/series/{series}/instances/{instance}/frames/1"


async def _first_frame(door: Door, frame: str, progress: Progress, result: Result) -> None:
    counter = PartCounter()
    answer = await door.get(frame, progress, Request("first frame", _FRAME, sink=counter))
    result.take_phases(answer)
    answer.need_success()
    if counter.whole() < 1:
        raise Failure(Outcome.WRONG_ANSWER, "the first frame's answer holds no frame")
    result.first_s = answer.total_s


async def _whole_study(door: Door, study: str, progress: Progress, result: Result) -> None:
    counter = PartCounter()
    answer = await door.get(f"/studies/{study}", progress, Request("study", _STUDY, sink=counter))
    result.take_phases(answer)
    answer.need_success()
    result.total_s, result.bytes, result.instances = answer.total_s, answer.size, counter.whole()
    if result.instances < (result.instances_announced or 0):
        words = f"{result.instances} of {result.instances_announced} announced instances came"
        raise Failure(Outcome.WRONG_ANSWER, words)
