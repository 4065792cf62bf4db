"""What a batch's items become: good ones values, bad ones named, and nothing of a bad one's content kept."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.commands.ingest_quarantine import shape_of
from app.commands.ingest_reading import Batch, Known, read
from app.domain.measuring.samples import Kind
from app.domain.plans import FeedPlan, GoLivePlan, Plan, ProbePlan
from app.domain.privacy.identity import normalised
from app.wire import Envelope

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
KEY = "site key of the tests"


def plan() -> Plan:
    return Plan(
        site="north",
        site_name="North Campus",
        zone=UTC,
        go_live=GoLivePlan(NOW, False, 7200.0, None, 259200.0, 7776000.0),
        main_vantage="main",
        vantages=("main",),
        areas={"ct": "CT", "mr": "MR"},
        systems={"ris": "RIS"},
        probes={"worklist-ct": ProbePlan("worklist-ct", Kind.WORKLIST, "ris", "ct", 10.0, 8.0, ("main",))},
        feeds={"ris-hl7": FeedPlan("ris-hl7", "hl7-mllp", None, frozenset({"final"}), 0)},
    )


def by_rule(_feed: str, accession: str) -> str:
    return normalised(accession, strip="^0+", drop_prefix=["NC"], upper=True)


def taken(*, issuers: bool = False, sent_at: datetime = NOW, **parts: list[Any]) -> Batch:
    body = {"batch": "b1", "source": "main", "sent_at": sent_at.isoformat(), **parts}
    return read(Envelope.model_validate(body), Known(plan(), KEY, issuers, by_rule), NOW, NOW)


def sample(**more: Any) -> dict[str, Any]:
    return {
        "id": "01930000-0000-7000-8000-000000000001",
        "probe": "worklist-ct",
        "kind": "worklist",
        "system": "ris",
        "area": "ct",
        "at": NOW.isoformat(),
        "outcome": "ok",
        "total_s": 0.0071,
        **more,
    }


def event(**more: Any) -> dict[str, Any]:
    told = {
        "id": "01930000-0000-7000-8000-000000000002",
        "feed": "ris-hl7",
        "exam": "k1." + "a" * 64,
        "milestone": "final",
        "at": NOW.isoformat(),
        "received_at": NOW.isoformat(),
        **more,
    }
    return {k: v for k, v in told.items() if v is not ...}


def refusal(batch: Batch) -> tuple[str, str]:
    assert len(batch.refused) == 1
    return batch.refused[0].field, batch.refused[0].problem


def test_a_good_sample_is_taken_with_its_source_and_the_apps_own_moment() -> None:
    batch = taken(samples=[sample(at=(NOW - timedelta(seconds=3)).isoformat())])
    assert batch.refused == []
    (s,) = batch.samples
    assert (s.source, s.total_s, s.known_at) == ("main", 0.0071, NOW - timedelta(seconds=3))


def test_a_senders_clock_that_is_wrong_by_minutes_does_not_make_its_samples_old() -> None:
    wrong = NOW - timedelta(hours=1)
    batch = taken(sent_at=wrong, samples=[sample(at=(wrong - timedelta(seconds=2)).isoformat())])
    assert batch.samples[0].known_at == NOW - timedelta(seconds=2)


def test_one_bad_item_loses_no_good_one() -> None:
    batch = taken(
        samples=[sample(), sample(id="01930000-bad", outcome="splendid"), "nonsense", sample(id="01930000-2")]
    )
    assert [s.id[-1] for s in batch.samples] == ["1", "2"]
    assert [(r.id, r.field) for r in batch.refused] == [("01930000-bad", "outcome"), ("samples[2]", "samples[2]")]


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"probe": "worklist-mr"}, "probe", 'unknown probe "worklist-mr"'),
        ({"kind": "echo"}, "kind", 'the probe "worklist-ct" is of kind worklist, not echo'),
        ({"system": "pacs"}, "system", 'the probe "worklist-ct" asks "ris", not "pacs"'),
        ({"area": "mr"}, "area", 'the probe "worklist-ct" stands for "ct", not "mr"'),
        (
            {"at": (NOW + timedelta(minutes=11)).isoformat()},
            "at",
            "lies 11 min in the future; is the sender's clock or zone right?",
        ),
        ({"at": (NOW - timedelta(days=8)).isoformat()}, "at", "is older than the 7 days that golive looks back"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at", "Value error, lies outside of the calendar"),
        ({"detail": "a\0b"}, "detail", "String should match pattern '^[^\\x00]*$'"),
        ({"total_s": -1}, "total_s", "Input should be greater than or equal to 0"),
        ({"surprise": 1}, "surprise", "Extra inputs are not permitted"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(change: dict[str, Any], field: str, problem: str) -> None:
    batch = taken(samples=[sample(**change)])
    assert batch.samples == []
    assert refusal(batch) == (field, problem)


def test_ten_minutes_ahead_is_a_clock_and_is_taken() -> None:
    assert taken(samples=[sample(at=(NOW + timedelta(minutes=10)).isoformat())]).samples[0].known_at == NOW


def test_a_collector_whose_clock_is_an_hour_ahead_is_heard_and_its_ages_are_right() -> None:
    theirs = NOW + timedelta(hours=1)
    batch = taken(sent_at=theirs, samples=[sample(at=(theirs - timedelta(seconds=3)).isoformat())])
    assert [s.known_at for s in batch.samples] == [NOW - timedelta(seconds=3)]


def test_an_accession_is_normalised_and_hashed_and_kept_nowhere() -> None:
    batch = taken(exam_events=[event(exam=..., accession=" 00nc4711 ", issuer="RIS")])
    expected = hmac.new(KEY.encode(), b"accession\0\x004711", hashlib.sha256).hexdigest()
    assert batch.events[0].exam == f"k1.{expected}"
    assert "4711" not in repr(batch).replace(expected, "")


def test_the_issuer_counts_only_where_the_site_tells_issuers_apart() -> None:
    one = taken(exam_events=[event(exam=..., accession="4711", issuer="A")]).events[0].exam
    same = taken(exam_events=[event(exam=..., accession="4711", issuer="B")]).events[0].exam
    other = taken(issuers=True, exam_events=[event(exam=..., accession="4711", issuer="B")]).events[0].exam
    assert one == same != other


def test_an_event_names_its_exam_in_one_way() -> None:
    assert refusal(taken(exam_events=[event(accession="4711")]))[0] == "accession"
    assert refusal(taken(exam_events=[event(exam=...)]))[0] == "exam"
    assert refusal(taken(exam_events=[event(exam=..., accession="000")]))[0] == "accession"


def test_a_probe_may_tell_that_an_order_is_listed_and_nothing_else() -> None:
    assert len(taken(exam_events=[event(feed="worklist-ct", milestone="listed")]).events) == 1
    assert refusal(taken(exam_events=[event(feed="worklist-ct")])) == ("feed", 'unknown feed "worklist-ct"')


def test_only_an_appointment_may_lie_far_ahead_but_a_source_whose_clock_is_wrong_is_taken() -> None:
    tomorrow, next_week = ((NOW + timedelta(days=d)).isoformat() for d in (1, 7))
    assert len(taken(exam_events=[event(milestone="scheduled", at=next_week)]).events) == 1
    assert len(taken(exam_events=[event(at=tomorrow)]).events) == 1
    assert refusal(taken(exam_events=[event(at=next_week)]))[0] == "at"


def test_a_message_time_that_cannot_be_right_is_refused_for_it_would_rule_for_good() -> None:
    next_week = (NOW + timedelta(days=7)).isoformat()
    assert refusal(taken(exam_events=[event(message_at=next_week)]))[0] == "message_at"
    assert len(taken(exam_events=[event(message_at=NOW.isoformat())]).events) == 1


def test_a_received_messages_own_time_is_taken_as_it_was_told() -> None:
    for said in ("2199-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        one = {"id": f"m-{said[:4]}", "feed": "ris-hl7", "at": NOW.isoformat(), "message_at": said}
        (message,) = taken(messages=[one]).messages
        assert message.message_at == datetime.fromisoformat(said)


def test_an_unknown_area_is_refused_by_name() -> None:
    assert refusal(taken(exam_events=[event(area="us")])) == ("area", 'unknown area "us"')


def test_a_heartbeat_is_known_by_the_apps_clock_and_only_of_what_is_configured() -> None:
    at = (NOW - timedelta(seconds=1)).isoformat()
    beat = {
        "probe_or_feed": "worklist-ct",
        "at": at,
        "state": "under way",
        "since": (NOW - timedelta(seconds=5)).isoformat(),
    }
    batch = taken(heartbeats=[beat, {**beat, "probe_or_feed": "nobody"}])
    ((name, pulse),) = batch.heartbeats
    assert (name, pulse.known_at, pulse.since) == (
        "worklist-ct",
        NOW - timedelta(seconds=1),
        NOW - timedelta(seconds=5),
    )
    assert refusal(batch) == ("probe_or_feed", 'unknown probe or feed "nobody"')


def test_what_is_put_aside_keeps_shape_and_reason_but_no_content() -> None:
    secret = "DOE^JOHN"
    batch = taken(exam_events=[event(accession=secret, modality=secret * 20, **{secret: secret})])
    (aside,) = batch.bad
    assert secret not in repr(batch)[: repr(batch).index("refused=")]
    assert aside.feed == "ris-hl7"
    assert "modality: text of 160" in aside.shape
    assert "unknown name of 8: text of 8" in aside.shape


def test_names_that_were_sent_are_in_the_answer_and_never_in_quarantine() -> None:
    items: dict[str, list[Any]] = {
        "samples": [
            sample(probe="Doe-John"),
            sample(area="Doe.John"),
            sample(system="Doe"),
            sample(**{"Doe.John": 1}),
            sample(**{"samples[0] Doe": 1}),
        ],
        "exam_events": [event(feed="Doe.John"), event(area="Doe.John")],
        "messages": [message(shapes={"Doe": "A" * 500})],
        "heartbeats": [{"probe_or_feed": "Doe-John", "at": NOW.isoformat(), "state": "idle"}],
    }
    batch = taken(**items)
    assert len(batch.bad) == len(batch.refused) == sum(len(part) for part in items.values())
    assert 'unknown probe "Doe-John"' in str(batch.refused)
    assert "Doe" not in str([(b.reason, b.shape) for b in batch.bad] + batch.missed)
    words = 'area: the probe "worklist-ct" stands for "ct", not a name of 8'
    assert ("worklist-ct", words) in batch.missed


def message(**more: Any) -> dict[str, Any]:
    return {"id": "01930000-m", "feed": "ris-hl7", "at": NOW.isoformat(), **more}


def test_the_same_bad_item_in_the_same_batch_is_put_aside_once() -> None:
    bad = sample(outcome="splendid")
    assert taken(samples=[bad]).bad[0].id == taken(samples=[bad]).bad[0].id


def test_a_shape_speaks_of_kinds_and_lengths() -> None:
    assert shape_of({"id": "abc", "at": None, "total_s": 1.5, "samples": [1, 2]}) == (
        "{id: text of 3, at: null, total_s: number, unknown name of 7: list of 2}"
    )
    assert shape_of([1]) == "list of 1"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("total_s", value) for value in (True, "0.1")),
        *(("matches", value) for value in (True, "7", 7.5)),
        *(("at", value) for value in (1_795_237_200, "1795237200", NOW.timestamp(), "2026-11-21", True)),
    ],
)
def test_what_is_no_number_and_no_moment_is_not_taken_for_one(field: str, value: Any) -> None:
    batch = taken(samples=[sample(**{field: value})])
    assert (batch.samples, refusal(batch)[0]) == ([], field)


@pytest.mark.parametrize(("field", "value"), [("total_s", 1), ("matches", 7.0), ("at", "2026-11-21T06:00:00.5+01:00")])
def test_a_number_is_a_number_however_json_writes_it(field: str, value: Any) -> None:
    assert taken(samples=[sample(**{field: value})]).refused == []
