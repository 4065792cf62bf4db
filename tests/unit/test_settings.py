import os
import re
from datetime import time
from pathlib import Path

import pytest
from pydicom.datadict import DicomDictionary

from app.domain.exams.exams import Milestone
from app.domain.measuring.measures import CATALOGUE, Source
from app.domain.plans import CostLimit
from app.errors import ConfigInvalid, Unavailable
from app.plan import go_live_of, plan_of
from app.settings import Config, channel_address, dead_man_address, duration_s, load, load_secrets, parse_hours
from app.settings.keywords import dicom_keywords
from app.settings.names import BUILT_MEASURES, LATER_MEASURES, MILESTONES, WITHOUT_RANGE, WITHOUT_WINDOW

HEAD = """[site]
id = "north"
name = "North Campus"
timezone = "Europe/Berlin"
[go_live]
at = 2026-11-21T06:00:00+01:00
"""
RIS = """[[systems]]
id = "ris"
name = "RIS"
kind = "ris"
dicom = { host = "127.0.0.1", port = 4243, ae_title = "RIS" }
"""


def loaded(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> Config:
    file = tmp_path / "golive.toml"
    file.write_text(text)
    return load(file, environ or {})


def mistakes(tmp_path: Path, text: str, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        loaded(tmp_path, text, environ)
    return [str(m).replace(f"{tmp_path}/", "") for m in caught.value.mistakes]


def probe(**fields: str) -> str:
    known = {"id": '"w"', "kind": '"echo"', "system": '"ris"', "every": '"10s"', "timeout": '"8s"'} | fields
    return "[[probes]]\n" + "".join(f"{k} = {v}\n" for k, v in known.items() if v)


def trigger(**fields: str) -> str:
    row = {"id": '"slow"', "title": '"Worklist slow"', "measure": '"worklist.response"'}
    row |= {"slower_than": '"5s"', "share": "0.2", **fields}
    return "[[triggers]]\n" + "".join(f"{key} = {value}\n" for key, value in row.items())


def rule(kind: str, **fields: str) -> str:
    row = {"id": '"slow"', "title": '"A rule"', "kind": f'"{kind}"', **fields}
    return "[[triggers]]\n" + "".join(f"{key} = {value}\n" for key, value in row.items())


HL7 = '[[feeds]]\nid = "ris-hl7"\nkind = "hl7-mllp"\nlisten = "127.0.0.1:2575"\n'
EACH_KIND = {
    "share": trigger(id='"share"'),
    "exams": trigger(id='"exams"', measure='"report.turnaround"', where='{ modality = "CT" }', slower_than='"2h"'),
    "backlog": rule("backlog", id='"backlog"', older_than='"2h"', limit="10"),
    "availability": rule("availability", id='"availability"', where='{ system = "ris" }', down_for='"2m"'),
    "silence": rule("silence", id='"silence"', feed='"ris-hl7"', milestone='"final"', quiet_for='"45m"'),
    "strays": rule("count", id='"strays"', what='"strays"', limit="3", recover_limit="0", window='"1h"'),
    "issues": rule("count", id='"issues"', what='"issues"', limit="2", severity="1"),
    "all": rule("all", id='"all"', of='["backlog", "silence"]'),
    "any": rule("any", id='"any"', of='["all", "share"]'),
}


def test_each_kind_of_rule_is_read_as_it_says(tmp_path: Path) -> None:
    planned = {r.id: r for r in plan_of(loaded(tmp_path, HEAD + RIS + HL7 + "".join(EACH_KIND.values()))).rules}
    assert list(planned) == list(EACH_KIND)
    assert (planned["exams"].slower_than_s, planned["exams"].where) == (7200.0, (("modality", "CT"),))
    assert (planned["backlog"].older_than_s, planned["backlog"].limit, planned["backlog"].recover_limit) == (
        7200,
        10,
        5,
    )
    assert planned["availability"].down_for_s == 120.0
    assert (planned["silence"].feed, planned["silence"].milestone, planned["silence"].quiet_for_s) == (
        "ris-hl7",
        "final",
        2700.0,
    )
    assert (planned["strays"].what, planned["strays"].recover_limit, planned["strays"].window_s) == ("strays", 0, 3600)
    assert planned["issues"].severity == 1
    assert planned["any"].of == ("all", "share")


@pytest.mark.parametrize(
    ("every", "timeout", "probes", "kept_s"),
    [("1s", "500ms", 1, 5.0), ("10s", "8s", 1, 10.0), ("10s", "12s", 1, 20.0), ("10s", "8s", 8, 16.0)],
)
def test_a_plan_knows_the_cadence_that_a_probe_keeps_at_the_worst(tmp_path, every, timeout, probes, kept_s) -> None:
    rows = "".join(probe(id=f'"p{i}"', every=f'"{every}"', timeout=f'"{timeout}"') for i in range(probes))
    planned = plan_of(loaded(tmp_path, HEAD + RIS + rows)).probes["p0"]
    assert planned.kept_s == kept_s


def test_a_faster_hospital_stretches_what_counts_attempts_and_not_what_counts_exams(tmp_path: Path) -> None:
    config = loaded(tmp_path, HEAD + RIS + HL7 + "".join(EACH_KIND.values()))
    fast = {r.id: r for r in plan_of(config, simulation=True, speed=60.0).rules}
    assert (fast["share"].window_s, fast["exams"].window_s, fast["availability"].down_for_s) == (18000, 300, 7200)
    assert (fast["backlog"].older_than_s, fast["silence"].quiet_for_s) == (7200, 2700)


def test_a_rule_says_little_and_the_rest_is_sensible(tmp_path: Path) -> None:
    area = '[[areas]]\nid = "ct"\nname = "CT"\n'
    (rule,) = loaded(tmp_path, HEAD + RIS + area + trigger(breach_after='"0s"', per='"area"')).settings.triggers
    assert (rule.window, rule.at_least, rule.breach_after, rule.armed) == (300.0, 20, 0.0, "at go-live")
    (planned,) = plan_of(loaded(tmp_path, HEAD + RIS + trigger())).rules
    assert (planned.recover_below, planned.breach_after_s, planned.per_area) == (0.1, 120.0, False)


def test_how_long_a_probe_can_wait_for_its_turn_follows_from_the_file(tmp_path: Path) -> None:
    collectors = "".join(f'[[collectors]]\nid = "{id}"\nplace = "{id}"\n' for id in ("main", "room"))
    probes = "".join(
        f'[[probes]]\nid = "p{n}"\nkind = "worklist"\nsystem = "ris"\nevery = "10s"\ntimeout = "8s"\nfrom = {where}\n'
        for n, where in enumerate(['["main"]'] * 5 + ['["room"]'])
    )
    plan = plan_of(loaded(tmp_path, HEAD + RIS + collectors + probes))
    assert plan.probes["p0"].turn_s == 3 * 8.5  # five probes at two of the four places
    assert plan.probes["p5"].turn_s == 8.5
    polled = '[[feeds]]\nid = "list"\nkind = "pacs-studies"\nsystem = "ris"\nevery = "30s"\nfrom = ["room"]\n'
    beside = plan_of(loaded(tmp_path, HEAD + RIS + collectors + probes + polled))
    assert (beside.probes["p0"].turn_s, beside.probes["p5"].turn_s) == (3 * 8.5, 20.5)
    alone = plan_of(loaded(tmp_path, HEAD + RIS + collectors + probes.replace('["room"]', '["main"]') + polled))
    assert alone.probes["p0"].turn_s == 3 * 8.5  # six at two of the four places: the list's collector has the others


def test_a_file_with_nothing_but_site_and_go_live_is_complete(tmp_path):
    config = loaded(tmp_path, HEAD)
    assert config.settings.server.listen == "127.0.0.1:8000"
    assert [c.id for c in config.settings.collectors] == ["main"]
    assert re.fullmatch(r"[0-9a-f]{16}", config.version)
    assert plan_of(config).site == "north"


def test_every_mistake_is_named_at_once_by_line_field_and_value(tmp_path):
    text = HEAD.replace("Europe/Berlin", "Europe/Atlantis") + RIS.replace("4243", "99999")
    text += probe(every='"soon"', system='"nowhere"')
    assert mistakes(tmp_path, text) == [
        'golive.toml:4: site.timezone: "Europe/Atlantis" is no IANA time zone (such as "Europe/Berlin")',
        "golive.toml:11: systems[0].dicom.port: 99999 is too large (65535 at most)",
        'golive.toml:15: probes[0].system: "nowhere" is no id of [[systems]] (there are ris)',
        'golive.toml:16: probes[0].every: "soon" is no duration (such as "10s")',
    ]


def test_an_unknown_key_names_the_nearest_known_one(tmp_path):
    text = HEAD + RIS + probe(timeout="", timout='"8s"')
    assert mistakes(tmp_path, text) == [
        "golive.toml:12: probes[0].timeout: is missing (of the whole attempt, from connect to last answer)",
        'golive.toml:17: probes[0].timout: is an unknown key: did you mean "timeout"?',
    ]


def test_a_syntax_error_is_one_mistake_with_its_line(tmp_path):
    assert mistakes(tmp_path, HEAD + "x = = 1\n") == ["golive.toml:7: syntax: is no TOML: invalid value, column 5"]


def test_a_file_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(ConfigInvalid, match=r"golive\.toml: the file: cannot be read: No such file"):
        load(tmp_path / "golive.toml", {})


def work(**changed: str) -> str:
    told = {"system": '"ris"', "from": "2026-11-22T02:00:00Z", "until": "2026-11-22T04:00:00Z"}
    told |= {"by": '"Ada"', "why": '"update"'} | changed
    return "[[maintenance]]\n" + "".join(f"{k} = {v}\n" for k, v in told.items())


def two_authorities(name: str = "Bo", deputy_for: str = "Ann") -> str:
    first = '[[authorities]]\nname = "Ann"\ntelephone = "0815"\n'
    return f'{first}[[authorities]]\nname = "{name}"\ntelephone = "4711"\ndeputy_for = "{deputy_for}"\n'


def channel(**fields: str) -> str:
    row = {"id": '"desk"', **fields}
    return "[[channels]]\n" + "".join(f"{key} = {value}\n" for key, value in row.items())


def route(**fields: str) -> str:
    row = {"channel": '"desk"', "on": '["breach"]', **fields}
    return "[[routes]]\n" + "".join(f"{key} = {value}\n" for key, value in row.items())


TOLD = channel() + route()
NOT_TOLD = [
    (TOLD + channel(), 'channels[1].id: "desk" is taken already by channels[0]'),
    (channel(), 'channels[0]: "desk" is told of nothing: name it in [[routes]], [[authorities]] or [[teams]]'),
    (TOLD + route(channel='"dsk"'), 'routes[1].channel: "dsk" is no id of [[channels]]: did you mean "desk"?'),
    (TOLD + route(on='["breech"]'), '"breech" is none of "breach"'),
    (TOLD + route(on="[]"), "routes[1].on: [] is empty: leave it out, or name one at least"),
    (RIS + trigger() + TOLD + route(triggers='["slwo"]'), '"slwo" is no id of [[triggers]]: did you mean "slow"?'),
    (TOLD + route(triggers="[]"), 'routes[1].triggers: is empty: leave it out, or give ["*"], for all'),
    (
        RIS + trigger() + TOLD + route(triggers='["slow"]', on='["decision"]'),
        "routes[1].triggers: has a meaning only with one of breach, unseen, undecided, recovery in on",
    ),
    (
        TOLD + route(remind_every='"10m"', on='["go_live"]'),
        "remind_every: has a meaning only with one of breach, unseen, undecided, proposal in on",
    ),
    (TOLD + route(remind_every='"9s"'), 'remind_every: "9s" is too often ("10s" at least)'),
    (TOLD + route(phases='["decided"]'), '"decided" is none of "before"'),
    (channel(timeout='"2m"') + route(), 'timeout: "2m" is no time to wait for an answer ("1s" to "60s")'),
    (channel(url='"json://user:word@host"') + route(), "channels[0].url: is an unknown key"),
    (
        channel(url_file='"json://user:word@host"') + route(),
        "channels[0].url_file: the value is no name of a file",
    ),
    (
        channel(id='"a-b"') + channel(id='"a.b"') + route(channel='"a-b"') + route(channel='"a.b"'),
        'channels[1].id: "a.b" has the variable of "a-b": rename one',
    ),
    (two_authorities() + 'channel = "desk"\n', 'authorities[1].channel: "desk" is no id of [[channels]]'),
    ('[dead_man]\nevery = "1s"\n', 'dead_man.every: "1s" is too often ("10s" at least)'),
    (
        channel(id='"tickets"') + route(channel='"tickets"'),
        'channels[0].id: "tickets" is the name of the ticket system of [tickets]: take another one',
    ),
    ('[tickets]\ntimeout = "2h"\n', 'tickets.timeout: "2h" is no time to wait for an answer ("1s" to "60s")'),
]


def test_no_mistake_of_a_channel_shows_its_secret(tmp_path: Path) -> None:
    for key in ("url", "url_file"):
        text = channel(**{key: '"json://user:the-word@host"'}) + route()
        assert "the-word" not in " ".join(mistakes(tmp_path, HEAD + text))


def test_whom_golive_tells_is_planned_and_no_address_is_part_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "desk.url").write_text("json://user:the-word@host\n")
    text = channel(url_file='"desk.url"') + route(triggers='["*"]', remind_every='"10m"') + channel(id='"a.b"')
    text += route(channel='"a.b"', phases='["decision"]') + two_authorities() + 'channel = "a.b"\n'
    config = loaded(tmp_path, HEAD + text + '[dead_man]\nurl_file = "ping.url"\n')
    assert "the-word" not in config.canonical
    desk, other = config.settings.channels
    assert channel_address(desk, tmp_path, {}).get_secret_value() == "json://user:the-word@host"
    assert channel_address(other, tmp_path, {"GOLIVE_CHANNEL_A_B": "x://y"}).get_secret_value() == "x://y"
    with pytest.raises(Unavailable, match=r"a\.b has no address: set GOLIVE_CHANNEL_A_B, or url_file"):
        channel_address(other, tmp_path, {})
    planned = plan_of(config, simulation=True, speed=60.0)
    assert [a.channel for a in planned.authorities] == [None, "a.b"]
    first, second = planned.notices.routes
    assert (first.triggers, first.remind_every_s, first.phases) == (frozenset(), 36_000.0, frozenset())
    assert (second.remind_every_s, second.phases, planned.notices.pace) == (None, frozenset({"decision"}), 60.0)
    assert config.settings.dead_man is not None
    with pytest.raises(Unavailable, match="cannot be read"):
        dead_man_address(config.settings.dead_man, tmp_path, {})
    (tmp_path / "ping.url").write_text("the-word")
    with pytest.raises(Unavailable, match="no http or https address") as caught:
        dead_man_address(config.settings.dead_man, tmp_path, {})
    assert "the-word" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RIS + RIS, 'systems[1].id: "ris" is taken already by systems[0]'),
        (RIS + probe(system='"riss"'), 'probes[0].system: "riss" is no id of [[systems]]: did you mean "ris"?'),
        (RIS + probe(**{"from": '["mian"]'}), 'from[0]: "mian" is no id of [[collectors]]: did you mean "main"?'),
        (RIS + probe(every='"900ms"'), 'every: "900ms" is too often ("1s" at least)'),
        (RIS + probe(kind='"web"'), 'system: "ris" has no web, which web needs'),
        (RIS + probe(kind='"query"', method='"qido-rs"'), '"ris" has no dicomweb, which qido-rs needs'),
        (RIS + probe(kind='"image-load"', method='"c-get"'), "it is not said which study is loaded"),
        (RIS + probe(kind='"image-load"', method='"c-move"', newest='"CT"'), "destination is missing"),
        (RIS + probe(kind='"worklist"', match='{ modality = "CT" }'), '"modality" is no DICOM keyword'),
        (RIS + probe(kind='"worklist"', match='{ Modalty = "CT" }'), 'key: did you mean "Modality"?'),
        (RIS + probe(kind='"query"', match='{ "00080060" = "CT" }'), '"00080060" is no DICOM keyword'),
        (RIS + probe(hours='"Mo-Fr"'), 'hours: "Mo-Fr" is no hours of the week'),
        ('[[feeds]]\nid = "h"\nkind = "hl7-mllp"\n', "feeds[0]: listen is missing: hl7-mllp needs it"),
        ('[[feeds]]\nid = "s"\nkind = "sql"\nquery = "q"\n', 'feeds of kind "sql" are not built yet'),
        ('[[feeds]]\nid = "h"\nkind = "hl7-mllp"\nlisten = "127.0.0.1:8000"\n', "is where [server] listens already"),
        *NOT_TOLD,
        (two_authorities(name="Ann"), 'authorities[1].name: "Ann" stands in authorities[0] already'),
        (two_authorities(deputy_for="An"), 'deputy_for: "An" is no other of [[authorities]]: did you mean "Ann"?'),
        (two_authorities(deputy_for="Bo"), 'deputy_for: "Bo" is no other of [[authorities]]'),
        (RIS + work(system='"riss"'), 'maintenance[0].system: "riss" is none of [[systems]]: did you mean "ris"?'),
        (RIS + work(until="2026-11-22T02:00:00Z"), "maintenance[0].until: does not lie after from"),
        (RIS + work(until='"2026-11-22T01:59:00Z"'), "maintenance[0].until: does not lie after from"),
        (RIS + work(until="2026-11-29T02:00:01Z"), "maintenance[0].until: lies more than 7 days after from"),
        (RIS + work(until="2026-11-22T04:00:00"), "until: 2026-11-22T04:00:00 has no offset from UTC"),
        (RIS + work(until="9999-12-31T23:59:59Z"), "until: 9999-12-31T23:59:59+00:00 lies outside of the calendar"),
        (RIS + work(by='" "'), "maintenance[0].by: is empty: the record says who and why"),
        (RIS + work(why='""'), 'maintenance[0].why: "" is empty'),
        (RIS + work() + work(why='"again"'), "maintenance[1]: is the same work as maintenance[0]"),
        (RIS + work(id='"x"'), "maintenance[0].id: is an unknown key"),
        (RIS + trigger(measure='"worklist.respons"'), 'measure: "worklist.respons" is no measure: did you mean'),
        (RIS + trigger(measure='"exam.backlog"'), 'measure: "exam.backlog" has no attempts to take a share of'),
        (RIS + trigger(per='"area"'), "triggers[0].per: has no meaning: there are no [[areas]]"),
        (RIS + trigger(where='{ system = "riss" }'), '"riss" is none of [[systems]]: did you mean "ris"?'),
        (RIS + rule("share", measure='"echo.response"', share="0.2"), "slower_than is missing: a rule of kind"),
        (RIS + rule("backlog", older_than='"1h"'), 'limit is missing: a rule of kind "backlog" needs it (such as'),
        (RIS + rule("backlog", older_than='"8d"', limit="1"), 'older_than: "8d" is no shorter than lost_after "7d"'),
        (RIS + rule("backlog", older_than='"1h"', limit="-1"), "limit: -1 is too small (0 at least)"),
        (RIS + rule("backlog", older_than='"1h"', limit="1", share="0.2"), 'share: has no meaning for a rule of kind'),
        (RIS + rule("backlog", older_than='"1h"', limit="1", recover_limit="2"), "recover_limit: 2 lies above limit 1"),
        (RIS + rule("backlog", older_than='"1h"', limit="1", where='{ system = "ris" }'), "it chooses by area, modal"),
        (RIS + trigger(where='{ modality = "CT" }'), "where.modality: has no meaning here: it chooses by system, area"),
        (RIS + rule("availability", down_for='"1m"'), 'where is missing: a rule of kind "availability" needs it'),
        (RIS + rule("availability", where="{}", down_for='"1m"'), 'where: names no system (such as'),
        (RIS + rule("availability", where='{ system = "ris" }', down_for='"5m"'), 'down_for "5m": nothing can be down'),
        (HL7 + rule("silence", feed='"ris-hl7"', quiet_for='"1h"', sender='""'), 'sender: "" is empty'),
        (RIS + trigger(sender='"VOICE"'), 'sender: has no meaning for a rule of kind "share"'),
        (HL7 + rule("silence", feed='"ris"', quiet_for='"1h"'), 'feed: "ris" is none of [[feeds]]: did you mean'),
        (HL7 + rule("silence", feed='"ris-hl7"', quiet_for='"1h"', milestone='"finale"'), '"finale" is no milestone:'),
        (HL7 + rule("silence", feed='"ris-hl7"', quiet_for='"1h"', milestone='"delivered"'), 'is never told by'),
        (HL7 + rule("silence", feed='"ris-hl7"', quiet_for='"1h"', per='"area"'), 'per: has no meaning for a rule of'),
        (rule("count", what='"stray"', limit="1"), 'what: "stray" is none of "issues", "quarantine", "strays"'),
        (rule("count", what='"stuck_reports"', limit="1"), 'older_than is missing: what = "stuck_reports" needs it'),
        (rule("count", what='"strays"', limit="1", older_than='"1h"'), "older_than: has a meaning only with what ="),
        (rule("count", what='"stuck_reports"', limit="1", older_than='"8d"'), "such exams are counted as lost"),
        (
            rule("count", what='"stuck_reports"', limit="1", older_than='"1h"', window='"1h"'),
            'window: has no meaning with what = "stuck_reports"',
        ),
        (rule("count", what='"strays"', limit="1", severity="1"), 'severity: has a meaning only with what = "issues"'),
        (rule("all", of='["slow"]'), 'of[0]: "slow" is the rule itself'),
        (rule("all", of='["b"]') + rule("any", id='"b"', of='["slow"]'), 'of[0]: "b" is made of this rule again'),
        (rule("all", of='["nobody"]'), 'of[0]: "nobody" is none of [[triggers]]'),
        (rule("all", of="[]"), "of: is empty: name the rules that it is made of"),
        (rule("any"), 'of is missing: a rule of kind "any" needs it'),
        (RIS + trigger(id='"b"') + rule("any", of='["b"]', per='"area"'), "per: has no meaning: none of the rules"),
        (RIS + trigger(of='["x"]'), 'of: has no meaning for a rule of kind "share"'),
        (RIS + trigger(depends_on='"slow"'), 'depends_on: "slow" is the rule itself'),
        (RIS + trigger(depends_on='"network"'), 'depends_on: "network" is none of [[triggers]]'),
        (RIS + trigger(depends_on='"b"') + trigger(id='"b"', depends_on='"slow"'), '"b" depends on this rule again'),
        (RIS + rule("sometimes"), 'kind: "sometimes" is none of'),
        (RIS + trigger(share="20.0"), "triggers[0].share: 20.0 is no share"),
        (RIS + trigger(recover_below="0.3"), "recover_below: 0.3 lies above share 0.2"),
        (RIS + trigger(window='"4s"'), 'window: "4s" is no longer than slower_than "5s"'),
        (RIS + trigger() + trigger(), 'triggers[1].id: "slow" is taken already by triggers[0]'),
        (RIS + trigger(armed='"sometimes"'), "armed: \"sometimes\" is none of"),
        ('[measures."worklist.respons"]\nwindow = "5m"\n', 'is no measure: did you mean "worklist.response"?'),
        ('[[area]]\nid = "ct"\n', 'area: is an unknown key: did you mean "areas"?'),
        ('[server]\ntls_cert = "a.pem"\n', "server.tls_cert: needs tls_key beside it"),
        ("collectors = []\n", "collectors: [] is empty"),
    ],
)  # fmt: skip
def test_tables_that_do_not_fit_together_are_mistakes(tmp_path, text, said):
    body = text + HEAD if text.startswith("collectors") else HEAD + text
    found = mistakes(tmp_path, body)
    assert [m for m in found if said in m], found
    assert len(found) == 1 or "c-move" in text, found


@pytest.mark.parametrize(
    ("windows", "said"),
    [
        ({"decision_window": "2h", "no_return": "30m"}, '"30m" is shorter than decision_window ("2h")'),
        ({"decision_window": "100h", "command_center": "72h"}, '"72h" is shorter than decision_window ("100h")'),
        ({"command_center": "72h", "stabilisation": "1h"}, '"1h" is shorter than command_center ("72h")'),
        ({"decision_window": "2h", "no_return": "2h", "command_center": "2h", "stabilisation": "2h"}, ""),
        ({"decision_window": "2h", "no_return": "12h", "command_center": "72h", "stabilisation": "90d"}, ""),
        ({"decision_window": "3h", "no_return": "4h", "command_center": "3h"}, ""),
        ({"no_return": "30m"}, ""),
        ({"no_return": "soon"}, 'is neither a time after T0 ("12h") nor a cost ("500 studies", "200 reports")'),
        ({"no_return": "500"}, "is neither a time after T0"),
        ({"no_return": "0 studies"}, "must be more than nothing"),
        ({"no_return": "500 studies"}, 'no feed of the new system tells "available": studies could never be counted'),
        ({"no_return": "20 reports"}, 'no feed of the new system tells "preliminary" or "final": reports could'),
    ],
)
def test_windows_that_contradict_each_other_are_mistakes(tmp_path: Path, windows: dict[str, str], said: str) -> None:
    text = HEAD + "".join(f'{name} = "{length}"\n' for name, length in windows.items())
    if said:
        [found] = mistakes(tmp_path, text)
        assert said in found
    else:
        loaded(tmp_path, text)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ('huddles = ["7:30"]', 'go_live.huddles[0]: "7:30" is no time of day (such as "07:30")'),
        ('huddles = ["24:00"]', '"24:00" is no time of day'),
        ('huddles = ["07:30", "07:30"]', 'holds "07:30" twice'),
        ('huddles = "07:30"', "go_live.huddles"),
        ('[floor]\npeak_hours = "always"', "floor.peak_hours"),
        ('[floor]\nask_every = "-1h"', "floor.ask_every"),
        ('[[areas]]\nid = "ct"\nname = "CT"\npeak_hours = "Mo-Fr 8-17"', "areas[0].peak_hours"),
    ],
)
def test_times_of_a_shift_that_cannot_be_are_mistakes(tmp_path: Path, said: str, wrong: str) -> None:
    [found] = mistakes(tmp_path, HEAD + said + "\n")
    assert wrong in found


def test_huddles_come_in_the_order_of_the_day_and_an_area_may_have_peak_hours_of_its_own(tmp_path: Path) -> None:
    text = HEAD + 'huddles = ["19:00", "07:30"]\n[floor]\npeak_hours = "Mo-Fr 07:00-18:00"\nask_every = "0s"\n'
    text += '[[areas]]\nid = "ct"\nname = "CT"\n[[areas]]\nid = "ed"\nname = "ED"\npeak_hours = "Sa 00:00-24:00"\n'
    made = plan_of(loaded(tmp_path, text))
    assert made.go_live.huddles == (time(7, 30), time(19))
    assert made.floor.ask_every_s is None
    assert {area: {day for day, _, _ in hours.spans} for area, hours in made.peaks.items()} == {
        "ct": {0, 1, 2, 3, 4}, "ed": {5},
    }  # fmt: skip


def test_the_point_of_no_return_may_be_a_cost(tmp_path: Path) -> None:
    plan = go_live_of(loaded(tmp_path, HEAD + 'no_return = " 20  reports"\n' + HL7))
    assert (plan.no_return_cost, plan.no_return_s) == (CostLimit("reports", 20), None)
    plan = go_live_of(loaded(tmp_path, HEAD + 'no_return = "12h"\n'))
    assert (plan.no_return_cost, plan.no_return_s) == (None, 43200.0)


@pytest.mark.parametrize(
    ("database", "environ", "lines"),
    [
        ("postgresql+psycopg://golive:hunter2@db/golive", {}, [8]),
        ("postgresql+psycopg://db/golive?user=golive&password=hunter2", {}, [8]),
        ("postgresql+psycopg://golive@db/golive", {}, []),
        ("sqlite:///golive.db", {}, []),
        ("sqlite:///golive.db", {"GOLIVE_DATABASE": "postgresql+psycopg://golive:hunter2@db/golive"}, []),
        ("postgresql+psycopg://golive:hunter2@db/golive", {"GOLIVE_DATABASE": "sqlite:///golive.db"}, [8]),
    ],
)
def test_a_password_in_the_file_itself_is_warned_of_and_never_shown(
    tmp_path: Path, database: str, environ: dict[str, str], lines: list[int]
) -> None:
    config = loaded(tmp_path, HEAD + f'[server]\ndatabase = "{database}"\n', environ)
    assert [w.line for w in config.warnings] == lines
    assert all("database_file or GOLIVE_DATABASE_FILE" in str(w) for w in config.warnings)
    assert "hunter2" not in str(config.warnings)


def test_a_page_may_be_that_of_the_dicomweb_root(tmp_path):
    pacs = '[[systems]]\nid = "p"\nname = "P"\nkind = "pacs"\ndicomweb = { url = "http://h/dicom-web" }\n'
    assert loaded(tmp_path, HEAD + pacs + probe(kind='"web"', system='"p"')).settings.probes[0].kind == "web"


def test_the_wall_may_be_left_open_by_hand(tmp_path):
    assert loaded(tmp_path, HEAD + '[server]\nlisten = "0.0.0.0:80"\nopen_screens = true\n').settings.server.port == 80


def test_no_message_and_no_version_shows_a_secret(tmp_path):
    text = HEAD + '[server]\ndatabase = "mysql://golive:hunter2@db/golive"\n'
    text += RIS + 'web = { url = "https://me:hunter2@x y", password = "hunter2", auth = "hunter2" }\n'
    said = "\n".join(mistakes(tmp_path, text))
    assert len(said.splitlines()) == 4
    assert "hunter2" not in said
    config = loaded(tmp_path, HEAD + '[server]\ndatabase = "postgresql+psycopg://golive:hunter2@db/golive"\n')
    assert "hunter2" not in config.canonical


def test_the_environment_may_say_where_to_listen_and_what_database(tmp_path):
    (tmp_path / "url").write_text("postgresql+psycopg://golive:x@db/golive\n")
    environ = {"GOLIVE_LISTEN": "127.0.0.1:9000", "GOLIVE_DATABASE_FILE": str(tmp_path / "url")}
    server = loaded(tmp_path, HEAD, environ).settings.server
    assert (server.listen, server.database) == ("127.0.0.1:9000", "postgresql+psycopg://golive:x@db/golive")
    assert mistakes(tmp_path, HEAD, {"GOLIVE_LISTEN": "here"}) == [
        'environment: GOLIVE_LISTEN: "here" is no address and port (such as "127.0.0.1:8000")'
    ]


def test_the_version_follows_the_meaning_not_the_writing(tmp_path):
    one = loaded(tmp_path, HEAD + '[server]\nlisten = "127.0.0.1:8000"\n')
    assert loaded(tmp_path, "# a remark\n" + HEAD).version == one.version
    assert loaded(tmp_path, HEAD.replace("Campus", "Clinic")).version != one.version


def test_hours_of_the_week_may_span_days_and_midnight():
    assert parse_hours("Fr-Sa 07:00-18:30, Su 22:00-06:00") == [
        (4, time(7), time(18, 30)),
        (5, time(7), time(18, 30)),
        (6, time(22), time.max),
        (0, time.min, time(6)),
    ]
    assert parse_hours("Mo 00:00-24:00") == [(0, time.min, time.max)]


def test_durations_add_up_and_nothing_else_passes():
    assert duration_s("1h 30m") == 5400
    assert duration_s("500ms") == 0.5
    for wrong in ("", "10", "s", "10 parsecs", "-1s", 10, True):
        with pytest.raises(ValueError, match="is no duration"):
            duration_s(wrong)


def test_settings_and_domain_know_the_same_words():
    assert set(MILESTONES) == {m.value for m in Milestone}
    assert set(BUILT_MEASURES) == {m.id for m in CATALOGUE.values() if m.built}
    assert set(LATER_MEASURES) == {m.id for m in CATALOGUE.values() if not m.built}
    built = [m for m in CATALOGUE.values() if m.built]
    assert set(WITHOUT_WINDOW) == {m.id for m in built if m.source not in (Source.PROBE, Source.EXAM)}
    assert set(WITHOUT_RANGE) == {m.id for m in built if m.unit != "s"} | {"feed.age", "clock.offset"}


@pytest.mark.parametrize("host", ["pacs:104", "http://pacs", "a b", "", "10.0.0.999"])
def test_a_host_that_cannot_be_looked_up_is_a_mistake(tmp_path, host):
    (mistake,) = mistakes(tmp_path, HEAD + RIS.replace("127.0.0.1", host))
    assert f'dicom.host: "{host}" is no host name or address' in mistake


def test_an_id_may_be_written_as_sites_write_names_but_never_like_a_series(tmp_path):
    for good in ("worklist_CT", "CT.1", "7T-MR"):
        assert loaded(tmp_path, HEAD + RIS + probe(id=f'"{good}"')).settings.probes[0].id == good
    for bad in ("a/b", "a@b", "a:b", "a b", ".a", "", "ä"):
        (mistake,) = mistakes(tmp_path, HEAD + RIS + probe(id=f'"{bad}"'))
        assert f'probes[0].id: "{bad}" is no short name' in mistake


def test_an_address_in_brackets_is_taken_without_them(tmp_path):
    for written, taken in {"[::1]": "::1", "::1": "::1", "pacs_1": "pacs_1"}.items():
        dicom = loaded(tmp_path, HEAD + RIS.replace("127.0.0.1", written)).settings.systems[0].dicom
        assert dicom
        assert dicom.host == taken


def test_a_byte_order_mark_is_no_mistake_and_endless_nesting_is_one(tmp_path):
    (tmp_path / "golive.toml").write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    assert load(tmp_path / "golive.toml", {}).settings.site.id == "north"
    said = mistakes(tmp_path, HEAD + "x = " + "[" * 5000 + "]" * 5000 + "\n")
    assert said == ["golive.toml: syntax: is nested too deeply to be read"]


def test_a_number_of_thousands_of_digits_is_named_by_its_line(tmp_path: Path) -> None:
    said = mistakes(tmp_path, HEAD + "port = " + "9" * 5000)
    line = HEAD.count("\n") + 1
    assert said == [f"golive.toml:{line}: syntax: has a number of too many digits"]


def test_a_port_for_images_is_nobody_elses(tmp_path):
    move = {"kind": '"image-load"', "method": '"c-move"', "study": '"1.2"', "destination": '"GOLIVE"'}
    hl7 = '[[feeds]]\nid = "h"\nkind = "hl7-mllp"\nlisten = "127.0.0.1:2575"\n'
    two = '[[collectors]]\nid = "main"\n[[collectors]]\nid = "room"\n'
    on_wall, on_feed = probe(**move, destination_port="8000"), probe(**move, destination_port="2575")
    (wall,) = mistakes(tmp_path, HEAD + RIS + on_wall)
    assert "probes[0].destination_port: 8000 is where [server] listens already" in wall
    (feed,) = mistakes(tmp_path, HEAD + RIS + hl7 + on_feed)
    assert 'probes[0].destination_port: 2575 is where "h" listens already' in feed
    shared = probe(**move, destination_port="2000") + probe(**move, destination_port="2000", id='"x"')
    assert loaded(tmp_path, HEAD + RIS + hl7 + shared)
    assert loaded(tmp_path, HEAD + RIS + hl7 + two + on_feed + 'from = ["room"]\n')


def test_settings_and_pydicom_know_the_same_keywords():
    matching = {entry[4] for entry in DicomDictionary.values() if entry[4] and entry[0] != "SQ"}
    assert dicom_keywords() == matching


def test_a_wait_of_hours_is_no_lost_report(tmp_path):
    assert loaded(tmp_path, HEAD + '[exams]\nlost_after = "21d"\n').settings.exams.lost_after == 21 * 86400.0
    (said,) = mistakes(tmp_path, HEAD + '[exams]\nlost_after = "4h"\n')
    assert said.endswith('exams.lost_after: "4h" is too short ("1d" at least): who waits for hours still waits')


def test_what_a_measure_would_pass_over_in_silence_is_a_mistake(tmp_path):
    own = '[measures."exam.backlog"]\nwindow = "2h"\n[measures."image.rate"]\nwindow = "2h"\nexpected_below = "2s"\n'
    said = mistakes(tmp_path, HEAD + own)
    assert [line.split(": ", 1)[1] for line in said] == [
        'measures."exam.backlog".window: has no meaning for a measure whose span is fixed',
        'measures."image.rate".expected_below: has no meaning for a measure without a range in seconds',
    ]


def test_missing_secrets_are_made_once_and_only_for_us_to_read(tmp_path):
    config = loaded(tmp_path, HEAD)
    with pytest.raises(Unavailable, match="not known here: GOLIVE_SITE_KEY; set"):
        load_secrets(config, {"GOLIVE_INGEST_TOKEN": "told"}, make=False)
    made = load_secrets(config, {"GOLIVE_INGEST_TOKEN": "told"}, make=True)
    file = tmp_path / "golive.secrets"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "told" not in file.read_text()
    assert load_secrets(config, {"GOLIVE_INGEST_TOKEN": "told"}, make=False) == made
    later = load_secrets(config, {}, make=True)
    assert later.site_key == made.site_key
    assert len(later.ingest_token.get_secret_value()) >= 32
    assert [f.name for f in tmp_path.iterdir() if "secrets" in f.name] == ["golive.secrets"]


def test_secrets_that_others_may_read_are_refused(tmp_path):
    config = loaded(tmp_path, HEAD)
    file = tmp_path / "golive.secrets"
    file.write_text('site_key = "a"\ningest_token = "b"\nGOLIVE_ADMIN_TOKEN=c\n')
    file.chmod(0o640)
    with pytest.raises(Unavailable, match=r"may be read by others \(mode 0640\)"):
        load_secrets(config, {}, make=True)
    os.chmod(file, 0o600)
    kept = load_secrets(config, {}, make=False)
    values = [kept.site_key, kept.ingest_token, kept.admin_token]
    assert [v and v.get_secret_value() for v in values] == ["a", "b", "c"]
    assert "'a'" not in repr(kept)


def test_a_machine_that_only_collects_needs_no_admin_token(tmp_path):
    config = loaded(tmp_path, HEAD)
    kept = load_secrets(config, {"GOLIVE_SITE_KEY": "k", "GOLIVE_INGEST_TOKEN": "i"}, make=False)
    assert (kept.site_key.get_secret_value(), kept.ingest_token.get_secret_value(), kept.admin_token) == (
        "k",
        "i",
        None,
    )
    assert not (tmp_path / "golive.secrets").exists()


def test_a_secret_may_come_from_a_file_named_by_the_environment(tmp_path):
    config = loaded(tmp_path, HEAD)
    (tmp_path / "key").write_text("from a file\n")
    environ = {"GOLIVE_SITE_KEY_FILE": str(tmp_path / "key"), "GOLIVE_INGEST_TOKEN": "i", "GOLIVE_ADMIN_TOKEN": "a"}
    assert load_secrets(config, environ, make=False).site_key.get_secret_value() == "from a file"
    with pytest.raises(Unavailable, match=r"GOLIVE_SITE_KEY_FILE names .*nothing, which cannot be read: No such file"):
        load_secrets(config, environ | {"GOLIVE_SITE_KEY_FILE": str(tmp_path / "nothing")}, make=False)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ('url = "http://h", proxy = "10.0.0.1:3128"', 'proxy: "10.0.0.1:3128" is no address of a proxy: it does not'),
        ('url = "http://h", proxy = "http://p:3128/way"', "has a path or query, which a proxy's address cannot have"),
        ('url = "http://h:port/x"', '"http://h:port/x" is no address of a web service: its port is no number from 1'),
        ('url = "http://h:99999/x"', "url: \"http://h:99999/x\" is no address of a web service: its port is no number"),
        ('url = "http://h:/x"', "its port is no number from 1 to 65535"),
        ('url = "http://h:0/x"', "its port is no number from 1 to 65535"),
        ('url = "http:///x"', "there is no host name or address behind http://"),
        ('url = "http://10.0.0.999/x"', "there is no host name or address behind http://"),
        ('url = "http://[::1/x"', "is no address of a web service"),
        ('url = "ftp://h/x"', "it does not begin with http:// or https://"),
        ('url = "http://h/a b"', 'is no address of a web service (such as "http://10.0.0.7:8042/dicom-web")'),
        ('url = "http://h/x#y"', "what follows # is never sent"),
        ('url = "http://me:pw@h/x"', 'url: "http://…@h/x" holds a user or password: give auth with user and password'),
        ('url = "http://h", proxy = "http://me:pw@p:1"', '"http://…@p:1" holds a user or password: give proxy_auth'),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_asked_is_a_mistake(tmp_path, fields, said):
    (mistake,) = mistakes(tmp_path, HEAD + RIS + f"dicomweb = {{ {fields} }}\n")
    assert said in mistake
    assert "pw" not in mistake.replace("password", "")


@pytest.mark.parametrize(
    "url", ["http://h", "https://pacs.example:8443/dicom-web", "http://[::1]:80/", "http://10.0.0.7/"]
)
def test_an_address_that_can_be_asked_passes(tmp_path, url):
    text = HEAD + RIS + f'dicomweb = {{ url = "{url}", proxy = "http://proxy_1:3128/" }}\n'
    assert loaded(tmp_path, text).settings.systems[0].dicomweb.url == url


def test_the_stored_configuration_holds_no_secret_of_any_address(tmp_path):
    text = (
        HEAD + '[server]\ndatabase = "postgresql+psycopg://golive:pa/S3CRET@db/golive?sslpassword=S3CRET&sslmode=on"\n'
    )
    text += RIS + 'web = { url = "https://portal/login?site=1&api_key=S3CRET" }\n'
    text += probe(kind='"web"', path='"/x?token=S3CRET"')
    config = loaded(tmp_path, text)
    assert "S3CRET" in config.settings.server.database
    assert "S3CRET" not in config.canonical
    assert "sslmode=on" in config.canonical
    assert "site=1" in config.canonical


FLOOR = """
[[areas]]
id = "ct"
name = "CT"
rooms = ["CT 1", "CT 2"]
[[channels]]
id = "it-pager"
[[categories]]
id = "worklist"
name = "Worklist"
functions = ["Modality worklist"]
[[teams]]
id = "it"
name = "IT interfaces"
tier = "it"
phone = "4712"
mail = "it@hospital.example"
channel = "it-pager"
categories = ["worklist"]
[[contacts]]
name = "Command center"
phone = "4711"
about = "everything"
[floor]
photos = true
bridge = "https://meet.example/bridge?pwd=hunter2"
facts = [{ title = "Where are the priors?", text = "In the archive, after a minute." }]
language = "de"
patterns = ["^MRN[0-9]{8}$"]
service_desk = { name = "Service desk", phone = "4000" }
[escalation]
sev1 = ["1m", "5m", "0s"]
sev4 = []
[escalation.stabilisation]
sev1 = ["10m"]
"""


def test_the_floor_is_read_as_it_says(tmp_path: Path) -> None:
    settings = loaded(tmp_path, HEAD + FLOOR).settings
    assert settings.areas[0].rooms == ["CT 1", "CT 2"]
    assert [(c.id, c.functions) for c in settings.categories] == [("worklist", ["Modality worklist"])]
    assert (settings.teams[0].tier, settings.contacts[0].tier) == ("it", "desk")
    assert settings.floor.service_desk is not None
    assert settings.floor.service_desk.phone == "4000"


def test_a_floor_of_which_nothing_is_said_has_the_categories_and_deadlines_of_a_pacs(tmp_path: Path) -> None:
    settings = loaded(tmp_path, HEAD).settings
    assert [c.id for c in settings.categories][:3] == ["worklist", "images-missing", "images-slow"]
    assert len(settings.categories) == 12
    spans = [settings.escalation.deadlines_s(severity, "decision") for severity in (1, 2, 3, 4)]
    assert [s[0] for s in spans] == sorted(s[0] for s in spans) == [120.0, 300.0, 1800.0, 7200.0]
    assert (settings.floor.photos, settings.floor.language) == (False, "en")


@pytest.mark.parametrize(
    ("severity", "phase", "spans"),
    [
        (1, "decision", (60.0, 300.0, 0.0)),  # the site's own
        (1, "stabilisation", (600.0,)),  # the phase's own
        (4, "stabilisation", ()),  # the site's own, of every phase
        (2, "stabilisation", (1800.0, 7200.0, 28800.0)),  # shipped, for days without a command center
        (2, "command_center", (300.0, 1800.0, 7200.0)),
    ],
)
def test_a_phases_deadlines_outrank_the_sites_and_those_the_shipped(tmp_path, severity, phase, spans) -> None:
    assert loaded(tmp_path, HEAD + FLOOR).settings.escalation.deadlines_s(severity, phase) == spans


def test_the_password_of_the_bridge_is_not_in_the_stored_configuration(tmp_path: Path) -> None:
    config = loaded(tmp_path, HEAD + FLOOR)
    assert "hunter2" not in config.canonical
    assert config.settings.floor.bridge == "https://meet.example/bridge?pwd=hunter2"


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('rooms = ["CT 1", "CT 2"]', 'rooms = ["CT 1", "CT 1"]', 'areas[0].rooms[1]: "CT 1" is a room of areas[0]'),
        ('"CT 2"]', '"CT 2 "]', 'areas[0].rooms[1]: "CT 2 " is no room'),
        ('tier = "it"', 'tier = "its"', 'teams[0].tier: "its" is none of "floor", "desk", "it", "vendor": did you'),
        ('channel = "it-pager"\ncat', 'channel = "pager"\ncat', 'teams[0].channel: "pager" is no id of [[channels]]'),
        ('categories = ["worklist"]', 'categories = ["list"]', '"list" is no id of [[categories]]: did you mean'),
        ('phone = "4711"', 'phone = "call us"', 'contacts[0].phone: "call us" is no telephone number'),
        ('phone = "4711"\n', "", "contacts[0]: has neither phone nor mail"),
        ('"it@hospital.example"', '"it at hospital"', 'teams[0].mail: "it at hospital" is no mail address'),
        ('"https://meet.example/bridge?pwd=hunter2"', '"meet"', 'floor.bridge: "meet" is no link'),
        ('language = "de"', 'language = "deutsch"', 'floor.language: "deutsch" is none of "en", "de"'),
        ('"^MRN[0-9]{8}$"', '"^MRN["', 'floor.patterns[0]: "^MRN[" is no regular expression'),
        ('title = "Where are the priors?", ', "", "floor.facts[0].title: is missing"),
        ('service_desk = { name = "Service desk", phone = "4000" }', "service_desk = {}", "floor.service_desk: has "),
        ('["1m", "5m", "0s"]', '["1m", "soon"]', 'escalation.sev1[1]: "soon" is no duration'),
        ('["1m", "5m", "0s"]', '["1m", "1m", "1m", "1m"]', "escalation.sev1: a list is too long (3 at most)"),
        ("[escalation.stabilisation]", "[escalation.stabilization]", 'did you mean "stabilisation"?'),
        ('[[categories]]\nid = "worklist"', '[[categories]]\nid = "work list"', 'categories[0].id: "work list" is no'),
        ("photos = true", "photos = 1", "floor.photos: 1 is neither true nor false"),
        ('[[contacts]]', '[[teams]]\nid = "it"\nname = "x"\ntier = "it"\n[[contacts]]', 'teams[1].id: "it" is taken'),
    ],
)  # fmt: skip
def test_mistakes_of_the_floor_are_named_with_line_and_field(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    assert was in FLOOR
    found = mistakes(tmp_path, HEAD + FLOOR.replace(was, becomes, 1))
    assert [m for m in found if said in m], found
    assert all(re.match(r"golive\.toml:[1-9]\d*: ", m) for m in found)


def test_an_empty_list_of_categories_is_a_mistake(tmp_path: Path) -> None:
    assert "categories: is empty" in mistakes(tmp_path, "categories = []\n" + HEAD)[0]
