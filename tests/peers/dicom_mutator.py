"""Recorded DICOM answers made wrong in every way that bytes can be wrong, by seed."""

import random
import struct
from collections.abc import Callable, Mapping

from tests.peers.recorded import Said, Turns

Act = Callable[[Turns, random.Random], Turns]
LENGTHS = (0, 1, 2, 3, 67, 0xFFFF, 0x10000, 0x20001, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
MANY = 6000


def pdus(data: bytes) -> list[bytes]:
    """Cut a turn into its PDUs; what is left over comes as it is."""
    found = []
    while len(data) >= 6:
        length = 6 + int.from_bytes(data[2:6], "big")
        found.append(data[:length])
        data = data[length:]
    return [*found, data] if data else found


def _one(turns: Turns, dice: random.Random, change: Callable[[bytearray], None]) -> Turns:
    """Change one PDU of one turn."""
    spoilt = list(turns)
    at = dice.randrange(len(spoilt))
    parts = [bytearray(p) for p in pdus(spoilt[at])]
    change(dice.choice(parts))
    spoilt[at] = b"".join(parts)
    return spoilt


def _flipped(turns: Turns, dice: random.Random) -> Turns:
    def change(part: bytearray) -> None:
        for _ in range(dice.randint(1, 6)):
            part[dice.randrange(min(len(part), dice.choice([12, 120, 10**6])))] = dice.randrange(256)

    return _one(turns, dice, change)


def _number(at: int, form: str, values: tuple[int, ...] | None = None) -> Act:
    """Write a wrong number at one place of a PDU."""
    size = struct.calcsize(form)

    def act(turns: Turns, dice: random.Random) -> Turns:
        def change(part: bytearray) -> None:
            if len(part) >= at + size:
                (was,) = struct.unpack_from(form, part, at)
                value = dice.choice(values or (was + 1, was - 1, was * 2, dice.getrandbits(8 * size)))
                struct.pack_into(form, part, at, value % (1 << 8 * size))

        return _one(turns, dice, change)

    return act


def _inner_number(turns: Turns, dice: random.Random) -> Turns:
    """Write a wrong length of an element, or a wrong value, anywhere in a command or data set."""

    def change(part: bytearray) -> None:
        if len(part) > 24:
            struct.pack_into("<I", part, dice.randrange(12, len(part) - 4), dice.choice(LENGTHS))

    return _one(turns, dice, change)


def _cut(turns: Turns, dice: random.Random) -> Turns:
    at = dice.randrange(len(turns))
    return [*turns[:at], turns[at][: dice.randrange(len(turns[at]) + 1)]]


def _hole(turns: Turns, dice: random.Random) -> Turns:
    def change(part: bytearray) -> None:
        at = dice.randrange(len(part))
        del part[at : at + dice.randint(1, 40)]

    return _one(turns, dice, change)


def _grown(turns: Turns, dice: random.Random) -> Turns:
    def change(part: bytearray) -> None:
        at = dice.randrange(len(part) + 1)
        part[at:at] = dice.randbytes(dice.choice([1, 2, 8, 100, 5000]))

    return _one(turns, dice, change)


def _shuffled(turns: Turns, dice: random.Random) -> Turns:
    parts = [p for turn in turns for p in pdus(turn)]
    dice.shuffle(parts)
    cut = dice.randrange(len(parts) + 1)
    return [b"".join(parts[:cut]) or b"\0", b"".join(parts[cut:])]


def _doubled(turns: Turns, dice: random.Random) -> Turns:
    at = dice.randrange(len(turns))
    parts = pdus(turns[at])
    place = dice.randrange(len(parts))
    parts[place:place] = [parts[place]] * dice.choice([1, 1, 2, 30])
    return [*turns[:at], b"".join(parts), *turns[at + 1 :]]


def _dropped(turns: Turns, dice: random.Random) -> Turns:
    at = dice.randrange(len(turns))
    parts = pdus(turns[at])
    del parts[dice.randrange(len(parts))]
    return [*turns[:at], b"".join(parts), *turns[at + 1 :]]


def _turns_moved(turns: Turns, dice: random.Random) -> Turns:
    moved = list(turns)
    dice.shuffle(moved)
    return moved


def _many(turns: Turns, dice: random.Random) -> Turns:
    if dice.random() < 0.9:  # a flood is dear
        return _doubled(turns, dice)
    parts = pdus(turns[min(1, len(turns) - 1)])
    return [turns[0], b"".join(parts[:2]) * MANY]


def _foreign(turns: Turns, dice: random.Random) -> Turns:
    words = dice.choice(
        [
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            b"\x15\3\1\0\2\2\x28",
            b"SSH-2.0-OpenSSH\r\n",
            b"\x0bMSH|^~\\&|\x1c\r",
            dice.randbytes(dice.randint(1, 3000)),
            b"\3\0\0\0\0\4\0" + dice.randbytes(3),
            b"\7\0\0\0\0\4\0\0" + dice.randbytes(2),
            b"\5\0\0\0\0\4\0\0\0\0",
            b"\6\0\0\0\0\4\0\0\0\0",
            b"\1\0\0\0\0\4\0\0\0\0",
        ]
    )
    at = dice.randrange(len(turns) + 1)
    return [*turns[:at], words, *turns[at + dice.randrange(2) :]]


def _values_split(turns: Turns, dice: random.Random) -> Turns:
    """Cut the values of P-DATA into many small fragments, some of them empty: legal, but rarely seen."""

    def split(part: bytes) -> bytes:
        if part[:1] != b"\4" or len(part) < 14:
            return part
        context, control, data = part[10], part[11], part[12:]
        size, out = dice.choice([1, 2, 7, 100]), b""
        pieces = [data[i : i + size] for i in range(0, min(len(data), 200), size)] + [data[200:]]
        for number, piece in enumerate(pieces):
            last = control & 2 if number == len(pieces) - 1 else 0
            out += struct.pack(">BBIIBB", 4, 0, len(piece) + 6, len(piece) + 2, context, control & 1 | last) + piece
        return out

    return [b"".join(split(p) for p in pdus(turn)) for turn in turns]


MUTATIONS: dict[str, Act] = {
    "flipped": _flipped,
    "cut": _cut,
    "hole": _hole,
    "grown": _grown,
    "PDU length": _number(2, ">I"),
    "huge PDU length": _number(2, ">I", LENGTHS),
    "PDU type": _number(0, ">B", (*range(9), 255)),
    "value length": _number(6, ">I"),
    "huge value length": _number(6, ">I", LENGTHS),
    "context": _number(10, ">B"),
    "control": _number(11, ">B", tuple(range(5))),
    "inner number": _inner_number,
    "shuffled": _shuffled,
    "doubled": _doubled,
    "dropped": _dropped,
    "turns moved": _turns_moved,
    "many": _many,
    "foreign": _foreign,
    "values split": _values_split,
}


def spoilt(recorded: Mapping[str, Turns], kind: str, seed: int) -> tuple[str, Said]:
    """Give the name of what was done to a recording, and the result; the same for the same seed."""
    dice = random.Random(f"{kind} {seed}")
    turns = recorded[kind if dice.random() < 0.95 else dice.choice(sorted(recorded))]
    names = [dice.choice(sorted(MUTATIONS)) for _ in range(dice.choice([1, 1, 1, 2, 3]))]
    for name in names:
        turns = [turn for turn in MUTATIONS[name](turns, dice) if turn] or [b"\0"]
    end = dice.choices(["close", "reset", "hold"], [6, 2, 2])[0]
    return names[0], Said(turns, end, dice.random() < 0.1, dice.choice([0, 0, 0, 0, 20, 300]))
