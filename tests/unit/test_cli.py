import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli import main
from app.domain.measuring.samples import Kind, Outcome
from app.settings import Config, Dicom, Feed, HttpEndpoint, System, load
from app.wire import SampleIn
from collectors import check
from collectors.causes import explain
from collectors.explain import as_json, of_messages

TOML = """[site]
id = "north"
name = "North"
[go_live]
at = 2026-11-21T06:00:00+01:00
"""
RIS = System(
    id="ris",
    name="RIS",
    kind="ris",
    dicom=Dicom(host="10.0.0.9", port=104, ae_title="RIS", calling_ae_title="GOLIVE"),
)
HL7 = (
    "MSH|^~\\&|RIS|NORTH|||20261121060000||ORM^O01|1|P|2.5\r"
    "PID|1||4711||GEHEIM^ANNA\rPV1|1|E\rORC|NW|P1|AC123456||||||20261121060000\rOBR|1|P1|AC123456|CT^Head\r"
)


@pytest.fixture
def said(monkeypatch, capsys, tmp_path):
    """Run the command line in a folder with a golive.toml; gives (exit, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "golive.toml").write_text(TOML)

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["golive", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out = capsys.readouterr()
        return int(ended.value.code or 0), out.out, out.err

    return run


def sample(outcome: Outcome, detail: str = "", kind: Kind = Kind.WORKLIST) -> SampleIn:
    at = datetime(2026, 11, 21, 5, tzinfo=UTC)
    return SampleIn(id="0193-0001", probe="w", kind=kind, system="ris", at=at, outcome=outcome, detail=detail)


def config_of(tmp_path: Path, text: str = TOML) -> Config:
    (tmp_path / "golive.toml").write_text(text)
    return load(tmp_path / "golive.toml", {})


def test_a_command_of_a_later_version_is_refused_with_one_sentence(said):
    code, out, err = said("rehearse", "--probe", "w", "--users", "10")
    assert (code, out) == (2, "")
    assert err == 'golive: "golive rehearse" (rehearse the load before the day) comes with a later version of golive\n'


def test_all_mistakes_of_a_file_are_plain_lines_on_stderr(said, tmp_path):
    (tmp_path / "golive.toml").write_text(TOML.replace('"North"', "5") + '[[probes]]\nid = "X Y"\n')
    code, out, err = said("check")
    assert (code, out) == (2, "")
    assert err.splitlines()[0] == "golive.toml:3: site.name: 5 is no text (texts stand in quotes)"
    assert len(err.splitlines()) == 6


def test_a_file_that_is_not_there_is_a_sentence_and_two(said):
    code, _, err = said("check", "-c", "nothing.toml")
    assert (code, err) == (2, "nothing.toml: the file: cannot be read: No such file or directory\n")


def test_check_of_a_site_without_probes_is_fine(said):
    code, out, _ = said("check", "--json")
    assert code == 0
    assert json.loads(out) == {
        "ok": True,
        "file": "golive.toml",
        "tried": [],
        "per_day": [],
        "late": [],
        "triggers": [],
        "channels": [],
    }


def test_check_names_a_rule_that_can_never_see_enough_and_finds_that_wanting(said, tmp_path, monkeypatch):
    from collectors import check

    async def nothing(config):
        return check.Checked(str(config.file), (), (), ())

    monkeypatch.setattr(check, "check_all", nothing)
    ris = '[[systems]]\nid = "ris"\nname = "RIS"\nkind = "ris"\ndicom = { host = "h", port = 1, ae_title = "R" }\n'
    probe = '[[probes]]\nid = "w"\nkind = "worklist"\nsystem = "ris"\nevery = "10s"\ntimeout = "12s"\n'
    rule = '[[triggers]]\nid = "slow"\ntitle = "Slow"\nmeasure = "worklist.response"\nslower_than = "5s"\nshare = 0.2\n'
    (tmp_path / "golive.toml").write_text(TOML + ris + probe + rule)
    code, out, _ = said("check", "-c", str(tmp_path / "golive.toml"))
    never = "can never see 20 attempts in 5 min: 15 at most (1 probe, one try each 20 s when answers are slow)"
    assert code == 1
    assert f"✗  slow    {never}; can never be seen to recover" in out
    assert "not tried against the store: there is no database" in out
    (told,) = json.loads(said("check", "-c", str(tmp_path / "golive.toml"), "--json")[1])["triggers"]
    assert (told["id"], told["never"], told["sight"]) == ("slow", never, None)
    (tmp_path / "golive.toml").write_text(TOML + ris + probe + rule + "at_least = 15\n")
    assert said("check", "-c", str(tmp_path / "golive.toml"))[0] == 0


def test_a_probe_that_is_not_there_is_named(said):
    code, _, err = said("probe", "w")
    assert (code, err) == (2, 'golive: there is no probe "w" in golive.toml (there are: none)\n')


def test_a_bug_of_ours_is_no_finding(said, monkeypatch):
    async def broken(_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(check, "check_all", broken)
    code, out, err = said("check", "--json")
    assert (code, out) == (2, "")
    assert "KeyError" in err


def test_every_command_explains_itself(said):
    for command in (
        "run",
        "serve",
        "collect",
        "check",
        "probe",
        "exam",
        "demo",
        "backup",
        "restore",
        "health",
        "token",
        "feed",
        "journal",
    ):
        code, out, _ = said(command, "--help")
        assert code == 0
        assert "Usage" in out


@pytest.mark.parametrize(
    ("outcome", "detail", "words"),
    [
        (Outcome.REFUSED, "nobody listens on the port", "nobody listens at ris (10.0.0.9 port 104)"),
        (Outcome.UNREACHABLE, "No route to host in connect", "unreachable from here"),
        (Outcome.UNREACHABLE, "host name not found: Name or service not known", "host name has no address"),
        (Outcome.REJECTED, "called AE title not recognized (1/1/7)", 'called AE title "RIS"'),
        (Outcome.REJECTED, "calling AE title not recognized (1/1/3)", 'our calling AE title "GOLIVE"'),
        (Outcome.REJECTED, "local limit exceeded (2/3/2)", "its local limit is reached"),
        (Outcome.REJECTED, "presentation context refused: abstract syntax", "refuses the presentation context"),
        (Outcome.TIMEOUT, "in connect", "timed out in connecting: the packets are swallowed"),
        (Outcome.TIMEOUT, "in associate", "timed out in the negotiation"),
        (Outcome.TIMEOUT, "in first answer", "timed out in the query"),
        (Outcome.TIMEOUT, "after 3 answers", "in the middle of its answers (after 3 answers)"),
        (Outcome.AUTH, "HTTP 401", "does not take our credentials (HTTP 401)"),
        (Outcome.AUTH, "certificate not trusted: self-signed certificate", "we do not trust its certificate"),
        (Outcome.ABORTED, "the port does not speak TLS (wrong version number)", "TLS fails: the port does not"),
        (Outcome.BAD_STATUS, "status A700", "an error of its own: status A700"),
        (Outcome.AUTH, "certificate not trusted: certificate has expired", "has expired): it must be renewed there"),
        (Outcome.AUTH, "certificate not trusted: Hostname mismatch, certificate is not valid for 'p'.", "set tls.name"),
        (Outcome.AUTH, "peer ends the TLS handshake: sslv3 alert handshake failure", "often no TLS version or cipher"),
        (
            Outcome.AUTH,
            "our own TLS file ca.pem cannot be read: No such file",
            "was not asked: our own TLS file ca.pem",
        ),
        (Outcome.TIMEOUT, "in name look-up", "this machine's name server does not answer; look at DNS, not at ris"),
        (Outcome.TIMEOUT, "in answer", "timed out in its answer: it took the request"),
        (Outcome.TIMEOUT, "in metadata", "timed out in the study's metadata: it took the request"),
        (Outcome.TIMEOUT, "in first frame", "timed out in the first image: it took the request"),
        (Outcome.TIMEOUT, "in study", "timed out in the study: it took the request"),
        (
            Outcome.UNREACHABLE,
            "our own port 4 cannot be opened: Address already in use",
            "another program listens there",
        ),
        (Outcome.UNREACHABLE, "Too many open files in connect", "was not asked: this machine or process has too many"),
        (Outcome.WRONG_ANSWER, "sentinel missing", "the standing test order (sentinel) is not there"),
        (Outcome.WRONG_ANSWER, "sentinel missing; 100 matches: a round count, the list may be cut off", "cut off"),
    ],
)
def test_each_cause_has_its_own_sentence(outcome, detail, words):
    assert words in explain(sample(outcome, detail), RIS)


def test_an_endpoint_without_credentials_is_named_and_told_to_get_some():
    both = RIS.model_copy(update={"dicomweb": HttpEndpoint(url="http://10.0.0.9:8042/dicom-web?key=word")})
    asked = explain(sample(Outcome.AUTH, "HTTP 401"), both, method="qido-rs")
    assert asked == (
        "ris (http://10.0.0.9:8042/dicom-web) asks for credentials (HTTP 401), and none are configured: set auth"
    )
    assert "ris (10.0.0.9 port 104)" in explain(sample(Outcome.REFUSED, ""), both, method="c-find")


@pytest.mark.parametrize(
    ("outcome", "detail", "words"),
    [
        (Outcome.REFUSED, "nobody listens on the port", "nobody listens at its proxy (http://proxy:3128): look"),
        (Outcome.TIMEOUT, "in connect", "its proxy (http://proxy:3128) timed out in connecting"),
        (Outcome.TIMEOUT, "in name look-up", "look at DNS, not at the proxy"),
        (Outcome.UNREACHABLE, "host name not found: unknown", "its proxy (http://proxy:3128) cannot be found"),
    ],
)  # fmt: skip
def test_a_proxy_that_is_gone_is_not_taken_for_the_system(outcome, detail, words):
    web = HttpEndpoint(url="https://pacs/dicom-web", proxy="http://proxy:3128")
    system = RIS.model_copy(update={"dicomweb": web})
    said = explain(sample(outcome, detail, Kind.QUERY), system, method="qido-rs")
    assert said.startswith("ris (https://pacs/dicom-web) was not reached, because ")
    assert words in said
    assert "proxy" not in explain(sample(Outcome.TIMEOUT, "in answer", Kind.QUERY), system, method="qido-rs")


def test_an_alarm_of_the_calling_title_names_the_title_the_probe_used():
    asked = explain(sample(Outcome.REJECTED, "calling AE title not recognized (1/1/3)"), RIS, calling="CT1")
    assert 'our calling AE title "CT1"' in asked


def test_feed_explain_counts_fill_rates_over_orders_and_reports_only(tmp_path):
    visit = HL7.split("\r")[0].replace("ORM^O01", "SIU^S12") + "\rSCH|1\r"
    raw, feed = (HL7 + visit * 3).encode(), Feed(id="f", kind="hl7-mllp")
    found = as_json(of_messages(config_of(tmp_path), "file", raw, feed, datetime.now(UTC)))
    assert found["messages"] == 4
    assert next(f["filled"] for f in found["fields"] if f["field"] == "OBR-3") == 1.0


def test_feed_explain_shows_kinds_and_shapes_and_no_value(tmp_path):
    config = config_of(tmp_path)
    raw = (HL7 * 2 + "rubbish\r").encode().replace(b"\r", b"\n") + HL7.replace("NW", "ZZ").encode()
    found = as_json(of_messages(config, "file", raw, Feed(id="f", kind="hl7-mllp"), datetime.now(UTC)))
    assert found["messages"] == 3
    first = found["kinds"][0]
    assert (first["message"], first["orc_1"], first["orc_5"], first["count"]) == ("ORM^O01", "NW", None, 2)
    assert first["verdict"].startswith("ordered")
    assert found["kinds"][1]["ignored"]
    accession = next(f for f in found["fields"] if f["field"] == "OBR-3")
    assert (accession["for"], accession["filled"]) == ("accession", 1.0)
    assert accession["shapes"] == [{"shape": "AA999999", "count": 3}]
    time_field = next(f for f in found["fields"] if f["field"] == "ORC-9")
    assert time_field["carries_zone"] == "never"
    assert "AC123456" not in json.dumps(found)
    assert "GEHEIM" not in json.dumps(found)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--at", "six o'clock"), '--at: "six o\'clock" is no moment with its offset from UTC'),
        (("--delay-to", "2026-11-21T06:00:00"), "--delay-to: "),
        (("--call-off", "--delay-to", "2026-11-21T06:00:00Z"), "declare: takes one of --at, --delay-to and --call-off"),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused_before_anything_is_written(said, tmp_path, arguments, problem):
    code, out, err = said("declare", *arguments)
    assert (code, out, err.startswith(f"golive: {problem}")) == (2, "", True)
    assert not (tmp_path / "golive.db").exists()


def test_where_nobody_with_a_name_is_logged_in_a_declaration_asks_who_it_is(said, monkeypatch, tmp_path):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 987_654)
    assert said("declare") == (2, "", "golive: --name: is missing: the record says who did it\n")
    assert not (tmp_path / "golive.db").exists()
