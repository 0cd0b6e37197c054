"""Which table each kind of record goes to: its name, columns, types and key, checked."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scrapekit import ExportContext, Options

OWN_TABLE = "_scrapekit"

SQL_TYPES: Mapping[str, str] = {
    "string": "TEXT",
    "url": "TEXT",
    "email": "TEXT",
    "enum": "TEXT",
    "date": "TEXT",
    "datetime": "TEXT",
    "list": "TEXT",
    "object": "TEXT",
    "int": "INTEGER",
    "bool": "INTEGER",
    "float": "REAL",
    "number": "NUMERIC",
    "decimal": "NUMERIC",
    "price": "NUMERIC",
}
"""A recipe's type → the column's; the values of a field without one decide for themselves."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One table. ``types`` holds the columns whose type the recipe declares; ``key`` is unique."""

    name: str
    columns: Sequence[str]
    types: Mapping[str, str]
    key: str | None = None


def read_shapes(options: Options, context: ExportContext) -> dict[str, Shape]:
    """Kind → its table, noting every problem; option ``table`` names the table of a single kind."""
    table = options.text("table")
    if table and len(context.kinds) > 1:
        kinds = ", ".join(context.kinds)
        options.problem("table", f"one table cannot hold several kinds of record: {kinds}")
    shapes = {
        kind: Shape(table or kind, tuple(columns), _types(context, kind), context.keys.get(kind))
        for kind, columns in context.kinds.items()
    }
    _check_names(options, "table", [shape.name for shape in shapes.values()])
    for shape in shapes.values():
        _check_names(options, "column", shape.columns)
        if shape.key is not None and shape.key not in shape.columns:
            _problem(options, f'the key "{shape.key}" of "{shape.name}" is not among the exported fields')
    return shapes


def _types(context: ExportContext, kind: str) -> dict[str, str]:
    declared = context.types.get(kind, {})
    return {name: SQL_TYPES[word] for name, word in declared.items() if word in SQL_TYPES}


def _check_names(options: Options, what: str, names: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if not name or "\0" in name or not _is_unicode(name):
            _problem(options, f'"{name}" cannot be the name of a {what}')
        elif what == "table" and folded(name).startswith(("sqlite_", OWN_TABLE)):
            _problem(options, f'a table cannot be named "{name}": SQLite and scrapekit keep such names')
        elif (other := seen.setdefault(folded(name), name)) is not name:
            _problem(options, f'"{other}" and "{name}" are one {what} to SQLite, which ignores case')


def _problem(options: Options, message: str) -> None:
    options.problems.add(options.mark, options.path, message)


def _is_unicode(name: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def folded(name: str) -> str:
    """The name as SQLite compares it: the case of A to Z does not count."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def quoted(name: str) -> str:
    """The name as an SQL identifier, whatever it holds."""
    return '"' + name.replace('"', '""') + '"'


def signature(shapes: Mapping[str, Shape]) -> int:
    """A checksum of kinds, tables and columns: a position is only good for the same ones."""
    parts = [repr((kind, shape.name, shape.columns, shape.key)) for kind, shape in shapes.items()]
    return zlib.crc32("\n".join(parts).encode("utf-8", "surrogatepass"))
