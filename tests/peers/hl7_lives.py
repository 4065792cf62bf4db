"""Exams told by HL7 with known times and every trap, and what their turnaround must be, in exact fractions."""

import random
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

VT, END = b"\x0b", b"\x1c\r"


def stamp(at: datetime) -> str:
    return at.strftime("%Y%m%d%H%M%S%z")


@dataclass
class Life:
    """One exam: what was really the case, and the messages that tell it."""

    accession: str
    modality: str
    patient_class: str
    ended_at: datetime
    final_at: datetime | None = None
    counts: bool = True
    messages: list[tuple[datetime, str]] = field(default_factory=list)

    def head(self, kind: str, at: datetime, control: str) -> list[str]:
        return [
            f"MSH|^~\\&|RIS|NORTH|GOLIVE|NORTH|{stamp(at)}||{kind}|{control}|P|2.5.1||||||UNICODE UTF-8",
            "PID|1||TEST0001^^^NORTH^MR||TESTONE^PERSON||19700101|O",
            f"PV1|1|{self.patient_class}|ED^1",
        ]

    def order(self, at: datetime, code: str, status: str = "", ended: datetime | None = None) -> None:
        """Tell an ORM^O01 with ORC-1 `code` and ORC-5 `status`; `at` is ORC-9 and the message's time."""
        obr = [""] * 25
        obr[0:5] = ["OBR", "1", f"P{self.accession}", self.accession, "EX^Exam^L"]
        obr[8] = stamp(ended) if ended else ""
        obr[18], obr[24] = self.accession, self.modality
        orc = f"ORC|{code}|P{self.accession}|{self.accession}||{status}||||{stamp(at)}"
        control = f"{self.accession}.{len(self.messages)}"
        self.messages.append((at, "\r".join([*self.head("ORM^O01^ORM_O01", at, control), orc, "|".join(obr)]) + "\r"))

    def report(self, at: datetime, status: str, told_at: datetime | None = None) -> None:
        """Tell an ORU^R01 with OBR-25 `status` and OBR-22 `at`."""
        obr = [""] * 26
        obr[0:5] = ["OBR", "1", f"P{self.accession}", self.accession, "EX^Exam^L"]
        obr[18], obr[22], obr[24], obr[25] = self.accession, stamp(at), self.modality, status
        when = told_at or at
        control = f"{self.accession}.{len(self.messages)}"
        obx = f"OBX|1|TX|GDT^Report^L||Nothing unusual.||||||{status}"
        self.messages.append(
            (when, "\r".join([*self.head("ORU^R01^ORU_R01", when, control), "|".join(obr), obx]) + "\r")
        )


def lives(seed: int, count: int, t0: datetime, now: datetime) -> list[Life]:
    """Give `count` exams whose start lies between T0 − 2 h and now, one in eight with a trap of its own."""
    dice, told = random.Random(seed), []
    span_s = int((now - t0).total_seconds()) + 7200
    for i in range(count):
        ended = t0 - timedelta(hours=2) + timedelta(seconds=dice.randrange(span_s - 60))
        life = Life(f"T{seed}{i:06d}", dice.choice(["CT", "MR", "CR", "US"]), dice.choice("EIO"), ended)
        life.order(ended - timedelta(minutes=dice.randint(20, 90)), "NW")
        trap = dice.randrange(16)
        told_end = ended
        if trap == 0:  # a wrong end first, corrected by a later message
            life.order(ended - timedelta(minutes=5), "SC", "CM", ended=ended - timedelta(minutes=dice.randint(6, 40)))
        life.order(told_end, "SC", "CM", ended=ended)
        wait = timedelta(seconds=int(dice.lognormvariate(7.6, 0.8)))
        if ended + wait < now and dice.random() < 0.9:
            life.final_at = ended + wait
            if trap == 1:
                life.report(ended + wait / 2, "P")
            life.report(life.final_at, "F")
        if life.final_at and trap == 2:  # an addendum never moves the first final
            life.report(life.final_at + timedelta(minutes=9), "C")
        if life.final_at and trap == 3:  # a second final neither
            life.report(life.final_at + timedelta(minutes=4), "F")
        if trap == 4:  # cancelled: leaves every number, report or not
            life.order(ended + timedelta(seconds=30) + wait, "CA", "CA")
            life.counts = False
        if trap == 5:  # cancelled, then revived by a later message
            life.order(ended - timedelta(minutes=8), "OC", "CA")
            life.order(ended - timedelta(minutes=7), "NW")
        if trap == 6:  # an MPPS status in the clothes of a report
            life.report(ended + timedelta(seconds=20), "R")
        if trap == 7 and life.final_at:  # the report's text comes before the order is told complete
            life.messages.reverse()
        told.append(life)
    orphan = Life(f"ORPHAN{seed}", "CT", "E", now, counts=False)
    orphan.report(now - timedelta(minutes=3), "F")
    return [*told, orphan]


def shuffled(seed: int, told: Iterable[Life], doubled: float = 0.5) -> list[bytes]:
    """Give all messages out of order, many of them twice."""
    dice = random.Random(seed + 1)
    messages = [m.encode() for life in told for _, m in life.messages]
    messages += [m for m in messages if dice.random() < doubled]
    dice.shuffle(messages)
    return messages


def truth(told: Iterable[Life], t0: datetime, since: datetime, now: datetime) -> tuple[list[int], list[int], int]:
    """Give the closed durations and the open ages (s) of the cohort, and how many straddle T0."""
    cohort = [x for x in told if x.counts and x.ended_at >= max(t0, since)]
    closed = [int((x.final_at - x.ended_at).total_seconds()) for x in cohort if x.final_at]
    still = [int((now - x.ended_at).total_seconds()) for x in cohort if not x.final_at]
    straddling = sum(1 for x in told if x.counts and x.ended_at < t0 and not x.final_at)
    return closed, still, straddling


def survival_time(closed: Sequence[int], still: Sequence[int], share: Fraction) -> int | None:
    """Give the smallest t with F(t) ≥ share by the product-limit estimate; those open for t were at risk at t."""
    left = Fraction(1)
    for t in sorted(set(closed)):
        at_risk = sum(1 for x in closed if x >= t) + sum(1 for x in still if x >= t)
        left *= Fraction(at_risk - closed.count(t), at_risk)
        if 1 - left >= share:
            return t
    return None


def send_all(port: int, messages: Sequence[bytes], timeout_s: float = 30) -> int:
    """Send each message and wait for its AA; give how many were acknowledged."""
    acknowledged, buffer = 0, b""
    with socket.create_connection(("127.0.0.1", port), timeout_s) as link:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for message in messages:
            link.sendall(VT + message + END)
            while END not in buffer:
                more = link.recv(65536)
                if not more:
                    raise ConnectionError("the feed closed the connection")
                buffer += more
            answer, _, buffer = buffer.partition(END)
            acknowledged += b"MSA|AA|" in answer
    return acknowledged


def send_over(links: int, port: int, messages: Sequence[bytes]) -> int:
    """Send over several connections at once; give how many were acknowledged."""
    with ThreadPoolExecutor(links) as pool:
        return sum(pool.map(lambda i: send_all(port, messages[i::links]), range(links)))
