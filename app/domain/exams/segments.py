"""Segments in words: which exams a number is of, as people in the house call them."""

from collections.abc import Mapping

from app.domain.measuring.standings import Series

# by DICOM code; one that is not here is said as it is
MODALITIES: Mapping[str, str] = {
    "CR": "X-ray",
    "DX": "X-ray",
    "RG": "X-ray",
    "US": "Ultrasound",
    "MG": "Mammography",
    "NM": "Nuclear medicine",
    "PT": "PET",
    "RF": "Fluoroscopy",
    "XA": "Angiography",
    "BMD": "Bone density",
    "IO": "Dental X-ray",
    "PX": "Dental panorama",
    "ES": "Endoscopy",
    "OT": "Other",
}
# by HL7 table 0004
PATIENT_CLASSES: Mapping[str, str] = {
    "E": "emergency",
    "I": "inpatients",
    "O": "outpatients",
    "P": "preadmissions",
    "R": "recurring patients",
    "B": "obstetrics",
}


def segment_words(series: Series, *, codes: bool = False) -> str:
    """Give a segment as people say it: "CT emergency", "CT from CT2"; a feed is no such.

    What of it is unknown is named: MR of no known class is not all MR. With `codes` the modality's code stands beside
    its word: X-ray is CR and DX.
    """
    told = dict(series.segment)
    modality, patient_class, station = (told.get(key, "") for key in ("modality", "patient_class", "station"))
    if not (modality or patient_class or station):
        return ""
    word = MODALITIES.get(modality, modality)
    if codes and word != modality:
        word = f"{word} ({modality})"
    if series.measure == "legacy.stray":
        return f"{word or 'unknown modality'} from {station or 'an unknown station'}"
    of = PATIENT_CLASSES.get(patient_class, f"class {patient_class}") if patient_class else "(class unknown)"
    return f"{word} {of}" if word else f"{of} (modality unknown)"
