"""The keywords of DICOM by which a query may be matched, written here because only collectors may load pydicom.

A test holds them equal to pydicom's dictionary without its sequences.
"""

from functools import cache
from pathlib import Path


@cache
def dicom_keywords() -> frozenset[str]:
    """Give all of them; the file is read when a probe first names one."""
    return frozenset(Path(__file__).with_name("dicom_keywords.txt").read_text("utf-8").split())
