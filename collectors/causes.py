"""Why an attempt failed, in one sentence that tells the causes apart and says where to look."""

import re

from app.domain.measuring.samples import Kind, Outcome
from app.settings import HttpEndpoint, System
from app.wire import SampleIn
from collectors.dicom.host_names import LOOK_UP
from collectors.probes.result import SENTINEL_MISSING

_SILENT = "it took the request and then gave no answer"
_PHASES = {
    LOOK_UP: "the look-up of its host name: this machine's name server does not answer; look at DNS, not at {it}",
    "connect": "connecting: the packets are swallowed on the way, as by a firewall, or the machine is overloaded",
    "tls": "the TLS handshake: it took the connection but does not answer TLS",
    "associate": "the negotiation: it took the connection but does not answer the association request",
    "first answer": "the query: it accepted the association and then gave no answer",
    "first image": "the transfer: it accepted the request and then sent no image",
    "answer": f"its answer: {_SILENT}, or not the whole of it",
    "search of the newest study": f"the search of the newest study: {_SILENT}, or not the whole of it",
    "metadata": "the study's metadata: it took the request and did not send all of them in time",
    "first frame": "the first image: it took the request and did not send the whole of it in time",
    "study": "the study: it took the request and did not send all images in time",
}
_ON_THE_WAY = (LOOK_UP, "connect")


def explain(
    sample: SampleIn, system: System | None = None, calling: str | None = None, method: str | None = None
) -> str:
    """Give one sentence on how an attempt ended; with `system`, it names what is configured for it.

    `calling` is the AE title as which a probe asked, where that is not the system's; `method` is how it asked.
    """
    web = _endpoint(sample.kind, system, method)
    name = f"{sample.system}{_where(system, web)}"
    ours = _ours(name, sample.detail)
    if ours:
        return ours
    if web and web.proxy and _did_not_connect(sample):
        return f"{name} was not reached, because {_by_proxy(web.proxy, sample)}"
    match sample.outcome:
        case Outcome.OK:
            return f"{name} answered{f': {sample.detail}' if sample.detail else ''}"
        case Outcome.REFUSED:
            return f"nobody listens at {name}: the machine is there, but no program has this port open"
        case Outcome.UNREACHABLE:
            return _unreachable(name, sample.detail)
        case Outcome.REJECTED:
            return _rejected(name, sample.detail, system, calling)
        case Outcome.AUTH:
            return _auth(name, sample.detail, web)
        case Outcome.TIMEOUT:
            return f"{name} timed out {_phase(sample)}"
        case Outcome.ABORTED:
            return _aborted(name, sample.detail)
        case Outcome.BAD_STATUS:
            return f"{name} answered with an error of its own: {sample.detail}"
        case Outcome.WRONG_ANSWER:
            return f"{name} answered, but without what was expected: {_missing(sample)}"


def _endpoint(kind: Kind, system: System | None, method: str | None) -> HttpEndpoint | None:
    """Give the HTTP endpoint that was asked; None for DICOM."""
    if system is None:
        return None
    if kind is Kind.WEB:
        return system.web or system.dicomweb
    by_http = method in ("qido-rs", "wado-rs") or (method is None and (kind is Kind.IMAGE_LOAD or not system.dicom))
    return system.dicomweb if by_http else None


def _where(system: System | None, web: HttpEndpoint | None) -> str:
    if web:
        return f" ({_bare(web.url)})"
    return f" ({system.dicom.host} port {system.dicom.port})" if system and system.dicom else ""


def _missing(sample: SampleIn) -> str:
    missing, _, doubt = sample.detail.partition("; ")
    if missing != SENTINEL_MISSING:
        return sample.detail
    among = "" if sample.matches is None else f" among its {sample.matches} matches"
    return f"the standing test order (sentinel) is not{among or ' there'}{f'; {doubt}' if doubt else ''}"


def _bare(url: str) -> str:
    """Give an address without user, password and query."""
    return re.sub(r"(?<=://)[^/@]*@", "", url).partition("?")[0]


def _ours(name: str, detail: str) -> str:
    """Give the sentence of a failure that is this machine's own, or nothing."""
    if detail.startswith("our own"):
        taken = "; another program listens there" if detail.endswith("already in use") else ""
        return f"{name} was not asked: {detail}{taken}"
    if detail.startswith("Too many open files"):
        return f"{name} was not asked: this machine or process has too many files open; raise the limit (ulimit -n)"
    return ""


def _did_not_connect(sample: SampleIn) -> bool:
    """Say whether an attempt ended before there was a connection; one by a proxy connects to the proxy alone."""
    if sample.outcome is Outcome.REFUSED:
        return True
    if sample.outcome not in (Outcome.TIMEOUT, Outcome.UNREACHABLE):
        return False
    return "host name not found" in sample.detail or any(sample.detail.endswith(f"in {p}") for p in _ON_THE_WAY)


def _by_proxy(proxy: str, sample: SampleIn) -> str:
    name = f"its proxy ({_bare(proxy)})"
    if sample.outcome is Outcome.REFUSED:
        return f"nobody listens at {name}: look at proxy"
    if sample.outcome is Outcome.TIMEOUT:
        return f"{name} timed out {_phase(sample, 'the proxy')}"
    return _unreachable(name, sample.detail)


def _unreachable(name: str, detail: str) -> str:
    if "host name not found" in detail:
        return f"{name} cannot be found: its host name has no address here ({detail.partition(': ')[2] or 'unknown'})"
    if detail.startswith("proxy"):
        return f"{name} cannot be reached through the proxy: {detail}"
    if detail.startswith("cannot be asked"):
        return f"{name} {detail}"
    return f"{name} is unreachable from here: {detail or 'no way there'}; look at routes and firewalls"


def _rejected(name: str, detail: str, system: System | None, calling: str | None) -> str:
    dicom = system.dicom if system else None
    if "calling AE title" in detail:
        title = calling or (dicom.calling_ae_title if dicom else None)
        ours = f' "{title}"' if title else ""
        why = f"because of our calling AE title{ours}, which it does not know: enter it there, or set calling_ae_title"
        return f"{name} rejects us {why} [{detail}]"
    if "called AE title" in detail:
        theirs = f' "{dicom.ae_title}"' if dicom else ""
        why = f"because of the called AE title{theirs}, which is not its own: set ae_title to its title"
        return f"{name} rejects us {why} [{detail}]"
    if "local limit" in detail:
        return f"{name} rejects us because its local limit is reached: it is full, not misconfigured [{detail}]"
    if "congestion" in detail:
        return f"{name} rejects us for now, because it is congested: it is overloaded, not misconfigured [{detail}]"
    if "presentation context" in detail:
        return f"{name} knows us but refuses the presentation context: it does not offer us this service [{detail}]"
    return f"{name} rejects the association: {detail or 'without a reason'}"


def _auth(name: str, detail: str, web: HttpEndpoint | None) -> str:
    if detail.startswith("HTTP 401") and web is not None and web.auth is None:
        return f"{name} asks for credentials (HTTP 401), and none are configured: set auth"
    if detail.startswith("HTTP 401"):
        return f"{name} does not take our credentials (HTTP 401): look at auth"
    if detail.startswith("HTTP 403"):
        return f"{name} knows us but forbids this (HTTP 403): our account there lacks a right"
    why = detail.partition(": ")[2]
    if detail.startswith("certificate not trusted"):
        return f"{name}: TLS fails, because {_untrusted(why, web)}"
    if "TLS handshake" in detail:
        often = "often no TLS version or cipher is common to both, or it asks for a certificate of ours"
        return f"{name}: TLS fails, because it ends the handshake ({why}): {often}"
    if "certificate" in detail:
        return f"{name}: TLS fails, because it does not take our certificate ({why})"
    return f"{name} does not let us in: {detail}"


def _untrusted(why: str, web: HttpEndpoint | None) -> str:
    if "expired" in why:
        return f"its certificate has expired ({why}): it must be renewed there"
    if "not yet valid" in why:
        return f"its certificate is not valid yet ({why}): look at the clocks of both machines"
    if "mismatch" in why:
        right = "use in url the name that stands in it" if web else "set tls.name to the name that stands in it"
        return f"its certificate is for another name ({why}): {right}"
    return f"we do not trust its certificate ({why}): set the CA ({'ca_bundle' if web else 'tls.ca'})"


def _phase(sample: SampleIn, it: str = "") -> str:
    match = re.search(r"(?:in|after) (.+)$", sample.detail)
    if match is None:
        return sample.detail or "without a word"
    if sample.detail.startswith("after") or match[1].endswith("answers"):
        return f"in the middle of its answers ({sample.detail})"
    return f"in {_PHASES.get(match[1], match[1]).format(it=it or sample.system)}"


def _aborted(name: str, detail: str) -> str:
    if "TLS" in detail:
        return f"{name}: TLS fails: {detail}"
    return f"{name} broke off: {detail or 'without a reason'}"
