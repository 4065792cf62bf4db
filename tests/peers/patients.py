"""Planted patients who do not exist: whatever of them turns up where none belongs is found again by its marks."""

import random
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date

_ENDS = ("mann", "berg", "stett", "hoff", "kamp", "ring", "dal", "mark", "torp", "lund")


@dataclass(frozen=True)
class Marks:
    """What all data of some patients have in them, and nothing else: syllables, digits, a year of birth."""

    family: str
    given: str
    number: str
    accession: str
    year: int

    def found(self, data: bytes) -> Counter[str]:
        """Give how often each kind of their data is in some bytes, also in UTF-16 and in capitals or not."""
        hits: Counter[str] = Counter()
        for text in (data.lower(), data.replace(b"\0", b"").lower()) if b"\0" in data else (data.lower(),):
            seen = {
                kind: text.count(mark.lower().encode())
                for kind, mark in (
                    ("family name", self.family),
                    ("given name", self.given),
                    ("patient number", self.number),
                    ("accession number", self.accession),
                )
            }
            seen["birth date"] = len(self._born.findall(text)) if str(self.year).encode() in text else 0
            hits |= Counter(seen)
        return +hits

    @property
    def _born(self) -> re.Pattern[bytes]:
        y, m, d = str(self.year), r"(?:0[1-9]|1[0-2])", r"(?:[0-2]\d|3[01])"
        ways = rf"{y}{m}{d}|{y}-{m}-{d}|{d}\.{m}\.{y}|{m}/{d}/{y}"
        return re.compile(rf"(?<![0-9a-z.])(?:{ways})(?![0-9a-z])".encode())


@dataclass(frozen=True)
class Patient:
    """One of them."""

    family: str
    given: str
    born: date
    number: str
    accession: str

    @property
    def dicom_name(self) -> str:
        """Give the name as DICOM and HL7 write it."""
        return f"{self.family}^{self.given}".upper()


PLANTED = Marks("Zvquist", "Qwenfr", "MRN99", "ACCZQ", 1907)
CONFIRMED = Marks("Yxbergh", "Jwolde", "MRN98", "ACCYX", 1908)  # of texts that somebody said are of no patient


def patient(marks: Marks, dice: random.Random, accession: str = "") -> Patient:
    """Make one up; `accession` is the rest of the number."""
    born = date(marks.year, dice.randint(1, 12), dice.randint(1, 28))
    family, given = marks.family + dice.choice(_ENDS), marks.given + dice.choice(("ied", "eda", "ück"))
    number = f"{marks.number}{dice.randrange(10**6):06d}"
    return Patient(family, given, born, number, marks.accession + (accession or f"{dice.randrange(10**7):07d}"))
