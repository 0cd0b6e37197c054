"""How a part, or a section of a recipe, reads its own settings: typed, checked, every mistake marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar, overload

from scrapekit import units
from scrapekit.errors import Problems, nearest
from scrapekit.mark import Mark
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, plain, shown
from scrapekit.quoting import quote_hint

Word = TypeVar("Word", bound=str)

_TRUTH = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}
"""What people of other languages write, YAML 1.1 among them, and what is meant by it."""


class Options:
    """One mapping of settings, read key by key; what nobody asked for is an error at the end.

    A scalar or list given where a mapping could stand is the value of the *short* key. Every
    method notes a problem and returns its default when the value does not fit, so one reading
    finds all mistakes.
    """

    def __init__(
        self, node: Node | None, problems: Problems, path: str, *, mark: Mark, short: str = ""
    ) -> None:
        self.problems = problems
        self.path = path
        self.mark = node.mark if node is not None else mark
        self._asked: set[str] = set()
        self._is_none = False
        self._map = self._as_map(node, short)

    def _as_map(self, node: Node | None, short: str) -> MapNode:
        if isinstance(node, MapNode):
            return node
        if node is None or (isinstance(node, ScalarNode) and node.value is None):
            return MapNode({}, self.mark)
        if short:
            return MapNode({short: node}, node.mark, {short: node.mark})
        self.problems.add(node.mark, self.path, f"expected a mapping, found {describe(node)}")
        self._is_none = True
        return MapNode({}, self.mark)

    def __contains__(self, key: str) -> bool:
        return key in self._map.entries

    def keys(self) -> list[str]:
        """The keys that were written, in order."""
        return list(self._map.entries)

    def at(self, key: str) -> str:
        """The path of *key*, as error messages show it."""
        return f"{self.path}.{key}" if self.path else key

    def node(self, key: str) -> Node | None:
        """The raw node under *key*, None when absent; counts as asked for."""
        self._asked.add(key)
        return self._map.entries.get(key)

    def where(self, key: str) -> Mark:
        """The mark of *key*'s value, of the whole mapping when it is absent."""
        node = self._map.entries.get(key)
        return node.mark if node is not None else self.mark

    def key_mark(self, key: str) -> Mark:
        """The mark of *key* itself."""
        return self._map.key_mark(key)

    def problem(self, key: str, message: str, hint: str = "") -> None:
        """Note a problem with *key*'s value."""
        self.problems.add(self.where(key), self.at(key), message, hint)

    def section(self, key: str, *, short: str = "") -> Options:
        """The settings under *key*, empty when absent; whoever reads them closes them too."""
        return Options(self.node(key), self.problems, self.at(key), mark=self.where(key), short=short)

    def require(self, key: str, hint: str = "") -> bool:
        """True when *key* is there; notes a problem when it is not."""
        self._asked.add(key)
        if key in self._map.entries:
            return True
        if not self._is_none:
            # Where no mapping stands, that was said already.
            self.problems.add(self.mark, self.at(key), f'"{key}" is missing', hint)
        return False

    def _scalar(self, key: str, expected: str) -> ScalarNode | None:
        node = self.node(key)
        if node is None or _is_unset(node):
            return None
        if isinstance(node, ScalarNode) and node.value is not None:
            return node
        self.problem(key, f"expected {expected}, found {describe(node)}", quote_hint(node))
        return None

    def scalar(self, key: str, expected: str = "text") -> ScalarNode | None:
        """The scalar node under *key* when its value is text, so that its columns can be named."""
        node = self._scalar(key, expected)
        return node and as_text(node)

    def text(self, key: str, default: str = "") -> str:
        """Text; a number or truth value is taken as it was written."""
        node = self.scalar(key)
        return default if node is None else str(node.value)

    def texts(self, key: str) -> list[ScalarNode]:
        """A list of texts; one text alone is a list of one."""
        node = self.node(key)
        if node is None or _is_unset(node):
            return []
        found = []
        for item in node.items if isinstance(node, ListNode) else [node]:
            if isinstance(item, ScalarNode) and item.value is not None:
                found.append(as_text(item))
            else:
                message = f"expected text, found {describe(item)}"
                self.problems.add(item.mark, self.at(key), message, quote_hint(item))
        return found

    def integer(
        self, key: str, default: int | None = None, *, least: int | None = None, most: int | None = None
    ) -> int | None:
        """A whole number from *least* to *most*."""
        node = self._scalar(key, "a whole number")
        if node is None:
            return default
        if not isinstance(node.value, int) or isinstance(node.value, bool):
            self.problem(key, f"expected a whole number, found {describe(node)}")
            return default
        if least is not None and node.value < least:
            self.problem(key, f"must be at least {least}")
            return default
        if most is not None and node.value > most:
            self.problem(key, f"must be at most {most}")
            return default
        return node.value

    def number(self, key: str, default: float | None = None) -> float | None:
        """A number, whole or not."""
        node = self._scalar(key, "a number")
        if node is None:
            return default
        if not isinstance(node.value, int | float) or isinstance(node.value, bool):
            self.problem(key, f"expected a number, found {describe(node)}")
            return default
        return node.value

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        node = self._scalar(key, "true or false")
        if node is None:
            return default
        if not isinstance(node.value, bool):
            meant = _TRUTH.get(str(node.value).lower(), "")
            self.problem(key, f"expected true or false, found {describe(node)}", meant and f"write {meant}")
            return default
        return node.value

    @overload
    def choice(self, key: str, known: Iterable[str]) -> str: ...
    @overload
    def choice(self, key: str, known: Iterable[Word], default: Word) -> Word: ...
    def choice(self, key: str, known: Iterable[str], default: str = "") -> str:
        """One of the *known* words."""
        names = list(known)
        expected = f"one of {', '.join(names)}"
        node = self.scalar(key, expected)
        if node is None:
            return default
        if node.value in names:
            return str(node.value)
        self.problem(key, f"expected {expected}, found {describe(node)}", nearest(str(node.value), names))
        return default

    def share(self, key: str, default: float) -> float:
        """A share of a whole, from 0 to 1, written as a percentage (``5%``) or a fraction (``0.05``)."""
        return self._measured(key, default, units.share, "%", "a percentage such as 5%")

    def seconds(self, key: str, default: float) -> float:
        """A duration with its unit (``500ms 20s 15m 2h 1d``) in seconds; a bare 0 needs no unit."""
        return self._measured(key, default, units.duration, "s", "a duration such as 500ms, 20s or 15m")

    def bytes(self, key: str, default: int) -> int:
        """A size with its unit (``16MiB 500KB``) in bytes; a bare 0 needs no unit."""
        return int(self._measured(key, default, units.size, "MiB", "a size such as 500KB or 16MiB"))

    def _measured(
        self, key: str, default: float, measure: Callable[[object], float | None], unit: str, expected: str
    ) -> float:
        node = self._scalar(key, expected)
        if node is None:
            return default
        bare = isinstance(node.value, (int, float)) and not isinstance(node.value, bool)
        if bare and node.value == 0:
            return 0
        measured = measure(node.value)
        if measured is None:
            hint = f"write the unit: {node.text}{unit}" if bare else ""
            self.problem(key, f"expected {expected}, found {describe(node)}", hint)
            return default
        return measured

    def value(self, key: str) -> object:
        """Whatever stands under *key* as plain data: dict, list or scalar; None when absent."""
        return plain(self.node(key))

    def mapping(self, key: str) -> dict[str, object]:
        """A mapping from text to plain data, in the order written; empty when absent."""
        node = self.node(key)
        if isinstance(node, MapNode):
            return {name: plain(value) for name, value in node.entries.items()}
        if node is not None:
            self.problem(key, f"expected a mapping, found {describe(node)}")
        return {}

    def misplaced(self, key: str, message: str, hint: str) -> None:
        """Say of a key that belongs elsewhere where it belongs."""
        if key in self:
            self._asked.add(key)
            self.problems.add(self.key_mark(key), self.at(key), message, hint)

    def close(self, *also_known: str) -> None:
        """Note every key that was written but never asked for."""
        known = self._asked | set(also_known)
        for key in self._map.entries:
            if key not in known:
                hint = self.problems.near(key, known)
                self.problems.add(self.key_mark(key), self.at(key), f'unknown key "{shown(key)}"', hint)


def as_text(node: ScalarNode) -> ScalarNode:
    """The scalar with its text as the value: ``1.10`` and ``true`` where text is asked for."""
    if isinstance(node.value, str):
        return node
    return ScalarNode(node.text, node.mark, node.text, node.quoted, node.literal)


def _is_unset(node: Node) -> bool:
    """True where a lone ``{{ inputs.x }}`` stands whose input has no value: as if nothing were written."""
    return isinstance(node, ScalarNode) and node.literal and (node.value is None or node.broken)
