"""Recipe values that know where they stand: what the YAML said, with a mark on every key and value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from scrapekit.mark import Mark

Scalar: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """One scalar. ``value`` is typed by the YAML 1.2 core schema, ``text`` is what was written."""

    value: Scalar
    mark: Mark
    text: str = ""
    quoted: bool = False
    literal: bool = False
    """True when an input's value stands here, which is never read as a template again."""

    @property
    def broken(self) -> bool:
        """True for a template that already has its problem: what it would have been is not known."""
        return self.literal and not self.quoted

    def at(self, offset: int, width: int = 1) -> Mark:
        """The place of character *offset* of the text; the whole scalar when it spans lines.

        The whole scalar too where an input's value stands, for the recipe's line does not hold it.
        """
        if self.literal or "\n" in self.text or self.mark.line > len(self.mark.source.lines):
            return self.mark
        start = self.mark.source.lines[self.mark.line - 1].find(self.text, self.mark.column - 1)
        return self.mark if start < 0 else self.mark.moved(start + 1 + offset - self.mark.column, width)


@dataclass(frozen=True, slots=True)
class ListNode:
    """A sequence of nodes, in order."""

    items: tuple[Node, ...]
    mark: Mark

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping from text keys to nodes, in the order written; ``keys`` marks each key."""

    entries: Mapping[str, Node]
    mark: Mark
    keys: Mapping[str, Mark] = field(default_factory=dict)

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, key: str) -> Node | None:
        """The node under *key*, or None."""
        return self.entries.get(key)

    def key_mark(self, key: str) -> Mark:
        """Where *key* was written."""
        return self.keys.get(key, self.mark)


Node: TypeAlias = ScalarNode | ListNode | MapNode


def plain(node: Node | None) -> object:
    """The node as ordinary Python data: dict, list and scalars."""
    match node:
        case None:
            return None
        case ScalarNode():
            return node.value
        case ListNode():
            return [plain(item) for item in node.items]
        case MapNode():
            return {key: plain(value) for key, value in node.entries.items()}


def shown(text: object, most: int = 60) -> str:
    """*text* as an error message may show it: one line, at most *most* characters, nothing unprintable."""
    words = f"{text}"
    cut = words if len(words) <= most else words[: most - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in cut)


def describe(node: Node | None) -> str:
    """What kind of value this is, in the words of an error message."""
    match node:
        case None:
            return "nothing"
        case ListNode():
            return "a list"
        case MapNode():
            return "a mapping"
        case ScalarNode(value=None):
            return "nothing"
        case ScalarNode(value=bool()):
            return f"the truth value {node.text or str(node.value).lower()}"
        case ScalarNode(value=int() | float()):
            return f"the number {node.text or node.value}"
        case _:
            return f'the text "{shown(node.value)}"'
