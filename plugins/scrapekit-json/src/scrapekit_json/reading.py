"""JSON bodies to values, strictly: what other readers of JSON would refuse is a PageError here."""

from __future__ import annotations

import json
import math
from typing import Any

from scrapekit import Page, PageError

_SHOWN = 40


def read_json(page: Page, prefix: str) -> Any:
    """The value of the page; *prefix* is taken off where the text begins with it."""
    return _value(_text(page, prefix), "")


def read_json_lines(page: Page, prefix: str) -> list[Any]:
    """The values of the page's lines; blank lines are passed over."""
    lines = _text(page, prefix).split("\n")
    return [_value(line, f"line {number}: ") for number, line in enumerate(lines, 1) if line.strip()]


def _text(page: Page, prefix: str) -> str:
    body = page.body
    # RFC 8259 8.1: JSON is UTF-8. UTF-16 and UTF-32 show by their zeros; for what is none of
    # these, the charset of the Content-Type is the best guess there is.
    encoding = json.detect_encoding(body)
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        text = page.text
    if prefix:
        text = text.lstrip().removeprefix(prefix)
    return text


def _value(text: str, where: str) -> Any:
    try:
        value = _decode(text)
        return _without_surrogates(value) if "\\ud" in text or "\\uD" in text else value
    except json.JSONDecodeError as error:
        raise PageError(f"not JSON: {where}{_complaint(error, text)}") from None
    except RecursionError:
        raise PageError(f"not JSON: {where}it is nested too deeply") from None
    except ValueError as error:
        # int() refuses thousands of digits in words that are for programmers.
        said = "a number has too many digits" if "integer string conversion" in str(error) else str(error)
        raise PageError(f"not JSON: {where}{said}") from None


def _complaint(error: json.JSONDecodeError, text: str) -> str:
    start = text.strip()[:_SHOWN]
    if not start:
        return "the body is empty"
    said = error.msg[:1].lower() + error.msg[1:]
    if error.pos <= len(text) - len(text.lstrip()):
        shown = "".join(char if char.isprintable() else "?" for char in start)
        return f'{said}; the body begins with "{shown}"'
    return f"{said} at line {error.lineno}, column {error.colno}"


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"the number {text:.20} is too large")
    return value


_decode = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_number).decode


def _without_surrogates(value: Any) -> Any:
    """The value with U+FFFD for each half of a surrogate pair, which no UTF-8 file can hold."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_surrogates(inner) for inner in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(inner) for key, inner in value.items()}
    return value
