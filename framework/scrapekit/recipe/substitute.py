"""Input values put into a recipe's tree; secrets only where they may stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from scrapekit.errors import ExpressionError, Problems, did_you_mean
from scrapekit.language.expression_tree import Filtered, Name, Tree, walk
from scrapekit.language.rendering import render
from scrapekit.language.template import Placeholder, compile_template, has_placeholder, split
from scrapekit.node import ListNode, MapNode, Node, Scalar, ScalarNode
from scrapekit.recipe.inputs import Inputs

_Path: TypeAlias = tuple[str, ...]

SECRET_PLACES = (("http", "headers"), ("http", "cookies"), ("http", "auth"))
"""The settings whose values may hold a secret; it is put in here, and sent to its own sites only."""

_REQUEST_KEYS = frozenset({"url", "query", "headers", "cookies", "form", "json", "body", "graphql", "at"})
_NO_REQUEST = frozenset({"carry", "each", "file", "column", "allow", "deny", "follow", "after", "before"})
"""The settings of a seed that are not sent."""

_REQUESTING = ("seeds", "pages", "login", "vars")
"""The sections that make requests: there a secret stays a template until the request is sent."""

_SETTLED = ("name", "http", "crawl", "expect", "export")
"""Sections that are settled before the first page: in them no template is left for later."""


SECRETS_GO = "secrets go in http and in requests: url, query, headers, cookies, form, json, body, graphql"


def _may_hold_secrets(path: _Path) -> bool:
    """True for the settings of ``http`` that take a secret, and for what requests are made of."""
    if path[0] not in _REQUESTING:
        return path[:2] in SECRET_PLACES
    if path[0] == "login":
        return path[1] in _REQUEST_KEYS | {"page", "fields", "submit", "check"}
    if path[0] == "seeds":
        return not set(path) & _NO_REQUEST
    # A field's own settings make no request, save for the page that it is read at.
    inner = path[2:]
    cut = max((at for at, key in enumerate(inner) if key in ("fields", "carry")), default=-1)
    if cut >= 0:
        return "at" in inner[cut + 2 :]
    return any(key in _REQUEST_KEYS for key in inner)


def _is_secret(name: Name, inputs: Inputs) -> bool:
    return name.root == "inputs" and name.attribute in inputs.secrets


def _is_fetched(tree: Tree) -> bool:
    """True for a value that is fetched during the run: a header may wait for it."""
    return isinstance(tree, Name) and tree.root == "vars"


class SecretText(str):
    """A text that shows as ``•••`` wherever it is printed; ``reveal`` gives it."""

    __slots__ = ("names",)
    names: tuple[str, ...]
    """The secrets that it is made of."""

    def __str__(self) -> str:
        return "•••"

    def __repr__(self) -> str:
        return "'•••'"

    def __format__(self, spec: str) -> str:
        return format("•••", spec)

    def reveal(self) -> str:
        """The secret itself."""
        return str.__str__(self)


def substitute(tree: MapNode, inputs: Inputs, problems: Problems) -> MapNode:
    """*tree* with each text whose placeholders name only inputs replaced by its value.

    A text that is one placeholder takes on the value's type. The new scalars are ``literal``: they
    are never read as templates again, so a value that holds ``{{`` stays what it is. Texts that
    need other names or filters are left whole. The section ``inputs`` is left alone.
    """
    entries = {
        key: node if key == "inputs" else _Substitution(inputs, problems).node(node, (key,))
        for key, node in tree.entries.items()
    }
    return replace(tree, entries=entries)


class _Substitution:
    def __init__(self, inputs: Inputs, problems: Problems) -> None:
        self._inputs = inputs
        self._problems = problems

    def node(self, node: Node, path: _Path) -> Node:
        match node:
            case ScalarNode():
                if isinstance(node.value, str) and not node.literal and has_placeholder(node.value):
                    return self._scalar(node, node.value, path)
                return node
            case ListNode():
                items = (self.node(item, (*path, f"[{at}]")) for at, item in enumerate(node.items))
                return replace(node, items=tuple(items))
            case MapNode():
                entries = {key: self.node(value, (*path, key)) for key, value in node.entries.items()}
                return replace(node, entries=entries)

    def _scalar(self, node: ScalarNode, text: str, path: _Path) -> ScalarNode:
        try:
            parts = [part for part in split(text) if isinstance(part, Placeholder)]
        except ExpressionError as error:
            return self._refuse(node, path, str(error), error.offset, error.width, error.hint)
        trees = [(part.offset, tree) for part in parts for tree in walk(part.tree)]
        names = [(offset + tree.offset, tree) for offset, tree in trees if isinstance(tree, Name)]
        if any(name.root == "inputs" and name.attribute in self._inputs.failed for _, name in names):
            return replace(node, literal=True, quoted=False)
        for offset, name in names:
            if name.root == "inputs" and (fault := self._fault(name, path)):
                return self._refuse(node, path, fault[0], offset, name.width, fault[1])
        if path[:2] not in SECRET_PLACES and any(_is_secret(name, self._inputs) for _, name in names):
            return node
        others: list[tuple[int, Tree]] = [found for found in names if found[1].root != "inputs"]
        others += [(offset + tree.offset, tree) for offset, tree in trees if isinstance(tree, Filtered)]
        if not others:
            return self._evaluate(node, text, path)
        if path[:2] == ("http", "headers") and all(_is_fetched(tree) for _, tree in others):
            return node
        if path[0] in _SETTLED:
            offset, tree = others[0]
            message = "nothing but inputs is known here, and no filter"
            return self._refuse(node, path, message, offset, tree.width, "write {{ inputs.NAME }}")
        return node

    def _fault(self, name: Name, path: _Path) -> tuple[str, str] | None:
        """What is wrong with naming this input here, and a hint."""
        word, known = name.attribute, [*self._inputs.values, *self._inputs.secrets]
        if word not in known:
            return f'unknown input "{word}"', did_you_mean(word, known) or 'declare it under "inputs"'
        if word in self._inputs.secrets and not _may_hold_secrets(path):
            return f'the secret "{word}" cannot stand here', SECRETS_GO
        return None

    def _evaluate(self, node: ScalarNode, text: str, path: _Path) -> ScalarNode:
        known = {**self._inputs.values, **self._inputs.secrets}
        try:
            template = compile_template(text, {"inputs": known})
            value: Scalar = template({"inputs": known})
        except (ExpressionError, ValueError) as error:
            offset = error.offset if isinstance(error, ExpressionError) else 0
            return self._refuse(node, path, str(error), offset, 1, "")
        if isinstance(value, (list, tuple, dict)):
            value = render(value)
        if secrets := tuple(sorted(name for _, name in template.uses if name in self._inputs.secrets)):
            value = SecretText(render(value))
            value.names = secrets
            return ScalarNode(value, node.mark, "•••", quoted=True, literal=True)
        return ScalarNode(value, node.mark, render(value), quoted=True, literal=True)

    def _refuse(
        self, node: ScalarNode, path: _Path, message: str, offset: int, width: int, hint: str
    ) -> ScalarNode:
        words = ".".join(path).replace(".[", "[")
        self._problems.add(node.at(offset, width), words, message, hint)
        return replace(node, literal=True, quoted=False)
