"""The simulated hospital's golive.toml: complete, commented and fit to be copied for a real one."""

import socket
from dataclasses import dataclass
from datetime import datetime

from collectors.simulator.hl7_out import SITE_STATUSES
from collectors.simulator.images import reference_uid
from collectors.simulator.rollback import USUAL, Pacing

SITE, ZONE = "simulation", "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the simulated systems and golive's feed listen, on loopback."""

    pacs: int
    web: int
    ris: int
    legacy: int
    legacy_web: int
    hl7: int


_USUAL = Ports(pacs=11112, web=8042, ris=11113, legacy=11114, legacy_web=8043, hl7=2575)


def free_ports() -> Ports:
    """Give the usual ports, and a free one for each that is busy."""
    held: list[socket.socket] = []
    try:
        return Ports(**{name: _free(getattr(_USUAL, name), held) for name in Ports.__slots__})
    finally:
        for taken in held:
            taken.close()


def _free(wanted: int, held: list[socket.socket]) -> int:
    for port in (wanted, 0):
        probe = socket.socket()
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.close()
            continue
        held.append(probe)  # kept until all are chosen, so that no two get the same
        return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def golive_toml(ports: Ports, *, t0: datetime, listen: str, speed: float = 1.0, pacing: Pacing = USUAL) -> str:
    """Give the file's text without its rollback rules; with more speed study lists are asked for more often, really.

    A message takes as long as ever in real time, so a faster hospital's feed may be quiet for longer by its own clock.
    """
    statuses = ", ".join(f'"{code}" = "{milestone}"' for code, milestone in SITE_STATUSES.items())
    worklists = "".join(_worklist(area, modality, pacing) for area, modality in _WORKLISTS)
    return _TEXT.format(
        at=t0.replace(microsecond=0).isoformat(),
        listen=listen,
        site=SITE,
        zone=ZONE,
        statuses=statuses,
        lists_every=f"{max(1, round(15 / speed))}s",
        quiet_after=f"{_CALM_PAUSE_MIN + round(speed / 12)}m",
        worklists=worklists,
        ct=reference_uid("CT"),
        mr=reference_uid("MR"),
        **{name: getattr(ports, name) for name in Ports.__slots__},
    )


_CALM_PAUSE_MIN = 10
_WORKLISTS = (("ct", "CT"), ("mr", "MR"), ("xr", "DX"), ("us", "US"), ("mg", "MG"))


def _worklist(area: str, modality: str, pacing: Pacing) -> str:
    return f"""
[[probes]]
id = "worklist-{area}"
kind = "worklist"
system = "ris"
area = "{area}"
every = "{pacing.every}"
timeout = "{pacing.timeout}"
match = {{ Modality = "{modality}" }}
sentinel = "SENTINEL{modality}"          # a standing test order that must be in every answer
"""


MARK = "# A simulated hospital."
_TEXT = (
    MARK
    + """ Copy this file, and put your own systems in the places of these.

[site]
id = "{site}"
name = "Simulation Hospital"
timezone = "{zone}"

[go_live]
at = {at}
start = "by-clock"
decision_window = "2h"
no_return = "12h"
command_center = "72h"
stabilisation = "90d"
huddles = ["07:30", "13:00", "19:00"]

[server]
listen = "{listen}"
database = "sqlite:///golive.db"

[[areas]]
id = "ct"
name = "CT"

[[areas]]
id = "mr"
name = "MR"

[[areas]]
id = "xr"
name = "X-ray"

[[areas]]
id = "us"
name = "Ultrasound"

[[areas]]
id = "mg"
name = "Mammography"

[[areas]]
id = "reading"
name = "Reading room"

[[areas]]
id = "ed-reading"
name = "ED reading"

[[systems]]
id = "pacs"
name = "New PACS"
kind = "pacs"
dicom = {{ host = "127.0.0.1", port = {pacs}, ae_title = "PACS", calling_ae_title = "GOLIVE" }}
dicomweb = {{ url = "http://127.0.0.1:{web}/dicom-web" }}

[[systems]]
id = "ris"
name = "RIS"
kind = "ris"
dicom = {{ host = "127.0.0.1", port = {ris}, ae_title = "RIS", calling_ae_title = "GOLIVE" }}

[[systems]]
id = "legacy"
name = "Old PACS"
kind = "legacy"
dicom = {{ host = "127.0.0.1", port = {legacy}, ae_title = "LEGACY", calling_ae_title = "GOLIVE" }}
dicomweb = {{ url = "http://127.0.0.1:{legacy_web}/dicom-web" }}

[[probes]]
id = "echo-pacs"
kind = "echo"
system = "pacs"
every = "10s"
timeout = "5s"

[[probes]]
id = "echo-ris"
kind = "echo"
system = "ris"
every = "10s"
timeout = "5s"

[[probes]]
id = "echo-legacy"
kind = "echo"
system = "legacy"
every = "30s"
timeout = "5s"
required = false
{worklists}
[[probes]]
id = "query-pacs"
kind = "query"
system = "pacs"
area = "ed-reading"
every = "15s"
timeout = "10s"
match = {{ StudyDate = "today", ModalitiesInStudy = "MR" }}

[[probes]]
id = "image-ct"
kind = "image-load"
system = "pacs"
area = "ed-reading"
every = "15s"
timeout = "25s"
method = "wado-rs"
study = "{ct}"

[[probes]]
id = "image-mr"
kind = "image-load"
system = "pacs"
area = "reading"
every = "20s"
timeout = "25s"
method = "wado-rs"
study = "{mr}"

[[feeds]]
id = "ris-hl7"
name = "HL7 from RIS"
kind = "hl7-mllp"
listen = "127.0.0.1:{hl7}"
area_by = {{ "OBR-24" = {{ CT = "ct", MR = "mr", DX = "xr", US = "us", MG = "mg" }} }}
statuses = {{ {statuses} }}
quiet_after = "{quiet_after}"             # longer than any pause of a calm night

[[feeds]]
id = "pacs-studies"
name = "Studies stored"
kind = "pacs-studies"
system = "pacs"
method = "qido-rs"
every = "{lists_every}"

[[feeds]]
id = "legacy-studies"
name = "Studies in old PACS"
kind = "pacs-studies"
system = "legacy"
method = "qido-rs"
every = "{lists_every}"
required = false

[measures."worklist.response"]
expected_below = "1s"

[measures."query.response"]
expected_below = "2s"

[measures."image.first"]
expected_below = "1s"

[measures."image.study"]
expected_below = "5s"

[measures."report.turnaround"]
expected_below = "75m"
"""
)
