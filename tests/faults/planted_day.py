"""A day of the simulated hospital with planted patients: its messages, whole and spoilt, and its systems."""

import contextlib
import random
import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from collectors.simulator.hl7_out import SITE_STATUSES, message
from collectors.simulator.life import Life, hospital
from collectors.simulator.scenarios import Script
from collectors.simulator.site import ZONE
from tests.peers.golive import dicom_system
from tests.peers.orthanc import Orthanc
from tests.peers.patients import PLANTED, Patient, patient
from tests.peers.studies import Study, write_order
from tests.peers.wlmscpfs import Wlmscpfs

SPOILT_SHARE = 0.08


def messages(seed: int, now: datetime, share: float = 1.0) -> list[bytes]:
    """Give what the RIS tells in a day, with a planted patient in every message and some messages spoilt."""
    dice = random.Random(seed)
    stays = hospital(seed, t0=now - timedelta(hours=12), script=Script(), zone=ZONE)
    day, made = Life(stays, now - timedelta(days=1)), list[bytes]()
    for told in day.told(now - timedelta(days=1 * share), now):
        who = patient(PLANTED, dice, told.exam.order.accession.lstrip("S"))
        body = message(told, stays.zone).replace(told.exam.order.accession.encode(), who.accession.encode())
        body = body.replace(b"|ASCII\r", b"|UNICODE UTF-8\r")
        body = re.sub(rb"PID\|[^\r]*\r", _segments(who).encode(), body)
        body = body.replace(
            b"|Simulated.|", f"|{who.given} {who.family} born {who.born:%d.%m.%Y}: no bleeding|".encode()
        )
        made.append(_spoilt(body, who, dice) if dice.random() < SPOILT_SHARE else body)
    return made


def _segments(who: Patient) -> str:
    name, born = who.dicom_name, f"{who.born:%Y%m%d}"
    return (
        f"PID|1||{who.number}^^^NORTH^MR||{name}||{born}|F|||Lane 1^^{who.family}||555 {who.number}\r"
        f"NK1|1|{name}|SPO\rIN1|1|A|B|C|||||||||||||{name}|SEL|{born}\rNTE|1||call {who.given} {who.family}\r"
    )


def _spoilt(body: bytes, who: Patient, dice: random.Random) -> bytes:
    """Give it as a bad day sends it: cut, without what it needs, or with the patient where something else belongs."""
    name, number = who.dicom_name.encode(), who.number.encode()
    ways = (
        lambda: body.replace(b"MSH|", b"MSX|", 1),
        lambda: body[: len(body) * dice.randint(1, 9) // 10],
        lambda: body.replace(b"\rOBR|", b"\rOBX|"),
        lambda: re.sub(rb"\d{14}[+-]\d{4}", name, body),  # a name for each moment
        lambda: re.sub(rb"(\rPV1\|1\|)[^\r]*", rb"\1" + name + b"|" + number, body),
        lambda: re.sub(rb"(\rORC\|)[^|]*", rb"\1" + name, body),
        lambda: re.sub(rb"\|(CT|MR|CR|DX|US|MG)\|", b"|" + number + b"|", body),  # for the modality
        lambda: body.replace(b"|SIM|", b"|" + number + b"|"),  # for sender and receiver
        lambda: re.sub(rb"\|(ORM|ORU)\^[^|]*\|", b"|" + name + b"|", body),  # for the kind of message
        lambda: body.replace(b"UNICODE UTF-8", b"ASCII").replace(b"no bleeding", b"\xff\xfe\x80 " + name),
        lambda: name + b"\r" + body,
        lambda: body.replace(b"\r", b"\n"),
        lambda: body.replace(b"|2.5.1|", b"|" + number + b"|"),
        lambda: re.sub(rb"\^\^[SRA](?=[|\r])", b"^^" + name.replace(b"^", b" "), body),  # for the priority
    )
    return dice.choice(ways)()


@dataclass(frozen=True)
class Systems:
    """A RIS, a PACS and a portal that all tell of planted patients, and how golive is to ask them."""

    tables: dict[str, list[dict[str, Any]]]
    pacs: Orthanc
    ris: Wlmscpfs


@contextlib.contextmanager
def systems(hl7_port: int, seed: int) -> Iterator[Systems]:
    """Run them for a while; probes and feeds ask them each second or two."""
    dice = random.Random(seed)
    people = [patient(PLANTED, dice) for _ in range(30)]
    with ExitStack() as stack:
        today = datetime.now(UTC).date()
        studies = [Study(9000 + n, "CT" if n % 2 else "MR", 2, 16, today, who) for n, who in enumerate(people[:15])]
        pacs = stack.enter_context(Orthanc(studies=studies))
        ris = stack.enter_context(Wlmscpfs(entries={}))
        for who in people[15:]:
            write_order(ris.worklist_folder, who.accession, "CT", _day(dice, today), patient=who)
        portal = stack.enter_context(_portal(people[0]))
        often = {"every": "2s", "timeout": "5s", "area": "ct"}
        study = {"study": studies[0].uid}
        listed = {"kind": "pacs-studies", "system": "pacs", "every": "2s", "quiet_time": "2s"}
        yield Systems(
            {
                "areas": [{"id": "ct", "name": "CT", "rooms": ["CT 1"]}, {"id": "ed", "name": "ED"}],
                "systems": [
                    {**dicom_system("pacs", pacs.port, pacs.aet, "pacs"), "dicomweb": {"url": pacs.dicomweb}},
                    dicom_system("ris", ris.port, ris.aet),
                    dicom_system("wrong", ris.port, "PACS"),
                    {"id": "portal", "name": "Portal", "kind": "portal", "web": {"url": f"http://127.0.0.1:{portal}"}},
                ],
                "probes": [
                    {"id": "worklist", "kind": "worklist", "system": "ris", "match": {"Modality": "CT"}, **often},
                    {"id": "few", "kind": "worklist", "system": "ris", "expect_at_least": 500, **often},
                    {"id": "query", "kind": "query", "system": "pacs", "match": {"Modality": "CT"}, **often},
                    {"id": "qido", "kind": "query", "system": "pacs", "method": "qido-rs", **often},
                    {"id": "wado", "kind": "image-load", "system": "pacs", "method": "wado-rs", **study, **often},
                    {"id": "get", "kind": "image-load", "system": "pacs", "method": "c-get", **study, **often},
                    {"id": "wrong", "kind": "query", "system": "wrong", **often},
                    {"id": "page", "kind": "web", "system": "portal", **often},
                ],
                "feeds": [
                    {
                        "id": "ris-hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{hl7_port}",
                        "statuses": SITE_STATUSES,
                    },
                    {"id": "find", "method": "c-find", **listed},
                    {"id": "list", "method": "qido-rs", **listed},
                ],
            },
            pacs,
            ris,
        )  # fmt: skip


def _day(dice: random.Random, today: date) -> date:
    return today if dice.random() < 0.8 else today + timedelta(days=1)


@contextlib.contextmanager
def _portal(who: Patient) -> Iterator[int]:
    """Run a portal that is in trouble and says of whom, in its status line, its headers and its page."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            words = f"<h1>No images of {who.given} {who.family}, {who.number}, born {who.born:%d.%m.%Y}</h1>".encode()
            self.send_response(500, f"{who.dicom_name} {who.number}")
            self.send_header("Location", f"/patients/{who.number}")
            self.send_header("Server", who.dicom_name)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
