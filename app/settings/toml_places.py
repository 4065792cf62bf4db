"""Where each key of a TOML text stands: what tomllib does not tell, and a person needs to find a mistake."""

import re
import tomllib

Path = tuple[str | int, ...]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^,\]\}#\r\n]*")
_QUOTES = ('"""', "'''", '"', "'")


def places(text: str) -> dict[Path, int]:
    """Give the 1-based line of every table, key and array item of a text that tomllib can read.

    Items of arrays are numbered from 0, those of `[[tables]]` too: ("probes", 0, "every"). A table that was only
    implied by a dotted name has the line of that name.
    """
    return _Scan(text.replace("\r\n", "\n")).all()


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, int] = {}
        self.rows: dict[Path, int] = {}  # index of the newest item of each array of tables
        self.seen_to, self.line_there = 0, 1

    def all(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip():
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)
        return self.found

    def line(self) -> int:
        self.line_there += self.text.count("\n", self.seen_to, self.at)
        self.seen_to = self.at
        return self.line_there

    def _peek(self, what: str) -> bool:
        return self.text.startswith(what, self.at)

    def _take(self, what: str) -> bool:
        if self._peek(what):
            self.at += len(what)
            return True
        return False

    def _blank(self) -> None:
        while self._peek(" ") or self._peek("\t"):
            self.at += 1

    def _skip(self) -> bool:
        """Pass blanks, ends of lines and comments; say whether anything is left."""
        while self.at < len(self.text):
            if self.text[self.at] in " \t\n":
                self.at += 1
            elif self._peek("#"):
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return True
        return False

    def _header(self) -> Path:
        line = self.line()
        several = self._take("[[")
        if not several:
            self._take("[")
        table: Path = ()
        names = self._names()
        for i, name in enumerate(names):
            table = (*table, name)
            self.found.setdefault(table, line)
            if several and i == len(names) - 1:
                self.rows[table] = self.rows.get(table, -1) + 1
            if table in self.rows:
                table = (*table, self.rows[table])
                self.found.setdefault(table, line)
        self._take("]]" if several else "]")
        return table

    def _names(self) -> list[str]:
        names = []
        while True:
            self._blank()
            names.append(self._name())
            self._blank()
            if not self._take("."):
                return names

    def _name(self) -> str:
        if self._peek('"') or self._peek("'"):
            start = self.at
            self._string()
            return str(tomllib.loads(f"x = {self.text[start : self.at]}")["x"])
        match = _BARE.match(self.text, self.at)
        if match is None:
            raise ValueError(f"no key at line {self.line()}")
        self.at = match.end()
        return match[0]

    def _pair(self, table: Path) -> None:
        line = self.line()
        path = table
        for name in self._names():
            path = (*path, name)
            self.found.setdefault(path, line)
        self._take("=")
        self._blank()
        self._value(path)

    def _value(self, path: Path) -> None:
        self.found.setdefault(path, self.line())
        if self._peek('"') or self._peek("'"):
            self._string()
        elif self._take("["):
            self._items(path)
        elif self._take("{"):
            self._inline(path)
        else:
            match = _SCALAR.match(self.text, self.at)
            self.at = match.end() if match else self.at

    def _items(self, path: Path) -> None:
        number = 0
        while self._skip() and not self._take("]"):
            self._value((*path, number))
            number += 1
            self._skip()
            self._take(",")

    def _inline(self, path: Path) -> None:
        while self._skip() and not self._take("}"):
            self._pair(path)
            self._skip()
            self._take(",")

    def _string(self) -> None:
        quote = next(q for q in _QUOTES if self._peek(q))
        self.at += len(quote)
        while not self._peek(quote):
            self.at += 2 if quote[0] == '"' and self._peek("\\") else 1
        self.at += len(quote)
        while len(quote) == 3 and self._peek(quote[0]):  # one or two quotes may stand just before the closing three
            self.at += 1
