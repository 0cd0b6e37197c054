"""JavaScript literals, read and never run: objects, lists and scalars as scripts write them down.

What is no literal (a name, a call, a function) is null where it stands in an object or list; what
cannot be told apart safely makes the whole literal unreadable.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from scrapekit_html.js_calls import CALLS
from scrapekit_html.js_strings import NOT_WHOLE, unquote, whole_escapes
from scrapekit_html.js_tokens import DEEPEST, NUMBER, STRING, WORD, Cursor, NotLiteral, Patience, space_end

_MOST_DIGITS = 4000
"""Python refuses to turn longer texts into numbers."""

_CALLED = re.compile(r"(?:new\s+)?[^\W\d][\w$]*+(?:\.[^\W\d][\w$]*+)*+(?=\s*\()")
_WORDS = {"true": True, "false": False, "null": None, "undefined": None, "NaN": None, "Infinity": None}


class _Unknown:
    """The value of an expression that would have to be run."""


_UNKNOWN = _Unknown()


def read_literal(text: str, at: int, patience: Patience) -> tuple[Any, int]:
    """The value of the literal that begins at *at*, white space aside, and where it ends.

    Raises NotLiteral where there is none. Numbers that JSON cannot hold (NaN, infinity), undefined
    and whatever would have to be run are None inside; a string has U+FFFD for half a surrogate pair.
    """
    at = space_end(text, at)
    found = _as_json(text, at, patience)
    if found is not None:
        return found
    reader = _Reader(text, at, patience)
    try:
        value = reader.expression(0)
    except RecursionError:
        raise NotLiteral(reader.at) from None
    if value is _UNKNOWN:
        raise NotLiteral(reader.at)
    return value, reader.at


def read_arguments(text: str, at: int, patience: Patience) -> tuple[list[Any], int]:
    """The arguments of the call whose bracket opens at *at*, and where it ends; None for what is no literal.

    Raises NotLiteral where they cannot be told apart.
    """
    reader = _Reader(text, at, patience)
    try:
        return [_known(value) for value in reader.arguments(0)], reader.at
    except RecursionError:
        raise NotLiteral(reader.at) from None


def _as_json(text: str, at: int, patience: Patience) -> tuple[Any, int] | None:
    """The same by Python's own reader, which is many times faster, where what stands here is JSON."""
    if text[at : at + 1] not in ("{", "["):
        return None
    try:
        value, end = _JSON.raw_decode(text, at)
    except json.JSONDecodeError as error:
        patience.spend((error.pos - at) // 16, at)
        return None
    except (ValueError, RecursionError):
        return None
    if NOT_WHOLE.search(text, at, end):
        value, _ = _JSON.raw_decode(whole_escapes(text[at:end]))
    after = space_end(text, end)
    return (value, end) if text[after : after + 1] not in _OPERATORS else None


def _finite(text: str) -> float | None:
    value = float(text)
    return None if math.isinf(value) else value


_JSON = json.JSONDecoder(strict=False, parse_constant=lambda _: None, parse_float=_finite)
_OPERATORS = frozenset(".([+-*/%?&|^<>=`")
"""What goes on with an expression after a value; a list in front of one was not all of it."""


class _Reader(Cursor):
    """Reads values where the cursor stands."""

    __slots__ = ()

    def expression(self, depth: int) -> Any:
        """A literal, texts joined by ``+`` included; _UNKNOWN, its end found, for anything else."""
        start = self.at
        value = self.value(depth)
        while isinstance(value, str) and self.peek() == "+" and self.text[self.at + 1 : self.at + 2] != "+":
            self.at += 1
            other = self.value(depth)
            value = value + other if isinstance(other, str) else _UNKNOWN
        if value is _UNKNOWN or self.peek() in _OPERATORS:
            self.at = start
            self.peek()
            start = self.at
            if self.skip(depth) == start:
                raise NotLiteral(start)
            return _UNKNOWN
        return value

    def value(self, depth: int) -> Any:
        char = self.peek()
        if depth > DEEPEST or not char:
            raise NotLiteral(self.at)
        if char == "{":
            return self.object(depth + 1)
        if char == "[":
            return self.list(depth + 1)
        if string := STRING.match(self.text, self.at):
            self.at = string.end()
            return unquote(string[0])
        if char in "-+!":
            return self.signed(char)
        if number := NUMBER.match(self.text, self.at):
            self.at = number.end()
            return _number(number[0])
        return self.word(depth)

    def signed(self, char: str) -> Any:
        """``-1``, ``+1``, and ``!0`` and ``!1``, which are true and false in packed scripts."""
        self.at += 1
        self.peek()
        if word := WORD.match(self.text, self.at):
            self.at = word.end()
            return None if word[0] in ("Infinity", "NaN") and char != "!" else _UNKNOWN
        number = NUMBER.match(self.text, self.at)
        if number is None:
            return _UNKNOWN
        self.at = number.end()
        value = _number(number[0])
        if char == "!":
            return {"0": True, "1": False}.get(number[0], _UNKNOWN)
        return -value if char == "-" and value is not None else value

    def word(self, depth: int) -> Any:
        if called := _CALLED.match(self.text, self.at):
            return self.call(called[0], called.end(), depth)
        word = WORD.match(self.text, self.at)
        if word is None:
            return _UNKNOWN
        self.at = word.end()
        if word[0] == "void" and self.take("0"):
            return None
        return _WORDS.get(word[0], _UNKNOWN)

    def call(self, name: str, end: int, depth: int) -> Any:
        """What some functions make of one literal: ``JSON.parse("…")``, ``new Date("…")``."""
        make = CALLS.get(" ".join(name.split()))
        if make is None:
            return _UNKNOWN
        self.at = end
        values = self.arguments(depth)
        if len(values) != 1 or values[0] is _UNKNOWN:
            return None if not values else _UNKNOWN
        try:
            return make(values[0])
        except (ValueError, TypeError, RecursionError):
            return _UNKNOWN

    def arguments(self, depth: int) -> list[Any]:
        """The values in round brackets, unknown ones included."""
        found: list[Any] = []
        if not self.take("("):
            raise NotLiteral(self.at)
        while not self.take(")"):
            found.append(self.expression(depth + 1))
            if not self.take(",") and self.peek() != ")":
                raise NotLiteral(self.at)
        return found

    def list(self, depth: int) -> list[Any]:
        found: list[Any] = []
        self.at += 1
        while not self.take("]"):
            if self.take(","):  # a hole
                found.append(None)
                continue
            if self.text.startswith("...", self.at):
                self.at += 3
                self.skip(depth)
            else:
                found.append(_known(self.expression(depth)))
            if not self.take(",") and self.peek() != "]":
                raise NotLiteral(self.at)
        return found

    def object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self.at += 1
        while not self.take("}"):
            self.member(found, depth)
            if not self.take(",") and self.peek() != "}":
                raise NotLiteral(self.at)
        return found

    def member(self, found: dict[str, Any], depth: int) -> None:
        self.peek()
        start, key = self.at, self.key()
        if key is not None and self.take(":"):
            found[key] = _known(self.expression(depth))
            return
        # A method, an accessor, a spread, a computed or shorthand name: nothing that is written down.
        self.at = start
        if self.skip(depth) == start:
            raise NotLiteral(self.at)

    def key(self) -> str | None:
        if string := STRING.match(self.text, self.at):
            self.at = string.end()
            return unquote(string[0])
        if word := WORD.match(self.text, self.at):
            self.at = word.end()
            return word[0]
        if number := NUMBER.match(self.text, self.at):
            self.at = number.end()
            return str(_number(number[0]))
        return None


def _known(value: Any) -> Any:
    return None if value is _UNKNOWN else value


def _number(text: str) -> int | float | None:
    digits = text.replace("_", "").removesuffix("n")
    if len(digits) > _MOST_DIGITS:
        return None
    if digits[:2].lower() in ("0x", "0o", "0b"):
        return int(digits, 0)
    if digits.isdecimal():
        return int(digits)
    return _finite(digits)
