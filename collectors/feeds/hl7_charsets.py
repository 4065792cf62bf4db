"""Which of Python's codecs reads the character set that MSH-18 names."""

# A table, never a look-up by the sender's word: Python's registry also holds codecs that are no character sets.
_CODECS = {
    "ASCII": "utf-8",
    "8859/1": "latin-1",
    **{f"8859/{n}": f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 9, 15)},
    "ISO IR6": "utf-8",
    "ISO IR14": "shift_jis",
    "ISO IR87": "iso2022_jp",
    "ISO IR159": "iso2022_jp_2",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "CNS 11643-1992": "big5",
    "BIG-5": "big5",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "WINDOWS-1250": "cp1250",
    "WINDOWS-1251": "cp1251",
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
    "ANSI": "cp1252",
}


def charset(named: str, repetition: str = "~") -> str:
    """Give the codec for MSH-18; without one, or for one that is not known, Latin-1, which reads every byte."""
    first = next((n for n in (part.strip().upper() for part in named.split(repetition, 4)) if n), "")
    name = first.replace("ISO-8859-", "8859/").replace("ISO8859-", "8859/").replace("8859-", "8859/")
    return _CODECS.get(name, "latin-1")
