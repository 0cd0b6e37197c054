"""What an element itself must be, as plain functions: name, attributes, place among its siblings."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from lxml import etree

Node: TypeAlias = Any
"""An element of lxml; its stubs are of no help on a path where every call counts."""

Check: TypeAlias = Callable[[Node], bool]

_SPACE = re.compile(r"[ \t\r\n\f]")
_XPATH_SPACE = str.maketrans("\t\r\n", "   ")
_string_value: Callable[[Node], str] = etree.XPath("string()", smart_strings=False)  # type: ignore[assignment]


def always(node: Node) -> bool:
    """Every element."""
    return True


def _never(node: Node) -> bool:
    return False


def all_of(checks: Sequence[Check]) -> Check | None:
    """One check that every one of them passes; None when there are none."""
    if len(checks) < 2:
        return checks[0] if checks else None
    if len(checks) == 2:
        first, second = checks
        return lambda node: first(node) and second(node)

    def check(node: Node) -> bool:
        for each in checks:  # noqa: SIM110 (all() over a generator takes three times as long)
            if not each(node):
                return False
        return True

    return check


def is_tag(tag: str) -> Check:
    """An element of that name."""
    return lambda node: bool(node.tag == tag)


def _exists(name: str, value: str) -> Check:
    return lambda node: node.get(name) is not None


def equals(name: str, value: str) -> Check:
    """``[name=value]``."""
    return lambda node: bool(node.get(name) == value)


def has_word(name: str, word: str) -> Check:
    """``[name~=word]``, splitting at the white space that XPath knows, as cssselect does."""
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
OPERATORS: dict[str, Callable[[str, str], Check]] = {
    "exists": _exists,
    "=": equals,
    "~=": has_word,
    **{
        # Selectors level 3, 6.3.2: with an empty value these match nothing.
        operator: lambda name, value, make=make: make(name, value) if value else _never  # type: ignore[misc]
        for operator, make in _NONEMPTY.items()
    },
}
"""Operator of an attribute selector → what makes its check from name and value."""


def contains(text: str) -> Check:
    """``:contains(text)``: the text somewhere inside, markup aside."""

    def check(node: Node) -> bool:
        return text in ((node.text or "") if not len(node) else _string_value(node))

    return check


def previous(node: Node) -> Node | None:
    """The element just before, comments passed over."""
    node = node.getprevious()
    while node is not None and type(node.tag) is not str:
        node = node.getprevious()
    return node


def following(node: Node) -> Node | None:
    """The element just after, comments passed over."""
    node = node.getnext()
    while node is not None and type(node.tag) is not str:
        node = node.getnext()
    return node


PSEUDOS: dict[str, Check] = {
    "first-child": lambda node: previous(node) is None,
    "last-child": lambda node: following(node) is None,
    "only-child": lambda node: previous(node) is None and following(node) is None,
    "root": lambda node: node.getparent() is None,
}
"""Pseudo-classes that need nothing but the element."""


def alone_on_a_side(tag: str, *, before: bool) -> Check:
    """``:first-of-type`` (*before*) or ``:last-of-type`` of an element of that name."""
    return lambda node: next(node.itersiblings(tag, preceding=before), None) is None


def nth(place: int, *, before: bool) -> Check:
    """``:nth-child(place)`` (*before*) or ``:nth-last-child(place)``."""
    step = previous if before else following

    def check(node: Node) -> bool:
        for _ in range(place - 1):
            node = step(node)
            if node is None:
                return False
        return step(node) is None

    return check
