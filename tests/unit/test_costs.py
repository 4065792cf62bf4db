"""What a day of probing costs, and which probes cannot keep their cadence."""

from collections.abc import Sequence
from typing import Any

from app.settings import Collector, Dicom, Feed, GoLive, Probe, Settings, Site, System
from collectors.check import Checked, Tried
from collectors.check_table import table
from collectors.costs import Late, costs, late_probes

RIS = System(id="ris", name="RIS", kind="ris", dicom=Dicom(host="10.0.0.9", port=104, ae_title="RIS"))


def settings(probes: Sequence[Probe], collectors: Sequence[str] = ("main",), **system: Any) -> Settings:
    return Settings.model_validate(
        {
            "site": Site(id="north", name="North"),
            "go_live": GoLive(at="2026-11-21T06:00:00+01:00"),
            "systems": [RIS.model_copy(update=system)],
            "collectors": [Collector(id=c) for c in collectors],
            "probes": list(probes),
        }
    )


def probe(number: int = 0, every: str = "10s", timeout: str = "8s", kind: str = "worklist", **more: Any) -> Probe:
    return Probe.model_validate(
        {"id": f"p{number}", "kind": kind, "system": "ris", "every": every, "timeout": timeout, **more}
    )


def late(probes: Sequence[Probe], collectors: Sequence[str] = ("main",)) -> list[Late]:
    return late_probes(settings(probes, collectors))


def test_a_days_cost_counts_requests_and_bytes() -> None:
    load = probe(1, "60s", kind="image-load", study="1.2")
    (cost,) = costs(settings([probe(), load], bytes_per_day=50_000_000_000), {"p0": 1000, "p1": 50_000_000})
    assert cost.queries == 8640 + 3 * 1440
    assert cost.bytes == 8640 * 1000 + 1440 * 50_000_000
    assert not cost.at_least
    assert cost.over_budget
    assert cost.stretched == ("p1",)


def test_only_image_loads_stretch_whatever_others_cost() -> None:
    load = probe(1, "60s", kind="image-load", study="1.2")
    (cost,) = costs(settings([probe(), load], bytes_per_day=1_000_000_000), {"p0": 1_000_000, "p1": 500})
    assert cost.bytes is not None
    assert cost.bytes > cost.budget_bytes
    assert not cost.over_budget


def test_a_sum_that_lacks_a_probe_says_at_least() -> None:
    two = settings([probe(0), probe(1)])
    (failed,) = costs(two, {"p0": 1_000_000, "p1": 10}, ["p1"])
    assert failed.at_least
    assert "at least 8,640.1 MB" in table(Checked("f", (), (failed,), ()))
    (unsized,) = costs(two, {"p0": 1_000_000})
    assert unsized.at_least
    (unknown,) = costs(two, {})
    assert unknown.bytes is None
    assert "unknown size" in table(Checked("f", (), (unknown,), ()))
    (echoes,) = costs(settings([probe(kind="echo")]), {}, ["p0"])
    assert (echoes.bytes, echoes.at_least) == (0, False)


def test_a_probe_alone_keeps_the_first_tick_after_its_timeout() -> None:
    kept = {t: [x.kept_s for x in late([probe(timeout=t)])] for t in ("8s", "9s", "9900ms", "10s", "25s")}
    assert kept == {"8s": [], "9s": [], "9900ms": [20.0], "10s": [20.0], "25s": [30.0]}
    assert late([probe(timeout="25s")])[0].why == "its timeout is longer than its cadence"
    assert late([probe(timeout="10s")])[0].why == "its timeout ends after its next turn"


def test_a_crowd_falls_behind_to_the_sum_of_its_timeouts_over_the_places() -> None:
    crowd = late([probe(i, timeout="30s") for i in range(8)])
    assert {(x.probe, x.kept_s) for x in crowd} == {(f"p{i}", 60.0) for i in range(8)}
    assert crowd[0].why == "8 probes share 4 places at ris"
    assert [x.kept_s for x in late([probe(i) for i in range(8)])] == [16.0] * 8
    assert late([probe(i) for i in range(5)]) == []


def test_a_rare_probe_of_a_crowd_comes_on_time_and_takes_only_its_part() -> None:
    crowd = late([*(probe(i, timeout="30s") for i in range(8)), probe(8, every="1h", timeout="36s")])
    assert {x.probe for x in crowd} == {f"p{i}" for i in range(8)}
    assert 60.0 < crowd[0].kept_s < 60.5


def test_image_loads_go_one_at_a_time() -> None:
    loads = late([probe(i, "30s", "20s", "image-load", study="1.2") for i in range(3)])
    assert [(x.kept_s, x.why) for x in loads] == [(60.0, "ris gives one image at a time to 3 probes")] * 3


def test_collectors_divide_the_places_of_a_system_and_share_no_others() -> None:
    apart = [probe(i, **{"from": [("main", "room")[i % 2]]}) for i in range(4)]
    assert late(apart, ("main", "room")) == []
    crowded = late([*apart, probe(4, **{"from": ["room"]}), probe(5)], ("main", "room"))
    assert {(x.probe, x.kept_s) for x in crowded} == {(f"p{i}", 12.0) for i in range(6)}
    assert crowded[0].why == "3 probes of main share 2 places at ris"


def test_what_an_answer_hints_at_is_said_though_it_is_ok() -> None:
    doubt = "ris answered: 100 matches: a round count, the list may be cut off"
    hinted = Tried("probe", "wl", "worklist", "ris", True, "ok", doubt, detail="100 matches: a round count")
    closed = Tried("probe", "shut", "worklist", "ris", True, "wrong_answer", "few", outside_hours=True)
    said = table(Checked("f", (hinted, closed), (), ()))
    assert f"  wl: {doubt}" in said
    assert "  shut: outside its hours; few" in said
    assert "wrong_answer (outside its hours)" in said


def test_a_polled_list_takes_its_place_beside_the_probes() -> None:
    polled = Feed(id="list", kind="pacs-studies", system="ris", every="30s")
    beside = settings([probe(i, timeout="9s") for i in range(4)]).model_copy(update={"feeds": [polled]})
    assert late_probes(beside.model_copy(update={"feeds": []})) == []
    found = late_probes(beside)
    assert {x.probe for x in found} == {"p0", "p1", "p2", "p3"}
    assert found[0].why == "4 probes and 1 list share 4 places at ris"


def test_collectors_that_load_images_from_one_system_are_named_with_what_they_do_together() -> None:
    loads = [probe(i, "60s", kind="image-load", study="1.2", **{"from": ["main", "room"]}) for i in range(2)]
    site = settings([*loads, probe(5)], ("main", "room", "south"), bytes_per_day=50_000_000_000)
    (cost,) = costs(site, {"p0": 1_000_000, "p1": 2_000_000})
    assert (cost.loading, cost.image_bytes) == (("main", "room"), 2 * 1440 * 3_000_000)
    line = "2 collectors (main, room) load images from ris: together up to 2 at once, 8,640 MB\n"
    assert line in table(Checked("f", (), (cost,), ()))
    (tight,) = costs(settings(loads, ("main", "room"), bytes_per_day=4_000_000_000), {p.id: 5_000_000 for p in loads})
    assert tight.image_bytes == 4_000_000_000
    (unsized,) = costs(site, {})
    assert "at once, unknown size" in table(Checked("f", (), (unsized,), ()))
    (alone,) = costs(settings([probe(0, "60s", kind="image-load", study="1.2")]), {"p0": 1})
    assert "at once" not in table(Checked("f", (), (alone,), ()))
