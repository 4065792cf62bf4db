"""The keyed hashes under which exams and studies are known: the same number gives the same name, and no way back."""

import hashlib
import hmac
import re
from collections.abc import Sequence

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def exam_token(site_key: str, accession: str, issuer: str = "") -> str:
    """Give the name of a normalised accession; `issuer` is empty where the site does not tell issuers apart."""
    return _token(site_key, "accession", issuer.strip(), accession.strip())


def study_token(site_key: str, uid: str) -> str:
    """Give the name of a study by its Study Instance UID."""
    return _token(site_key, "study", "", uid.strip())


def _token(site_key: str, kind: str, issuer: str, text: str) -> str:
    message = "\0".join((kind, issuer, text)).encode()
    return "k1." + hmac.new(site_key.encode(), message, hashlib.sha256).hexdigest()


def normalised(
    accession: str, *, strip: str | None = None, drop_prefix: Sequence[str] = (), upper: bool = False
) -> str:
    """Give the accession by its feed's rule: trimmed, `strip` cut out, one of the prefixes cut off, upper case if so.

    Control characters are no part of a number. A prefix is compared as it stands after upper-casing, where the rule
    asks for that.
    """
    text = _CONTROLS.sub("", accession).strip()
    text = re.sub(strip, "", text) if strip else text
    text = text.upper() if upper else text
    for prefix in drop_prefix:
        known = prefix.upper() if upper else prefix
        if known and text.startswith(known):
            return text.removeprefix(known).strip()
    return text.strip()
