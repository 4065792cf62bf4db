"""The acknowledgement of an HL7 message: always positive, for a monitor must not hold up a sender's queue."""

from datetime import datetime

from collectors.feeds.hl7_message import header

_ENHANCED = frozenset({b"AL", b"ER", b"SU"})
_UNWELCOME = bytes((*range(0x20), 0x7F))
_LONGEST = 500


def acknowledgement(raw: bytes, now: datetime, number: int) -> bytes:
    """Give the answer to a frame, AA, or CA where MSH-15 asks for enhanced mode; MSA-2 is empty where it had no MSH-10.

    It is written with the usual separators whatever the message's own are: each message tells its own in its MSH.
    """
    fields = header(raw)

    def echo(n: int) -> bytes:
        return fields[n].translate(None, _UNWELCOME + b"|")[:_LONGEST] if n < len(fields) else b""

    enhanced = echo(15).strip().upper() in _ENHANCED
    event = echo(9).split(b"^")[1:2]
    kind = b"ACK^" + event[0] + b"^ACK" if event and event[0].isalnum() and len(event[0]) <= 3 else b"ACK"
    stamp = f"{now:%Y%m%d%H%M%S}+0000".encode()
    msh = [
        b"MSH", b"^~\\&", echo(5) or b"GOLIVE", echo(6), echo(3), echo(4), stamp, b"", kind,
        b"G%d" % number, echo(11) or b"P", echo(12) or b"2.5.1",
    ]  # fmt: skip
    msa = [b"MSA", b"CA" if enhanced else b"AA", _control(fields)]
    return b"|".join(msh) + b"\r" + b"|".join(msa) + b"\r"


def _control(fields: list[bytes]) -> bytes:
    """Give MSH-10 as it came, so that the sender knows it again."""
    return fields[10].translate(None, b"\x0b\x1c|")[:_LONGEST] if len(fields) > 10 else b""
