"""What must stand before or above an element: the combinators, searched from right to left.

A match tells *how* it failed, so that a search among ancestors or siblings stops as soon as no
other candidate can do better; without that, a chain of descendant combinators costs (depth of the
page) to the power of (length of the chain).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from scrapekit_html.checks import Check, Node, always, previous

Match: TypeAlias = Callable[[Node], int]

YES, NO, NO_SIBLING, NOWHERE = 1, 0, -1, -2
"""It matches; this one does not; nor does a sibling before it; nor does anything above it."""

_FINAL = (YES, NOWHERE)


def match_compound(check: Check | None, look: Match | None) -> Match:
    """Whether an element passes the check and has before or above it what *look* asks for."""
    check = check or always
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
        return NOWHERE if node is None else left(node)

    return look


def _just_before(left: Match) -> Match:
    def look(node: Node) -> int:
        node = previous(node)
        return NO_SIBLING if node is None else left(node)

    return look


def _before(left: Match) -> Match:
    def look(node: Node) -> int:
        node = previous(node)
        while node is not None:
            found = left(node)
            if found != NO:
                return found
            node = previous(node)
        return NO_SIBLING

    return look


LOOK: dict[str, Callable[[Match], Match]] = {" ": _above, ">": _parent, "+": _just_before, "~": _before}
"""Combinator → what makes the search from how its left side matches."""
