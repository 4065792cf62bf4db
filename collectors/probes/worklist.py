"""The worklist query of a modality, and whether the answer holds what it must."""

from app.domain.measuring.samples import Outcome
from app.settings import Probe, System
from collectors.dicom import operations
from collectors.dicom.identifiers import Listed, date_key, orders, worklist_query
from collectors.dicom.pdu import Malformed
from collectors.probes.context import ProbeContext
from collectors.probes.endpoints import dicom_peer
from collectors.probes.result import Result, of_exchange


async def worklist(probe: Probe, system: System, context: ProbeContext) -> Result:
    """Ask as a modality asks; orders seen are told to `context.listed`, but for the sentinel."""
    day = date_key(probe.date, context.today)
    query = worklist_query(probe.match, day, probe.station_ae, issuer=context.issuers)
    peer = dicom_peer(probe, system, context)
    exchange = await operations.find(peer, operations.WORKLIST, query, probe.timeout, quickack=context.quickack)
    result = of_exchange(exchange, context.quickack)
    context.spent(exchange.size)
    if result.outcome is Outcome.OK:
        result.matches, result.bytes = len(exchange.answers), exchange.size
        _judge(probe, exchange.answers, result, context)
    return result


def _judge(probe: Probe, answers: list[bytes], result: Result, context: ProbeContext) -> None:
    try:
        seen = [order for order in orders(answers) if order is not None]
    except Malformed as error:
        result.outcome, result.detail = Outcome.WRONG_ANSWER, f"an answer cannot be read: {error}"
        return
    sentinel = probe.sentinel.strip() if probe.sentinel else None
    result.judge(probe, len(answers), {order.accession for order in seen})
    context.listed([Listed(o.accession, o.issuer) for o in seen if o.accession != sentinel])
