"""The parts an expression is made of, each with its place in the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal: number, text, true, false, null."""

    value: object
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class Name:
    """``item.price``; a bare ``price`` has the root ``""``."""

    root: str
    attribute: str
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class Index:
    """``base[key]``, and ``base.key`` past the first attribute."""

    base: Tree
    key: Tree
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class Listing:
    """``[a, b]``."""

    items: tuple[Tree, ...]
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class Prefix:
    """``not x`` or ``-x``."""

    operator: str
    operand: Tree
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class Infix:
    """``left operator right``; the place is the operator's."""

    operator: str
    left: Tree
    right: Tree
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class Filtered:
    """``value | name(arguments)``; the place is the filter's name."""

    value: Tree
    name: str
    arguments: tuple[Tree, ...]
    offset: int
    width: int


Tree: TypeAlias = Constant | Name | Index | Listing | Prefix | Infix | Filtered


def parts_of(tree: Tree) -> tuple[Tree, ...]:
    """The trees that *tree* is made of, left to right."""
    match tree:
        case Index():
            return tree.base, tree.key
        case Listing():
            return tree.items
        case Prefix():
            return (tree.operand,)
        case Infix():
            return tree.left, tree.right
        case Filtered():
            return tree.value, *tree.arguments
        case _:
            return ()


def walk(tree: Tree) -> Iterator[Tree]:
    """The tree and all its parts, left to right."""
    waiting: list[Tree] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += reversed(parts_of(node))
