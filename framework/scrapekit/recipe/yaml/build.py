"""Parser events to nodes, one at a time, with a problem for everything a recipe does without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from scrapekit.errors import Problems
from scrapekit.mark import Mark, SourceText
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, shown
from scrapekit.recipe.yaml import meant
from scrapekit.recipe.yaml.meant import Meant
from scrapekit.recipe.yaml.scalar import typed

MOST_VALUES = 100_000
DEEPEST = 64


class TooMuch(Exception):
    """The text goes past a limit: reading it stops here."""

    def __init__(self, mark: Mark, message: str) -> None:
        super().__init__(message)
        self.mark = mark


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read; ``key`` is the key that waits for its value."""

    mark: Mark
    is_map: bool
    flow: bool
    role: Literal["value", "key", "text"] = "value"
    """``key`` where a key should stand, ``text`` where an unquoted ``{{`` opened a mapping."""
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Mark] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    key: str | None = None
    drop: bool = False
    """True while the waiting key was refused: its value goes nowhere."""

    def step(self) -> str:
        """This collection's part of a path: the key or position being read."""
        return f".{self.key or ''}" if self.is_map else f"[{len(self.items)}]"

    def put(self, node: Node) -> None:
        """Add the next entry, or the value of the waiting key."""
        if not self.is_map:
            self.items.append(node)
            return
        if not self.drop and self.key is not None:
            self.entries[self.key] = node
        self.key, self.drop = None, False


class Builder:
    """Takes the events of one document in order; ``root`` is the node they make."""

    def __init__(self, source: SourceText, problems: Problems) -> None:
        self.source = source
        self.problems = problems
        self.root: Node | None = None
        self.explained: set[int] = set()
        """Lines with a problem that says what YAML made of them; one such problem a line is enough."""
        self._open: list[_Open] = []
        self._values = 0
        self._documents = 0
        self._muted = 0
        self._take: dict[str, Callable[[Any], None]] = {
            "ScalarEvent": self._scalar,
            "AliasEvent": self._alias,
            "MappingStartEvent": self._begin,
            "SequenceStartEvent": self._begin,
            "MappingEndEvent": self._end,
            "SequenceEndEvent": self._end,
            "DocumentStartEvent": self._document,
        }

    @property
    def path(self) -> str:
        """Where in the recipe the next node goes."""
        return "".join(part.step() for part in self._open).strip(".")

    @property
    def bracket(self) -> Mark | None:
        """The innermost bracket or brace that is open, None when none is."""
        return next((part.mark for part in reversed(self._open) if part.flow), None)

    def take(self, event: Any) -> None:
        """Add one event of PyYAML's; raises TooMuch at a limit."""
        if handle := self._take.get(type(event).__name__):
            handle(event)

    def _mark(self, event: Any) -> Mark:
        start, end = event.start_mark, event.end_mark
        last = len(self.source.lines) - 1
        if start.line > last:
            # libyaml ends a last line that has no line end, and stands on the one after it.
            return Mark(self.source, last + 1, len(self.source.lines[last]) + 1)
        width = end.column - start.column
        if end.line != start.line:
            width = len(self.source.lines[start.line]) - start.column
        return Mark(self.source, start.line + 1, start.column + 1, max(1, width))

    def _written(self, mark: Mark) -> str:
        """The source text under *mark*."""
        return self.source.lines[mark.line - 1][mark.column - 1 : mark.column - 1 + mark.width]

    def _explain(self, slip: Meant) -> ScalarNode | None:
        if not self._muted and slip.mark.line not in self.explained:
            self.problems.add(slip.mark, self.path, slip.message, slip.hint)
            self.explained.add(slip.mark.line)
        return slip.node

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise TooMuch(self._mark(event), 'a recipe is one document: nothing may follow a "---" line')

    def _count(self, event: Any) -> None:
        self._values += 1
        if self._values > MOST_VALUES:
            raise TooMuch(self._mark(event), f"the recipe holds more than {MOST_VALUES:,} values")

    def _wants_key(self) -> bool:
        return bool(self._open) and self._open[-1].is_map and self._open[-1].key is None

    def _put(self, node: Node) -> None:
        if self._open:
            self._open[-1].put(node)
        else:
            self.root = node

    def _scalar(self, event: Any) -> None:
        self._count(event)
        mark, text, plain = self._mark(event), event.value, not event.style
        if event.anchor is not None or event.tag is not None:
            self._explain(meant.sign("anchor" if event.anchor is not None else "tag", mark, scalar=True))
            text, plain = self._written(mark).strip(), False
        if self._wants_key():
            self._key(text, mark, plain=plain)
        elif text == "" and plain:
            self._put(self._empty(mark))
        else:
            self._put(ScalarNode(typed(text) if plain else text, mark, text, quoted=not plain))

    def _empty(self, mark: Mark) -> ScalarNode:
        nothing = ScalarNode(None, mark)
        if slip := meant.commented_out(self.source, mark):
            return self._explain(slip) or nothing
        parent = self._open[-1] if self._open else None
        if parent and parent.flow and (key := parent.keys.get(parent.key or "")):
            end = key.column - 1 + key.width
            if self.source.lines[key.line - 1][end : end + 100].lstrip()[:1] in (",", "}"):
                self._regrow(parent, mark)
        return nothing

    def _regrow(self, parent: _Open, mark: Mark) -> None:
        """Give the text of a grown key back to the value before it, once a line: texts must not pile up."""
        if mark.line in self.explained:
            parent.keys.pop(parent.key or "", None)
            parent.drop = True
            return
        key = parent.key or ""
        last = next(reversed(parent.entries), None)
        slip = meant.grown_key(key, parent.keys.pop(key, mark), parent.entries.get(last or ""))
        parent.key, parent.drop = (last or key), True
        if (node := self._explain(slip)) and last is not None:
            parent.entries[last] = node

    def _alias(self, event: Any) -> None:
        self._count(event)
        mark = self._mark(event)
        node = self._explain(meant.alias(mark, inside=any(part.flow for part in self._open)))
        if self._wants_key():
            self._key(self._written(mark), mark, plain=False)
        elif node:
            self._put(node)

    def _begin(self, event: Any) -> None:
        self._count(event)
        mark, is_map = self._mark(event), type(event).__name__ == "MappingStartEvent"
        if len(self._open) >= DEEPEST:
            raise TooMuch(mark, f"the recipe is nested more than {DEEPEST} levels deep")
        if event.anchor is not None or event.tag is not None:
            self._explain(meant.sign("anchor" if event.anchor is not None else "tag", mark, scalar=False))
        role = self._role(mark, is_map)
        self._muted += role != "value"
        self._open.append(_Open(mark, is_map, bool(event.flow_style), role))

    def _role(self, mark: Mark, is_map: bool) -> Literal["value", "key", "text"]:
        if is_map and (slip := meant.template(mark, inside=any(part.flow for part in self._open))):
            self._explain(slip)
            return "key" if self._wants_key() else "text"
        if self._wants_key():
            found = "a mapping" if is_map else "a list"
            self._explain(Meant(mark, f"a key must be text, found {found}", "quote the key if it is text"))
            return "key"
        return "value"

    def _end(self, event: Any) -> None:
        closed = self._open.pop()
        self._muted -= closed.role != "value"
        mark = self._extent(closed, event)
        match closed:
            case _Open(role="key"):
                self._open[-1].key, self._open[-1].drop = "", True
            case _Open(role="text"):
                text = self._written(mark)
                self._put(ScalarNode(text, mark, text, quoted=True))
            case _Open(is_map=True):
                self._put(MapNode(closed.entries, mark, closed.keys))
            case _:
                self._put(ListNode(tuple(closed.items), mark))

    def _extent(self, closed: _Open, event: Any) -> Mark:
        """The whole collection where it stands on one line between brackets, else its first key."""
        mark, end = closed.mark, event.end_mark
        if closed.flow and end.line + 1 == mark.line:
            return mark.moved(0, end.column + 1 - mark.column)
        if closed.keys and not closed.flow:
            return next(iter(closed.keys.values()))
        return mark

    def _key(self, text: str, mark: Mark, *, plain: bool) -> None:
        parent = self._open[-1]
        parent.key, parent.drop = text, True
        if text == "<<" and plain:
            self._explain(Meant(mark, 'merge keys ("<<") are no part of a recipe', "write the settings out"))
        elif text == "":
            self._explain(Meant(mark, "a key is missing here", "a setting is written NAME: VALUE"))
        elif text in parent.keys:
            self._twice(text, mark, parent.keys[text])
        else:
            parent.drop = False
            parent.keys[text] = mark

    def _twice(self, key: str, mark: Mark, first: Mark) -> None:
        if not self._muted:
            line = shown(self.source.lines[first.line - 1].strip())
            hint = f"given first on line {first.line}: {line}"
            self.problems.add(mark, self.path, f'"{shown(key)}" is given twice', hint)
