"""CSS selectors, read: from text to one tree for each alternative, every mistake with its offset."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from cssselect import parser as css
from cssselect.parser import CombinedSelector, FunctionalPseudoElement, Token, Tree

from scrapekit import SelectorError
from scrapekit_html.css_refusals import TAKES, Part, refusal_of, shown

_NO_CHARACTER = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0, 2.2: what is no character of a page."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One alternative of a comma list."""

    tree: Tree
    scoped: bool
    """True when its first compound is the scope node itself (``:scope …``, ``> …``)."""
    takes: str | None = None
    """None: elements; ``text``: their text nodes; ``@name``: that attribute of each."""


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
        tokens = list(css.tokenize(text))
    except css.SelectorSyntaxError as error:
        raise refusal_of(error, Part(text, range(len(text) + 1))) from None
    for token in tokens:
        # An escape is a character by now: \\B is U+000B, which stands in no XPath either.
        if token.type != "S" and (found := _NO_CHARACTER.search(str(token.value or ""))):
            raise SelectorError(f"no page holds the character U+{ord(found[0]):04X}", offset=token.pos)
    return tokens


def _parts(text: str, tokens: list[Token]) -> list[Part]:
    """Cut at the commas between alternatives and write out what cssselect cannot read itself.

    A leading combinator means ``:scope`` before it, and ``:not(a, b)`` means ``:not(a):not(b)``.
    """
    parts: list[Part] = []
    pieces: list[tuple[int, str]] = []
    inside: list[bool] = []
    start, blank = 0, True
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "EOF" or (not inside and token.is_delim(",")):
            if blank:
                raise SelectorError(f"expected a selector, found {shown(token)}", offset=token.pos)
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


def _join(text: str, start: int, end: int, pieces: list[tuple[int, str]]) -> Part:
    said, origin, at = "", [], start
    for pos, extra in pieces:
        said += text[at:pos] + extra
        origin += [*range(at, pos), *[pos] * len(extra)]
        at = pos + 1 if text[pos] == "," else pos
    return Part(said + text[at:end], [*origin, *range(at, end + 1)])


def _branches(part: Part) -> list[Branch]:
    try:
        (selector,) = css.parse(part.text)
        tree, scoped = _without_scope(selector.parsed_tree)
    except css.SelectorSyntaxError as error:
        raise refusal_of(error, part) from None
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


def _takes(pseudo: Any, part: Part) -> str | None:
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
    raise SelectorError(said, offset=offset, width=len(name) + 2, hint=TAKES)


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
