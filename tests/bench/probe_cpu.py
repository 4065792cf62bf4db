"""CPU seconds of a worklist probe beside pynetdicom's own client, a fresh association each."""

import asyncio
import resource
import time

from pydicom.dataset import Dataset
from pynetdicom import AE, _config
from pynetdicom.sop_class import ModalityWorklistInformationFind

from tests.bench.probe_error import at_once
from tests.bench.table import Row
from tests.peers.wlmscpfs import Wlmscpfs

RUNS = 100


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def ours(port: int, called: str) -> tuple[float, float]:
    began, cpu = time.perf_counter(), cpu_s()
    for _ in range(RUNS):
        (exchange,) = asyncio.run(at_once(port, called, 1))
        assert exchange.total_s is not None, exchange.detail
    return (cpu_s() - cpu) / RUNS, (time.perf_counter() - began) / RUNS


def pynetdicoms(port: int, called: str) -> tuple[float, float]:
    _config.LOG_RESPONSE_IDENTIFIERS = _config.LOG_REQUEST_IDENTIFIERS = False
    step, ds = Dataset(), Dataset()
    step.Modality, step.ScheduledProcedureStepStartDate, step.ScheduledStationAETitle = "CT", "", ""
    ds.PatientName, ds.PatientID, ds.AccessionNumber = "", "", ""
    ds.ScheduledProcedureStepSequence = [step]
    ae = AE(ae_title="BENCH")
    ae.add_requested_context(ModalityWorklistInformationFind)
    began, cpu = time.perf_counter(), cpu_s()
    for _ in range(RUNS):
        association = ae.associate("127.0.0.1", port, ae_title=called)
        assert association.is_established
        assert len(list(association.send_c_find(ds, ModalityWorklistInformationFind))) > 1
        association.release()
    return (cpu_s() - cpu) / RUNS, (time.perf_counter() - began) / RUNS


def measure() -> list[Row]:
    """Give CPU and wall time of one probe."""
    with Wlmscpfs() as ris:
        our_cpu, our_wall = ours(ris.port, ris.aet)
        their_cpu, their_wall = pynetdicoms(ris.port, ris.aet)
    beside = "pynetdicom, fresh association"
    return [
        Row(
            "CPU of a worklist probe, ms", f"{our_cpu * 1e3:.2f}", f"{their_cpu * 1e3:.2f}", their_cpu / our_cpu, beside
        ),
        Row("whole attempt, ms", f"{our_wall * 1e3:.1f}", f"{their_wall * 1e3:.1f}", their_wall / our_wall, beside),
    ]
