"""A day of the simulator with planted patients, told by HL7, DICOM and people: none of them may be found in golive.

Searched are the files of the database and every column, logs, frames and pages, notices, a backup and all that golive
gives out. What somebody confirmed to be no patient is planted apart: it may stand with its issue and nowhere else.
"""

import contextlib
import io
import json
import random
import tempfile
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import websockets.sync.client as client
from sqlalchemy import create_engine, inspect, text
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.push import views
from tests.faults.planted_day import Systems, messages, systems
from tests.peers.golive import GoLive, uuid7, wait_for
from tests.peers.hl7_lives import send_over
from tests.peers.patients import CONFIRMED, PLANTED, Marks, Patient, patient
from tests.peers.ports import free_port
from tests.peers.postgres import postgres
from tests.peers.receiver import Receiver

ROLES = ("engineer", "desk", "floor", "display", "leadership", "authority")
PAGES = (
    "/", "/wall", "/desk", "/desk?issue=1", "/desk/triggers", "/desk/go-live", "/desk/planned-work", "/desk/qr",
    "/desk/shift", "/desk/support", "/desk/contacts", "/tokens", "/floor", "/support", "/trends", "/api/docs",
    "/api/openapi.json", "/metrics", "/readyz", "/healthz", "/login",
)  # fmt: skip
SNAPSHOTS = (
    "wall", "desk-issues", "desk-triggers", "desk-go-live", "desk-support", "desk-shift", "desk-trigger/slow",
)  # fmt: skip
ON = ["breach", "unseen", "undecided", "recovery", "proposal", "decision", "go_live", "safety", "escalation", "issue"]
REFUSED, TAKEN = 60, 40
OF_ISSUES = ("/api/issues", "/api/floor", "/desk", "/live/snapshot?view=desk")  # where an issue's own text may stand
FLOOR = """
[floor]
patterns = ["^MRN[0-9]{8}$"]
[escalation]
sev1 = ["3s", "3s", "3s"]
sev2 = ["5s"]
[support]
lobby = "https://meet.example/lobby"
"""
WORDS: Sequence[Callable[[Patient], str]] = (
    lambda p: f"Patient {p.family}: images missing",
    lambda p: f"Frau {p.given} {p.family} wartet",
    lambda p: f"{p.dicom_name} has no priors",
    lambda p: f"born {p.born:%d.%m.%Y}, twice in the list",
    lambda p: f"{p.number.lower()} does not open",
    lambda p: f"{p.born:%Y-%m-%d} Mrs {p.family} {p.number}",
)


def check() -> str:
    """Run it on both databases."""
    with tempfile.TemporaryDirectory(prefix="golive-planted-") as folder, postgres() as server:

        def settled() -> Path:
            with server.admin() as admin:
                admin.execute("checkpoint")
            return server.data

        sqlite = run(f"sqlite:///{Path(folder) / 'golive.db'}", 1, lambda: Path(folder))
        return f"SQLite: {sqlite}; PostgreSQL: {run(server.create('planted'), 2, settled)}"


class Search:
    """What was looked through, by what it is, and what was found."""

    def __init__(self) -> None:
        self.bytes: Counter[str] = Counter()
        self.things: Counter[str] = Counter()
        self.hits: list[str] = []
        self.confirmed = 0

    def look(self, what: str, name: str, data: bytes, *, confirmed_may: bool = False) -> None:
        """Look through some bytes, and through what is packed in them."""
        self.bytes[what] += len(data)
        self.things[what] += 1
        if found := PLANTED.found(data):
            self.hits.append(f"{what} {name}: {dict(found)} {_around(data, PLANTED)!r}")
        if found := CONFIRMED.found(data):
            self.confirmed += sum(found.values())
            if not confirmed_may:
                self.hits.append(f"{what} {name}: confirmed {dict(found)} {_around(data, CONFIRMED)!r}")
        if data[:4] == b"PK\3\4":
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                for member in packed.namelist():
                    self.look(f"{what} (packed)", f"{name}:{member}", packed.read(member))

    def told(self) -> str:
        """Give how much of what was looked through."""
        return ", ".join(f"{self.things[w]} {w} ({n / 2**20:.1f} MiB)" for w, n in self.bytes.items())


def _around(data: bytes, marks: Marks) -> bytes:
    low = data.lower().replace(b"\0", b"")
    places = [low.find(m.lower().encode()) for m in (marks.family, marks.given, marks.number, marks.accession)]
    at = min((p for p in places if p >= 0), default=0)
    return low[max(0, at - 120) : at + 80]


def run(database: str, seed: int, files: Callable[[], Path]) -> str:
    """Live the day, then look everywhere; give the figures, or fail on what was found."""
    hl7, search = free_port(), Search()
    day = messages(seed, datetime.now(UTC))
    planted = sum((PLANTED.found(m) for m in day), Counter[str]())
    assert min(planted[k] for k in ("family name", "given name", "patient number", "birth date")) >= len(day), planted
    with ExitStack() as stack:
        receiver, around = stack.enter_context(Receiver()), stack.enter_context(systems(hl7, seed))
        golive = stack.enter_context(
            GoLive(
                roles=ROLES,
                database=database,
                channels=[{"id": "desk", "timeout": "5s"}],
                routes=[{"channel": "desk", "on": ON}],
                teams=[{"id": "it", "name": "IT", "tier": "it", "channel": "desk"}],
                triggers=[_trigger()],
                **around.tables,
            )
        )
        golive.file.write_text(golive.file.read_text() + FLOOR)
        golive.environ |= {"GOLIVE_CHANNEL_DESK": receiver.address(), "GOLIVE_LOG_LEVEL": "debug"}
        golive.environ["TMPDIR"] = str(golive.folder)
        golive.start("serve", "collect", seconds=60)
        golive.listens(hl7, 30)
        frames = stack.enter_context(_frames(golive))
        with ThreadPoolExecutor(1) as pool:
            floor = pool.submit(_floor, golive, random.Random(seed))
            acknowledged = send_over(6, hl7, day)
            refused, taken = floor.result()
        assert acknowledged == len(day), f"{acknowledged} of {len(day)} messages acknowledged"
        _settled(golive, receiver, database)
        _given_out(golive, search, around)
        for name, view, data in frames:
            search.look("frames", name, data.encode(), confirmed_may=view.startswith("desk"))
        for message in receiver.messages:
            search.look("notices", message.id, f"{message.title}\n{message.text}".encode())
        _columns(database, search)
        golive.kill()  # as it lies there after a crash, its log not yet brought home
        logged = golive.said("serve") + golive.said("collect")
        for folder, what in ((files(), "database files"), (golive.folder, "files of golive's folder")):
            for file in sorted(folder.rglob("*")):
                if file.is_file():
                    search.look(what, file.name, file.read_bytes(), confirmed_may=what == "database files")
    assert not search.hits, f"{len(search.hits)} places: " + "\n".join(search.hits[:12])
    assert "Traceback" not in logged, logged[logged.index("Traceback") - 400 :][:2500]
    assert search.confirmed >= taken, "the search does not find what must be there"
    return (
        f"{len(day)} messages with {sum(planted.values())} planted data, {refused} texts refused, {taken} confirmed; "
        f"0 hits in {search.told()}; confirmed texts with their issues alone ({search.confirmed} finds)"
    )


def _trigger() -> dict[str, Any]:
    return {
        "id": "slow", "title": "Worklist slow", "measure": "worklist.response", "slower_than": "0.0001s", "share": 0.2,
        "window": "60s", "at_least": 3, "breach_after": "0s", "recover_below": 0.1, "armed": "always",
    }  # fmt: skip


def _floor(golive: GoLive, dice: random.Random) -> tuple[int, int]:
    """Report issues that name patients: refused without a word, taken with one; and events the same."""
    for turn in range(REFUSED):
        who, words = patient(PLANTED, dice), WORDS[turn % len(WORDS)]
        field = ("text", "workaround", "room", "function", "device")[turn % 5]
        said = words(who)[:40]
        status, answer = _report(golive, uuid7(), {field: said})
        assert status == 422, f"{field} {said!r}: {status}"
        assert not PLANTED.found(json.dumps(answer).encode()), answer
    for turn in range(TAKEN):
        who, uuid = patient(CONFIRMED, dice), uuid7()
        said = {"text": WORDS[turn % len(WORDS)](who), "safety": turn % 10 == 0, "severity": 1 + turn % 4}
        assert _report(golive, uuid, said)[0] == 422
        assert _report(golive, uuid, {**said, "no_patient": True})[0] == 201
        _events(golive, uuid, who, patient(PLANTED, dice))
    asked = _elsewhere(golive, dice)
    return REFUSED + 2 * TAKEN + asked, TAKEN


def _elsewhere(golive: GoLive, dice: random.Random) -> int:
    """Name patients in every other text that people send; give how many, each refused."""
    until = (datetime.now(UTC) + timedelta(hours=4)).isoformat()
    texts: Sequence[tuple[str, str, str, dict[str, Any]]] = (
        ("announcements", "text", "desk", {}),
        ("questions", "about", "desk", {"areas": ["ct"]}),
        ("handovers", "conditions", "desk", {"actions": "none", "needs": "none", "to": "Ben", "until_at": until}),
        ("handovers", "needs", "desk", {"conditions": "none", "actions": "none", "to": "Ben", "until_at": until}),
        ("duties", "device", "floor", {"area": "ct", "until_at": until}),
        ("supports", "room", "floor", {"area": "ct"}),
        ("supports", "workstation", "floor", {"area": "ct"}),
    )
    for turn in range(3 * len(texts)):
        noun, field, role, more = texts[turn % len(texts)]
        said = WORDS[turn % len(WORDS)](patient(PLANTED, dice))[:36]
        status, answer = golive.ask("PUT", f"/api/{noun}/{uuid7()}", {**more, field: said}, golive.tokens[role], 30)
        assert status == 422, f"{noun}.{field} {said!r}: {status} {answer}"
        assert not PLANTED.found(json.dumps(answer).encode()), answer
    return 3 * len(texts)


def _report(golive: GoLive, uuid: str, more: dict[str, Any]) -> tuple[int, Any]:
    body = {"area": "ct", "category": "images-missing", "severity": 2, **more}
    return golive.ask("PUT", f"/api/issues/{uuid}", body, golive.tokens["floor"], 30)


def _events(golive: GoLive, issue: str, yes: Patient, no: Patient) -> None:
    def act(role: str, **body: Any) -> int:
        return golive.ask("POST", f"/api/issues/{issue}/events/{uuid7()}", body, golive.tokens[role], 30)[0]

    comment = {"action": "comment", "text": f"Herr {no.family}, {no.number}"}
    assert act("floor", **comment) == 422
    assert act("floor", **comment | {"text": f"Herr {yes.family}", "no_patient": True}) == 200
    assert act("desk", action="fix", resolution=f"told Frau {yes.family}", no_patient=True) == 200
    assert act("desk", action="close", resolution=f"told Frau {no.family}") == 422


@contextlib.contextmanager
def _frames(golive: GoLive) -> Iterator[list[tuple[str, str, str]]]:
    """Look at every view by websocket meanwhile; give what came."""
    named = {"desk-issues", "desk-issues?issue=1"} | {
        v for k, v in vars(views).items() if k.isupper() and isinstance(v, str) and views.is_view(v)
    }
    came: list[tuple[str, str, str]] = []
    ended = threading.Event()

    def look(view: str) -> None:
        bearer = {"Authorization": f"Bearer {golive.tokens['desk']}"}
        url = f"ws://127.0.0.1:{golive.port}/live?view={view}"
        with (
            contextlib.suppress(ConnectionClosed, OSError, InvalidStatus),
            client.connect(url, additional_headers=bearer) as socket,
        ):
            while not ended.is_set():
                with contextlib.suppress(TimeoutError):
                    came.append((f"{view} {len(came)}", view, str(socket.recv(0.5))))

    threads = [threading.Thread(target=look, args=(view,), daemon=True) for view in (*named, "desk-trigger/slow")]
    for thread in threads:
        thread.start()
    try:
        yield came
    finally:
        ended.set()
        for thread in threads:
            thread.join(20)


def _settled(golive: GoLive, receiver: Receiver, database: str) -> None:
    """Wait until the DICOM side has told of its studies, and somebody was told of an escalation."""
    wait_for("both lists of the PACS have told", lambda: {"find", "list"} <= _fed(database), 90, 1.0)
    wait_for("somebody was told", lambda: receiver.messages, 60)
    wait_for("the wall has standings", lambda: golive.get("/api/standings"), 60)
    assert golive.get("/api/quarantine"), "nothing went to quarantine: the spoilt messages were not spoilt"


def _fed(database: str) -> set[str]:
    """Give the feeds that have told something of an exam."""
    engine = create_engine(database)
    with engine.connect() as connection:
        feeds = {row[0] for row in connection.execute(text("select distinct feed from exam_event"))}
    engine.dispose()
    return feeds


def _given_out(golive: GoLive, search: Search, around: Systems) -> None:
    """Ask for everything that there is, as everybody, and use every command that gives something out."""
    for path in _paths(golive):
        for role in ROLES:
            status, answer = golive.ask("GET", path, None, golive.tokens[role], 60)
            said = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
            what = "answers" if status == 200 else "refusals"
            search.look(what, f"{path} {role}", said.encode(), confirmed_may=path.startswith(OF_ISSUES))
    who = patient(PLANTED, random.Random(5))
    for path in (
        f"/api/exams/{who.accession}",
        f"/api/issues?area={who.family}",
        f"/{who.number}",
        f"/series/{who.family}",
    ):
        golive.ask("GET", path, None, golive.tokens["engineer"])  # it knows what it asked for; the log need not
    commands = ["journal verify --json", "feed explain ris-hl7", "feed explain ris-hl7 --json", "probe worklist --json"]
    commands += ["probe query --json", "probe page", "probe wado --json", "probe few", "check", "token list --json"]
    commands += ["evidence --issue 1"]
    commands += [f"backup {golive.folder / 'copy.db'}"] if "sqlite" in golive.file.read_text() else []
    for command in commands:
        done = golive.cli(*command.split(), timeout=120)
        search.look("outputs of commands", command, (done.stdout + done.stderr).encode())
    if (copy := golive.folder / "copy.db").exists():
        search.look("backups", copy.name, copy.read_bytes(), confirmed_may=True)
        copy.unlink()


def _paths(golive: GoLive) -> Iterator[str]:
    """Give the address of everything that can be read."""
    calls = [p for p, ways in golive.get("/api/openapi.json", "engineer")["paths"].items() if "get" in ways]
    issues = [i["uuid"] for i in golive.get("/api/issues", "desk")]
    known: dict[str, Iterable[str]] = {
        "issue": issues[:10],
        "trigger": ["slow"],
        "key": sorted({s["series"] for s in golive.get("/api/standings", "desk")})[:30],
        "exam": [],
    }
    for call in calls:
        names = [part[1:-1].partition(":")[0] for part in call.split("/") if part.startswith("{")]
        if not names:
            yield call
        elif names[0] in known:
            part = next(p for p in call.split("/") if p.startswith("{"))
            yield from (call.replace(part, value) for value in known[names[0]])
    yield from PAGES
    yield from (f"/series/{key}" for key in known["key"])
    yield from ("/desk/triggers/slow", "/api/issues?format=csv", "/api/journal?after=500", "/api/standings?window=now")
    yield from (f"/api/journal?after={seq}&limit=1000" for seq in (0, 1000, 2000))
    yield from (
        f"/live/snapshot?view={v}"
        for v in (
            "wall",
            "desk-issues",
            "desk-triggers",
            "desk-go-live",
            "desk-support",
            "desk-shift",
            "desk-trigger/slow",
        )
    )


def _columns(database: str, search: Search) -> None:
    """Look through each column of each table as it is read."""
    engine = create_engine(database)
    with engine.connect() as connection:
        for table in inspect(connection).get_table_names():
            rows = connection.execute(text(f'select * from "{table}"')).mappings().all()
            for column in rows[0] if rows else ():
                data = b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in (r[column] for r in rows))
                may = (table, column) in {
                    ("issue", "asked"),
                    ("issue", "body"),
                    ("issue_event", "asked"),
                    ("issue_event", "body"),
                }
                search.look("columns", f"{table}.{column} of {len(rows)}", data, confirmed_may=may)
    engine.dispose()
