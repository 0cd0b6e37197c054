"""CSS trees → plain functions that tell whether an element matches, for the shapes worth it.

A match reads from right to left and tells *how* it failed, so that a search among ancestors or
siblings stops as soon as no other candidate can do better; without that, a chain of descendant
combinators costs (depth of the page) to the power of (length of the chain).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cssselect import parser as css
from cssselect.parser import Attrib, Class, CombinedSelector, Element, Function, Hash, Negation, Pseudo, Tree
from lxml import etree

Node: TypeAlias = Any
"""An element of lxml; its stubs are of no help on a path where every call counts."""

Check: TypeAlias = Callable[[Node], bool]
Match: TypeAlias = Callable[[Node], int]

YES, NO, NO_SIBLING, NOWHERE = 1, 0, -1, -2
"""It matches; this one does not; nor does a sibling before it; nor does anything above it."""

_FINAL = (YES, NOWHERE)
_SAFE = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.-]*\Z")
_SPACE = re.compile(r"[ \t\r\n\f]")
_XPATH_SPACE = str.maketrans("\t\r\n", "   ")
_string_value: Callable[[Node], str] = etree.XPath("string()", smart_strings=False)  # type: ignore[assignment]


class NotPlanned(Exception):
    """The selector has a part that is left to XPath."""


@dataclass(slots=True)
class Compound:
    """One compound of a selector: what an element itself must be."""

    tag: str | None = None
    ids: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    """Everything but the tag, the ids and classes included, cheapest first."""

    def check(self, *, with_tag: bool) -> Check | None:
        """One function for the whole compound; None when every element passes."""
        checks = list(self.checks)
        if with_tag and self.tag is not None:
            checks.insert(0, _is_tag(self.tag))
        return _all_of(checks)


@dataclass(slots=True)
class Chain:
    """A selector as compounds: the last is the subject, the first stands alone at the far left."""

    compounds: list[Compound]
    combinators: list[str]
    """``combinators[n]`` stands between compound n and n + 1."""

    @property
    def subject(self) -> Compound:
        """The compound that the found elements themselves must be."""
        return self.compounds[-1]

    def before_subject(self) -> Match | None:
        """What must stand before or above a subject; None when nothing must."""
        look: Match | None = None
        for compound, combinator in zip(self.compounds, self.combinators, strict=False):
            look = _LOOK[combinator](_match(compound.check(with_tag=True), look))
        return look

    def match(self) -> Check:
        """Whether an element whose tag is right already matches the whole selector."""
        check, look = self.subject.check(with_tag=False), self.before_subject()
        if look is None:
            return check or _always
        if check is None:
            return lambda node: look(node) > 0
        return lambda node: check(node) and look(node) > 0


def read_chain(tree: Tree) -> Chain:
    """The tree as compounds; raises NotPlanned where XPath does better."""
    compounds, combinators = [], []
    while isinstance(tree, CombinedSelector):
        compounds.append(_compound(tree.subselector))
        combinators.append(tree.combinator)
        tree = tree.selector
    compounds.append(_compound(tree))
    return Chain(compounds[::-1], combinators[::-1])


def _compound(tree: Tree) -> Compound:
    found: list[Tree] = []
    while not isinstance(tree, Element):
        found.append(tree)
        tree = getattr(tree, "selector")  # noqa: B009 (the union of trees has no common base)
    compound = Compound(_tag(tree))
    for part in reversed(found):
        _add(compound, part)
    return compound


def _tag(element: Element) -> str | None:
    if element.namespace:
        raise NotPlanned
    if element.element is None:
        return None
    return _safe(element.element)


def _safe(name: str) -> str:
    if not _SAFE.match(name):
        raise NotPlanned
    return name.lower()


def _add(compound: Compound, part: Tree) -> None:
    match part:
        case Hash():
            compound.ids.append(part.id)
            compound.checks.append(_equals("id", part.id))
        case Class():
            compound.classes.append(part.class_name)
            compound.checks.append(_has_word("class", part.class_name))
        case Attrib(namespace=None, flag=None):
            compound.checks.append(_attribute(part))
        case Pseudo():
            compound.checks.append(_pseudo(compound, part.ident))
        case Function():
            compound.checks.append(_function(part))
        case Negation():
            compound.checks.append(_negation(part))
        case _:
            raise NotPlanned


def _attribute(part: Attrib) -> Check:
    make = _OPERATORS.get(part.operator)
    if make is None:
        raise NotPlanned
    value = part.value.value if part.value is not None else ""
    return make(_safe(part.attrib), value or "")


def _pseudo(compound: Compound, name: str) -> Check:
    if name in _PSEUDOS:
        return _PSEUDOS[name]
    if name in ("first-of-type", "last-of-type") and compound.tag:
        return _alone_on_a_side(compound.tag, before=name == "first-of-type")
    raise NotPlanned


def _function(part: Function) -> Check:
    if part.name == "contains" and part.argument_types() in (["STRING"], ["IDENT"]):
        return _contains(str(part.arguments[0].value))
    if part.name in ("nth-child", "nth-last-child"):
        try:
            step, place = css.parse_series(part.arguments)
        except ValueError:
            raise NotPlanned from None
        if step == 0 and 0 < place < _FAR:
            return _nth(place, before=part.name == "nth-child")
    raise NotPlanned


_FAR = 50
"""Counting siblings one by one beyond this is XPath's work."""


def _negation(part: Negation) -> Check:
    chain = read_chain(part.subselector)
    match, tag = chain.match(), chain.subject.tag
    if tag is None:
        return lambda node: not match(node)
    return lambda node: not (node.tag == tag and match(node))


def _always(node: Node) -> bool:
    return True


def _never(node: Node) -> bool:
    return False


def _all_of(checks: list[Check]) -> Check | None:
    if not checks:
        return None
    if len(checks) == 1:
        return checks[0]
    first, rest = checks[0], _all_of(checks[1:])
    assert rest is not None
    return lambda node: first(node) and rest(node)


def _is_tag(tag: str) -> Check:
    return lambda node: bool(node.tag == tag)


def _exists(name: str, value: str) -> Check:
    return lambda node: node.get(name) is not None


def _equals(name: str, value: str) -> Check:
    return lambda node: bool(node.get(name) == value)


def _has_word(name: str, word: str) -> Check:
    if not word or _SPACE.search(word):
        return _never
    padded = f" {word} "

    def check(node: Node) -> bool:
        value = node.get(name)
        if value is None or word not in value:
            return False
        return value == word or padded in f" {value.translate(_XPATH_SPACE)} "

    return check


def _begins(name: str, value: str) -> Check:
    return lambda node: (node.get(name) or "").startswith(value)


def _ends(name: str, value: str) -> Check:
    return lambda node: (node.get(name) or "").endswith(value)


def _holds(name: str, value: str) -> Check:
    return lambda node: value in (node.get(name) or "")


_NONEMPTY = {"^=": _begins, "$=": _ends, "*=": _holds}
_OPERATORS: dict[str, Callable[[str, str], Check]] = {
    "exists": _exists,
    "=": _equals,
    "~=": _has_word,
    **{
        # Selectors level 3, 6.3.2: with an empty value these match nothing.
        operator: lambda name, value, make=make: make(name, value) if value else _never  # type: ignore[misc]
        for operator, make in _NONEMPTY.items()
    },
}


def _contains(text: str) -> Check:
    def check(node: Node) -> bool:
        return text in ((node.text or "") if not len(node) else _string_value(node))

    return check


def _previous(node: Node) -> Node | None:
    node = node.getprevious()
    while node is not None and type(node.tag) is not str:
        node = node.getprevious()
    return node


def _next(node: Node) -> Node | None:
    node = node.getnext()
    while node is not None and type(node.tag) is not str:
        node = node.getnext()
    return node


_PSEUDOS: dict[str, Check] = {
    "first-child": lambda node: _previous(node) is None,
    "last-child": lambda node: _next(node) is None,
    "only-child": lambda node: _previous(node) is None and _next(node) is None,
    "root": lambda node: node.getparent() is None,
}


def _alone_on_a_side(tag: str, *, before: bool) -> Check:
    return lambda node: next(node.itersiblings(tag, preceding=before), None) is None


def _nth(place: int, *, before: bool) -> Check:
    step = _previous if before else _next

    def check(node: Node) -> bool:
        for _ in range(place - 1):
            node = step(node)
            if node is None:
                return False
        return step(node) is None

    return check


def _match(check: Check | None, look: Match | None) -> Match:
    check = check or _always
    if look is None:
        return lambda node: YES if check(node) else NO
    return lambda node: look(node) if check(node) else NO


def _above(left: Match) -> Match:
    def look(node: Node) -> int:
        node = node.getparent()
        while node is not None:
            found = left(node)
            if found in _FINAL:
                return found
            node = node.getparent()
        return NOWHERE

    return look


def _parent(left: Match) -> Match:
    def look(node: Node) -> int:
        node = node.getparent()
        if node is None:
            return NOWHERE
        found = left(node)
        return NO if found == NO_SIBLING else found

    return look


def _just_before(left: Match) -> Match:
    def look(node: Node) -> int:
        node = _previous(node)
        return NO_SIBLING if node is None else left(node)

    return look


def _before(left: Match) -> Match:
    def look(node: Node) -> int:
        node = _previous(node)
        while node is not None:
            found = left(node)
            if found != NO:
                return found
            node = _previous(node)
        return NO_SIBLING

    return look


_LOOK: dict[str, Callable[[Match], Match]] = {" ": _above, ">": _parent, "+": _just_before, "~": _before}
