"""Filters for any value: defaults, truth values, JSON."""

from __future__ import annotations

import json as _json
from decimal import Decimal
from typing import Any

from scrapekit import Options
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._keys import is_empty
from scrapekit_filters._words import as_text, described, shown

_TRUE = ("true", "yes", "y", "1", "on", "t")
_FALSE = ("false", "no", "n", "0", "off", "f")


@declare(
    "any",
    "any",
    short="value",
    takes_empty=True,
    options={"value": "what to put in place of an empty value; text, a number, a list, …"},
    example=[("0", None, 0), ("n/a", "", "n/a"), ("[]", "tea", "tea"), ("0", False, False)],
)
def default(options: Options) -> Function:
    """Puts a value in place of an empty one; 0 and false are not empty."""
    options.require("value")
    instead = options.value("value")
    return lambda value: instead if is_empty(value) else value


@declare("any", "text", example=[(None, 17, "17"), (None, True, "true"), (None, Decimal("5.00"), "5.00")])
def string(options: Options) -> Function:
    """Makes text of a single value: numbers as written, dates in ISO 8601, true and false."""
    return as_text


@declare(
    "any",
    "bool",
    options={
        "true_for": f"the words for true instead of {', '.join(_TRUE)}",
        "false_for": f"the words for false instead of {', '.join(_FALSE)}",
    },
    example=[
        (None, "Yes", True),
        (None, 0, False),
        ("{true_for: [in stock], false_for: sold out}", "In stock", True),
        (None, "maybe", ValueError('"maybe" is neither true nor false')),
    ],
)
def bool_(options: Options) -> Function:
    """Reads a truth value from words, whatever their letter case, or from 1 and 0."""
    words = dict.fromkeys(_words(options, "false_for", _FALSE), False)
    words |= dict.fromkeys(_words(options, "true_for", _TRUE), True)

    def read(value: Any) -> bool:
        if isinstance(value, bool):
            return value
        if isinstance(value, str):
            found = words.get(" ".join(value.split()).casefold())
        else:
            found = bool(value) if isinstance(value, int | float | Decimal) and _is_bit(value) else None
        if found is None:
            what = shown(value) if isinstance(value, str) else described(value)
            raise ValueError(f"{what} is neither true nor false")
        return found

    return read


def _is_bit(value: float | Decimal) -> bool:
    # A signalling NaN of a Decimal cannot even be compared.
    return not (isinstance(value, Decimal) and value.is_nan()) and value in (0, 1)


def _words(options: Options, key: str, usual: tuple[str, ...]) -> list[str]:
    written = [" ".join(str(node.value).split()).casefold() for node in options.texts(key)]
    return written or list(usual)


@declare(
    "text",
    "any",
    example=[
        (None, '{"id": 17, "tags": ["tea"]}', {"id": 17, "tags": ["tea"]}),
        (None, "null", None),
        (None, "{id: 17}", ValueError('no JSON at character 1: "{id: 17}"')),
    ],
)
def json(options: Options) -> Function:
    """Reads the value that a JSON text (RFC 8259) stands for."""
    return _read_json


def _read_json(value: str) -> Any:
    try:
        return _json.loads(value.lstrip("\ufeff"), parse_constant=_refuse_constant)
    except _json.JSONDecodeError as error:
        raise ValueError(
            f"no JSON at character {error.pos}: {shown(value[max(0, error.pos - 20) :])}"
        ) from error
    except RecursionError as error:
        raise ValueError(f"the JSON {shown(value)} is nested too deeply") from error
    except ValueError as error:
        # A number of more than 4300 digits, which Python refuses to read.
        raise ValueError(f"the JSON {shown(value)} holds what is no number: {str(error)[:60]}") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
