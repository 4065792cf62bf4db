"""The questions a probe asks a DICOM peer, each on an association of its own: C-ECHO, C-FIND, C-GET, C-MOVE.

None raises for what a peer does: the Exchange says how it ended.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from app.clock import monotonic_s
from app.domain.measuring.samples import Outcome
from collectors.dicom import dimse
from collectors.dicom.association import Association, Exchange, Peer, bad_status, check_answer, failure_of
from collectors.dicom.dimse import Message
from collectors.dicom.pdu import Context, Malformed
from collectors.dicom.storage import STORAGE
from collectors.outcomes import Failure

VERIFICATION = "1.2.840.10008.1.1"
WORKLIST = "1.2.840.10008.5.1.4.31"
STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3"
MOST_ANSWERS = 5000
MOST_BYTES = 16 << 20
_PENDING = (0xFF00, 0xFF01)
_ID = 1
Talk = Callable[[Association], Awaitable[None]]


async def _converse(peer: Peer, contexts: Sequence[Context], timeout_s: float, quickack: bool, talk: Talk) -> Exchange:
    exchange = Exchange()
    association = Association(peer, contexts, exchange, quickack)
    try:
        async with asyncio.timeout(timeout_s):
            await association.open(monotonic_s() + timeout_s)
            association.phase = "first answer"
            await talk(association)
    except (Failure, Malformed, OSError) as error:
        failure = failure_of(error, association)
        exchange.outcome, exchange.detail, exchange.known_s = failure.outcome, failure.detail, monotonic_s()
        if failure.outcome in (Outcome.BAD_STATUS, Outcome.WRONG_ANSWER):
            await association.release()
    else:
        exchange.known_s = monotonic_s()
        await association.release()
    finally:
        association.close()
    return exchange


async def echo(peer: Peer, timeout_s: float, *, quickack: bool = False) -> Exchange:
    """Ask a peer for a sign of life."""

    async def talk(a: Association) -> None:
        sent_s = await a.send(1, dimse.request(dimse.ECHO, VERIFICATION, _ID))
        message, arrived_s = await a.message()
        status = check_answer(message, dimse.ECHO | dimse.ANSWER, _ID)
        a.exchange.first_s = max(0.0, arrived_s - sent_s)
        if status:
            raise bad_status(message, status)
        a.exchange.total_s = a.exchange.first_s

    return await _converse(peer, [Context(1, VERIFICATION)], timeout_s, quickack, talk)


async def find(
    peer: Peer, model: str, query: bytes, timeout_s: float, *, quickack: bool = False, most: int = MOST_ANSWERS
) -> Exchange:
    """Ask for what matches `query` (Implicit VR Little Endian); `answers` holds the identifiers, still as bytes."""

    async def talk(a: Association) -> None:
        sent_s = await a.send(1, dimse.request(dimse.FIND, model, _ID), query)
        while True:
            message, arrived_s = await a.message()
            status = check_answer(message, dimse.FIND | dimse.ANSWER, _ID)
            if a.exchange.first_s is None:
                a.exchange.first_s = max(0.0, arrived_s - sent_s)
            if status not in _PENDING:
                break
            _keep(a.exchange, message)
            if len(a.exchange.answers) > most or a.exchange.size > MOST_BYTES:
                await a.send(1, dimse.cancel(_ID))
                raise _too_many(a, most)
            a.phase = f"after {len(a.exchange.answers)} answers"
        if status:
            raise bad_status(message, status)
        a.exchange.total_s = max(0.0, arrived_s - sent_s)

    return await _converse(peer, [Context(1, model)], timeout_s, quickack, talk)


def _too_many(a: Association, most: int) -> Failure:
    too_long = a.exchange.size > MOST_BYTES
    a.exchange.answers.clear()
    many = f"{MOST_BYTES >> 20} MiB of answers" if too_long else f"{most} matches"
    return Failure(Outcome.ABORTED, f"more than {many}: given up")


def _keep(exchange: Exchange, message: Message) -> None:
    if message.data is None:
        raise Failure(Outcome.WRONG_ANSWER, f"match {len(exchange.answers) + 1} has no data set")
    exchange.answers.append(message.data)
    exchange.size += message.size


async def get(
    peer: Peer, query: bytes, timeout_s: float, *, quickack: bool = False, first_only: bool = False
) -> Exchange:
    """Take images on the same association and throw them away; `first_s` ends with the first whole image."""

    async def talk(a: Association) -> None:
        if 1 not in a.accepted:
            raise Failure(Outcome.REJECTED, "presentation context refused: C-GET")
        sent_s = await a.send(1, dimse.request(dimse.GET, STUDY_GET, _ID), query)
        a.phase = "first image"
        while True:
            message, arrived_s = await a.message()
            if message.number(dimse.COMMAND) == dimse.STORE:
                await a.send(message.context, dimse.success(message))
                _count(a, message, arrived_s - sent_s)
                if first_only:
                    await a.send(1, dimse.cancel(_ID))
                    return
            elif _last_of_retrieval(a, message, dimse.GET):
                a.exchange.total_s = max(0.0, arrived_s - sent_s)
                return

    storage = [Context(2 * i + 3, uid, syntaxes, scp=True) for i, (uid, syntaxes) in enumerate(STORAGE)]
    return await _converse(peer, [Context(1, STUDY_GET), *storage], timeout_s, quickack, talk)


def _count(a: Association, message: Message, since_s: float) -> None:
    a.exchange.instances += 1
    a.exchange.size += message.size
    if a.exchange.first_s is None:
        a.exchange.first_s = max(0.0, since_s)
    a.phase = f"after {a.exchange.instances} images"


async def move(
    peer: Peer, query: bytes, destination: str, timeout_s: float, *, quickack: bool = False, message_id: int = _ID
) -> Exchange:
    """Have the peer send images to `destination`; what arrived there is counted there, known by `message_id`."""

    async def talk(a: Association) -> None:
        command = dimse.request(dimse.MOVE, STUDY_MOVE, message_id, destination=destination)
        a.exchange.sent_s = sent_s = await a.send(1, command, query)
        while True:
            message, arrived_s = await a.message()
            if _last_of_retrieval(a, message, dimse.MOVE, message_id):
                a.exchange.total_s = max(0.0, arrived_s - sent_s)
                return

    return await _converse(peer, [Context(1, STUDY_MOVE)], timeout_s, quickack, talk)


def _last_of_retrieval(a: Association, message: Message, command: int, message_id: int = _ID) -> bool:
    status = check_answer(message, command | dimse.ANSWER, message_id)
    numbers = [message.number(tag) for tag in (dimse.REMAINING, dimse.COMPLETED, dimse.FAILED, dimse.WARNED)]
    if any(n is not None for n in numbers):
        a.exchange.instances_announced = max(a.exchange.instances_announced or 0, sum(n or 0 for n in numbers))
    if status in _PENDING:
        a.phase = f"after {numbers[1] or 0} images sent"
        return False
    if failed := numbers[2]:
        raise Failure(Outcome.WRONG_ANSWER, f"{failed} images could not be sent (status {status:04X})")
    if status:
        raise bad_status(message, status)
    return True
