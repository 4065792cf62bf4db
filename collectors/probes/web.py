"""A web page: does it answer, how fast, and does it say what it must."""

from app.domain.measuring.samples import Outcome
from app.settings import Probe, System
from collectors.outcomes import Failure
from collectors.probes.context import ProbeContext
from collectors.probes.http import Progress, Request, within_timeout
from collectors.probes.result import Result

MOST_SEARCHED = 4 << 20


async def web(probe: Probe, system: System, context: ProbeContext) -> Result:
    """Fetch a page; 200 to 399 is an answer, a redirection is not followed."""
    result, progress = Result(), Progress()
    try:
        door = context.http.of(system.web or system.dicomweb)
        path = probe.path if probe.path.startswith("/") or not probe.path else f"/{probe.path}"
        async with within_timeout(progress, probe.timeout):
            answer = await door.get(path, progress, Request("answer", keep=MOST_SEARCHED))
        result.take_phases(answer)
        result.first_s, result.bytes = answer.first_s, answer.size
        if not 200 <= answer.status < 400:
            answer.need_success()
        result.total_s = answer.total_s
        if probe.expect_text and probe.expect_text.encode() not in answer.body:
            result.outcome, result.detail = Outcome.WRONG_ANSWER, "the expected text is missing"
    except Failure as failure:
        result.fail(failure)
    finally:
        context.spent(progress.fetched)
    return result
