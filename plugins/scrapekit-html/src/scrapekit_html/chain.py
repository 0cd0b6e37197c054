"""CSS trees as chains of compounds, for the shapes that plain functions serve better than XPath."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cssselect import parser as css
from cssselect.parser import Attrib, Class, CombinedSelector, Element, Function, Hash, Negation, Pseudo, Tree

from scrapekit_html.checks import (
    OPERATORS,
    PSEUDOS,
    Check,
    all_of,
    alone_on_a_side,
    always,
    contains,
    equals,
    has_word,
    is_tag,
    nth,
)
from scrapekit_html.look import LOOK, Match, match_compound

_SAFE = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.-]*\Z")
_FAR = 50
"""Counting siblings one by one beyond this is XPath's work."""

_LONGEST = 20
"""Compounds of a chain; each is a few calls deep."""


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
            checks.insert(0, is_tag(self.tag))
        return all_of(checks)


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
            look = LOOK[combinator](match_compound(compound.check(with_tag=True), look))
        return look

    def match(self) -> Check:
        """Whether an element whose tag is right already matches the whole selector."""
        check, look = self.subject.check(with_tag=False), self.before_subject()
        if look is None:
            return check or always
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
    if len(compounds) > _LONGEST:
        raise NotPlanned
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
            compound.checks.append(equals("id", part.id))
        case Class():
            compound.classes.append(part.class_name)
            compound.checks.append(has_word("class", part.class_name))
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
    make = OPERATORS.get(part.operator)
    if make is None:
        raise NotPlanned
    value = part.value.value if part.value is not None else ""
    return make(_safe(part.attrib), value or "")


def _pseudo(compound: Compound, name: str) -> Check:
    if name in PSEUDOS:
        return PSEUDOS[name]
    if name in ("first-of-type", "last-of-type") and compound.tag:
        return alone_on_a_side(compound.tag, before=name == "first-of-type")
    raise NotPlanned


def _function(part: Function) -> Check:
    if part.name == "contains" and part.argument_types() in (["STRING"], ["IDENT"]):
        return contains(str(part.arguments[0].value))
    if part.name in ("nth-child", "nth-last-child"):
        try:
            step, place = css.parse_series(part.arguments)
        except ValueError:
            raise NotPlanned from None
        if step == 0 and 0 < place < _FAR:
            return nth(place, before=part.name == "nth-child")
    raise NotPlanned


def _negation(part: Negation) -> Check:
    chain = read_chain(part.subselector)
    match, tag = chain.match(), chain.subject.tag
    if tag is None:
        return lambda node: not match(node)
    return lambda node: not (node.tag == tag and match(node))
