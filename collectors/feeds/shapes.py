"""Shapes of values, such as AA999999: what an engineer needs to set up a feed, without the values themselves."""

import re

LONGEST_SHAPE = 48
_KEPT = frozenset("-_./^&~+:#* ")
_ZONE = re.compile(r"[+-]9999$")
# Only standard names are told: the start of a line of a broken message may be anything, a patient's name too.
_SEGMENTS = frozenset(
    re.findall(
        r"\w+",
        "ABS ACC AIG AIL AIP AIS AL1 ARQ BHS BLG BTS CON CTD CTI DG1 DRG DSC DSP ERR EVN FHS FT1 FTS GOL GT1 IAM IN1 "
        "IN2 IN3 IPC MFA MFE MFI MRG MSA MSH NK1 NTE OBR OBX ODS ORC PD1 PID PR1 PRA PRB PV1 PV2 QAK QPD QRD QRF RCP "
        "RGS ROL RXA RXO SAC SCH SFT SPM STF TCD TQ1 TQ2 TXA UAC ",
    )
)


def shape(value: str) -> str:
    """Give the shape of a value: A and a for letters, 9 for digits, common punctuation as it is, ? for the rest."""
    short = "".join(_class(c) for c in value[:LONGEST_SHAPE])
    return short if len(value) <= LONGEST_SHAPE else f"{short}… ({len(value)})"


def _class(c: str) -> str:
    if c.isdigit():
        return "9"
    if c.isalpha():
        return "a" if c.islower() else "A"
    return c if c in _KEPT else "?"


def carries_zone(time_shape: str) -> bool:
    """Say whether a time of this shape carries its offset from UTC."""
    return bool(_ZONE.search(time_shape))


def outline(message: bytes, separator: bytes = b"|", longest: int = 1500) -> str:
    """Give a message's segment names with the lengths of their fields, such as "MSH:3,4,6 PID:1,0,8"."""
    parts: list[str] = []
    room = longest
    for match in re.finditer(rb"[^\r\n]+", message):
        fields = match.group()[:4000].split(separator, 40)
        part = f"{_segment(fields[0])}:{','.join(str(len(f)) for f in fields[1:])}"
        room -= len(part) + 1
        if room < 0:
            parts.append("…")
            break
        parts.append(part)
    return " ".join(parts)


def _segment(name: bytes) -> str:
    text = name.decode("latin-1")
    if text in _SEGMENTS:
        return text
    return "Z??" if re.fullmatch(r"Z[A-Z0-9]{2}", text) else "???"
