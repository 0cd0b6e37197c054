"""The records of an XML document and their direct children: all that sitemaps and feeds are made of.

Names are taken as they are written, prefix and all, so that a prefix nobody declared is no fault.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from html.entities import html5
from typing import NamedTuple
from xml.parsers import expat

from scrapekit.errors import PageError


class Child(NamedTuple):
    """One element of a record: its name, its attributes, and all the text that is in it."""

    name: str
    attributes: Mapping[str, str]
    text: str


@dataclass(slots=True)
class Record:
    """One element that stands for an entry."""

    name: str
    attributes: Mapping[str, str]
    children: list[Child] = field(default_factory=list)


@dataclass(slots=True)
class Markup:
    """What was read of a document."""

    root: str
    attributes: Mapping[str, str]
    records: list[Record]
    left_out: int
    """How many records there were beyond the most that are kept."""
    repaired: bool
    """True where the document was not well-formed until stray ``&`` and the like were mended."""


_DEEPEST_RECORD = 3
_STRAY = re.compile(
    r"&(?:#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|(amp|lt|gt|quot|apos);|([A-Za-z][A-Za-z0-9]{1,31};))?"
)
# XML 1.0 2.2: what no document may hold.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


def read_markup(text: str, names: Collection[str], most: int) -> Markup:
    """The records called *names* (without prefix) among the children and grandchildren of the root.

    Raises PageError for what is no XML, even when mended, and for a document with entities of its own.
    """
    text = _DECLARATION.sub("", text).lstrip("\ufeff \t\r\n")
    try:
        return _Reader(names, most).read(text, repaired=False)
    except expat.ExpatError:
        pass
    try:
        return _Reader(names, most).read(_mended(text), repaired=True)
    except expat.ExpatError as error:
        place = f"line {error.lineno}, column {error.offset + 1}"
        raise PageError(f"not well-formed XML: {expat.ErrorString(error.code)}, {place}") from error


def _mended(text: str) -> str:
    """The document with stray ``&`` escaped, HTML's own entities as characters, control characters gone."""
    return _FORBIDDEN.sub("", _STRAY.sub(_mend, text))


def _mend(found: re.Match[str]) -> str:
    if found[2]:
        return html5[found[2]] if found[2] in html5 else f"&amp;{found[2]}"
    return "&amp;" if found[0] == "&" else found[0]


class _Reader:
    """Expat's handlers for one document."""

    def __init__(self, names: Collection[str], most: int) -> None:
        self._names = names
        self._most = most
        self._root: tuple[str, Mapping[str, str]] = ("", {})
        self._records: list[Record] = []
        self._left_out = 0
        self._record: Record | None = None
        self._depth = self._record_depth = 0
        self._child: tuple[str, Mapping[str, str]] = ("", {})
        self._pieces: list[str] = []
        self._is_said = False

    def read(self, text: str, *, repaired: bool) -> Markup:
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = _refuse_entity
        parser.Parse(text.encode("utf-8", "replace"), True)
        return Markup(*self._root, self._records, self._left_out, repaired)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._root = name, attributes
        elif self._record is not None:
            if self._depth == self._record_depth + 1:
                self._child, self._pieces, self._is_said = (name, attributes), [], False
            elif _local(name) == "name" and _local(self._child[0]) == "author":
                self._pieces = []
        elif self._depth <= _DEEPEST_RECORD and _local(name) in self._names:
            self._record, self._record_depth = Record(name, attributes), self._depth

    def _end(self, name: str) -> None:
        record = self._record
        if record is not None:
            if self._depth == self._record_depth + 1:
                record.children.append(Child(*self._child, "".join(self._pieces).strip()))
            elif _local(name) == "name" and _local(self._child[0]) == "author":
                # Atom writes an author as name, address and e-mail, of which the name is kept.
                self._is_said = True
            elif self._depth == self._record_depth:
                self._keep(record)
        self._depth -= 1

    def _keep(self, record: Record) -> None:
        self._record = None
        if len(self._records) < self._most:
            self._records.append(record)
        else:
            self._left_out += 1

    def _text(self, text: str) -> None:
        if self._record is not None and self._depth > self._record_depth and not self._is_said:
            self._pieces.append(text)


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse_entity(name: str, *_: object) -> None:
    raise PageError("the document defines entities of its own, which are not expanded")
