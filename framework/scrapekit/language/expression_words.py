"""The text of an expression to its words: numbers, texts, names and signs, each with its offset."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn

from scrapekit.errors import ExpressionError
from scrapekit.language.expression_tree import Constant

LARGEST_INTEGER = 2**63


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression, as it is written, with the offset at which it begins."""

    kind: Literal["number", "text", "word", "sign", "end"]
    text: str
    offset: int

    @property
    def width(self) -> int:
        """How many characters a caret underlines; the end has one."""
        return max(1, len(self.text))


_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<word>[^\W\d]\w*)
    | (?P<sign>==|!=|<=|>=|[-<>+*/%|()\[\],.])
    | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}


def tokens_of(text: str) -> Iterator[Token]:
    """The words in order, the end last. Raises ExpressionError at the first character that begins none."""
    position = 0
    while True:
        match = _TOKEN.match(text, position)
        if match is None:
            _refuse_character(text, position)
        kind = match.lastgroup
        assert kind is not None
        yield Token(kind, match[kind], match.start(kind))  # type: ignore[arg-type]
        if kind == "end":
            return
        position = match.end()


def _refuse_character(text: str, position: int) -> NoReturn:
    offset = position + len(text[position:]) - len(text[position:].lstrip())
    sign = text[offset]
    if sign in "\"'":
        raise ExpressionError("the quote that opens here is not closed", offset=offset)
    hints = {
        "=": "write == to compare",
        "!": "write != or not",
        "&": "write and",
        "~": "write matches 'pattern'",
        "{": "an expression holds no braces",
        ":": "a filter's option goes into brackets: split(',')",
    }
    raise ExpressionError(f'unexpected "{sign}"', offset=offset, hint=hints.get(sign, ""))


def number_of(token: Token) -> Constant:
    """The number that is written. Raises ExpressionError where it is larger than 2**63, or than a float."""
    value = float(token.text) if re.search(r"[.eE]", token.text) else int(token.text[:25])
    if value == float("inf") or (isinstance(value, int) and value >= LARGEST_INTEGER):
        raise ExpressionError("the number is too large", offset=token.offset, width=token.width)
    return Constant(value, token.offset, token.width)


def text_of(text: str) -> str:
    """What stands between quotes, with its escapes put in: newline, tab, backslash and both quotes."""
    # Any other backslash stays, so that a regular expression need not double its own.
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), text, flags=re.DOTALL)
