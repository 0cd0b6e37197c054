"""One value as the text of a CSV cell."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from scrapekit import StuckError, json_writer
from scrapekit_files.csv_options import CsvOptions

Cell = Callable[[Any], str]

# What spreadsheets take for the start of a formula (OWASP, "CSV injection"), with the full-width
# signs; quotes before it are guarded too, so that taking one off always gives the text back.
_SIGNS = frozenset("=+-@\t\r\n＝＋－＠'")
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[\d., ]*\d[\d., ]*%?\Z")


def cell_writer(options: CsvOptions) -> Cell:
    """The function that writes a value as a cell, the options built in.

    It raises StuckError for what no cell can stand for, such as a set or bytes.
    """
    as_json = _json_cell()
    text = _guarded if options.formula_guard else _plain
    scalars = _scalars(options.empty)
    many = as_json
    if options.nested == "join":
        many = _joined(_by_kind(scalars, as_json), tuple(scalars), text, as_json)
    return _by_kind({**scalars, str: text, list: many, tuple: many}, as_json)


def _by_kind(writers: Mapping[type, Cell], otherwise: Cell) -> Cell:
    def cell(value: Any) -> str:
        writer = writers.get(type(value))
        if writer is None:
            # A subclass, such as the texts of lxml or the members of a StrEnum.
            writer = next((write for kind, write in writers.items() if isinstance(value, kind)), otherwise)
        return writer(value)

    return cell


def _scalars(empty: str) -> dict[type, Cell]:
    return {
        str: _plain,
        type(None): lambda _: empty,
        bool: lambda value: "true" if value else "false",
        int: _integer,
        float: lambda value: float.__repr__(value) if math.isfinite(value) else empty,
        Decimal: lambda value: str(value) if value.is_finite() else empty,
        datetime: lambda value: value.isoformat(),
        date: lambda value: value.isoformat(),
        time: lambda value: value.isoformat(),
    }


def _plain(text: str) -> str:
    # NUL ends a text in much of what reads CSV.
    return text.replace("\0", "\ufffd") if "\0" in text else text


def _guarded(text: str) -> str:
    if text[:1] in _SIGNS and _FORMULA.match(text) and not _NUMBER.match(text):
        text = "'" + text
    return text.replace("\0", "\ufffd") if "\0" in text else text


def _integer(value: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:
        # Python prints no integer of more than 4,300 digits.
        return str(Decimal(value))


def _json_cell() -> Cell:
    write = json_writer()

    def cell(value: Any) -> str:
        try:
            return write(value).decode()
        except TypeError as error:
            raise StuckError(f"a CSV cell cannot be written: {error}") from error

    return cell


def _joined(scalar: Cell, kinds: tuple[type, ...], text: Cell, as_json: Cell) -> Cell:
    def cell(values: Sequence[Any]) -> str:
        if all(isinstance(value, kinds) for value in values):
            return text("; ".join([scalar(value) for value in values]))
        return as_json(values)

    return cell
