"""JSONPath, read: the text of a path to its segments (RFC 9535), each mistake with its offset."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from scrapekit import SelectorError

_SPACE = " \t\n\r"
_NAME = re.compile(r"[A-Za-z_\u0080-\ud7ff\ue000-\U0010ffff][\w\u0080-\ud7ff\ue000-\U0010ffff-]*", re.ASCII)
_KEY = re.compile(rf"@?{_NAME.pattern}", re.ASCII)
_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_NUMBER = re.compile(r"-?[0-9]+")
_HEX = re.compile(r"[0-9A-Fa-f]{4}")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "/": "/", "\\": "\\"}
_LARGEST = 2**53 - 1
"""RFC 9535 2.1: integers are within the range that every JSON implementation keeps exactly."""


class Wildcard:
    """``*``: every value of an object or array."""


Selector: TypeAlias = str | int | slice | Wildcard
"""A member's name, an index, a slice, or all."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One step of a path: what it selects, from the children or (``..``) from everything below."""

    selectors: tuple[Selector, ...]
    deep: bool = False


class NeedsLibrary(Exception):
    """The path has a filter or an operator that is left to jsonpath-ng."""


def read_path(text: str) -> list[Segment]:
    """The segments of a path; raises SelectorError, or NeedsLibrary for what is not read here.

    As the RFC has it, and more: ``$`` may be left out (``a.b`` is ``$.a.b``), ``@`` means the same
    as ``$``, and a name after a dot may hold hyphens and begin with ``@`` (``$.@type``).
    """
    return _Reader(text).path()


class _Reader:
    """Where in the text we are."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def path(self) -> list[Segment]:
        self.space()
        if self.at == len(self.text):
            raise self.refusal("expected a path, found the end")
        segments = self.start()
        while True:
            self.space()
            if self.at == len(self.text):
                return segments
            segments.append(self.segment())

    def start(self) -> list[Segment]:
        """``$``, ``@``, or a first segment that stands without them."""
        if self.peek() == "$":
            self.at += 1
            return []
        if name := _KEY.match(self.text, self.at):
            self.at = name.end()
            return [Segment((name[0],))]
        if self.peek() == "*":
            self.at += 1
            return [Segment((Wildcard(),))]
        if self.peek() == "@":
            self.at += 1
        return []

    def segment(self) -> Segment:
        if self.take(".."):
            if self.peek() == "[":
                return Segment(self.bracket(), deep=True)
            return Segment((self.shorthand(),), deep=True)
        if self.take("."):
            return Segment((self.shorthand(),))
        if self.peek() == "[":
            return Segment(self.bracket())
        if self.peek() == "`":
            raise NeedsLibrary
        raise self.refusal(f'expected ".", ".." or "[", found {self.found()}')

    def shorthand(self) -> Selector:
        """What stands after a dot: a name or ``*``."""
        if self.take("*"):
            return Wildcard()
        if self.peek() == "`":
            raise NeedsLibrary
        name = _KEY.match(self.text, self.at)
        if name is None:
            hint = "write other names in quotes: $['a name']"
            raise self.refusal(f"expected a name, found {self.found()}", hint=hint)
        self.at = name.end()
        return name[0]

    def bracket(self) -> tuple[Selector, ...]:
        self.at += 1
        found = []
        while True:
            self.space()
            found.append(self.selector())
            self.space()
            if self.take("]"):
                return tuple(found)
            if not self.take(","):
                raise self.refusal(f'expected "," or "]", found {self.found()}')

    def selector(self) -> Selector:
        char = self.peek()
        if char in ("'", '"'):
            return self.string(char)
        if self.take("*"):
            return Wildcard()
        if char == ":" or _NUMBER.match(self.text, self.at):
            return self.index_or_slice()
        if char in ("?", "/", "\\", "`"):
            raise NeedsLibrary
        hint = "quote a name: ['a name']" if _KEY.match(self.text, self.at) else ""
        raise self.refusal(f"expected a quoted name, a number, a slice or *, found {self.found()}", hint=hint)

    def index_or_slice(self) -> int | slice:
        numbers: list[int | None] = [self.integer()]
        for _ in range(2):
            self.space()
            if not self.take(":"):
                break
            self.space()
            numbers.append(self.integer())
        if len(numbers) == 1:
            assert numbers[0] is not None
            return numbers[0]
        return slice(*numbers)

    def integer(self) -> int | None:
        """A number as the RFC writes them (no ``-0``, no leading zeros), None where none stands."""
        number = _NUMBER.match(self.text, self.at)
        if number is None:
            return None
        if not _INTEGER.fullmatch(number[0]) or len(number[0]) > 17 or abs(int(number[0])) > _LARGEST:
            raise self.refusal(f"{number[0]:.20} is no index", width=len(number[0]))
        self.at = number.end()
        return int(number[0])

    def string(self, quote: str) -> str:
        start = self.at
        self.at += 1
        found = ""
        while not self.take(quote):
            char = self.peek()
            if not char:
                self.at = start
                raise self.refusal("the string is not closed", width=len(self.text) - start)
            if char < " " or "\ud800" <= char <= "\udfff":
                raise self.refusal("a string holds no control characters; escape it")
            self.at += 1
            found += self.escape(quote) if char == "\\" else char
        return found

    def escape(self, quote: str) -> str:
        char = self.peek()
        self.at += 1
        if char == quote or char in _ESCAPES:
            return _ESCAPES.get(char, quote)
        self.at -= 1
        if char == "u":
            return self.unicode_escape()
        self.at -= 1
        raise self.refusal(f"unknown escape \\{char}", width=2)

    def unicode_escape(self) -> str:
        r"""The character of ``\uXXXX``, or of two of them that are a surrogate pair."""
        code = self.hex_digits()
        if 0xD800 <= code < 0xDC00 and self.text.startswith("\\u", self.at):
            self.at += 1
            low = self.hex_digits()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))
            code = low if 0xD800 <= low < 0xE000 else code
        if 0xD800 <= code < 0xE000:
            raise self.refusal("half of a surrogate pair is no character")
        return chr(code)

    def hex_digits(self) -> int:
        digits = _HEX.match(self.text, self.at + 1)
        if digits is None:
            raise self.refusal("expected four hexadecimal digits after \\u")
        self.at = digits.end()
        return int(digits[0], 16)

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, word: str) -> bool:
        if self.text.startswith(word, self.at):
            self.at += len(word)
            return True
        return False

    def space(self) -> None:
        while self.peek() and self.peek() in _SPACE:
            self.at += 1

    def found(self) -> str:
        return f'"{self.peek()}"' if self.peek() else "the end"

    def refusal(self, message: str, *, width: int = 1, hint: str = "") -> SelectorError:
        return SelectorError(message, offset=self.at, width=max(1, width), hint=hint)
