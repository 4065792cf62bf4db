"""Queries as modalities ask them, and the one number read of what comes back."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from app.domain.measuring.samples import Outcome
from collectors.dicom.identifiers import Listed, date_key, encoded, orders, study_query, worklist_query
from collectors.dicom.pdu import Malformed
from collectors.outcomes import Failure

TODAY = date(2026, 11, 21)


def decoded(raw: bytes) -> Any:
    return read_dataset(BytesIO(raw), is_implicit_VR=True, is_little_endian=True)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("today", "20261121"),
        ("any", ""),
        ("+1d", "20261122"),
        ("-1d", "20261120"),
        ("today±1d", "20261120-20261122"),
        ("today+-1d", "20261120-20261122"),
        ("20261101-", "20261101-"),
    ],
)
def test_a_date_in_words_becomes_a_matching_key(text: str, key: str) -> None:
    assert date_key(text, TODAY) == key


def test_keys_of_the_scheduled_step_go_into_its_sequence() -> None:
    query = decoded(worklist_query({"Modality": "CT", "PatientID": "4*"}, "20261121", "CT01"))
    step = query.ScheduledProcedureStepSequence[0]
    assert (step.Modality, step.ScheduledStationAETitle) == ("CT", "CT01")
    assert step.ScheduledProcedureStepStartDate == "20261121"
    assert query.PatientID == "4*"
    assert query.AccessionNumber == ""
    assert "Modality" not in query


def test_a_study_query_without_keys_asks_for_today_and_never_for_the_archive() -> None:
    query = decoded(study_query({}, TODAY))
    assert query.StudyDate == "20261121"
    assert query.QueryRetrieveLevel == "STUDY"


def test_a_key_that_is_no_dicom_keyword_is_named() -> None:
    with pytest.raises(Failure, match='"Modalty" is no DICOM keyword') as failed:
        study_query({"Modalty": "CT"}, TODAY)
    assert failed.value.outcome is Outcome.WRONG_ANSWER


def test_of_an_answer_only_accession_number_and_issuer_are_read() -> None:
    ds: Any = Dataset()
    ds.AccessionNumber, ds.PatientName = " A-7 ", "SOMEBODY"
    issuer: Any = Dataset()
    issuer.LocalNamespaceEntityID = "NORTH"
    ds.IssuerOfAccessionNumberSequence = [issuer]
    empty = Dataset()
    assert list(orders([encoded(ds), encoded(empty)])) == [Listed("A-7", "NORTH"), None]


def test_an_answer_that_is_no_data_set_is_malformed() -> None:
    with pytest.raises(Malformed):
        list(orders([b"\x08\x00\x50\x00\xff\x00\x00\x00garbage"]))
