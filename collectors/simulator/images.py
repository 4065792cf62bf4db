"""Made-up reference studies: noise in the shape of a CT and an MR, with nobody's name."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any

from pydicom import Dataset, FileMetaDataset, dcmwrite
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

_SIDE = 128
_SLICES = {"CT": 40, "MR": 24}
_CLASSES = {"CT": CTImageStorage, "MR": MRImageStorage}
_BOUNDARY = b"simulated"


@dataclass(frozen=True, slots=True)
class Reference:
    """One reference study as a DICOMweb server gives it.

    `metadata` are JSON values, `frames` the pixels by SOP Instance UID, `whole` the body of all `count` files.
    """

    modality: str
    study: str
    metadata: tuple[dict[str, Any], ...]
    frames: dict[str, bytes]
    whole: bytes
    count: int


def reference_uid(modality: str) -> str:
    """Give the Study Instance UID of a modality's reference study."""
    return _uid("study", modality)


@lru_cache(maxsize=1)
def references() -> dict[str, Reference]:
    """Give the reference studies by Study Instance UID."""
    return {r.study: r for r in map(_reference, _SLICES)}


def part(body: bytes, kind: str) -> bytes:
    """Give one part of a multipart/related body."""
    head = b"--" + _BOUNDARY + b"\r\nContent-Type: " + kind.encode() + b"\r\n"
    return head + b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body + b"\r\n"


def _close() -> bytes:
    return b"--" + _BOUNDARY + b"--\r\n"


def multipart(body: bytes, kind: str) -> bytes:
    """Give a multipart/related body of one part."""
    return part(body, kind) + _close()


def content_type(kind: str) -> str:
    """Give the Content-Type of such a body."""
    return f'multipart/related; type="{kind}"; boundary={_BOUNDARY.decode()}'


def _reference(modality: str) -> Reference:
    datasets = [_slice(modality, n) for n in range(1, _SLICES[modality] + 1)]
    frames = {str(d.SOPInstanceUID): bytes(d.PixelData) for d in datasets}
    files = [part(_file(d), "application/dicom; transfer-syntax=1.2.840.10008.1.2.1") for d in datasets]
    for d in datasets:
        del d.PixelData
        d.NumberOfFrames = 1
    metadata = tuple(d.to_json_dict() for d in datasets)
    whole = b"".join(files) + _close()
    return Reference(modality, reference_uid(modality), metadata, frames, whole, len(datasets))


def _slice(modality: str, number: int) -> Dataset:
    d = Dataset()
    d.SOPClassUID, d.SOPInstanceUID = _CLASSES[modality], _uid("instance", modality, number)
    d.StudyInstanceUID, d.SeriesInstanceUID = reference_uid(modality), _uid("series", modality)
    d.Modality, d.InstanceNumber, d.SeriesNumber = modality, number, 1
    d.PatientName, d.PatientID = "SIMULATION^REFERENCE", "REFERENCE"
    d.StudyDate, d.StudyTime, d.AccessionNumber = "20260101", "120000", f"REFERENCE{modality}"
    d.Rows = d.Columns = _SIDE
    d.SamplesPerPixel, d.PhotometricInterpretation = 1, "MONOCHROME2"
    d.BitsAllocated, d.BitsStored, d.HighBit, d.PixelRepresentation = 16, 12, 11, 0
    d.PixelData = _noise(modality, number)
    return d


def _noise(modality: str, number: int) -> bytes:
    """Give pixels that do not compress away, the same at every start."""
    row = b"".join(sha256(f"{modality}{number}{i}".encode()).digest() for i in range(64))
    pixels = bytes(b & 0x0F if i % 2 else b for i, b in enumerate(row))
    size = _SIDE * _SIDE * 2
    return (pixels * (size // len(pixels) + 1))[:size]


def _file(dataset: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = dataset.SOPClassUID, dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta, buffer = meta, BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def _uid(*names: object) -> str:
    digest = sha256("/".join(map(str, names)).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:14], 'big')}"
