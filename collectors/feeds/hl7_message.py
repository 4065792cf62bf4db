"""HL7 v2 messages by splitting: the few fields that tell an exam's life, and nothing of the patient's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from collectors.feeds.hl7_charsets import charset

MOST_SEGMENTS = 100_000
MOST_ORDERS = 1_000
_FIELDS = 51  # no field beyond NAM-50 is ever looked at: the rest of a line stays one piece
_LEADING = b" \t\r\n\x0b\x00"
_BOM = b"\xef\xbb\xbf"
_SEGMENT = re.compile(rb"(?:(?<=[\r\n])|\A)(?:MSH|PID|PV1|ORC|OBR|OBX|IPC|TQ1|ZDS)(?![A-Za-z0-9])[^\r\n]*")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class Unreadable(Exception):
    """The message cannot be read; the text says why, without any of its values."""


@dataclass(frozen=True, slots=True)
class Separators:
    """A message's own separators, told by its MSH-1 and MSH-2."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"


@dataclass(frozen=True, slots=True, repr=False)
class Segment:
    """One segment; `fields[n]` is the raw text of NAM-n."""

    fields: list[str]
    separators: Separators

    def raw(self, n: int) -> str:
        """Give a field as it is written."""
        return self.fields[n] if n < len(self.fields) else ""

    def value(self, n: int, component: int = 1) -> str:
        """Give the first subcomponent of a component of a field's first repetition, unescaped and trimmed."""
        return _value(self.raw(n), component, self.separators)

    def values(self, n: int) -> list[str]:
        """Give the first component of each repetition of a field, 20 at most."""
        return [_value(r, 1, self.separators) for r in self.raw(n).split(self.separators.repetition, 20)[:20]]


@dataclass(slots=True, repr=False)
class Group:
    """One order or report of a message: its ORC, OBR and what belongs to them; of OBX only status and time stay."""

    orc: Segment | None = None
    obr: Segment | None = None
    shared_orc: bool = False  # a further OBR of the same ORC: the ORC's numbers are not its own
    tq1: Segment | None = None
    zds: Segment | None = None
    ipc: list[Segment] = field(default_factory=list)
    obx_states: set[str] = field(default_factory=set)
    obx_times: list[str] = field(default_factory=list)
    mpps_status: bool = False


@dataclass(slots=True, repr=False)
class Message:
    """One message; of PID only PID-3 is kept, for rules about test patients, and goes nowhere else."""

    msh: Segment
    pid: Segment | None = None
    pv1: Segment | None = None
    groups: list[Group] = field(default_factory=list)

    @property
    def type(self) -> str:
        """Give MSH-9 as TYPE^EVENT."""
        return "^".join(p for p in (self.msh.value(9, 1), self.msh.value(9, 2)) if p).upper()


def begins(raw: bytes) -> bytes:
    """Give the message without what senders leave before its MSH."""
    return raw.lstrip(_LEADING).removeprefix(_BOM).lstrip(_LEADING)


def header(raw: bytes) -> list[bytes]:
    """Give the raw fields of the MSH, at MSH's own numbers; an empty list when there is none."""
    message = begins(raw)
    if message[:3] != b"MSH" or len(message) < 4:
        return []
    line = re.split(rb"[\r\n]", message[:10_000], maxsplit=1)[0]
    separator = line[3:4]
    if not separator or separator.isalnum() or separator <= b" ":
        return []
    return [b"MSH", separator, *line[4:].split(separator, 30)]


def parse(raw: bytes) -> list[Message]:
    """Give the messages of one frame, nearly always one; raises Unreadable."""
    if not raw.strip(_LEADING):
        raise Unreadable("an empty frame")
    fields = header(raw)
    if not fields:
        raise Unreadable("it does not begin with MSH and a separator")
    separators = _separators(fields)
    messages: list[Message] = []
    for segment_name, segment in _segments(begins(raw), separators, charset(_text(fields, 18), separators.repetition)):
        if segment_name == "MSH":
            messages.append(Message(segment))
        else:
            _add(messages[-1], segment_name, segment)
    if sum(len(m.groups) for m in messages) > MOST_ORDERS:
        raise Unreadable(f"more than {MOST_ORDERS} orders in one message")
    return messages


def _text(fields: list[bytes], n: int) -> str:
    return fields[n].decode("latin-1") if n < len(fields) else ""


def _separators(fields: list[bytes]) -> Separators:
    given, usual = _text(fields, 2), "^~\\&"
    chars = [given[i] if i < len(given) else usual[i] for i in range(4)]
    return Separators(_text(fields, 1), *chars)


def _segments(raw: bytes, separators: Separators, encoding: str) -> Iterator[tuple[str, Segment]]:
    for count, match in enumerate(_SEGMENT.finditer(raw)):
        if count >= MOST_SEGMENTS:
            raise Unreadable(f"more than {MOST_SEGMENTS} segments")
        line = match.group().decode(encoding, "replace")
        fields = line.split(separators.field, _FIELDS)
        if fields[0] == "MSH":
            fields.insert(1, separators.field)
        elif fields[0] == "PID":
            fields = ["PID", "", "", fields[3] if len(fields) > 3 else ""]
        yield fields[0], Segment(fields, separators)


def _add(message: Message, name: str, segment: Segment) -> None:
    if name == "PID":
        message.pid = message.pid or segment
    elif name == "PV1":
        message.pv1 = message.pv1 or segment
    elif name == "ORC":
        message.groups.append(Group(orc=segment))
    elif name == "OBR":
        _add_obr(message, segment)
    elif name in ("TQ1", "IPC", "ZDS", "OBX"):
        _add_part(message, name, segment)


def _add_obr(message: Message, obr: Segment) -> None:
    last = message.groups[-1] if message.groups else None
    if last is None:
        message.groups.append(Group(obr=obr))
    elif last.obr is None:
        last.obr = obr
    else:
        message.groups.append(Group(orc=last.orc, obr=obr, shared_orc=True, tq1=last.tq1))


def _add_part(message: Message, name: str, segment: Segment) -> None:
    if not message.groups:
        return  # belongs to no order, such as an OBX of a patient
    group = message.groups[-1]
    if name == "TQ1":
        group.tq1 = group.tq1 or segment
    elif name == "ZDS":
        group.zds = group.zds or segment
    elif name == "IPC":
        group.ipc.append(segment)
    else:
        group.mpps_status = group.mpps_status or segment.value(3) == "113014"
        if len(group.obx_states) < 20 and (state := segment.value(11).upper()):
            group.obx_states.add(state)
        if len(group.obx_times) < 20 and (time := segment.value(14)):
            group.obx_times.append(time)


_NULL = '""'  # HL7's "delete what was there" (v2.5 chapter 2.5.3): no value, least of all a number of an exam


def _value(raw: str, component: int, s: Separators) -> str:
    part = raw.split(s.repetition, 1)[0].split(s.component, component)
    text = part[component - 1].split(s.subcomponent, 1)[0] if len(part) >= component else ""
    if text.strip() == _NULL:
        return ""
    if s.escape in text:
        text = _unescaped(text, s)
    return _CONTROLS.sub("", text).strip()


def _unescaped(text: str, s: Separators) -> str:
    known = {"F": s.field, "S": s.component, "R": s.repetition, "E": s.escape, "T": s.subcomponent}
    e = re.escape(s.escape)

    def one(match: re.Match[str]) -> str:
        code = match[1]
        if code[:1] == "X" and re.fullmatch(r"(?:[0-9A-Fa-f]{2})+", code[1:]):
            return bytes.fromhex(code[1:]).decode("latin-1")
        return known.get(code, "")  # highlighting and other formatting is no part of the value

    return re.sub(f"{e}([^{e}]{{1,80}}){e}", one, text)
