"""How values are written down: UTF-8 that is valid and JSON that is strict, whatever a page brought."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from json.encoder import encode_basestring
from typing import Any

DEEPEST = 200
"""Levels of nesting that are written; most JSON readers give up not far beyond."""
_TOO_DEEP = '"[nested too deep]"'


def utf8(text: str) -> bytes:
    """The text as UTF-8; a lone surrogate, which UTF-8 cannot hold, becomes U+FFFD."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def json_writer(indent: int = 0) -> Callable[[Any], bytes]:
    """A function that writes a value as JSON text in UTF-8, on one line unless *indent* says otherwise.

    Dates are written in ISO 8601, decimals as numbers digit by digit (``12.50`` stays ``12.50``).
    NaN and the infinities, which JSON lacks, become null; a number too large for a reader to take
    becomes text; so does whatever is nested deeper than `DEEPEST`. It raises TypeError, and only
    for what no JSON value can stand for, such as a set or bytes. With orjson installed it is
    about ten times faster and means the same.
    """
    slow = partial(_write, indent=indent)
    if indent:
        return slow
    try:
        import orjson
    except ImportError:
        return slow
    return partial(_write_fast, orjson.dumps, _orjson_options(orjson), partial(_for_orjson, orjson.Fragment))


def _write(value: Any, indent: int = 0) -> bytes:
    return utf8(_text(value, indent, 0))


def _text(value: Any, indent: int, depth: int) -> str:
    atom = _ATOMS.get(type(value))
    if atom is not None:
        return atom(value)
    if isinstance(value, Mapping | list | tuple):
        return _container(value, indent, depth + 1) if depth < DEEPEST else _TOO_DEEP
    for kind, write in _ATOMS.items():
        # A subclass, such as the texts of lxml or the members of a StrEnum.
        if isinstance(value, kind):
            return write(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _container(value: Mapping[Any, Any] | list[Any] | tuple[Any, ...], indent: int, depth: int) -> str:
    if not isinstance(value, Mapping):
        return _bracketed("[]", [_text(inner, indent, depth) for inner in value], indent, depth)
    colon, parts = ": " if indent else ":", []
    for key, inner in value.items():
        # Most values are atoms, and this is the hot path: one call less for each.
        atom = _ATOMS.get(type(inner))
        text = atom(inner) if atom is not None else _text(inner, indent, depth)
        parts.append((encode_basestring(key) if type(key) is str else _key(key)) + colon + text)
    return _bracketed("{}", parts, indent, depth)


def _bracketed(brackets: str, parts: list[str], indent: int, depth: int) -> str:
    if not indent or not parts:
        return brackets[0] + ",".join(parts) + brackets[1]
    line = "\n" + " " * (indent * depth)
    return brackets[0] + line + f",{line}".join(parts) + line[:-indent] + brackets[1]


def _key(key: Any) -> str:
    return encode_basestring(key if isinstance(key, str) else _text(key, 0, DEEPEST))


def _integer(value: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:
        # Python neither prints nor reads an integer of more than 4,300 digits; as text it survives.
        return f'"{Decimal(value)}"'


def _float(value: float) -> str:
    return float.__repr__(value) if math.isfinite(value) else "null"


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        return "null"
    # A reader's float would make an infinity of it.
    return str(value) if abs(value.adjusted()) < 300 else f'"{value}"'


def _moment(value: date | time) -> str:
    return f'"{value.isoformat()}"'


_ATOMS: Mapping[type, Callable[[Any], str]] = {
    str: encode_basestring,
    bool: lambda value: "true" if value else "false",
    int: _integer,
    float: _float,
    type(None): lambda _: "null",
    Decimal: _decimal,
    datetime: _moment,
    date: _moment,
    time: _moment,
}


def _write_fast(
    dumps: Callable[..., bytes], options: int, default: Callable[[Any], Any], value: Any
) -> bytes:
    try:
        return dumps(value, default, options)
    except TypeError:
        # Lone surrogates, integers beyond 64 bits, keys that are no text, deep nesting.
        return _write(value)


def _orjson_options(orjson: Any) -> int:
    options: int = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
    return options


def _for_orjson(fragment: Callable[[bytes], Any], value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    atom = _ATOMS.get(type(value))
    if atom is None:
        raise TypeError(type(value).__name__)
    return fragment(atom(value).encode())
