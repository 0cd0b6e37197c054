"""The rows of a file, one by one: CSV, JSON lines, or one address a line; never all in memory."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any, TypeAlias

from scrapekit.errors import StuckError
from scrapekit.recipe.model import FileSource

Row: TypeAlias = tuple[int, "Mapping[str, Any] | str"]
"""``(line, values)``: the line a row ends on, counted from 1; or a text that says why it is unusable."""

URL = "url"
"""What an address is called where a line is nothing but one."""

LONGEST_LINE = 1 << 20
"""Characters; a line that is longer is skipped, so that no file can fill the memory."""

_DELIMITERS = (",", ";", "\t", "|")
_UNDECODED = re.compile("[\udc80-\udfff]")
# Stands for a line that is too long: it is refused like bytes that are no text.
_TOO_LONG = "\udfff\n"
_NO_TEXT = "is too long, or not in the file's encoding"


def read_header(path: Path, encoding: str, delimiter: str) -> tuple[tuple[str, ...], str]:
    """The first row's values and the delimiter, found by counting where *delimiter* is empty.

    Raises OSError for a file that cannot be read, ValueError for a first line that is no text.
    """
    with _opened(path, encoding) as file:
        line = next((line for line in _lines(file) if line.strip()), "")
        if _UNDECODED.search(line):
            raise ValueError(f"its first line {_NO_TEXT}")
        found = delimiter or max(_DELIMITERS, key=_outside_quotes(line).count)
    return tuple(name.strip() for name in next(csv.reader([line], delimiter=found), [])), found


def _outside_quotes(line: str) -> str:
    return re.sub(r'"[^"]*"', "", line)


def digest_of(path: Path) -> str:
    """32 hexadecimal digits that stand for the file's content; raises OSError."""
    made = blake2b(digest_size=16)
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            made.update(piece)
    return made.hexdigest()


def read_rows(source: FileSource) -> Iterator[Row]:
    """The rows in order, blank ones left out. Raises StuckError when the file cannot be read any more."""
    try:
        with _opened(source.path, source.encoding) as file:
            yield from _READERS[source.format](file, source)
    except OSError as error:
        message = f"cannot read {source.shown}: {error.strerror or error}"
        raise StuckError(message, hint="mend it and run the same command again") from error


def _opened(path: Path, encoding: str) -> IO[str]:
    # Bytes that are not in the encoding become lone surrogates, by which their row is known.
    name = "utf-8-sig" if encoding == "utf-8" else encoding
    return path.open(encoding=name, errors="surrogateescape", newline="")


def _lines(file: IO[str]) -> Iterator[str]:
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE:
            yield line
            continue
        while line and not line.endswith(("\n", "\r")):
            line = file.readline(LONGEST_LINE + 1)
        yield _TOO_LONG


def _csv(file: IO[str], source: FileSource) -> Iterator[Row]:
    reader = csv.reader(_lines(file), delimiter=source.delimiter)
    names, headed = source.columns, source.headed
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            # An unclosed quote, most often; the reader begins anew at the next line.
            yield reader.line_num, "is no row of CSV"
            continue
        if row is None:
            return
        if not any(row):
            continue
        if headed:
            headed = False
            continue
        yield reader.line_num, _named(row, names)


def _named(row: list[str], names: tuple[str, ...]) -> Mapping[str, Any] | str:
    if not all(map(str.isascii, row)) and _UNDECODED.search("".join(row)):
        return _NO_TEXT
    if len(row) > len(names) and any(row[len(names) :]):
        return "has more values than there are columns"
    # A value that is not there is null, as are those of a row that is too short.
    return dict(zip(names, [value or None for value in row] + [None] * (len(names) - len(row)), strict=False))


def _jsonl(file: IO[str], _: FileSource) -> Iterator[Row]:
    for number, line in enumerate(_lines(file), start=1):
        if line.isspace():
            continue
        try:
            value = None if _UNDECODED.search(line) else json.loads(line)
        except (ValueError, RecursionError):
            yield number, "is not JSON"
            continue
        if isinstance(value, str):
            yield number, {URL: value}
        else:
            yield number, value if isinstance(value, dict) else "is no object"


def _text(file: IO[str], _: FileSource) -> Iterator[Row]:
    for number, line in enumerate(_lines(file), start=1):
        text = line.strip()
        if text and text[0] != "#":
            yield number, _NO_TEXT if _UNDECODED.search(text) else {URL: text}


_READERS = {"csv": _csv, "jsonl": _jsonl, "text": _text}
