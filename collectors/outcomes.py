"""How an attempt at a peer fails: as a value for the sample, never as an exception that leaves the probe."""

import socket
import ssl
from pathlib import Path

from app.domain.measuring.samples import Outcome


class Failure(Exception):
    """An attempt's end other than ok; caught where the sample is made."""

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail


def within(phase: str) -> str:
    """Give a phase as the end of a sentence: "in connect", "after 3 answers"."""
    return phase if phase.startswith("after ") else f"in {phase}"


def of_error(error: OSError, phase: str) -> Failure:
    """Tell the causes of a socket's or TLS's error apart, in words for whoever must repair it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure(Outcome.AUTH, f"certificate not trusted: {error.verify_message or 'unknown reason'}")
    if isinstance(error, ssl.SSLError):
        return _of_tls(error, phase)
    if isinstance(error, TimeoutError):
        return Failure(Outcome.TIMEOUT, within(phase))
    if isinstance(error, ConnectionRefusedError):
        return Failure(Outcome.REFUSED, "nobody listens on the port")
    if isinstance(error, socket.gaierror):
        return Failure(Outcome.UNREACHABLE, f"host name not found: {error.strerror or 'unknown'}")
    if isinstance(error, (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
        return Failure(Outcome.ABORTED, f"peer reset the connection {within(phase)}")
    return Failure(Outcome.UNREACHABLE, f"{error.strerror or type(error).__name__} {within(phase)}")


def of_tls_files(error: OSError, folder: Path, *files: str | None) -> Failure:
    """Name the files of our own TLS that cannot be used, the one that cannot even be read if there is one."""
    named = [file for file in files if file]
    for file in named:
        try:
            (folder / file).open("rb").close()
        except OSError as unread:
            return Failure(Outcome.AUTH, f"our own TLS file {file} cannot be read: {unread.strerror}")
    reason = (error.reason or "no reason given") if isinstance(error, ssl.SSLError) else error.strerror or str(error)
    words = reason.replace("_", " ").lower()
    return Failure(Outcome.AUTH, f"our own TLS files cannot be used ({', '.join(named) or 'of the system'}): {words}")


def _of_tls(error: ssl.SSLError, phase: str) -> Failure:
    reason = (error.reason or "no reason given").replace("_", " ").lower()
    if "alert" in reason and "handshake failure" in reason:
        return Failure(Outcome.AUTH, f"peer ends the TLS handshake: {reason}")
    if "alert" in reason and ("certificate" in reason or "unknown ca" in reason):
        return Failure(Outcome.AUTH, f"peer does not take our certificate: {reason}")
    if reason in ("wrong version number", "record layer failure", "packet length too long", "http request"):
        return Failure(Outcome.ABORTED, f"the port does not speak TLS ({reason})")
    return Failure(Outcome.ABORTED, f"TLS failed {within(phase)}: {reason}")
