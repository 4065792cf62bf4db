"""Sentences as people write them on the floor, made by seed: with patients who do not exist, and with none.

The rules were made looking at TUNED alone; HELD_OUT was written apart and gives the figures of docs/privacy.md.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from app.domain.privacy.phi import SITE_NUMBER, found

PATTERNS = ["MRN[0-9]{8}", "ACC-?[0-9]{7}"]
YEAR = 2026
_FAMILY = """
Smith Jones Taylor Brown Williams O'Brien MacDonald Garcia Nguyen Patel Khan Lee Müller Schmidt Schneider Fischer Weber
Wagner Schäfer Öztürk Groß Krüger Yılmaz Kowalski Novák Jung Hartung Meyer-Lang Dubois van_Dijk von_Berg
"""
_GIVEN = "John Mary Ahmed Linh Erika Jürgen Zoë Anna Peter Fatma Łukasz Sophie Karl-Heinz Renée"
_EN = "January February March April May June July August September October November December"
_DE = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
FAMILY, GIVEN, MONTHS_EN, MONTHS_DE = (words.split() for words in (_FAMILY, _GIVEN, _EN, _DE))


def _family(r: random.Random) -> str:
    return r.choice(FAMILY).replace("_", " ")


def _person(r: random.Random) -> str:
    family = _family(r)
    return r.choice((family, f"{r.choice(GIVEN)} {family}", f"{family}, {r.choice(GIVEN)}"))


def _old(r: random.Random) -> tuple[int, int, int]:
    return r.randint(1, 28), r.randint(1, 12), r.randint(1928, 2023)


def _full_date(r: random.Random) -> str:
    d, m, y = _old(r)
    return r.choice(
        (
            f"{d:02}.{m:02}.{y}",
            f"{d}.{m}.{y}",
            f"{m:02}/{d:02}/{y}",
            f"{y}-{m:02}-{d:02}",
            f"{y}{m:02}{d:02}",
            f"{d} {MONTHS_EN[m - 1]} {y}",
            f"{MONTHS_EN[m - 1][:3]} {d}, {y}",
            f"{d}. {MONTHS_DE[m - 1]} {y}",
        )
    )


def _born(r: random.Random) -> str:
    d, m, y = _old(r)
    return r.choice((_full_date(r), f"{d:02}.{m:02}.{y % 100:02}", f"{d}/{m}/{y % 100:02}"))


def _digits(r: random.Random, n: int) -> str:
    return "".join(r.choice("0123456789") for _ in range(n))


def _until(r: random.Random, make: Callable[[], str], holds: Callable[[str], bool]) -> str:
    while not holds(made := make()):
        pass
    return made


# written apart from app/domain/privacy/phi_numbers.py, each the way its country describes it
def _is_nhs(n: str) -> bool:
    rest = sum(int(c) * w for c, w in zip(n, range(10, 1, -1), strict=False)) % 11
    return n[:1] in "467" and (11 - rest) % 11 == int(n[9]) and rest != 1


def _kvnr(r: random.Random) -> str:
    letter, eight = r.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), _digits(r, 8)
    total = 0
    for i, c in enumerate(f"{ord(letter) - 64:02}{eight}"):
        total += sum(int(x) for x in str(int(c) * (2 if i % 2 else 1)))
    return f"{letter}{eight}{total % 10}"


def _nhs(r: random.Random) -> str:
    n = _until(r, lambda: _digits(r, 10), _is_nhs)
    return r.choice((n, f"{n[:3]} {n[3:6]} {n[6:]}"))


def _bsn(r: random.Random) -> str:
    return _until(
        r, lambda: _digits(r, 9), lambda n: (sum(int(n[i]) * (9 - i) for i in range(8)) - int(n[8])) % 11 == 0
    )


def _ahv(r: random.Random) -> str:
    n = "756" + _digits(r, 9)
    n += str(-sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(n)) % 10)
    return r.choice((n, f"{n[:3]}.{n[3:7]}.{n[7:11]}.{n[11:]}"))


def _svnr(r: random.Random) -> str:
    d, m, y = _old(r)
    while True:
        three = str(r.randint(100, 999))
        born = f"{d:02}{m:02}{y % 100:02}"
        check = sum(int(c) * w for c, w in zip(three + born, (3, 7, 9, 5, 8, 4, 2, 1, 6), strict=True)) % 11
        if check < 10:
            return f"{three}{check} {born}"


def _phone(r: random.Random) -> str:
    return r.choice(
        (
            f"+49 {r.randint(151, 179)} {_digits(r, 7)}",
            f"0{r.randint(151, 179)} {_digits(r, 7)}",
            f"030/{r.randint(2, 9)}{_digits(r, 6)}",
            f"(0{r.randint(211, 911)}) {r.randint(2, 9)}{_digits(r, 5)}",
            f"07700 9{_digits(r, 5)}",
            f"+44 20 7946 0{_digits(r, 3)}",
            f"{r.randint(201, 989)}-{r.randint(201, 989)}-{_digits(r, 4)}",
            f"({r.randint(201, 989)}) {r.randint(201, 989)}-{_digits(r, 4)}",
        )
    )


def _dicom(r: random.Random) -> str:
    family, given = _family(r).replace(" ", ""), r.choice(GIVEN)
    return r.choice((f"{family}^{given}", f"{family}^{given}".upper(), f"{family}^{given}^^^"))


MADE: dict[str, Callable[[random.Random], str]] = {
    "person-name": _person,
    "birth-date": _full_date,
    "born": _born,
    "phone": _phone,
    "mail": lambda r: f"{r.choice(GIVEN).lower()}.{r.randint(1, 99)}@mail{r.randint(1, 9)}.example.org",
    "german-insurance-number": _kvnr,
    "uk-nhs-number": _nhs,
    "us-social-security-number": lambda r: f"{r.randint(100, 665)}-{r.randint(1, 99):02}-{r.randint(1, 9999):04}",
    "dutch-citizen-number": _bsn,
    "swiss-insurance-number": _ahv,
    "austrian-insurance-number": _svnr,
    "dicom-name": _dicom,
    SITE_NUMBER: lambda r: r.choice((f"MRN{_digits(r, 8)}", f"ACC-{_digits(r, 7)}", f"ACC{_digits(r, 7)}")),
}
HARMLESS: dict[str, Callable[[random.Random], str]] = {
    "room": lambda r: f"{r.choice(('CT', 'MR', 'XR', 'US'))} {r.randint(1, 9)}",
    "extension": lambda r: _digits(r, r.choice((4, 5))),
    "ae": lambda r: f"{r.choice(('CT', 'MR', 'PACS', 'WL'))}{_digits(r, 2)}_{r.choice(('NORTH', 'ED', 'SCP'))}",
    "time": lambda r: f"{r.randint(0, 23):02}:{r.randint(0, 59):02}",
    "today": lambda r: r.choice(
        (f"{r.randint(1, 28):02}.{r.randint(1, 12):02}.2026", f"2026-11-{r.randint(1, 28):02}", "24 November 2026")
    ),
    "version": lambda r: f"{r.randint(1, 12)}.{r.randint(0, 30)}.{r.randint(0, 99)}",
    "ticket": lambda r: r.choice((f"INC{_digits(r, 10)}", f"CHG00{_digits(r, 5)}", f"#{_digits(r, 6)}")),
    "uid": lambda r: f"1.2.840.{r.randint(10008, 113619)}.{r.randint(1, 9)}.{_digits(r, 9)}.{_digits(r, 12)}",
    "ip": lambda r: f"10.{r.randint(0, 255)}.{r.randint(0, 255)}.{r.randint(1, 254)}",
    "ms": lambda r: str(r.randint(2, 90000)),
    "prior": lambda r: r.choice(
        (
            f"{r.randint(1, 28):02}.{r.randint(1, 12):02}.{r.randint(2013, 2023)}",
            f"{r.randint(2013, 2023)}-03-1{r.randint(0, 9)}",
        )
    ),
    "event": lambda r: r.choice(("ORM^O01", "ORU^R01", "ADT^A08", "OMI^O23")),
}

# {kind} stands for what must be found, {harmless} for what must not
TUNED = """
Patient {person-name} is not on the worklist of {room}
pt {person-name} images missing since {time}
Mrs {person-name} has two studies
Mr. {person-name} was scanned on {room} at {time}
Patientin {person-name} fehlt in der Worklist
Frau {person-name} wartet seit {time}
Herr {person-name}, Bilder unvollständig
born {born}, no priors shown
geb. {born}, Voraufnahmen fehlen
DOB {born} wrong in RIS
wrong birth date {birth-date} in the header
please call {phone} back
Rückruf unter {phone} bitte
write to {mail}
KVNR {german-insurance-number} doppelt angelegt
NHS {uk-nhs-number} has two folders
SSN {us-social-security-number} shown on label
BSN {dutch-citizen-number} not found
AHV {swiss-insurance-number} fehlt
SVNR {austrian-insurance-number} falsch
the study of {dicom-name} is empty
{site-number} does not open
Auftrag {site-number} fehlt in {room}
""".strip().splitlines()
TUNED_NEGATIVE = """
{room} worklist empty since {time}
Patient table stuck in {room}
Mr 3T scanner restarts every {ms} s
call {extension} for help
AE title {ae} rejected at {time}
ticket {ticket} still open
PACS {version} installed {today}
UID {uid} cannot be stored
server {ip} answers after {ms} ms
Patient list shows {ms} entries
priors from {prior} missing
Patient ID empty in {event}
Patientenliste leer an {room}
Drucker in Raum {extension} ohne Papier
""".strip().splitlines()

HELD_OUT = """
Can't find the chest film for patient {person-name}, ED is waiting
Wrong laterality marker on pt. {person-name}, {room}
We lost the second series of Ms {person-name} after the transfer
Nurse asks why Mrs. {person-name} shows up twice at {time}
Report belongs to Mr {person-name} and not to this exam
Images of the patient named {person-name} will not hang
Patient: {person-name}. Hanging protocol shows the old CT first.
Surname {person-name} is cut off in the viewer
Der Befund von Frau {person-name} ist nicht freigegeben
Herrn {person-name} bitte aus der Liste von {room} nehmen
Bei Patient {person-name} sind nur 3 von {ms} Bildern da
Patientenname: {person-name}, Untersuchung doppelt
Pat. {person-name} liegt noch auf dem Tisch, Bilder kommen nicht
Patienten {person-name} hat die KI nicht gefunden
Two people with date of birth {born} got merged
Patientin geboren am {born} erscheint zweimal
label prints *{born} instead of the room
Geburtsdatum {born} weicht im RIS ab
worklist mixes up the one from {room}, {birth-date}, female
Die Akte mit {birth-date} lässt sich nicht öffnen
relative can be reached on {phone} all day
Angehörige erreichbar: {phone}
her mobile is {phone}, ring before noon
CD is to be sent to {mail} instead
Zugangslink ging an {mail}, nicht angekommen
card reader shows {german-insurance-number} and then hangs
Versicherte {german-insurance-number} fehlt im Portal
{uk-nhs-number} is linked to somebody else's images
spine demographics wrong for {uk-nhs-number} since {time}
registration typed {us-social-security-number} into the comment
clerk says {dutch-citizen-number} gives no match
Zuweiser nennt {swiss-insurance-number}, im System nicht vorhanden
e-card {austrian-insurance-number} wird abgelehnt
header reads {dicom-name} although the wristband differs
C-FIND liefert {dicom-name} zweimal
can somebody look at {site-number}, report is blank
{site-number} hängt seit {time} im Import
""".strip().splitlines()
HELD_OUT_NEGATIVE = """
Patient monitor in {room} blocks the tablet
Patient Portal throws an error since {time}
The patient was moved to {room} without problems
Patient transport is late again, nothing to do with PACS
Every patient waits {ms} s for the first image
Patient safety: wrong side shown on all knee images
MR Scanner {ms} shows no sequences
Mr Knee protocol loads the shoulder layout
Mr Brain hangs in {room} since {time}
Ms delay of {ms} on every click
{ae} cannot associate with {ae}, reason 2
Switch at {ip} lost power, port {ms} dead
viewer crashed with build {version} at {time}
After update to {version} on {today} fonts are tiny
see {ticket} and {ticket} for details
Vendor wants SOP instance {uid}
{uid} was sent three times
nobody answers at {extension}, ask {extension}
Durchwahl {extension} besetzt
HL7 {event} refused by the interface engine at {time}
protocol Head^HeadRoutine lost its window preset
Abdomen^Liver phase missing in the menu
comparison with the exam of {prior} opens the wrong layout
Voraufnahmen vom {prior} fehlen bei allen CT
go-live moved from {today} to {today}
memory at {ms} MB, disk {ms} MB free
room {extension} has no label printer
Raum {extension}: Tastatur defekt
Patient Table height wrong on the console of {room}
Patientenaufruf im Wartebereich geht nicht
Patientinnen der Mammographie warten lange
Beim Patienten keine Bilder, Worklist leer
Herr der Lage ist im Moment niemand
eine Frau an der Anmeldung hat kein Login
dictation stops after {ms} words
error code {extension} when burning a CD
serial number {ms}{ms}{ms} of the printer
Between {time} and {time} the login was slow
Study count {ms} against {ms} in the old archive
Fr. 27.11. Schulung um {time}
""".strip().splitlines()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and what of it tells of a patient: kind, start, end."""

    text: str
    holds: tuple[tuple[str, int, int], ...]


def sentences(templates: list[str], each: int, seed: int) -> list[Sentence]:
    """Give `each` sentences of every template."""
    r = random.Random(seed)
    return [_made(template, r) for template in templates for _ in range(each)]


def _made(template: str, r: random.Random) -> Sentence:
    text, holds = "", []
    for i, part in enumerate(template.replace("}", "{").split("{")):
        if i % 2 == 0:
            text += part
        elif part in MADE:
            word = MADE[part](r)
            kind = "birth-date" if part == "born" else part
            holds.append((kind, len(text), len(text) + len(word)))
            text += word
        else:
            text += HARMLESS[part](r)
    return Sentence(text, tuple(holds))


def figures(corpus: list[Sentence]) -> dict[str, tuple[int, int, int, int]]:
    """Give by kind: how many there are and how many of them were found; findings of it, and how many of these are."""
    there, caught, told, right = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for sentence in corpus:
        findings = found(sentence.text, PATTERNS, YEAR)
        for kind, start, end in sentence.holds:
            there[kind] += 1
            caught[kind] += any(f.kind == kind and f.start < end and start < f.end for f in findings)
        for f in findings:
            told[f.kind] += 1
            right[f.kind] += any(f.kind == k and f.start < end and start < f.end for k, start, end in sentence.holds)
    return {kind: (there[kind], caught[kind], told[kind], right[kind]) for kind in sorted(there | told)}
