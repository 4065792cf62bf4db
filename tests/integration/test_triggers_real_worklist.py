"""Rollback triggers over a real worklist behind a proxy: slow, just not too slow, dead in one area, and not seen."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from math import sqrt
from typing import Any

import pytest

from tests.peers.golive import GoLive, dicom_system, holds_for, wait_for
from tests.peers.proxy import Proxy
from tests.peers.wlmscpfs import Wlmscpfs

EVERY_S, BREACH_AFTER_S, WINDOW_S, LIMIT_S, SHARE, AT_LEAST = 1.0, 3.0, 20.0, 0.5, 0.3, 5
RULE = {
    "id": "slow", "title": "Worklist unusable", "measure": "worklist.response", "slower_than": f"{LIMIT_S}s",
    "share": SHARE, "window": f"{WINDOW_S:g}s", "at_least": AT_LEAST, "breach_after": f"{BREACH_AFTER_S:g}s",
    "recover_below": 0.25, "blind_after": "5s", "armed": "always",
}  # fmt: skip
OFTEN = {"every": f"{EVERY_S:g}s", "timeout": "2s"}
BELOW_S, BEYOND_S = 0.35, 0.7


@pytest.fixture(scope="module")
def ris() -> Iterator[Wlmscpfs]:
    with Wlmscpfs() as server:
        yield server


def worklist(area: str, system: str) -> dict[str, Any]:
    return {"id": f"worklist-{area}", "kind": "worklist", "system": system, "area": area, **OFTEN} | {
        "match": {"Modality": "CT"}
    }


def trigger(golive: GoLive, name: str = "slow") -> Any:
    return golive.get(f"/api/triggers/{name}")


def states(golive: GoLive) -> dict[str, tuple[str, str]]:
    return {t["id"]: (t["state"], t["sight"]) for t in golive.get("/api/triggers")}


def becomes(golive: GoLive, name: str, state: str, sight: str, seconds: float) -> Any:
    def is_so() -> Any:
        found = trigger(golive, name)
        return found if (found["state"], found["sight"]) == (state, sight) else None

    return wait_for(f"{name} is {state} and {sight}", is_so, seconds, 0.1)


def causes(golive: GoLive, name: str = "slow") -> list[str]:
    return [t["cause"] for t in trigger(golive, name)["transitions"]]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def seen_enough_at(golive: GoLive, probe: str) -> datetime:
    """Give when the samples that are stored first showed it beyond, by counting them anew."""
    ask = "select known_at, outcome, total_s from sample where probe = ? order by known_at"
    with sqlite3.connect(f"file:{golive.folder / 'golive.db'}?mode=ro", uri=True) as db:
        rows = db.execute(ask, (probe,)).fetchall()
    found = [(datetime.fromisoformat(at).replace(tzinfo=UTC), o != "ok" or s > LIMIT_S) for at, o, s in rows]
    for at, _ in found:
        inside = [slow for other, slow in found if 0 <= (at - other).total_seconds() < WINDOW_S]
        if len(inside) >= AT_LEAST and _lower_end(sum(inside), len(inside)) > SHARE:
            return at
    raise AssertionError("no sample shows it beyond")


def _lower_end(k: int, n: int, z: float = 1.959964) -> float:
    middle, half = k + z * z / 2, z * sqrt(k * (n - k) / n + z * z / 4)
    return (middle - half) / (n + z * z)


@pytest.mark.quiet  # just below the limit is only that while the processor is not taken
def test_slow_is_a_breach_in_time_just_below_never_and_what_breached_stays_blind_and_recovered(ris: Wlmscpfs) -> None:
    with Proxy(ris.port, down=BELOW_S, free=1) as way:
        tables = {"systems": [dicom_system("ris", way.port, ris.aet)], "probes": [worklist("ct", "ris")]}
        with GoLive(triggers=[RULE], **tables) as golive:
            golive.start("serve", "collect")
            becomes(golive, "slow", "watching", "ok", 20)
            wait_for("a whole window just below", lambda: trigger(golive)["n"] >= 0.7 * WINDOW_S / EVERY_S, 40)
            before = len(causes(golive))  # on a busy machine the first look may have seen too little for too long
            assert (trigger(golive)["beyond"], set(causes(golive))) in ((0, set()), (0, {"unseen", "seen again"}))

            way.set(down=BEYOND_S)
            breach = becomes(golive, "slow", "breached", "ok", 40)
            seen_at, enough_at = datetime.now(UTC), seen_enough_at(golive, "worklist-ct")
            made = {t["cause"]: t for t in breach["transitions"]}
            after_s = (moment(made["breach"]["at"]) - enough_at).total_seconds()
            assert BREACH_AFTER_S <= after_s <= BREACH_AFTER_S + EVERY_S + 2
            assert (seen_at - enough_at).total_seconds() <= BREACH_AFTER_S + EVERY_S + 2
            assert breach["low"] > SHARE

            golive.kill("collect")  # the data stop while the breach stands
            way.set(down=0.0)
            becomes(golive, "slow", "breached", "blind", 40)
            wait_for("that nothing is seen is on record", lambda: causes(golive)[-1] == "unseen", 15)
            assert states(golive) == {"slow": ("breached", "blind")}

            golive.start("collect")
            found = becomes(golive, "slow", "recovering", "ok", 50)
            assert found["evidence"] == breach["evidence"]
            assert causes(golive)[before:] == ["beyond", "breach", "unseen", "seen again", "recovery"]
            latched = {"slow": ("recovering", "ok")}
            holds_for("it is latched", lambda: states(golive) == latched, BREACH_AFTER_S + 2)
            assert golive.cli("journal", "verify").returncode == 0


def test_one_dead_area_of_eight_breaches_its_own_trigger_and_no_other(ris: Wlmscpfs) -> None:
    names = [f"a{n}" for n in range(8)]
    with ExitStack() as open_:
        ways = {name: open_.enter_context(Proxy(ris.port)) for name in names}
        systems = [dicom_system(f"ris-{name}", way.port, ris.aet) for name, way in ways.items()]
        golive = open_.enter_context(
            GoLive(
                areas=[{"id": name, "name": name.upper()} for name in names],
                systems=systems,
                probes=[worklist(name, f"ris-{name}") for name in names],
                triggers=[{**RULE, "per": "area", "blind_after": "60s"}],
            )
        ).start()
        well = {f"slow:{name}": ("watching", "ok") for name in names}
        wait_for("all areas are watched", lambda: states(golive) == well, 30, 0.2)
        ways["a3"].set(mode="refuse")
        becomes(golive, "slow:a3", "breached", "ok", 40)
        assert states(golive) == well | {"slow:a3": ("breached", "ok")}

        def alone() -> bool:
            found = states(golive)
            dead, _ = found.pop("slow:a3")  # with few attempts by now: tries back off where nobody listens
            return dead == "breached" and found == {name: is_ for name, is_ in well.items() if name != "slow:a3"}

        holds_for("one area alone is breached", alone, BREACH_AFTER_S + EVERY_S + 2)
        assert [causes(golive, f"slow:{name}") for name in names if name != "a3"] == [[]] * 7


def test_golives_own_uplink_cut_is_blindness_and_no_breach(ris: Wlmscpfs) -> None:
    with Proxy(ris.port) as way, Proxy(ris.port) as gateway:
        control = {"id": "control", "kind": "echo", "system": "gateway", "role": "control", **OFTEN}
        systems = [dicom_system("ris", way.port, ris.aet), dicom_system("gateway", gateway.port, ris.aet)]
        with GoLive(systems=systems, probes=[control, worklist("ct", "ris")], triggers=[RULE]) as golive:
            golive.start()
            wait_for("a window of answers", lambda: trigger(golive)["n"] >= 15, 40)
            before = len(causes(golive))
            for each in (way, gateway):
                each.set(mode="swallow")
            becomes(golive, "slow", "watching", "blind", 20)
            wait_for("that nothing is seen is on record", lambda: causes(golive)[before:] == ["unseen"], 20)
            unseen = {"slow": ("watching", "blind")}
            holds_for("it is blind, not breached", lambda: states(golive) == unseen, WINDOW_S / 2 + BREACH_AFTER_S)
            assert golive.get("/api/status")["overall"] == "blind"
            for each in (way, gateway):
                each.set(mode="pass")
            becomes(golive, "slow", "watching", "ok", 30)
            assert causes(golive)[before:] == ["unseen", "seen again"]
