"""Names as people see them: at least one sign that can be seen, and none that turns or hides the others."""

import re
import unicodedata

# controls, soft hyphens, marks and overrides of direction, zero widths, tags; joiners stay, for scripts need them
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_BLANK_SIGNS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters and signs by their kind, and empty to the eye


def seen(text: str) -> str:
    """Give a name that was sent without what turns or hides its letters; refuse one of which nothing is left to see."""
    if text.strip() and not _is_visible(text):
        raise ValueError(f"shows nothing ({_codes(text)}): write a name that people can see")
    return _HIDDEN.sub("", text)


def written(text: str) -> str:
    """Give a name that is set up as it is; refuse one that holds what turns or hides letters, or shows nothing."""
    if text.strip() and not _is_visible(text):
        raise ValueError(f"shows nothing ({_codes(text)}): write a name that people can see")
    if hidden := "".join(_HIDDEN.findall(text)):
        raise ValueError(f"holds what turns or hides its letters ({_codes(hidden)}): write it without")
    return text


def spelled(text: str) -> str:
    """Give a text in which what turns or hides letters is written as its number, so that it does neither."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _is_visible(text: str) -> bool:
    return any(unicodedata.category(sign)[0] in "LNPS" and sign not in _BLANK_SIGNS for sign in text)


def _codes(text: str) -> str:
    signs = list(dict.fromkeys(sign for sign in text if sign != " "))
    return ", ".join(f"U+{ord(sign):04X}" for sign in signs[:3]) + (" …" if len(signs) > 3 else "")
