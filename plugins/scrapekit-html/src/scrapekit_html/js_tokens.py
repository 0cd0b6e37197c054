"""JavaScript as tokens: where in a script we are, and how to go over what is not read."""

from __future__ import annotations

import re
from dataclasses import dataclass

DEEPEST = 100
"""How deep brackets may be nested."""

SPACE = re.compile(r"(?:[\s\ufeff]++|//[^\n\r\u2028\u2029]*+|/\*(?:[^*]++|\*(?!/))*+\*/|<!--[^\n]*+|-->)*+")
STRING = re.compile(r"\"(?:[^\"\\]++|\\.)*+\"|'(?:[^'\\]++|\\.)*+'|`(?:[^`\\$]++|\\.|\$(?!\{))*+`", re.DOTALL)
NUMBER = re.compile(
    r"0[xX][\da-fA-F_]++n?|0[oO][0-7_]++n?|0[bB][01_]++n?"
    r"|(?:\d[\d_]*+(?:\.[\d_]*+)?+|\.\d[\d_]*+)(?:[eE][-+]?\d++)?+n?"
)
WORD = re.compile(r"[^\W\d][\w$]*+|\$[\w$]*+")
_REGEX = re.compile(r"/(?:[^/\\\[\n\r]++|\\.|\[(?:[^\]\\\n\r]++|\\.)*+\])++/[a-z]*+")
_TEMPLATE = re.compile(r"(?:[^`\\$]++|\\.|\$(?!\{))*+", re.DOTALL)
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_BEFORE_REGEX = frozenset({"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else"})


class NotLiteral(Exception):
    """What stands here is no literal that can be read; ``at`` is how far it was looked at."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


@dataclass(slots=True)
class Patience:
    """How many steps are left for the scripts of one page; scripts made to take for ever run out of them."""

    steps: int = 1_000_000

    def spend(self, steps: int, at: int) -> None:
        """Take so many; raises NotLiteral when none is left."""
        self.steps -= steps
        if self.steps < 0:
            raise NotLiteral(at)


def space_end(text: str, at: int) -> int:
    """Where the white space and comments end that begin at *at*."""
    found = SPACE.match(text, at)
    return at if found is None else found.end()


@dataclass(slots=True)
class Cursor:
    """A place in a script."""

    text: str
    at: int
    patience: Patience

    def peek(self) -> str:
        """The next character that is no white space and in no comment; empty at the end."""
        self.patience.spend(1, self.at)
        self.at = space_end(self.text, self.at)
        return self.text[self.at : self.at + 1]

    def take(self, char: str) -> bool:
        """Go over *char* where it comes next."""
        if self.peek() != char:
            return False
        self.at += 1
        return True

    def skip(self, depth: int) -> int:
        """Go to the comma or bracket that ends an expression which is not read; gives where that is."""
        waiting: list[str] = []
        divides = False
        while char := self.peek():
            if not waiting and char in ",;)]}":
                return self.at
            if waiting and char == waiting[-1]:
                waiting.pop()
            elif char in ")]}":
                break
            elif char in _CLOSING:
                waiting.append(_CLOSING[char])
            divides = self.step(char, depth, divides=divides)
            if len(waiting) > DEEPEST:
                break
        if waiting or char:
            raise NotLiteral(self.at)
        return self.at

    def step(self, char: str, depth: int, *, divides: bool) -> bool:
        """Go over one token; whether a slash after it divides rather than begins a regular expression."""
        if string := STRING.match(self.text, self.at):
            self.at = string.end()
            return True
        if char == "`":
            self.template(depth)
            return True
        if char in "'\"" or (char == "/" and not divides):
            expression = _REGEX.match(self.text, self.at)
            if expression is None:
                raise NotLiteral(self.at)
            self.at = expression.end()
            return True
        if word := WORD.match(self.text, self.at) or NUMBER.match(self.text, self.at):
            self.at = word.end()
            return word[0] not in _BEFORE_REGEX
        self.at += 1
        return char in ")]"

    def template(self, depth: int) -> None:
        """Go over a template string with expressions in it."""
        self.at += 1
        while True:
            chunk = _TEMPLATE.match(self.text, self.at)
            self.at = self.at if chunk is None else chunk.end()
            if self.text.startswith("`", self.at):
                self.at += 1
                return
            if not self.text.startswith("${", self.at) or depth > DEEPEST:
                raise NotLiteral(self.at)
            self.at += 2
            while not self.take("}"):
                end = self.skip(depth + 1)
                if self.text[end : end + 1] not in (",", "}"):
                    raise NotLiteral(end)
                self.take(",")
