"""CSS selectors, read: from text to one tree for each alternative, every mistake with its offset."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cssselect import parser as css
from cssselect.parser import CombinedSelector, FunctionalPseudoElement, Token, Tree
from cssselect.xpath import ExpressionError

from scrapekit import SelectorError

_GOT = re.compile(r"(?P<said>.*?),? got <(?P<type>\w+)(?: '(?P<value>.*)')? at (?P<at>\d+)>", re.DOTALL)
_AT = re.compile(r"(?P<said>.*) at (?P<at>\d+)")
_NAMED = re.compile(r"(?P<name>::?[a-z][\w-]*)", re.IGNORECASE)
_PREFIX = re.compile(r'prefix "(?P<prefix>[^"]*)"')
_TAKES = "::text takes the text, ::attr(NAME) an attribute"
_NOT_CSS = {
    "first": "a field takes the first match anyway",
    "last": ":last-child and :last-of-type are CSS; so is a field's `nth: -1`",
    "eq": ":nth-child(N) counts from 1; a field's `nth: N` picks a match, from 0",
    "text": _TAKES,
    "attr": _TAKES,
}
_KNOWN_WORDS = (
    "checked contains disabled empty enabled first-child first-of-type has is lang last-child last-of-type "
    "link not nth-child nth-last-child nth-last-of-type nth-of-type only-child only-of-type root scope where"
)
_KNOWN = _KNOWN_WORDS.split()
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
class Branch:
    """One alternative of a comma list."""

    tree: Tree
    scoped: bool
    """True when its first compound is the scope node itself (``:scope …``, ``> …``)."""
    takes: str | None = None
    """None: elements; ``text``: their text nodes; ``@name``: that attribute of each."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One alternative as it is handed to cssselect, each character with its offset in the selector."""

    text: str
    origin: Sequence[int]

    def offset(self, at: int) -> int:
        return self.origin[min(max(at, 0), len(self.origin) - 1)]


def read_css(text: str, *, any_case: bool = False) -> list[Branch]:
    """The alternatives of a selector, in the order written; raises SelectorError with the offset.

    With *any_case* the attribute of ``::attr(Href)`` is href, as in HTML.
    """
    branches = [branch for part in _parts(text, _tokens(text)) for branch in _branches(part)]
    if any_case:
        return [replace(branch, takes=branch.takes and branch.takes.lower()) for branch in branches]
    return branches


def _tokens(text: str) -> list[Token]:
    try:
        return list(css.tokenize(text))
    except css.SelectorSyntaxError as error:
        raise _refusal(error, _Part(text, range(len(text) + 1))) from None


def _parts(text: str, tokens: list[Token]) -> list[_Part]:
    """Cut at the commas between alternatives and write out what cssselect cannot read itself.

    A leading combinator means ``:scope`` before it, and ``:not(a, b)`` means ``:not(a):not(b)``.
    """
    parts: list[_Part] = []
    pieces: list[tuple[int, str]] = []
    inside: list[bool] = []
    start, blank = 0, True
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "EOF" or (not inside and token.is_delim(",")):
            if blank:
                raise SelectorError(f"expected a selector, found {_shown(token)}", offset=token.pos)
            parts.append(_join(text, start, token.pos, pieces))
            pieces, start, blank = [], token.pos + 1, True
            continue
        if blank and token.is_delim(">", "+", "~"):
            pieces.append((token.pos, ":scope "))
        blank = blank and token.type == "S"
        if token.is_delim("("):
            inside.append(
                before is not None and before.type == "IDENT" and str(before.value).lower() == "not"
            )
        elif token.is_delim(")") and inside:
            inside.pop()
        elif token.is_delim(",") and inside[-1]:
            pieces.append((token.pos, "):not("))
    return parts


def _join(text: str, start: int, end: int, pieces: list[tuple[int, str]]) -> _Part:
    said, origin, at = "", [], start
    for pos, extra in pieces:
        said += text[at:pos] + extra
        origin += [*range(at, pos), *[pos] * len(extra)]
        at = pos + 1 if text[pos] == "," else pos
    return _Part(said + text[at:end], [*origin, *range(at, end + 1)])


def _branches(part: _Part) -> list[Branch]:
    try:
        (selector,) = css.parse(part.text)
        tree, scoped = _without_scope(selector.parsed_tree)
    except css.SelectorSyntaxError as error:
        raise _refusal(error, part) from None
    except RecursionError:
        raise SelectorError("the selector is nested too deeply") from None
    branch = Branch(tree, scoped, _takes(selector.pseudo_element, part))
    inside = _all_inside(tree) if branch.takes else None
    # ``p ::text`` is all text in p, its own too, as in other tools that have ::text.
    return [branch] if inside is None else [replace(branch, tree=inside), branch]


def _all_inside(tree: Tree) -> Tree | None:
    """The p of ``p *``; None for any other selector."""
    if not isinstance(tree, CombinedSelector) or tree.combinator != " ":
        return None
    subject = tree.subselector
    is_any = isinstance(subject, css.Element) and subject.element is None and subject.namespace is None
    return tree.selector if is_any else None


def _takes(pseudo: Any, part: _Part) -> str | None:
    if pseudo is None:
        return None
    if pseudo == "text":
        return "text"
    if isinstance(pseudo, FunctionalPseudoElement):
        if pseudo.name == "attr" and pseudo.argument_types() in (["IDENT"], ["STRING"]):
            return f"@{pseudo.arguments[0].value}"
        name = pseudo.name
    else:
        name = pseudo
    at = part.text.lower().rfind("::" + name)
    offset = part.offset(at if at >= 0 else part.text.lower().rfind(":" + name))
    said = "::attr() takes one attribute's name" if name == "attr" else f"unknown pseudo-element ::{name}"
    raise SelectorError(said, offset=offset, width=len(name) + 2, hint=_TAKES)


def _without_scope(tree: Tree) -> tuple[Tree, bool]:
    """The tree without the ``:scope`` of its first compound, and whether it had one."""
    if isinstance(tree, CombinedSelector):
        left, scoped = _without_scope(tree.selector)
        return (CombinedSelector(left, tree.combinator, tree.subselector), True) if scoped else (tree, False)
    if isinstance(tree, css.Pseudo) and tree.ident == "scope":
        return tree.selector, True
    if isinstance(tree, css.Element):
        return tree, False
    inner, scoped = _without_scope(tree.selector)
    if scoped:
        tree.selector = inner
    return tree, scoped


def _refusal(error: Exception, part: _Part) -> SelectorError:
    """Cssselect's refusal as ours: its sentence, the place it names, and a hint where one is known."""
    message = str(error)
    if found := _GOT.fullmatch(message):
        token = Token(found["type"], found["value"], pos=int(found["at"]))  # type: ignore[arg-type]
        said = _sentence(found["said"])
        return SelectorError(
            f"{said}, found {_shown(token)}",
            offset=part.offset(token.pos),
            width=max(1, len(token.value or "")),
            hint=_hint(token, said),
        )
    if found := _AT.fullmatch(message):
        return SelectorError(_sentence(found["said"]), offset=part.offset(int(found["at"])))
    return _named_refusal(message, part)


def _named_refusal(message: str, part: _Part) -> SelectorError:
    named = _NAMED.search(message)
    at = part.text.lower().rfind(named["name"]) if named else -1
    if at < 0 or named is None:
        return SelectorError(_sentence(message))
    return SelectorError(_sentence(message), offset=part.offset(at), width=len(named["name"]))


def _shown(token: Token) -> str:
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
