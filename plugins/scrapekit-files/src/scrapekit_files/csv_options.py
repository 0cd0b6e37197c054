"""What a recipe can say about a CSV file, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scrapekit import ExportContext, Options

_LINE_ENDINGS = {"lf": "\n", "crlf": "\r\n"}


@dataclass(frozen=True, slots=True)
class CsvOptions:
    r"""How a CSV file is written.

    ``delimiter`` is one character (``tab`` is also understood). ``header`` (default true) writes
    the column names first. ``bom`` (default false) begins with a byte order mark, which makes
    Excel read UTF-8. ``line_ending`` is ``lf`` (default) or ``crlf``. ``empty`` is the text of an
    empty field (default: none). ``nested`` says how lists and objects are written: ``json``
    (default), or ``join``, which puts the values of a flat list into one text with ``; `` between.
    ``formula_guard`` (default true) puts ``'`` before a text that a spreadsheet would run as a
    formula; numbers, also negative ones, are left alone.
    """

    delimiter: str
    header: bool
    bom: bool
    line_ending: str
    empty: str
    nested: str
    formula_guard: bool

    @classmethod
    def read(cls, options: Options, delimiter: str) -> CsvOptions:
        """Read the options, noting every problem; *delimiter* is used where none is written."""
        return cls(
            delimiter=_delimiter(options, delimiter),
            header=options.flag("header", True),
            bom=options.flag("bom"),
            line_ending=_LINE_ENDINGS[options.choice("line_ending", _LINE_ENDINGS, "lf")],
            empty=options.text("empty"),
            nested=options.choice("nested", ("json", "join"), "json"),
            formula_guard=options.flag("formula_guard", True),
        )


def _delimiter(options: Options, default: str) -> str:
    delimiter = options.text("delimiter", default)
    if delimiter == "tab":
        return "\t"
    if len(delimiter) != 1 or delimiter in '"\r\n\0\ufeff' or delimiter.isalnum():
        options.problem("delimiter", f'expected one character such as "," or ";", found "{delimiter}"')
        return default
    return delimiter


def read_columns(options: Options, context: ExportContext) -> Sequence[str]:
    """The columns: the fields of the one kind of record, or of several that have the same."""
    kinds = list(context.kinds.items())
    if not kinds:
        return ()
    first, columns = kinds[0]
    for kind, names in kinds[1:]:
        if set(names) != set(columns):
            options.problems.add(
                options.mark,
                options.path,
                f'"{first}" and "{kind}" have different fields, and a CSV file has one set of columns',
                f"write an export for each: items: {first}",
            )
            break
    return tuple(columns)
