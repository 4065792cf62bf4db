"""A hung PACS is down, a dead collector is blind, and neither is ever ok."""

import signal
import socket
import time
from uuid import uuid4

from tests.integration.served import stamp
from tests.peers.golive import GoLive, config_text, dicom_system, wait_for
from tests.peers.orthanc import Orthanc
from tests.peers.wlmscpfs import Wlmscpfs

OFTEN = {"every": "2s", "timeout": "2s", "area": "ct"}


def worklist(system: str, **more: object) -> dict[str, object]:
    return {
        "id": f"worklist-{system}",
        "kind": "worklist",
        "system": system,
        "match": {"Modality": "CT"},
        **OFTEN,
        **more,
    }


def echo(system: str, number: int = 0, **more: object) -> dict[str, object]:
    return {"id": f"echo-{system}-{number}", "kind": "echo", "system": system, **OFTEN, **more}


def test_a_frozen_pacs_is_down_within_two_cadences_and_a_timeout_and_nothing_else_changes() -> None:
    with Orthanc() as pacs, Wlmscpfs() as ris:
        systems = [dicom_system("pacs", pacs.port, pacs.aet, "pacs"), dicom_system("ris", ris.port, ris.aet)]
        with GoLive(systems=systems, probes=[echo("pacs"), worklist("ris")]) as golive:
            golive.start()

            def state(measure: str) -> str:
                s = golive.standing(measure)
                return s["state"] if s else "missing"

            both = ("echo.response", "worklist.response")
            wait_for("both are ok", lambda: {state(m) for m in both} == {"ok"}, 25)
            pacs.freeze()
            seen: list[str] = []
            began = time.monotonic()
            while time.monotonic() < began + 10 and "down" not in seen:
                seen.append(state("echo.response"))
                assert state("worklist.response") == "ok"
            assert time.monotonic() - began <= 2 * 2 + 2 + 2.5
            assert set(seen) <= {"ok", "degraded", "down"}
            assert golive.get("/api/status")["overall"] == "watch"
            whole = {s["system"]: s["state"] for s in golive.get("/api/standings?measure=availability")}
            assert whole == {"pacs": "down", "ris": "ok"}
            pacs.thaw()
            wait_for("ok again", lambda: state("echo.response") == "ok", 15)


def test_eight_probes_with_long_timeouts_on_one_frozen_system_are_all_down_and_none_blind() -> None:
    with Orthanc() as pacs:
        areas = [{"id": f"a{i}", "name": f"Area {i}"} for i in range(8)]
        probes = [echo("pacs", i, every="2s", timeout="8s", area=f"a{i}") for i in range(8)]
        pacs.freeze()
        with GoLive(areas=areas, systems=[dicom_system("pacs", pacs.port, pacs.aet, "pacs")], probes=probes) as golive:
            golive.start()

            def not_down() -> list[str]:
                rows = golive.get("/api/standings?measure=echo.response")
                return [f"{s['series']} {s['state']}: {s['reason']}" for s in rows if s["state"] != "down"]

            wait_for("all eight are down", lambda: not not_down(), 60, 0.2)
            end = time.monotonic() + 12
            while time.monotonic() < end:
                assert not_down() == []


def test_a_collector_that_nobody_restarts_becomes_stale_then_blind_and_never_ok() -> None:
    with Wlmscpfs() as ris:
        systems = [dicom_system("ris", ris.port, ris.aet)]
        with GoLive(systems=systems, probes=[worklist("ris", every="1s")]) as golive:
            golive.start("serve", "collect")

            def state() -> str:
                s = golive.standing("worklist.response")
                return s["state"] if s else "missing"

            wait_for("ok", lambda: state() == "ok", 20)
            golive.signal(signal.SIGKILL, "collect")
            golive.processes.pop("collect").wait()
            path: list[str] = []

            def blind() -> bool:
                if not path or path[-1] != state():
                    path.append(state())
                return path[-1] == "blind"

            wait_for("blind", blind, 15)
            assert path[-2:] == ["stale", "blind"]
            wait_for("readyz names ingest", lambda: golive.ask("GET", "/readyz")[0] == 503, 15)
            assert "ingest" in str(golive.ask("GET", "/readyz")[1])
            assert state() == "blind"


def test_a_collector_whose_samples_are_refused_leaves_its_series_blind_and_is_named() -> None:
    """Its file gives the probe another area than the app's: each attempt hangs, and none of its samples is taken."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        systems = [dicom_system("ris", mute.getsockname()[1], "RIS")]
        probe = worklist("ris", every="1s", timeout="1s")
        with GoLive(systems=systems, probes=[probe]) as golive:
            golive.start("serve")
            body = {"batch": "b1", "source": "main", "sent_at": stamp(), "samples": [answered(probe) for _ in range(6)]}
            assert golive.ask("POST", "/api/ingest", body, golive.ingest_token)[1]["accepted"] == 6
            (golive.folder / "collector").mkdir()
            golive.file = golive.folder / "collector" / "golive.toml"
            areas = [{"id": "ct", "name": "CT"}, {"id": "mr", "name": "MR"}]
            told = config_text(golive.port, areas=areas, systems=systems, probes=[probe | {"area": "mr"}])
            golive.file.write_text(told)
            golive.start("collect")
            # five cadences are the most that it may be old, and one attempt to its timeout the most that bridges that
            seen: list[tuple[float, str]] = []
            end = time.monotonic() + 20
            while time.monotonic() < end:
                s = golive.standing("worklist.response")
                assert s is not None
                seen.append((s["age_s"] or 0.0, s["state"]))
                time.sleep(0.1)
            assert {state for age_s, state in seen if age_s > 9} == {"blind"}
            status = golive.get("/api/status")
            assert status["overall"] == "blind"
            assert [
                r for r in status["reasons"] if r.startswith("probe worklist-ris: samples of main are refused: area")
            ]


def answered(probe: dict[str, object]) -> dict[str, object]:
    told = {k: probe[k] for k in ("kind", "system", "area")} | {"probe": probe["id"], "id": str(uuid4())}
    return {**told, "at": stamp(), "outcome": "ok", "total_s": 0.1}
