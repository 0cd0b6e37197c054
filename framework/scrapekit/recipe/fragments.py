"""``fragments``: pieces of recipe written once, and put in wherever ``use`` names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scrapekit.errors import ExpressionError, Problems, did_you_mean
from scrapekit.language.expression_tree import Name, walk
from scrapekit.language.template import Placeholder, has_placeholder, split
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.recipe.merge import merge
from scrapekit.recipe.yaml.build import DEEPEST, MOST_VALUES

_SECTION, _USE, _WITH, _DEFAULTS = "fragments", "use", "with", "parameters"
_MOST_INSIDE = 16
_LONGEST_TEXT = 2**20
_DATA = frozenset({"json", "query", "form", "headers", "cookies", "variables", "const", "default"})
"""What is sent or kept as it stands: in it no word is ours."""

_NAMED = frozenset({"fields", "items", "pages", "links", "seeds", "inputs", "carry", "pipes", "vars", "join"})
"""Mappings whose keys are the recipe's own names: ``use`` may be one of them."""


def put_in_fragments(tree: MapNode, problems: Problems) -> MapNode:
    """*tree* with every ``use`` replaced by the fragment it names; the section itself is taken out.

    What stands beside a ``use`` is laid over the fragment, as `merge` does it. A fragment's
    ``{{ with.NAME }}`` is what the ``with`` beside the ``use`` gives, or the fragment's own default.
    """
    node = tree.get(_SECTION)
    if node is None and not _is_used(tree):
        return tree
    if node is not None and not isinstance(node, MapNode):
        problems.add(node.mark, _SECTION, f"expected a mapping of fragments, found {describe(node)}")
    putting = _Putting(_fragments(node, problems), problems)
    entries = {
        key: putting.node(value, key, (key,), ()) for key, value in tree.entries.items() if key != _SECTION
    }
    return replace(tree, entries=entries)


def _is_used(node: Node) -> bool:
    waiting = [node]
    while waiting:
        match waiting.pop():
            case MapNode() as found:
                if _USE in found.entries:
                    return True
                waiting += found.entries.values()
            case ListNode() as listed:
                waiting += listed.items
    return False


def _fragments(node: Node | None, problems: Problems) -> dict[str, MapNode]:
    found = {}
    for name, body in node.entries.items() if isinstance(node, MapNode) else ():
        if isinstance(body, MapNode):
            found[name] = body
        else:
            message = f"expected a mapping, found {describe(body)}"
            problems.add(body.mark, f"{_SECTION}.{name}", message, "write what it puts in: NAME: VALUE")
    return found


@dataclass(slots=True)
class _Putting:
    fragments: Mapping[str, MapNode]
    problems: Problems
    values: int = 0
    full: bool = False
    """True once a limit was reached, which is said once: from then on nothing more is put in."""

    def node(self, node: Node, key: str, path: tuple[str, ...], inside: tuple[str, ...]) -> Node:
        """*node* with fragments put in; *key* is what it stands under, *inside* the fragments round it."""
        self.values += 1
        if key in _DATA or isinstance(node, ScalarNode):
            return node
        if self.values > MOST_VALUES or len(path) > DEEPEST:
            return self._too_much(node, path)
        match node:
            case ListNode():
                items = (
                    self.node(item, "", (*path, f"[{at}]"), inside) for at, item in enumerate(node.items)
                )
                return replace(node, items=tuple(items))
            case MapNode() if self._uses(node, key):
                return self._used(node, path, inside)
            case MapNode():
                below = {k: self.node(v, k, (*path, k), inside) for k, v in node.entries.items()}
                return replace(node, entries=below)

    def _uses(self, node: MapNode, key: str) -> bool:
        use = node.get(_USE)
        if use is None:
            return False
        if key not in _NAMED:
            return True
        named = use.items if isinstance(use, ListNode) else (use,)
        return all(isinstance(name, ScalarNode) and name.value in self.fragments for name in named)

    def _used(self, node: MapNode, path: tuple[str, ...], inside: tuple[str, ...]) -> MapNode:
        given = self._given(node, path)
        parameters = given.entries if given else {}
        under: MapNode | None = None
        taken: set[str] = set()
        use = node.entries[_USE]
        for name in use.items if isinstance(use, ListNode) else (use,):
            body = self._body(name, parameters, taken, path, inside)
            if body is not None:
                under = body if under is None else merge(under, body)
        if under is not None and given is not None:
            self._check_given(given, taken, path)
        rest = {key: value for key, value in node.entries.items() if key not in (_USE, _WITH)}
        own = replace(node, entries={k: self.node(v, k, (*path, k), inside) for k, v in rest.items()})
        return own if under is None else merge(under, own)

    def _given(self, node: MapNode, path: tuple[str, ...]) -> MapNode | None:
        given = node.get(_WITH)
        if given is None or isinstance(given, MapNode):
            return given
        self._add(given, (*path, _WITH), f"expected a mapping of parameters, found {describe(given)}")
        return None

    def _body(
        self,
        name: Node,
        given: Mapping[str, Node],
        taken: set[str],
        path: tuple[str, ...],
        inside: tuple[str, ...],
    ) -> MapNode | None:
        """The fragment of that name, its parameters and fragments put in; None where it cannot be."""
        word = str(name.value) if isinstance(name, ScalarNode) and name.value is not None else ""
        body = self.fragments.get(word)
        if body is None or self.full or not self._may_enter(name, word, path, inside):
            if body is None:
                self._unknown(name, word, path)
            return None
        defaults = body.get(_DEFAULTS)
        values = {**(defaults.entries if isinstance(defaults, MapNode) else {}), **given}
        taken |= values.keys() - given.keys()
        filled = _Filling(values, taken)
        entries = {key: filled.node(value) for key, value in body.entries.items() if key != _DEFAULTS}
        if filled.fault:
            self._add(name, (*path, _USE), f'the fragment "{word}" {filled.fault[0]}', filled.fault[1])
            return None
        whole = self.node(replace(body, entries=entries), path[-1], path, (*inside, word))
        return whole if isinstance(whole, MapNode) else None

    def _unknown(self, name: Node, word: str, path: tuple[str, ...]) -> None:
        hint = did_you_mean(word, self.fragments) or 'declare it under "fragments"'
        found = (
            f'there is no fragment "{shown(word)}"' if word else f"expected a name, found {describe(name)}"
        )
        self._add(name, (*path, _USE), found, hint)

    def _may_enter(self, name: Node, word: str, path: tuple[str, ...], inside: tuple[str, ...]) -> bool:
        if word in inside:
            circle = " → ".join((*inside[inside.index(word) :], word))
            self._add(name, (*path, _USE), f"fragments use each other in a circle: {shown(circle, 200)}")
        elif len(inside) >= _MOST_INSIDE:
            self._add(name, (*path, _USE), f"fragments use each other more than {_MOST_INSIDE} deep")
        else:
            return True
        return False

    def _check_given(self, given: MapNode, taken: set[str], path: tuple[str, ...]) -> None:
        for name in given.entries:
            if name not in taken:
                message = f'the fragment has no parameter "{shown(name)}"'
                mark = given.key_mark(name)
                self.problems.add(mark, ".".join((*path, _WITH, name)), message, did_you_mean(name, taken))

    def _add(self, node: Node, path: tuple[str, ...], message: str, hint: str = "") -> None:
        self.problems.add(node.mark, ".".join(path).replace(".[", "["), message, hint)

    def _too_much(self, node: Node, path: tuple[str, ...]) -> Node:
        if not self.full:
            self.full = True
            most = f"{MOST_VALUES:,} values" if self.values > MOST_VALUES else f"{DEEPEST} levels"
            self._add(node, path, f"with its fragments the recipe has more than {most}")
        return ScalarNode(None, node.mark)


class _Filling:
    """Puts parameters into a fragment; notes which it asked for, and why it cannot be filled."""

    def __init__(self, values: Mapping[str, Node], taken: set[str]) -> None:
        self._values = values
        self._taken = taken
        self.fault: tuple[str, str] | None = None
        """What is wrong, as the fragment's own doing, and a hint."""

    def node(self, node: Node) -> Node:
        """*node* with each ``{{ with.NAME }}`` replaced."""
        match node:
            case ScalarNode(value=str() as text) if has_placeholder(text):
                return self._scalar(node, text)
            case ListNode():
                return replace(node, items=tuple(map(self.node, node.items)))
            case MapNode():
                return replace(node, entries={key: self.node(value) for key, value in node.entries.items()})
        return node

    def _scalar(self, node: ScalarNode, text: str) -> Node:
        try:
            parts = split(text)
        except ExpressionError:
            # Whoever reads the text next says what is wrong with it, and where.
            return node
        if len(parts) == 1 and (name := _parameter(parts[0])):
            return self._value(name) or node
        made, start = [], 0
        for part in parts:
            end = start + len(part) if isinstance(part, str) else text.index("}}", _end(part)) + 2
            name = _parameter(part)
            made.append(self._text(name) if name else text[start:end])
            start = end
        joined = "".join(made)
        if len(joined) > _LONGEST_TEXT:
            self.fault = ("makes a text of more than 1 MiB", "")
            return node
        return node if joined == text else replace(node, value=joined, text=joined)

    def _value(self, name: str) -> Node | None:
        self._taken.add(name)
        if name not in self._values:
            self.fault = (f'needs "{name}"', f"with: {{ {name}: ... }}")
        return self._values.get(name)

    def _text(self, name: str) -> str:
        node = self._value(name)
        if isinstance(node, ScalarNode):
            return "" if node.value is None else node.text or str(node.value)
        if node is not None:
            self.fault = (f'puts "{name}" into a text, and it is {describe(node)}', "give it one value")
        return ""


def _end(part: Placeholder) -> int:
    return max(tree.offset + tree.width for tree in walk(part.tree)) + part.offset


def _parameter(part: str | Placeholder) -> str:
    """The parameter that a placeholder is, "" for anything else."""
    if isinstance(part, Placeholder) and isinstance(part.tree, Name) and part.tree.root == _WITH:
        return part.tree.attribute
    return ""
