"""The text of a path and where in it we are: space, names, strings and numbers (RFC 9535)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from scrapekit import SelectorError

_SPACE = re.compile(r"[ \t\n\r]*")
_KEY = re.compile(r"@?[A-Za-z_\u0080-\ud7ff\ue000-\U0010ffff][\w\u0080-\ud7ff\ue000-\U0010ffff-]*", re.ASCII)
_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_DIGITS = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<power>[eE][+-]?[0-9]+)?")
_ABOUT_A_NUMBER = re.compile(r"[+-]?\.?\w[\w.]*", re.ASCII)
_HEX = re.compile(r"[0-9A-Fa-f]{4}")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "/": "/", "\\": "\\"}
_LARGEST = 2**53 - 1
"""RFC 9535 2.1: integers are within the range that every JSON implementation keeps exactly."""
_MOST_DIGITS = 400
_DEEPEST = 30
"""How deep conditions may stand in one another."""


class Scanner:
    """Reads from the front of a text; raises SelectorError for what is not there."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._depth = 0

    @property
    def inside(self) -> bool:
        """True in a condition."""
        return self._depth > 0

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Around what may hold itself."""
        if self._depth == _DEEPEST:
            raise self.refusal("the path is nested too deeply")
        self._depth += 1
        yield
        self._depth -= 1

    def peek(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def take(self, word: str) -> bool:
        """True when the word was next; it is behind us then."""
        if self.text.startswith(word, self.at):
            self.at += len(word)
            return True
        return False

    def match(self, pattern: re.Pattern[str]) -> str:
        """What the pattern matches here, which is behind us then; empty where it does not."""
        found = pattern.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]

    def space(self) -> None:
        """Go past white space."""
        self.match(_SPACE)

    def key(self) -> str:
        """A name that needs no quotes; empty where none stands.

        The RFC's, and besides them names with hyphens and names that begin with ``@``.
        """
        return self.match(_KEY)

    def found(self) -> str:
        """The next character, as a sentence shows it."""
        return f'"{self.peek()}"' if self.peek() else "the end"

    def refusal(
        self, message: str, *, at: int | None = None, width: int = 1, hint: str = ""
    ) -> SelectorError:
        """A refusal of what stands here, or at another place."""
        return SelectorError(message, offset=self.at if at is None else at, width=max(1, width), hint=hint)

    def integer(self) -> int | None:
        """An index: no ``-0``, no leading zeros (RFC 9535 2.3.3.1). None where no digit stands."""
        found = _DIGITS.match(self.text, self.at)
        if found is None:
            return None
        if not _INTEGER.fullmatch(found[0]) or len(found[0]) > 17 or abs(int(found[0])) > _LARGEST:
            raise self.refusal(f"{found[0]:.20} is no index", width=len(found[0]))
        self.at = found.end()
        return int(found[0])

    def number(self) -> int | float:
        """A number as JSON writes them (RFC 9535 2.3.5.1)."""
        start = self.at
        found = _NUMBER.match(self.text, start)
        whole = _ABOUT_A_NUMBER.match(self.text, start)
        end = found.end() if found else start
        if found is None or self.text[end : end + 1].isalnum() or self.text.startswith(".", end):
            shown = whole[0] if whole else self.text[start : start + 1]
            raise self.refusal(f"{shown:.20} is no number", width=len(shown))
        if end - start > _MOST_DIGITS:
            raise self.refusal("the number has too many digits", width=end - start)
        self.at = end
        return float(found[0]) if found["fraction"] or found["power"] else int(found[0])

    def string(self) -> str:
        """A text in quotes (RFC 9535 2.3.1.1)."""
        return self.placed_string()[0]

    def placed_string(self) -> tuple[str, list[int]]:
        """A text in quotes; and where each of its characters is written, and where it ends."""
        start, quote = self.at, self.peek()
        self.at += 1
        found, places = "", []
        while not self.take(quote):
            char = self.peek()
            if not char:
                raise self.refusal("the string is not closed", at=start, width=len(self.text) - start)
            if char < " " or "\ud800" <= char <= "\udfff":
                raise self.refusal("a string holds no control characters; escape it")
            places.append(self.at)
            self.at += 1
            found += self._escape(quote) if char == "\\" else char
        return found, [*places, self.at - 1]

    def _escape(self, quote: str) -> str:
        char = self.peek()
        self.at += 1
        if char == quote or (char and char in _ESCAPES):
            return _ESCAPES.get(char, quote)
        if char == "u":
            self.at -= 1
            return self._unicode_escape()
        hint = f"a backslash is written twice: \\\\{char}" if char.isalnum() else ""
        raise self.refusal(f"unknown escape \\{char}", at=self.at - 2, width=2, hint=hint)

    def _unicode_escape(self) -> str:
        r"""The character of ``\uXXXX``, or of two of them that are a surrogate pair."""
        code = self._hex_digits()
        if 0xD800 <= code < 0xDC00 and self.text.startswith("\\u", self.at):
            self.at += 1
            low = self._hex_digits()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))
            code = low if 0xD800 <= low < 0xE000 else code
        if 0xD800 <= code < 0xE000:
            raise self.refusal("half of a surrogate pair is no character", at=self.at - 6, width=6)
        return chr(code)

    def _hex_digits(self) -> int:
        digits = _HEX.match(self.text, self.at + 1)
        if digits is None:
            raise self.refusal("expected four hexadecimal digits after \\u", at=self.at + 1)
        self.at = digits.end()
        return int(digits[0], 16)
