"""What orders and reports tell: milestones, times, attributes, and what is left out, ignored or put aside."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.exams.exams import ExamEvent, fold
from app.domain.privacy.identity import exam_token
from app.settings import Settings
from app.wire import ExamEventIn
from collectors.feeds.hl7_reading import read_message
from collectors.items import FeedItems

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
KEY = "site-key"


def settings(site: dict[str, Any] | None = None, exams: dict[str, Any] | None = None, **feed: Any) -> Settings:
    return Settings.model_validate(
        {
            "site": {"id": "north", "name": "North", "timezone": "Europe/Berlin", **(site or {})},
            "go_live": {"at": "2026-11-21T06:00:00+01:00"},
            "areas": [{"id": "ct", "name": "CT"}],
            "feeds": [{"id": "ris", "kind": "hl7-mllp", "listen": "127.0.0.1:2575", **feed}],
            "exams": exams or {},
        }
    )


def read(raw: str | bytes, with_: Settings | None = None, received_at: datetime = NOW) -> FeedItems:
    chosen = with_ or settings()
    return read_message(raw.encode() if isinstance(raw, str) else raw, chosen.feeds[0], chosen, KEY, received_at)


def segment(name: str, **fields: str) -> str:
    numbered = {int(n[1:]): v for n, v in fields.items()}
    return "|".join([name, *(numbered.get(n, "") for n in range(1, max(numbered, default=0) + 1))])


PATIENT = "PID|1||TEST1^^^HOSP||SECRETNAME^X||19470313"


def head(kind: str, **more: str) -> str:
    fields = {"_1": "^~\\&", "_2": "RIS", "_3": "HOSP", "_6": "20261121085500", "_8": kind, "_9": "C1"} | more
    return "\r".join([segment("MSH", **fields), PATIENT, "PV1|1|E|ED^1"])


def order(control: str = "NW", status: str = "", obr: dict[str, str] | None = None, **orc: str) -> str:
    o = segment("ORC", **({"_1": control, "_2": "P1", "_3": "F1", "_5": status, "_9": "20261121080000"} | orc))
    r = segment("OBR", **({"_1": "1", "_4": "CTHD^CT head", "_18": "A1", "_24": "CT"} | (obr or {})))
    return "\r".join([head("ORM^O01"), o, r])


def report(status: str = "F", obx: str = "", **obr: str) -> str:
    r = segment("OBR", **({"_18": "A1", "_22": "20261121084500", "_24": "CT", "_25": status} | obr))
    return "\r".join([head("ORU^R01"), r, obx])


def only_event(items: FeedItems) -> ExamEventIn:
    (event,) = items.events
    return event


@pytest.mark.parametrize(
    ("control", "status", "milestone", "at_field"),
    [
        ("NW", "", "ordered", "ORC-9"),
        ("NW", "SC", "scheduled", "ORC-7.4"),
        ("XO", "SC", "scheduled", "ORC-7.4"),
        ("SC", "SC", "scheduled", "ORC-7.4"),
        ("SC", "IP", "begun", "OBR-7"),
        ("SC", "CM", "ended", "OBR-8"),
        ("CA", "", "cancelled", "ORC-9"),
        ("OC", "CM", "cancelled", "ORC-9"),
        ("CR", "", "cancelled", "ORC-9"),
        ("DC", "IP", "cancelled", "ORC-9"),
        ("OD", "", "cancelled", "ORC-9"),
        ("SC", "CA", "cancelled", "ORC-9"),
        ("XO", "DC", "cancelled", "ORC-9"),
    ],
)
def test_orc_1_and_orc_5_tell_the_milestone(control: str, status: str, milestone: str, at_field: str) -> None:
    times = {"_7": "20261121080500", "_8": "20261121083000"}
    event = only_event(read(order(control, status, times, _7="^^^20261121100000")))
    assert (event.milestone, event.at_field) == (milestone, at_field)
    assert event.exam == exam_token(KEY, "A1")


@pytest.mark.parametrize(("control", "status"), [("XO", ""), ("NW", "IP"), ("SC", "A"), ("RE", "CM"), ("", "")])
def test_what_the_table_does_not_name_is_ignored_and_says_so(control: str, status: str) -> None:
    items = read(order(control, status))
    assert items.events == ()
    assert items.messages[0].verdict.startswith("ignored, because ")
    assert items.unreadable == ()


def test_a_sites_own_statuses_come_first() -> None:
    own = settings(statuses={"SC/AR": "arrived", "SC/NS": "no_show", "SC/CM": "begun"})
    assert [only_event(read(order("SC", s), own)).milestone for s in ("AR", "NS", "CM", "IP")] == [
        "arrived", "no_show", "begun", "begun",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "milestone"),
    [("P", "preliminary"), ("F", "final"), ("C", "addendum"), ("A", "addendum"), ("X", "cancelled")],
)
def test_obr_25_tells_the_milestone_of_a_report(status: str, milestone: str) -> None:
    event = only_event(read(report(status)))
    assert (event.milestone, event.at_field) == (milestone, "OBR-22")
    assert event.at == datetime(2026, 11, 21, 7, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("states", "milestone"),
    [("F", "final"), ("U", "final"), ("FP", "preliminary"), ("FC", "addendum"), ("X", "cancelled")],
)
def test_without_obr_25_the_observations_tell_it(states: str, milestone: str) -> None:
    obx = "\r".join(segment("OBX", _1="1", _11=s) for s in states)
    assert only_event(read(report("", obx))).milestone == milestone


def test_an_mpps_status_is_no_report() -> None:
    status = segment("OBX", _1="1", _2="HD", _3="113014^DICOM Study^DCM", _11="O")
    for raw in (report("R", status), report("F", status), report("R")):
        assert read(raw).events == ()
        assert "no report" in read(raw).messages[0].verdict


def test_the_time_of_a_report_falls_back_along_its_chain_and_says_which_field_it_is() -> None:
    obx = segment("OBX", _1="1", _11="F", _14="20261121084000")
    orc = segment("ORC", _1="RE", _9="20261121083000")
    assert only_event(read(report(obx=obx, _22=""))).at_field == "OBX-14"
    with_orc = report(_22="99999999999999").replace("OBR|", orc + "\rOBR|")
    assert only_event(read(with_orc)).at_field == "ORC-9"
    assert read(with_orc).messages[0].verdict == "final; OBR-22 is no time"
    assert only_event(read(report(_22="20261121"))).at_field == "MSH-7"
    nothing = only_event(read(report(_22="").replace("20261121085500", "")))
    assert (nothing.at_field, nothing.at, nothing.message_at) == ("received", NOW, None)


def test_a_wrong_clock_is_told_as_it_is_but_a_time_days_ahead_is_not_believed_unless_it_is_a_schedule() -> None:
    wrong_zone, next_week = (f"{NOW + ahead:%Y%m%d%H%M%S}+0000" for ahead in (timedelta(hours=5), timedelta(days=7)))
    assert only_event(read(report(_22=wrong_zone))).at == NOW + timedelta(hours=5)
    assert only_event(read(report(_22=next_week))).at_field == "MSH-7"
    assert only_event(read(order("SC", "SC", _7=f"^^^{next_week}"))).at == NOW + timedelta(days=7)


def test_times_without_a_zone_are_of_the_feeds_zone() -> None:
    assert only_event(read(order())).at == datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
    assert only_event(read(order(), settings(timezone="UTC"))).at == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    assert only_event(read(order(_9="20261121080000-0500"))).at == datetime(2026, 11, 21, 13, 0, tzinfo=UTC)
    assert only_event(read(order(_9="20261121080000+0200"))).at == datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


def test_the_accession_is_taken_from_the_first_field_that_has_one() -> None:
    ipc = "\rIPC|I1^HOSP|RP|1.2.3|S|MR|x|ROOM||MR01"
    tokens = {
        order() + ipc: "I1",
        order(): "A1",
        order(obr={"_18": "", "_3": "F9"}): "F9",
        order(obr={"_18": ""}): "F1",
    }
    for raw, accession in tokens.items():
        assert only_event(read(raw)).exam == exam_token(KEY, accession)
    chosen = settings(accession={"field": "OBR-20", "strip": "^0+"})
    assert only_event(read(order(obr={"_20": "0077"}), chosen)).exam == exam_token(KEY, "77")
    assert read(order(), chosen).unreadable[0].reason == "no usable accession number in OBR-20"


def test_an_order_without_a_number_is_told_with_its_kind_and_the_shapes_of_its_fields() -> None:
    (told,) = read(order(), settings(accession={"field": "OBR-20"})).messages
    (fine,) = read(order()).messages
    assert told.verdict == "quarantined: no usable accession number in OBR-20"
    assert (told.key, told.shapes) == (fine.key, fine.shapes)
    assert told.shapes["OBR-18"] == "A9"


def test_the_issuer_is_part_of_it_only_where_the_site_says_so() -> None:
    raw = order(obr={"_18": "A1^HOSP^1.2"})
    assert only_event(read(raw)).exam == exam_token(KEY, "A1")
    assert only_event(read(raw, settings(site={"accession_issuers": True}))).exam == exam_token(KEY, "A1", "HOSP")


def test_several_orders_and_steps_of_a_message_are_several_exams() -> None:
    two = order() + "\r" + "\r".join(order(obr={"_18": "A2"}).split("\r")[3:])
    assert [e.exam for e in read(two).events] == [exam_token(KEY, a) for a in ("A1", "A2")]
    steps = order() + "\rIPC|I1\rIPC|I2\rIPC|I1"
    assert [e.exam for e in read(steps).events] == [exam_token(KEY, a) for a in ("I1", "I2")]
    reports = report() + "\r" + segment("OBR", _18="A2", _22="20261121084500", _25="P")
    assert [e.milestone for e in read(reports).events] == ["final", "preliminary"]


def test_a_further_report_without_a_number_does_not_take_its_neighbours() -> None:
    orc, second = segment("ORC", _1="RE", _3="F1"), segment("OBR", _25="F", _22="20261121084500")
    raw = report(_18="").replace("OBR|", orc + "\rOBR|", 1) + "\r" + second
    items = read(raw)
    assert [e.exam for e in items.events] == [exam_token(KEY, "F1")]
    assert "no usable accession number" in items.messages[0].verdict


def test_attributes_come_from_their_fields_and_names_never_do() -> None:
    raw = order(obr={"_27": "^^^^^STAT"}) + "\rZDS|1.2.840.1^^Application^DICOM"
    chosen = settings(area_by={"OBR-24": {"CT": "ct"}})
    event = only_event(read(raw, chosen))
    assert (event.modality, event.patient_class, event.priority, event.area) == ("CT", "E", "STAT", "ct")
    assert event.study is not None
    misplaced = only_event(read(order(obr={"_24": "Mustermann, Erika"})))
    assert misplaced.modality is None


@pytest.mark.parametrize(
    ("written", "code"),
    [("ct", "CT"), ("CT2", "CT2"), ("AWP45123", "AWP45123"), ("MRN99551750", None), ("K1-23-45-67", None)],
)
def test_a_number_of_a_patient_is_no_code_wherever_it_stands(written: str, code: str | None) -> None:
    event = only_event(read(order(obr={"_24": written, "_5": written})))
    assert (event.modality, event.priority) == (code, code)
    sender = only_event(read(order().replace("|RIS|", f"|{written}|"))).sender
    assert (sender is not None and written.upper() in sender) is (code is not None)


@pytest.mark.parametrize(
    ("written", "code"),
    [("E", "E"), ("IP", "IP"), ("emergency", "EMERGENCY"), ("Mustermann^Erika", None), ("12345", None)],
)
def test_a_name_for_the_patient_class_is_none(written: str, code: str | None) -> None:
    assert only_event(read(order().replace("PV1|1|E", f"PV1|1|{written}"))).patient_class == code


def test_rules_ignore_what_is_not_ours_and_say_so() -> None:
    assert (
        read(order(), settings(only={"MSH-4": ["RAD*"]})).messages[0].verdict
        == "ignored, because MSH-4 is not among only"
    )
    assert read(order(), settings(ignore={"OBR-24": ["C?"]})).messages[0].verdict == "ignored, because of ignore OBR-24"
    south = settings(site_by={"MSH-4": {"HOSP": "south"}})
    assert read(order(), south).messages[0].verdict == "ignored, because it is of site south"
    assert len(read(order(), settings(only={"MSH-4": ["HO*"]}, site_by={"MSH-4": {"HOSP": "north"}})).events) == 1


def test_what_never_gets_a_report_and_test_patients_are_left_out_by_name() -> None:
    arm = settings(exams={"never_reported": ["c-arm*", "OUTSIDE*"]})
    event = only_event(read(order(obr={"_4": "X1^C-Arm theatre 2"}), arm))
    assert event.left_out == "never reported: c-arm*"
    assert only_event(read(order(), arm)).left_out == ""
    assert only_event(read(order(), settings(exams={"test_patients": ["TEST*"]}))).left_out == "test patient"


RULES = {"never_reported": ["c-arm*"], "test_patients": ["TEST*"]}
SOMEBODY = "PID|1||P7^^^HOSP"


@pytest.mark.parametrize(
    ("raw", "rules", "left_out"),
    [
        (order(), {"never_reported": ["c-arm*"]}, ""),
        (order(), {}, ""),
        (order(obr={"_4": "C-ARM"}), {}, ""),
        (order(obr={"_4": ""}), {"never_reported": ["c-arm*"]}, None),
        (order(obr={"_4": '""'}), {"never_reported": ["c-arm*"]}, None),
        (order().replace(PATIENT, SOMEBODY), RULES, ""),
        (order().replace(PATIENT, "PID|1"), RULES, None),
        (order(obr={"_4": ""}).replace(PATIENT, SOMEBODY), RULES, None),
        (order(obr={"_4": "C-ARM"}).replace(PATIENT, "PID|1"), RULES, "never reported: c-arm*"),
        (order(obr={"_4": ""}), RULES, "test patient"),
    ],
)
def test_a_message_says_that_no_rule_leaves_its_exam_out_when_it_names_what_the_rules_ask(
    raw: str, rules: dict[str, Any], left_out: str | None
) -> None:
    assert only_event(read(raw, settings(exams=rules))).left_out == left_out


def test_a_changed_procedure_takes_an_exam_in_again() -> None:
    arm = settings(exams={"never_reported": ["c-arm*"]})
    first = read(order(obr={"_4": "C-ARM"}), arm).events
    changed = order("XO", "SC").replace("20261121085500", "20261121085900")
    told = [
        ExamEvent(**{k: v for k, v in e.__dict__.items() if k not in ("accession", "issuer")})
        for e in (*first, *read(changed, arm).events)
    ]
    assert fold(told[:1], {}).left_out == "never reported: c-arm*"
    assert fold(told, {}).left_out is None


def test_a_feed_of_delivered_reports_tells_both() -> None:
    events = read(report(), settings(gives=["delivered"])).events
    assert [(e.milestone, e.at_field) for e in events] == [("final", "OBR-22"), ("delivered", "MSH-7")]


@pytest.mark.parametrize(
    ("application", "facility", "sender"),
    [
        ("RIS", "HOSP", "RIS@HOSP"),
        ("Nuance PS360", "", "NUANCE PS360"),
        ("RIS^1.2.3^ISO", "HOSP^9", "RIS@HOSP"),
        ("", "HOSP", None),
        ("", "", None),
        ("x" * 31, "HOSP", None),
        ("RIS", "Müller, Eva", "RIS"),
    ],
)
def test_an_event_says_which_application_sent_it(application: str, facility: str, sender: str | None) -> None:
    raw = report().replace("|RIS|HOSP|", f"|{application}|{facility}|")
    assert only_event(read(raw)).sender == sender


def test_other_messages_are_ignored_and_counted() -> None:
    items = read(head("ADT^A08"))
    assert items.messages[0].key == "ADT^A08 -/- -"
    assert items.messages[0].verdict == "ignored, because ADT^A08 is neither an order nor a report"
    assert (items.events, items.unreadable) == ((), ())


def test_each_message_is_recorded_with_its_kind_and_the_shapes_of_candidates() -> None:
    (message,) = read(order("SC", "CM", {"_8": "20261121083000+0100"})).messages
    assert message.key == "ORM^O01 SC/CM -"
    assert message.message_at == datetime(2026, 11, 21, 7, 55, tzinfo=UTC)
    assert message.shapes["OBR-18"] == "A9"
    assert message.shapes["OBR-8"] == "99999999999999+9999"
    assert message.shapes["PV1-3.1"] == "AA"
    assert message.shapes["OBR-22"] == ""


def test_a_resend_is_a_repeat_and_another_byte_is_not() -> None:
    chosen = settings()
    one, other = read(order()), read(order() + "\r")
    again = read_message(order().encode(), chosen.feeds[0], chosen, KEY, NOW + timedelta(seconds=30))
    assert [(e.id, e.at) for e in one.events] == [(e.id, e.at) for e in again.events]
    assert one.messages[0].id != again.messages[0].id  # it was received twice, each at its own moment
    assert one.events[0].id != other.events[0].id


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "an empty frame"),
        (b"hello", "it does not begin with MSH and a separator"),
        (b"MSH|^~\\&|RIS", "MSH-9 is empty"),
        (b"MSH|^~\\&|||||||ORU^R01|C1", "ORU^R01 without ORC and OBR"),
    ],
)
def test_what_cannot_be_read_is_put_aside_with_reason_and_outline(raw: bytes, reason: str) -> None:
    items = read(raw)
    (unreadable,) = items.unreadable
    assert unreadable.reason == reason
    assert unreadable.length == len(raw)
    assert items.messages[0].verdict == f"quarantined: {reason}"
    assert items.events == ()


def test_what_is_put_aside_tells_nothing_of_the_patient() -> None:
    raw = order(obr={"_18": "", "_3": ""}, _3="", _2="")
    (unreadable,) = read(raw).unreadable
    assert unreadable.message_type == "ORM^O01"
    assert "PID:1,0,12,0,12,0,8" in unreadable.shape
    assert "SECRETNAME" not in unreadable.model_dump_json() + read(raw).messages[0].model_dump_json()
    assert len(unreadable.control_hash) == 32


def test_one_bad_message_of_a_frame_takes_no_good_one_with_it() -> None:
    items = read(order() + "\r" + head("ORU^R01"))
    assert (len(items.events), len(items.unreadable), len(items.messages)) == (1, 1, 2)


def test_an_endless_accession_is_no_accession() -> None:
    raw = order(obr={"_18": "9" * 5000})
    assert only_event(read(raw)).exam == exam_token(KEY, "F1")


def test_years_nobody_has_seen_are_survived() -> None:
    for at in ("00010101000000+1400", "99991231235959-1200", "20261121060000+1400"):
        event = only_event(read(order(_9=at).replace("20261121085500", at)))
        assert event.at <= NOW + timedelta(minutes=10)


NULL = '""'
NULL_IPC = segment("IPC", _1=NULL, _3=NULL, _5=NULL, _7="ROOM", _9=NULL)
OBX = segment("OBX", _1="1", _11="F", _14="20261121084000")
NULL_OBX = segment("OBX", _1="1", _11=NULL, _14=NULL)


@pytest.mark.parametrize(
    ("raw", "name", "told"),
    [
        (order(obr={"_18": NULL}), "exam", exam_token(KEY, "F1")),
        (order(obr={"_18": f" {NULL} "}), "exam", exam_token(KEY, "F1")),
        (order(obr={"_18": NULL, "_3": NULL}, _3="F7"), "exam", exam_token(KEY, "F7")),
        (f"{order()}\r{NULL_IPC}", "exam", exam_token(KEY, "A1")),
        (f"{order()}\r{NULL_IPC}", "modality", "CT"),
        (f"{order()}\r{NULL_IPC}", "station", "ROOM"),
        (f"{order()}\r{NULL_IPC}", "study", None),
        (f"{order()}\rZDS|{NULL}^^Application^DICOM", "study", None),
        (order(obr={"_24": NULL}), "modality", None),
        (order(obr={"_27": f"^^^^^{NULL}", "_5": "STAT"}), "priority", "STAT"),
        (order().replace("PV1|1|E", f"PV1|1|{NULL}"), "patient_class", None),
        (order("NW", NULL), "milestone", "ordered"),
        (order(_9=NULL), "at_field", "MSH-7"),
        (order("SC", "SC", {"_36": "20261121100000"}, _7=f"^^^{NULL}"), "at_field", "OBR-36"),
        (order("SC", "IP", {"_7": NULL}), "at_field", "ORC-9"),
        (order("SC", "CM", {"_8": NULL}), "at_field", "ORC-9"),
        (order().replace("|20261121085500|", f"|{NULL}|"), "message_at", None),
        (report(NULL, OBX), "milestone", "final"),
        (report("", f"{NULL_OBX}\r{OBX}"), "milestone", "final"),
        (report(obx=OBX, _22=NULL), "at_field", "OBX-14"),
        (report(obx=f"{NULL_OBX}\r{OBX}", _22=""), "at", datetime(2026, 11, 21, 7, 40, tzinfo=UTC)),
    ],
)
def test_a_null_of_hl7_is_no_value_and_the_next_field_is_asked(raw: str, name: str, told: object) -> None:
    items = read(raw)
    assert getattr(only_event(items), name) == told
    assert "no time" not in items.messages[0].verdict


def test_a_null_is_no_test_patient_and_two_orders_with_null_numbers_are_two_exams() -> None:
    anyone = settings(exams={"test_patients": ['"*']})
    assert only_event(read(order().replace("TEST1^^^HOSP", f"{NULL}^^^HOSP"), anyone)).left_out is None
    one, other = (only_event(read(order(obr={"_18": NULL, "_3": f}))).exam for f in ("F8", "F9"))
    assert one != other


def test_a_message_time_that_cannot_be_right_rules_no_later_message() -> None:
    wild = order("CA").replace("20261121085500", "21990101000000")
    assert only_event(read(wild)).message_at is None


@pytest.mark.parametrize(
    ("said", "note", "kept", "told"),
    [
        ("20261121085500", "", True, True),
        ("", "", False, False),
        ("20261121", "; MSH-7 is no time", False, False),
        ("99999999999999", "; MSH-7 is no time", False, False),
        ("20261122085500", "", True, True),  # as wrong as a zone can be
        ("20261122100000", "; MSH-7 lies more than a day ahead", False, True),
        ("21990101000000", "; MSH-7 lies more than a day ahead", False, True),
        ("20261021085500", "", True, True),  # a queue of a month
        ("20191121085500", "; MSH-7 lies more than a year back", False, True),
        ("19700101010000", "; MSH-7 lies more than a year back", False, True),
    ],
)
def test_a_message_time_that_cannot_be_right_is_said_and_rules_nothing(
    said: str, note: str, kept: bool, told: bool
) -> None:
    for raw, verdict in (
        (order(), "ordered"),
        (order(_9=""), "ordered"),
        (report("R"), "ignored, because OBR-25 R is no report"),
    ):
        items = read(raw.replace("20261121085500", said))
        (message,) = items.messages
        assert message.verdict == verdict + note
        assert (message.message_at is not None) == told  # as it was told: clock.offset counts what it cannot believe
        assert [e.message_at is not None for e in items.events] == [kept] * len(items.events)
        assert all(e.at_field in ("ORC-9", "MSH-7" if kept else "received") for e in items.events)


def test_a_time_of_the_second_hour_of_the_autumn_night_is_read_as_such() -> None:
    live = datetime(2026, 10, 25, 1, 31, tzinfo=UTC)
    raw = report(_22="20261025022900").replace("20261121085500", "20261025023000")
    event = only_event(read(raw, received_at=live))
    assert (event.at, event.message_at) == (live - timedelta(minutes=2), live - timedelta(minutes=1))
    replayed = only_event(read(raw, received_at=live + timedelta(days=3)))
    assert replayed.at == event.at - timedelta(hours=1)
