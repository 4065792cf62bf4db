"""HL7 as it comes on bad days: a seeded stream of messages, whole and broken, for the listener to survive.

`python -m tests.peers.hl7_mutator PORT [COUNT] [SEED]` pours them at a listener and tells what it answered.
"""

import random
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

VT, FS, CR = b"\x0b", b"\x1c", b"\r"
LONGEST = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Thrown:
    """One thing to send: `whole` when it is a frame that must be answered."""

    name: str
    whole: bool
    wire: bytes


def order(n: int, control: str = "NW", status: str = "", at: str = "20261121060000+0100") -> bytes:
    obr = ["OBR", "1", f"P{n}", f"F{n}", "CTHD^CT head^L", "", "", at, at, *[""] * 9, f"ACC{n:06d}", *[""] * 5, "CT"]
    return _lines(_head("ORM^O01", n, at), f"ORC|{control}|P{n}|F{n}||{status}||||{at}", "|".join(obr))


def report(n: int, status: str = "F", at: str = "20261121070000+0100") -> bytes:
    obr = ["OBR", "1", f"P{n}", f"F{n}", "CTHD^CT head^L", *[""] * 13, f"ACC{n:06d}", *[""] * 3, at, "", "CT", status]
    obx = ["OBX", "1", "TX", "GDT^Report", "", "Nothing to see.", *[""] * 5, status, "", "", at]
    return _lines(_head("ORU^R01", n, at), "|".join(obr), "|".join(obx))


def _head(kind: str, n: int, at: str) -> str:
    return (
        f"MSH|^~\\&|RIS|HOSP|GOLIVE|HOSP|{at}||{kind}|C{n}|P|2.5.1||||||8859/1\r"
        f"PID|1||SECRETID{n}^^^H||SECRETNAME^Given||19500101|F\rPV1|1|E|ED^1"
    )


def _lines(*lines: str) -> bytes:
    return ("\r".join(lines) + "\r").encode("latin-1")


def framed(message: bytes) -> bytes:
    return VT + message + FS + CR


def thrown(seed: int, count: int, giants: int = 2) -> Iterator[Thrown]:
    """Give `count` things to send: every eighth has broken framing, `giants` are near the limit of a frame."""
    dice = random.Random(seed)
    for i in range(count):
        message = order(i) if i % 2 else report(i)
        if giants and i % (count // giants) == count // giants // 2:
            fat = message + b"OBX|9|ED|X||" + b"QUJD" * ((LONGEST - 2000) // 4)
            yield Thrown("giant", True, framed(fat))
        elif dice.random() < 0.125:
            name, act = dice.choice(_BROKEN)
            yield Thrown(name, False, act(message, dice))
        else:
            name, act = dice.choice(_MUTATIONS)
            mutated = act(message, dice).replace(FS, b"?").replace(VT, b"?")
            yield Thrown(name, True, dice.choice([b"", b"", b"\r", b"\r\n\n"]) + framed(mutated))


_Act = Callable[[bytes, random.Random], bytes]


def _flipped(m: bytes, dice: random.Random) -> bytes:
    turned = bytearray(m)
    for _ in range(dice.randint(1, 60)):
        turned[dice.randrange(len(turned))] = dice.randrange(256)
    return bytes(turned)


def _shuffled(m: bytes, dice: random.Random) -> bytes:
    return CR.join(dice.choices(m.split(CR), k=dice.randint(0, 15)))


def _fields_moved(m: bytes, dice: random.Random) -> bytes:
    lines = [line.split(b"|") for line in m.split(CR)]
    line = dice.choice(lines)
    dice.shuffle(line)
    return CR.join(b"|".join(one) for one in lines)


def _many(m: bytes, dice: random.Random) -> bytes:
    tail = m[m.find(b"PV1") :]
    return m + tail * dice.randint(1, 300)


def _fat(m: bytes, dice: random.Random) -> bytes:
    piece = dice.choice([b"A", b"~", b"^", b"&", b"|", b"\\F\\", b"\\X41\\", b"\r", b"\n", b"OBX|\r", b"ORC\r"])
    return m + b"NTE|" + piece * dice.randint(1, 30_000)


_SEPARATORS = [b"", b"|", b"||||", b"#*!?$", b"\r\r\r", b"|\x00\x00\x00\x00", b"|aaaa", b"A^~\\&", b"|^^^^"]
_TIMES = [
    b"",
    b"0",
    b"99999999999999",
    b"20260230120000",
    b"20261121256199",
    b"-1",
    b"2026112106+99",
    b"00010101000000",
]
_NUMBERS = [b"", b"A" * 5000, b"^^^", b"\\X00\\", b"&&", b"\xff\xfe\xfd", b"~~~", b"'; drop table--", b"   "]
_JUNK = [
    b"", CR, b"MSH", b"MSH|", b"MSH|^~\\&", b"msh|^~\\&|", b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 500, b"{}",
    b"FHS|^~\\&", b"\xef\xbb\xbf", b"MSH|^~\\&|||||||||||||||||||||",
]  # fmt: skip
_MUTATIONS: list[tuple[str, _Act]] = [
    ("whole", lambda m, dice: m),
    ("flipped", _flipped),
    ("cut", lambda m, dice: m[: dice.randrange(len(m))]),
    ("beheaded", lambda m, dice: m[dice.randrange(len(m)) :]),
    ("shuffled", _shuffled),
    ("fields moved", _fields_moved),
    ("many orders", _many),
    ("fat", _fat),
    ("line ends", lambda m, dice: m.replace(CR, dice.choice([b"\n", b"\r\n", b"\n\r", b"\r\r", b" "]))),
    ("separators", lambda m, dice: m.replace(b"|^~\\&", dice.choice(_SEPARATORS), 1)),
    ("times", lambda m, dice: m.replace(b"20261121060000+0100", dice.choice(_TIMES))),
    ("numbers", lambda m, dice: m.replace(b"ACC", dice.choice(_NUMBERS)).replace(b"|F", dice.choice(_NUMBERS))),
    (
        "charset",
        lambda m, dice: (
            m.replace(b"8859/1", dice.choice([b"ISO IR87", b"GB 18030-2000", b"zip", b"\xff"])) + b"\xe9\x80"
        ),
    ),
    ("utf-16", lambda m, dice: m.decode("latin-1").encode("utf-16")),
    ("junk", lambda m, dice: dice.choice(_JUNK)),
    ("random", lambda m, dice: dice.randbytes(dice.randint(1, 3000))),
    ("two in one", lambda m, dice: m + m.replace(b"ACC", b"")),
    ("enhanced", lambda m, dice: m.replace(b"2.5.1||||", b"2.5.1|||AL|NE")),
    ("other kinds", lambda m, dice: m.replace(b"ORU^R01", b"ADT^A08").replace(b"ORM^O01", b"MDM^T02")),
]
_BROKEN: list[tuple[str, _Act]] = [
    ("no beginning", lambda m, dice: m + FS + CR),
    ("half", lambda m, dice: VT + m[: dice.randrange(1, len(m))]),
    ("no end", lambda m, dice: VT + m + FS),
    ("never ending", lambda m, dice: VT + m + FS + VT + m + FS),
    ("noise", lambda m, dice: dice.randbytes(200).replace(VT, b"x")),
]


class Caller:
    """One connection; `answer` gives MSA-1 and MSA-2, raises OSError when the listener has closed it."""

    def __init__(self, port: int, timeout_s: float = 20) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout_s)
        self._buffer = b""

    def ask(self, wire: bytes) -> tuple[str, str]:
        self.socket.sendall(wire)
        return self.answer()

    def answer(self) -> tuple[str, str]:
        while FS + CR not in self._buffer:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("closed")
            self._buffer += more
        block, _, self._buffer = self._buffer.partition(FS + CR)
        msa = next(line for line in block.split(CR) if line.startswith(b"MSA"))
        code, control = msa.decode("latin-1").split("|")[1:3]
        return code, control

    def close(self) -> None:
        self.socket.close()


def pour(port: int, seed: int, count: int, giants: int = 2) -> Counter[str]:
    """Send them all over one connection after the other; count the answers by name of what was thrown."""
    seen: Counter[str] = Counter()
    caller = Caller(port)
    for one in thrown(seed, count, giants):
        if one.whole:
            code, _ = caller.ask(one.wire)
            seen[f"{code} {one.name}"] += 1
        else:
            caller.socket.sendall(one.wire)
            caller.close()
            caller = Caller(port)
            seen[f"broken {one.name}"] += 1
    caller.close()
    return seen


if __name__ == "__main__":
    port, count, seed = (int(a) for a in [*sys.argv[1:], "1000", "1"][:3])
    for name, n in sorted(pour(port, seed, count, giants=max(1, count // 500)).items()):
        sys.stdout.write(f"{n:8d}  {name}\n")
