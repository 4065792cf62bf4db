"""Files for peers: images of studies with fixed UIDs, and worklist entries of today."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    ComputedRadiographyImageStorage,
    CTImageStorage,
    ExplicitVRLittleEndian,
    MRImageStorage,
    SecondaryCaptureImageStorage,
)

from tests.peers.patients import Patient

ROOT = "2.25.271828182845904523"
WORKLIST_FILE = "1.2.276.0.7230010.3.1.0.1"
_IMAGES = {"CT": CTImageStorage, "MR": MRImageStorage, "CR": ComputedRadiographyImageStorage}


@dataclass(frozen=True)
class Study:
    """A study to be made: `number` gives its UID and accession number, `side` the pixels of its square images."""

    number: int
    modality: str = "CT"
    images: int = 4
    side: int = 64
    day: date | None = None
    patient: Patient | None = None

    @property
    def uid(self) -> str:
        return f"{ROOT}.1.{self.number}"

    @property
    def accession(self) -> str:
        return self.patient.accession if self.patient else f"S{self.number:08d}"


def write_study(folder: Path, study: Study) -> list[Path]:
    """Write the files of a study, in the order of their instance numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = random.Random(study.number)
    return [_write_image(folder, study, n, noise) for n in range(1, study.images + 1)]


def _write_image(folder: Path, study: Study, n: int, noise: random.Random) -> Path:
    ds: Any = Dataset()
    ds.SpecificCharacterSet, ds.Modality = "ISO_IR 192", study.modality
    ds.SOPClassUID = _IMAGES.get(study.modality, SecondaryCaptureImageStorage)
    ds.SOPInstanceUID, ds.SeriesInstanceUID = f"{ROOT}.3.{study.number}.{n}", f"{ROOT}.2.{study.number}"
    ds.StudyInstanceUID, ds.StudyID, ds.AccessionNumber = study.uid, str(study.number), study.accession
    ds.StudyDate, ds.StudyTime = f"{study.day or datetime.now(UTC).date():%Y%m%d}", f"{study.number % 24:02d}0000"
    ds.PatientName, ds.PatientID = f"TEST^STUDY{study.number}", f"P{study.number:06d}"
    ds.PatientBirthDate, ds.PatientSex = "19700101", "O"
    _of(ds, study.patient)
    ds.SeriesNumber, ds.InstanceNumber, ds.StudyDescription = 1, n, f"{study.modality} study"
    ds.Rows = ds.Columns = study.side
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 16, 15
    ds.PixelData = noise.randbytes(study.side * study.side * 2)
    return _save(ds, folder / f"{study.number:05d}-{n:05d}.dcm", ds.SOPClassUID, ds.SOPInstanceUID)


def write_order(
    folder: Path,
    accession: str,
    modality: str = "CT",
    day: date | None = None,
    station: str = "",
    patient: Patient | None = None,
) -> Path:
    """Write one worklist entry as Orthanc's plugin and wlmscpfs read it; on today without `day`."""
    ds: Any = Dataset()
    step: Any = Dataset()
    ds.SpecificCharacterSet, ds.AccessionNumber = "ISO_IR 192", accession
    ds.PatientName, ds.PatientID = f"TEST^{accession}", f"P{accession}"
    ds.PatientBirthDate, ds.PatientSex = "19700101", "O"
    _of(ds, patient)
    ds.StudyInstanceUID = f"{ROOT}.9.{int.from_bytes(accession.encode(), 'big') % 10**18}"
    ds.RequestedProcedureID, ds.RequestedProcedureDescription = f"R{accession}"[:16], f"{modality} exam"
    ds.ReferencedStudySequence, ds.ReferencedPatientSequence = [], []
    step.Modality, step.ScheduledStationAETitle = modality, station or f"{modality}01"
    step.ScheduledProcedureStepStartDate = f"{day or datetime.now(UTC).date():%Y%m%d}"
    step.ScheduledProcedureStepStartTime = "083000"
    step.ScheduledProcedureStepID, step.ScheduledProcedureStepDescription = f"Q{accession}"[:16], f"{modality} step"
    ds.ScheduledProcedureStepSequence = [step]
    return _save(ds, folder / f"{accession}.wl", WORKLIST_FILE, ds.StudyInstanceUID)


def _of(ds: Any, patient: Patient | None) -> None:
    if patient is not None:
        ds.PatientName, ds.PatientID = patient.dicom_name, patient.number
        ds.PatientBirthDate = f"{patient.born:%Y%m%d}"


def write_worklist(folder: Path, entries: Mapping[str, int]) -> None:
    """Write so many entries of each modality, accession numbers being WCT000001 and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "lockfile").touch()
    for modality, count in entries.items():
        for accession in accessions(modality, count):
            write_order(folder, accession, modality)


def accessions(modality: str, count: int) -> Iterable[str]:
    return (f"W{modality}{n:06d}" for n in range(1, count + 1))


def _save(ds: Dataset, file: Path, sop_class: str, instance: str) -> Path:
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = sop_class, instance
    ds.save_as(file, enforce_file_format=True)
    return file
