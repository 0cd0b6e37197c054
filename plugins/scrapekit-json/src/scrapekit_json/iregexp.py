r"""I-Regexp (RFC 9485), what ``match()`` and ``search()`` take: checked, and put in Python's words.

``^`` and ``$`` tie an expression to the ends of the text, as in the translations that RFC 9485 5.3 to
5.5 gives. What I-Regexp does not have (``\d``, ``(?i)``, ``+?``) is a mistake.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from itertools import groupby

from scrapekit import Regex, RegexError, compile_regex

_LONGEST = 4_000
_LONGEST_TRANSLATED = 100_000
"""A class such as ``\\p{L}`` is written out, in up to two thousand characters."""

_COUNT = re.compile(r"\{(?P<least>[0-9]+)(?:,(?P<most>[0-9]*))?\}")
_CATEGORY = re.compile(r"[pP]\{(?P<name>L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|Z[lps]?|S[ckmo]?|C[cfno]?)\}")
_ESCAPED = frozenset("()*+-.?[\\]^{|}$nrt") - {"$"}
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_HINTS = {
    "d": "write [0-9]",
    "D": "write [^0-9]",
    "w": "write [A-Za-z0-9_], or [\\\\p{L}\\\\p{N}_]",
    "W": "write [^A-Za-z0-9_]",
    "s": "write [ \\\\t\\\\r\\\\n]",
    "S": "write [^ \\\\t\\\\r\\\\n]",
    "b": "=~ takes regular expressions of Python, which have \\\\b",
}


class IRegexpError(RegexError):
    """What is no I-Regexp, and what may be written instead."""

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message, offset)
        self.hint = hint


def compile_iregexp(text: str) -> Regex:
    """The compiled expression; raises RegexError with the offset of what I-Regexp does not have."""
    if len(text) > _LONGEST:
        raise RegexError(f"the regular expression is longer than {_LONGEST:,} characters", _LONGEST)
    translated = _Translation(text).whole()
    try:
        return compile_regex(translated, longest=_LONGEST_TRANSLATED)
    except RegexError as error:
        # Counts that are too large; a place in the translation says nothing.
        raise RegexError(str(error)) from error


class _Translation:
    """Where in an expression we are, and what it has become so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.done: list[str] = []

    def whole(self) -> str:
        opened: list[int] = []
        repeatable = False
        while char := self.peek():
            if char in "*+?{":
                if not repeatable:
                    raise self.refusal(f"nothing stands before {char} that could be repeated")
                self.quantifier(char)
                repeatable = False
                continue
            repeatable = char not in "(|"
            if char == "(":
                opened.append(self.at)
            elif char == ")":
                if not opened:
                    raise self.refusal("the bracket ) was never opened")
                opened.pop()
            self.piece(char)
        if opened:
            self.at = opened[-1]
            raise self.refusal("the bracket ( is not closed")
        return "".join(self.done)

    def piece(self, char: str) -> None:
        self.at += 1
        match char:
            case "(":
                self.done.append("(?:")
            case ")" | "|":
                self.done.append(char)
            case "^" | "$":
                # To the RFC they are characters, which may be repeated; Python repeats no bare anchor.
                self.done.append("(?:^)" if char == "^" else r"(?:\Z)")
            case ".":
                self.done.append(r"[^\n\r]")
            case "[":
                self.char_class()
            case "\\":
                category = self.category()
                self.done.append(f"[{category}]" if category else re.escape(self.escape()))
            case "]" | "}":
                self.at -= 1
                raise self.refusal(f"a {char} alone is written \\\\{char}")
            case _:
                self.done.append(re.escape(char))

    def quantifier(self, char: str) -> None:
        if char != "{":
            self.at += 1
            self.done.append(char)
            return
        found = _COUNT.match(self.text, self.at)
        if found is None:
            raise self.refusal("expected a count: {2}, {2,} or {2,5}")
        if found["most"] and int(found["least"][:9]) > int(found["most"][:9]):
            raise self.refusal("the count begins with the larger number")
        self.at = found.end()
        self.done.append(found[0])

    def escape(self) -> str:
        """The character that the letter after a backslash means."""
        char = self.peek()
        if not char or char not in _ESCAPED:
            self.at -= 1
            raise self.refusal(f"I-Regexp has no \\{char}", _HINTS.get(char, ""))
        self.at += 1
        return _CONTROLS.get(char, char)

    def category(self) -> str:
        r"""The inside of a class with all characters of ``\p{Lu}``; empty where none stands."""
        if self.peek() not in ("p", "P"):
            return ""
        found = _CATEGORY.match(self.text, self.at)
        if found is None:
            self.at -= 1
            raise self.refusal("expected a category, such as \\\\p{L} or \\\\p{Lu}")
        self.at = found.end()
        return _characters(found["name"], outside=found[0][0] == "P")

    def char_class(self) -> None:
        start = self.at - 1
        inside = "[^" if self.take("^") else "["
        if self.take("-"):
            inside += r"\-"
        elif self.peek() == "]":
            raise self.refusal("a class is not empty; a ] in it is written \\\\]")
        while not self.take("]"):
            if not self.peek():
                self.at = start
                raise self.refusal("the class is not closed")
            if self.text.startswith("-]", self.at):
                self.at += 1
                inside += r"\-"
            else:
                inside += self.member()
        self.done.append(inside + "]")

    def member(self) -> str:
        """A character, a range or a category in a class."""
        if self.peek() == "\\":
            self.at += 1
            if category := self.category():
                return category
            self.at -= 1
        start, first = self.at, self.class_char()
        if self.peek() != "-" or self.text.startswith("-]", self.at):
            return re.escape(first)
        self.at += 1
        last = self.class_char()
        if first > last:
            self.at = start
            raise self.refusal("the range begins with the larger character")
        return f"{re.escape(first)}-{re.escape(last)}"

    def class_char(self) -> str:
        char = self.peek()
        if char in ("", "[", "]", "-"):
            raise self.refusal(
                f"a {char} in a class is written \\\\{char}" if char else "the class is not closed"
            )
        self.at += 1
        return self.escape() if char == "\\" else char

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, char: str) -> bool:
        taken = self.peek() == char
        self.at += taken
        return taken

    def refusal(self, message: str, hint: str = "") -> IRegexpError:
        return IRegexpError(f"not a regular expression: {message}", self.at, hint)


@cache
def _characters(name: str, *, outside: bool) -> str:
    """The ranges of a general category, or of everything else, as a class of Python's lists them."""
    category, length, at, found = unicodedata.category, len(name), 0, ""
    for inside, run in groupby(category(chr(code))[:length] == name for code in range(sys.maxunicode + 1)):
        count = sum(1 for _ in run)
        if inside is not outside:
            found += f"\\U{at:08x}" if count == 1 else f"\\U{at:08x}-\\U{at + count - 1:08x}"
        at += count
    return found
