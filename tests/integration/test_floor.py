"""What tablets ask of the real server: the one document of everything they show, and their manifest."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.served import Served, prepared, running, write_config
from tests.integration.test_issues import act, body, put

AREAS = [{"id": "ct", "name": "CT", "rooms": ["CT 1", "CT 2"]}, {"id": "ed", "name": "ED"}]
JPEG = b"\xff\xd8\xff\xe0\x00\x04JF\xff\xda\x00\x02picture\xff\xd9"
MORE = """
[[teams]]
id = "it"
name = "IT interfaces"
tier = "it"
phone = "4712"

[[contacts]]
name = "Command center"
phone = "4711"
about = "everything"

[floor]
photos = true
bridge = "https://meet.example/bridge"
facts = [{ title = "Where are the priors?", text = "In the archive." }]
patterns = ["^MRN[0-9]{8}$"]
service_desk = { name = "Service desk", phone = "4000" }
"""


@pytest.fixture
def golive(tmp_path: Path) -> Iterator[Served]:
    file = write_config(tmp_path, MORE, areas=AREAS)
    config, tokens = prepared(tmp_path, ["engineer", "desk", "floor", "display"], file)
    with running(config, tokens) as served:
        yield served


def test_the_document_holds_what_the_file_says_of_the_floor(golive: Served) -> None:
    told = golive.get("/api/floor", "floor")
    assert [(a["id"], [r["name"] for r in a["rooms"]]) for a in told["place"]] == [("ct", ["CT 1", "CT 2"]), ("ed", [])]
    assert {len(r["code"]) for r in told["place"][0]["rooms"]} == {4}
    assert [(c["name"], c["phone"]) for c in told["contacts"]] == [
        ("Command center", "4711"),
        ("IT interfaces", "4712"),
    ]
    assert told["categories"][0] == {
        "id": "worklist",
        "name": "Worklist",
        "functions": ["Modality worklist", "Reading worklist", "Patient or order missing"],
    }
    assert {k: told[k] for k in ("bridge", "photos", "patterns", "language", "timezone", "phase", "known", "mine")} == {
        "bridge": "https://meet.example/bridge", "photos": True, "patterns": ["MRN[0-9]{8}"], "language": "en",
        "timezone": "UTC", "phase": "decision", "known": [], "mine": [],
    }  # fmt: skip
    assert told["answers"] == {"who": "command_center", "name": "Command center", "phone": "4711", "mail": None}
    assert told["me"] == {"name": "the floor", "role": "floor"}


def test_a_tablet_that_has_the_document_gets_nothing_until_something_happens(golive: Served) -> None:
    first = golive.call("GET", "/api/floor", "floor")
    tag = {"If-None-Match": first.headers["etag"]}
    again = golive.call("GET", "/api/floor", "floor", headers=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag["If-None-Match"])
    put(golive, str(uuid4()), **body())
    assert golive.call("GET", "/api/floor", "floor", headers=tag).status_code == 200
    assert golive.call("GET", "/api/floor", "desk", headers=tag).status_code == 200  # another person's own


def test_mine_tells_what_became_of_it_and_asks_who_reported_it(golive: Served) -> None:
    uuid = str(uuid4())
    put(golive, uuid, **body())
    act(golive, uuid, "assign", owner="the desk", team="it")
    act(golive, uuid, "comment", text="RIS team looks")
    (one,) = golive.get("/api/floor", "floor")["mine"]
    assert (one["number"], one["status"], one["team"], one["handed"], one["solved"]) == (
        1, "new", "IT interfaces", False, False,
    )  # fmt: skip
    assert (one["answer"]["text"], one["answer"]["by"]) == ("RIS team looks", "the desk")
    act(golive, uuid, "fix", resolution="RIS restarted")
    (one,) = golive.get("/api/floor", "floor")["mine"]
    assert (one["status"], one["solved"], one["answer"]["text"]) == ("fixed", True, "RIS restarted")
    (handed,) = golive.get("/api/floor", "desk")["mine"]
    assert (handed["handed"], handed["solved"]) == (True, False)
    act(golive, uuid, "verify", "floor")
    assert golive.get("/api/floor", "floor")["mine"][0]["solved"] is False


def test_who_reported_a_duplicate_learns_what_became_of_what_it_was_merged_into(golive: Served) -> None:
    root, step, uuid = (str(uuid4()) for _ in range(3))
    for one, role in ((root, "desk"), (step, "desk"), (uuid, "floor")):
        put(golive, one, role, **body())
    act(golive, uuid, "duplicate", resolution="the same", duplicate_of=step)
    act(golive, step, "duplicate", resolution="the same", duplicate_of=root)
    (mine,) = golive.get("/api/floor", "floor")["mine"]
    assert (mine["status"], mine["merged_into"]) == ("duplicate", {"number": 1, "status": "new"})
    act(golive, root, "fix", resolution="RIS restarted")
    (mine,) = golive.get("/api/floor", "floor")["mine"]
    assert (mine["merged_into"], mine["answer"]["text"]) == ({"number": 1, "status": "fixed"}, "RIS restarted")
    act(golive, uuid, "reopen", "floor")
    (mine,) = golive.get("/api/floor", "floor")["mine"]
    assert (mine["status"], mine["merged_into"]) == ("triaged", None)


def test_a_known_issue_stands_with_its_workaround_and_how_many_have_it(golive: Served) -> None:
    uuid = str(uuid4())
    put(golive, uuid, **body())
    act(golive, uuid, "known", workaround="Open by accession number.", team="it")
    act(golive, uuid, "me_too", "floor", device="tablet-8")
    (known,) = golive.get("/api/floor", "floor")["known"]
    assert {k: known[k] for k in ("uuid", "area", "category", "workaround", "team", "me_too")} == {
        "uuid": uuid, "area": "ct", "category": "worklist", "workaround": "Open by accession number.",
        "team": "IT interfaces", "me_too": 1,
    }  # fmt: skip


def tell(served: Served, role: str = "floor", device: str = "tablet-7", **what: Any) -> tuple[int, dict[str, Any]]:
    answer = served.call("POST", f"/api/tablets/{device}", role, json=what)
    return answer.status_code, answer.json()


def test_a_tablet_learns_what_the_server_lacks_and_the_desk_what_it_holds(golive: Served) -> None:
    had, lacking = str(uuid4()), str(uuid4())
    put(golive, had, **body())
    now = datetime.now(UTC)
    what = {"held": [had, lacking], "oldest_at": (now - timedelta(minutes=6)).isoformat(), "sent_at": now.isoformat()}
    code, told = tell(golive, **what, version="v1", on_duty=True, area="ct")
    assert (code, told["missing"]) == (200, [lacking])
    (tablet,) = golive.get("/api/tablets", "desk")
    assert {k: tablet[k] for k in ("device", "held", "version", "on_duty", "area", "name", "silent_s")} == {
        "device": "tablet-7", "held": 1, "version": "v1", "on_duty": True, "area": "ct", "name": "the floor",
        "silent_s": None,
    }  # fmt: skip
    aged = datetime.fromisoformat(tablet["at"]) - datetime.fromisoformat(tablet["oldest_at"])
    assert aged == timedelta(minutes=6)


def test_the_floor_is_for_the_floor_and_bad_manifests_name_the_field(golive: Served) -> None:
    assert golive.call("GET", "/api/floor").status_code == 401
    assert golive.call("GET", "/api/floor", "display").status_code == 403
    assert golive.call("GET", "/api/tablets", "floor").status_code == 403
    assert tell(golive, "display", held=[])[0] == 403
    assert tell(golive, held=["no uuid"])[1]["field"] == "held[0]"
    assert tell(golive, held=[], oldest_at="1970-01-01T00:00:00")[1]["field"] == "oldest_at"
    assert tell(golive, device="a%00b", held=[])[0] == 422


def add(served: Served, issue: str, photo: bytes, role: str = "floor", sha256: str = "") -> tuple[int, dict[str, Any]]:
    named = sha256 or hashlib.sha256(photo).hexdigest()
    answer = served.call("PUT", f"/api/issues/{issue}/photos/{named}", role, content=photo)
    return answer.status_code, answer.json()


def test_a_photo_is_kept_once_under_its_hash_and_seen_by_the_desk_alone(golive: Served) -> None:
    uuid, named = str(uuid4()), hashlib.sha256(JPEG).hexdigest()
    assert add(golive, uuid, JPEG)[0] == 404
    put(golive, uuid, **body())
    assert add(golive, uuid, JPEG) == (201, {"sha256": named, "uuid": uuid, "number": 1})
    assert add(golive, uuid, JPEG)[0] == 200
    (kept,) = golive.get(f"/api/issues/{uuid}/photos", "desk")
    assert (kept["sha256"], kept["by"], kept["size_bytes"]) == (named, "the floor", len(JPEG))
    shown = golive.call("GET", f"/api/issues/{uuid}/photos/{named}", "desk")
    assert (shown.content, shown.headers["content-type"]) == (JPEG, "image/jpeg")
    for role in ("floor", "engineer"):
        assert golive.call("GET", f"/api/issues/{uuid}/photos", role).status_code == 403
        assert golive.call("GET", f"/api/issues/{uuid}/photos/{named}", role).status_code == 403


def test_what_is_no_small_plain_photo_is_refused_by_the_name_of_the_field(golive: Served) -> None:
    uuid = str(uuid4())
    put(golive, uuid, **body())
    with_exif = JPEG[:2] + b"\xff\xe1\x00\x08Exif\x00\x00" + JPEG[2:]
    code, told = add(golive, uuid, b"\xff\xd8" + bytes(40 * 2**20))
    assert (code, told["field"], told["detail"]) == (413, "photo", "photo: has 40.0 MiB, and a photo may have 4 MiB")
    for photo, field in ((with_exif, "photo"), (b"GIF89a", "photo"), (JPEG[:8], "photo")):
        code, told = add(golive, uuid, photo)
        assert (code, told["field"]) == (422, field)
    assert add(golive, uuid, JPEG, sha256="0" * 64)[1]["field"] == "sha256"
    assert golive.get(f"/api/issues/{uuid}/photos", "desk") == []


def test_photos_are_off_unless_the_site_allows_them(tmp_path: Path) -> None:
    config, tokens = prepared(tmp_path, ["engineer", "floor"], write_config(tmp_path))
    with running(config, tokens) as served:
        uuid = str(uuid4())
        put(served, uuid, **body())
        assert add(served, uuid, JPEG)[0] == 403
