"""A house with every probe and feed at once: real peers behind counting proxies, golive, and an independent client."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.peers import scu
from tests.peers.counting import CountingProxy
from tests.peers.dcmqrscp import Dcmqrscp
from tests.peers.golive import GoLive
from tests.peers.orthanc import Orthanc
from tests.peers.ports import free_port
from tests.peers.scu import Took
from tests.peers.storescp import Storescp
from tests.peers.studies import ROOT, Study
from tests.peers.wlmscpfs import Wlmscpfs

DELAY_S = 0.7
AGENT, OTHERS = "golive", "OTHERDEST"
WHOLE, FIRST = Study(1, "CT", 12, 128), Study(2, "CT", 2, 128)
IMAGES = 'multipart/related; type="application/dicom"; transfer-syntax=*'
FRAMES = 'multipart/related; type="application/octet-stream"; transfer-syntax=*'
JSON = "application/dicom+json"
STUDIES = "/dicom-web/studies"
Ask = Callable[[], Took]
Count = Callable[[], int]


@dataclass(frozen=True)
class Line:
    """A probe: how often its peer was asked, and by series what an independent client's answer is to be compared."""

    probe: Mapping[str, Any]
    asked: Count
    others: Mapping[str, Ask]

    @property
    def id(self) -> str:
        return str(self.probe["id"])


@dataclass
class House:
    """All that runs."""

    golive: GoLive
    pacs: Orthanc
    archive: Dcmqrscp
    ris: Wlmscpfs
    hl7_port: int
    lines: Sequence[Line]
    polls: Mapping[str, Count]

    def standing(self, series: str) -> dict[str, Any]:
        """Give a series' standing, one without numbers where there is none."""
        rows = self.golive.get(f"/api/standings?measure={series.partition('/')[0]}")
        return next((r for r in rows if r["series"] == series), {"series": series, "n": 0, "failed": 0, "p50": None})


def probe(kind: str, system: str, area: str = "ct", **more: Any) -> dict[str, Any]:
    """Give a probe that asks each second under a calling title of its own, by which its peer knows it."""
    id_ = f"{kind}-{system}-{area}"
    common = {"id": id_, "kind": kind, "system": system, "area": area, "every": "1s", "timeout": "5s"}
    dicom = {} if kind == "web" or more.get("method") in ("wado-rs", "qido-rs") else {"calling_ae_title": title(id_)}
    return {**common, **dicom, **more}


def cpu_waited_s() -> float:
    """Give for how long somebody on this machine has waited for a processor; 0 where the kernel does not tell."""
    file = Path("/proc/pressure/cpu")
    return int(file.read_text().split("total=")[1].split()[0]) / 1e6 if file.exists() else 0.0


def title(id_: str) -> str:
    return "".join(word[:4] for word in id_.upper().split("-"))[:16]


@contextmanager
def house() -> Iterator[House]:
    """Start everything but golive's feeds' stories."""
    dest, others_dest, hl7 = free_port(), free_port(), free_port()
    with ExitStack() as stack:
        enter = stack.enter_context
        pacs = enter(Orthanc(studies=[WHOLE, FIRST], worklist={"CT": 7, "MR": 3}))
        archive = enter(Dcmqrscp(studies=[WHOLE], knows={"OURDEST": dest, OTHERS: others_dest}))
        ris = enter(Wlmscpfs())
        enter(Storescp(others_dest))
        ways = {
            "pacs": enter(CountingProxy(pacs.port)),
            "http": enter(CountingProxy(pacs.http)),
            "archive": enter(CountingProxy(archive.port)),
            "ris": enter(CountingProxy(ris.port)),
            "far": enter(CountingProxy(ris.port, down=DELAY_S, free=1)),
        }
        root = f"http://127.0.0.1:{ways['http'].port}"
        systems = [
            system("pacs", ways["pacs"].port, "PACS")
            | {"dicomweb": {"url": f"{root}/dicom-web"}, "web": {"url": root}},
            system("archive", ways["archive"].port, "QRDB"),
            system("ris", ways["ris"].port, "RIS", "ris"),
            system("far", ways["far"].port, "RIS", "ris"),
        ]
        lines = [*of_pacs(ways["pacs"], ways["http"]), *of_archive(ways["archive"], dest), *of_ris(ways)]
        poll = {"kind": "pacs-studies", "every": "1s", "quiet_time": "2s"}
        feeds = [
            {"id": "hl7", "kind": "hl7-mllp", "listen": f"127.0.0.1:{hl7}"},
            {"id": "studies-qido", "system": "pacs", "method": "qido-rs", **poll},
            {"id": "studies-find", "system": "archive", "method": "c-find", **poll},
        ]
        areas = [{"id": a, "name": a} for a in sorted({str(line.probe["area"]) for line in lines})]
        golive = enter(GoLive(areas=areas, systems=systems, probes=[line.probe for line in lines], feeds=feeds))
        polls = {
            "studies-qido": partial(ways["http"].fetched, AGENT, f"{STUDIES}\\?.*includefield.*"),
            "studies-find": partial(associations, ways["archive"], "GOLIVE"),
        }
        yield House(golive, pacs, archive, ris, hl7, lines, polls)


def system(id: str, port: int, ae_title: str, kind: str = "pacs") -> dict[str, Any]:
    return {"id": id, "name": id, "kind": kind, "dicom": {"host": "127.0.0.1", "port": port, "ae_title": ae_title}}


def associations(way: CountingProxy, calling: str) -> int:
    return way.asked[calling]


def by_dicom(way: CountingProxy, one: dict[str, Any], **others: Ask) -> Line:
    series = {f"{measure.replace('_', '.')}/{one['system']}/{one['area']}": ask for measure, ask in others.items()}
    return Line(one, partial(associations, way, one["calling_ae_title"]), series)


def by_http(way: CountingProxy, one: dict[str, Any], pattern: str, **others: Ask) -> Line:
    series = {f"{measure.replace('_', '.')}/{one['system']}/{one['area']}": ask for measure, ask in others.items()}
    return Line(one, partial(way.fetched, AGENT, pattern), series)


def of_pacs(way: CountingProxy, http: CountingProxy) -> Iterator[Line]:
    """Everything that Orthanc is asked."""
    port, web = way.port, partial(scu.web, http.port)
    whole = partial(web, f"{STUDIES}/{WHOLE.uid}", IMAGES)
    frame = f"/series/{ROOT}.2.{{0}}/instances/{ROOT}.3.{{0}}.1/frames/1"
    yield by_dicom(way, probe("echo", "pacs"), echo_response=partial(scu.echo, port, "PACS"))
    orders = probe("worklist", "pacs", match={"Modality": "CT"}, sentinel="WCT000003")
    yield by_dicom(way, orders, worklist_response=partial(scu.worklist, port, "PACS", "CT"))
    find = probe("query", "pacs", "find", method="c-find", date="today", expect_at_least=2)
    yield by_dicom(way, find, query_response=partial(scu.studies, port, "PACS"))
    modality = {"ModalitiesInStudy": "CT"}
    qido = probe("query", "pacs", "qido", method="qido-rs", match=modality, expect_at_least=2)
    asked = f"{STUDIES}\\?ModalitiesInStudy=CT"
    yield by_http(http, qido, asked, query_response=partial(web, f"{STUDIES}?ModalitiesInStudy=CT", JSON))
    for study, depth in ((WHOLE, "study"), (FIRST, "first-image")):
        one = probe("image-load", "pacs", depth.partition("-")[0], method="wado-rs", depth=depth, study=study.uid)
        others = {"image_first": partial(web, f"{STUDIES}/{study.uid}{frame.format(study.number)}", FRAMES)}
        others |= {"image_study": whole} if depth == "study" else {}
        yield by_http(http, one, f"{STUDIES}/{study.uid}/metadata", **others)
    page = probe("web", "pacs", path="/app/explorer.html", expect_text="Orthanc")
    yield by_http(http, page, "/app/explorer.html", web_response=partial(web, "/app/explorer.html"))


def of_archive(way: CountingProxy, dest: int) -> Iterator[Line]:
    """Everything that dcmqrscp is asked."""
    port = way.port
    yield by_dicom(way, probe("echo", "archive"), echo_response=partial(scu.echo, port, "QRDB"))
    find = probe("query", "archive", "find", date="today", expect_at_least=1)
    yield by_dicom(way, find, query_response=partial(scu.studies, port, "QRDB"))
    get = probe("image-load", "archive", "get", method="c-get", study=WHOLE.uid)
    yield by_dicom(way, get, image_study=partial(scu.get, port, "QRDB", WHOLE.uid))
    here = {"destination": "OURDEST", "destination_port": dest}
    move = probe("image-load", "archive", "move", method="c-move", study=WHOLE.uid, **here)
    yield by_dicom(way, move, image_study=partial(scu.move, port, "QRDB", WHOLE.uid, OTHERS))


def of_ris(ways: Mapping[str, CountingProxy]) -> Iterator[Line]:
    """What wlmscpfs is asked, directly and from far away."""
    way = ways["ris"]
    yield by_dicom(way, probe("echo", "ris"), echo_response=partial(scu.echo, way.port, "RIS"))
    near = probe("worklist", "ris", match={"Modality": "CT"}, expect_at_least=10)
    yield by_dicom(way, near, worklist_response=partial(scu.worklist, way.port, "RIS", "CT"))
    yield by_dicom(ways["far"], probe("worklist", "far", match={"Modality": "CT"}, expect_at_least=10))
