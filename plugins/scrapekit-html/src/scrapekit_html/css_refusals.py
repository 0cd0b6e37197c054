"""Mistakes in CSS selectors: cssselect's words as ours, each with its offset and what to write instead."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cssselect.parser import Token
from cssselect.xpath import ExpressionError

from scrapekit import SelectorError

_GOT = re.compile(r"(?P<said>.*?),? got <(?P<type>\w+)(?: '(?P<value>.*)')? at (?P<at>\d+)>", re.DOTALL)
_AT = re.compile(r"(?P<said>.*) at (?P<at>\d+)")
_NAMED = re.compile(r"(?P<name>::?[a-z][\w-]*)", re.IGNORECASE)
_PREFIX = re.compile(r'prefix "(?P<prefix>[^"]*)"')
TAKES = "::text takes the text, ::attr(NAME) an attribute"
_NOT_CSS = {
    "first": "a field takes the first match anyway",
    "last": ":last-child and :last-of-type are CSS; so is a field's `nth: -1`",
    "eq": ":nth-child(N) counts from 1; a field's `nth: N` picks a match, from 0",
    "required": "the attribute says it: [required]",
    "optional": "the attribute says it: :not([required])",
    "any-link": "it is :link here: no page was visited",
    "text": TAKES,
    "attr": TAKES,
}
_KNOWN_WORDS = (
    "checked contains disabled empty enabled first-child first-of-type has is lang last-child last-of-type "
    "link not nth-child nth-last-child nth-last-of-type nth-of-type only-child only-of-type root scope where"
)
_KNOWN = _KNOWN_WORDS.split()
_FUNCTIONAL = re.compile(r"::FunctionalPseudoElement\[(::[\w-]+)\(.*?\)\]")
"""How cssselect shows a pseudo-element with an argument."""
_REWORDED = (
    (re.compile(r"got pseudo-element (::[^ ]+) not at the end of a selector"), r"\1 can only end a selector"),
    (re.compile(r"got pseudo-element (::[^ ]+) inside .*"), r"\1 cannot stand in brackets"),
    (re.compile(r'got pseudo-class "(:scope)" not at .*'), r"\1 can only begin a selector"),
    (re.compile(r"got nested (:not)\(\)"), r"\1() cannot stand in \1()"),
    (re.compile(r"\*(:[a-z-]+)(?:\(\))? is not implemented"), r"\1 needs a tag before it"),
    (re.compile(r"expected (selector|ident)\b"), r"expected a \1"),
    (re.compile(r"\bident\b"), "name"),
)
"""cssselect's words for some mistakes, and ours."""

_LIVE = frozenset({"active", "focus", "hover", "target", "visited"})


@dataclass(frozen=True, slots=True)
class Part:
    """One alternative as it is handed to cssselect, each character with its offset in the selector."""

    text: str
    origin: Sequence[int]

    def offset(self, at: int) -> int:
        """Where in the selector a character of the text stands, or the nearest one."""
        return self.origin[min(max(at, 0), len(self.origin) - 1)]


def refusal_of(error: Exception, part: Part) -> SelectorError:
    """Cssselect's refusal as ours: its sentence, the place it names, and a hint where one is known."""
    message = _FUNCTIONAL.sub(r"\1()", str(error))
    if found := _GOT.fullmatch(message):
        token = Token(found["type"], found["value"], pos=int(found["at"]))  # type: ignore[arg-type]
        said = _sentence(found["said"])
        return SelectorError(
            f"{said}, found {shown(token)}",
            offset=part.offset(token.pos),
            width=max(1, len(token.value or "")),
            hint=_hint(token, said),
        )
    if found := _AT.fullmatch(message):
        return SelectorError(_sentence(found["said"]), offset=part.offset(int(found["at"])))
    return _named_refusal(message, part)


def _named_refusal(message: str, part: Part) -> SelectorError:
    named = _NAMED.search(message)
    at = part.text.lower().rfind(named["name"]) if named else -1
    if at < 0 or named is None:
        return SelectorError(_sentence(message))
    return SelectorError(_sentence(message), offset=part.offset(at), width=len(named["name"]))


def shown(token: Token) -> str:
    """The token as a message names it."""
    return "the end" if token.type == "EOF" else f'"{token.value}"'


def _sentence(said: str) -> str:
    """Cssselect's sentence in the words of this project."""
    said = (said[:1].lower() + said[1:]).rstrip(".")
    for theirs, ours in _REWORDED:
        said = theirs.sub(ours, said)
    return said


def _hint(token: Token, said: str) -> str:
    if token.type == "NUMBER" and "string" in said:
        return f'quote the value: "{token.value}"'
    if token.type == "NUMBER":
        return 'a name cannot begin with a digit; a class that does is written [class~="1st"]'
    return ""


def refuse_expression(error: ExpressionError, text: str) -> SelectorError:
    """What the translator could not express, with its place in *text* and what to write instead."""
    message = _sentence(str(error).partition(", got [")[0])
    if found := _PREFIX.search(message):
        return SelectorError(message, offset=max(0, text.find(found["prefix"] + "|")))
    if message.startswith("invalid series"):
        at = max(0, text.lower().find(":nth-"))
        return SelectorError("not a position: write a number, odd, even or a series like 2n+1", offset=at)
    named = _NAMED.search(message)
    if named is None:
        return SelectorError(message)
    name = named["name"].lstrip(":")
    at = max(0, text.lower().find(":" + name.lower()))
    if "is unknown" in message:
        message = f"unknown pseudo-class :{name}"
    return SelectorError(message, offset=at, width=len(name) + 1, hint=_pseudo_hint(name))


def _pseudo_hint(name: str) -> str:
    if name in _NOT_CSS:
        return _NOT_CSS[name]
    if name in _LIVE:
        return "it speaks of a page on a screen; a fetched page has no such state"
    near = difflib.get_close_matches(name, _KNOWN, n=1)
    return f"did you mean :{near[0]}?" if near and near[0] != name else ""
