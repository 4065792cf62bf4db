"""Segments in words: which exams a number is of, as people in the house call them."""

from collections.abc import Mapping

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


def segment_words(segment: tuple[tuple[str, str], ...], *, codes: bool = False) -> str:
    """Give a segment as people say it: "CT emergency", "MR (class unknown)", "CT from CT2"; a feed is no such.

    With `codes` the modality's code stands beside its word: X-ray is CR and DX.
    """
    told = dict(segment)
    modality, patient_class, station = (told.pop(key, "") for key in ("modality", "patient_class", "station"))
    word = MODALITIES.get(modality, modality)
    if codes and word != modality:
        word = f"{word} ({modality})"
    parts = [word] if word else []
    if station:
        parts.append(f"from {station}")
    elif patient_class:
        parts.append(PATIENT_CLASSES.get(patient_class, f"class {patient_class}"))
        parts += [] if modality else ["(modality unknown)"]
    elif modality:
        parts.append("(class unknown)")
    return " ".join([*parts, *(value for key, value in told.items() if key != "feed")])
