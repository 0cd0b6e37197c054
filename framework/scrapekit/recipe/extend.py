"""``extends``: the recipes that a recipe is built on, each laid over the one before."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scrapekit.errors import Problems, UsageError
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.quoting import quote_hint
from scrapekit.recipe.merge import merge
from scrapekit.recipe.version import check_version
from scrapekit.recipe.yaml.tree import load_tree

KEY = "extends"
DEEPEST = 8
"""How many recipes may stand under one another."""

_OWN = ("name",)
"""What a recipe does not take over from those it extends: two recipes must not share a job folder."""


def load_extended(path: Path, problems: Problems) -> MapNode | None:
    """The recipe at *path*, laid over all that it extends; None when there is nothing to go on with.

    What is extended is named relative to the recipe that names it, and lies in the folder of the
    recipe at *path* or below: a recipe from a stranger opens no other file. Raises UsageError when
    there is no recipe at *path*.
    """
    tree = load_tree(path, problems)
    if tree is None or KEY not in tree.entries:
        return tree
    return _Reader(_folder(path), problems).extended(tree, (path,))


def _folder(path: Path) -> Path:
    return path.resolve().parent


@dataclass(frozen=True, slots=True)
class _Reader:
    folder: Path
    """The only folder that is read from, without symbolic links."""
    problems: Problems

    def extended(self, tree: MapNode, chain: tuple[Path, ...]) -> MapNode:
        """*tree* laid over what its ``extends`` names; *chain* are the files that led here."""
        whole = _without(tree, KEY)
        node = tree.get(KEY)
        if node is None:
            return whole
        under: MapNode | None = None
        for name in node.items if isinstance(node, ListNode) else (node,):
            base = self._base(name, chain)
            if base is not None:
                under = base if under is None else merge(under, base)
        return whole if under is None else merge(_without(under, *_OWN), whole)

    def _base(self, node: Node, chain: tuple[Path, ...]) -> MapNode | None:
        path = self._found(node, chain)
        if path is None:
            return None
        try:
            tree = load_tree(path, self.problems)
        except UsageError as error:
            self.problems.add(node.mark, KEY, str(error), error.hint)
            return None
        if tree is None or not check_version(tree, self.problems, required=False):
            return None
        return self.extended(tree, (*chain, path))

    def _found(self, node: Node, chain: tuple[Path, ...]) -> Path | None:
        """The file that is meant; None, and a problem, when it may not be read."""
        if not isinstance(node, ScalarNode) or not isinstance(node.value, str):
            hint = quote_hint(node) or "extends: base.yaml"
            self.problems.add(node.mark, KEY, f"expected a recipe's file, found {describe(node)}", hint)
            return None
        path = chain[-1].parent / node.value
        try:
            real = path.resolve()
        except (OSError, ValueError, RuntimeError):
            real = None
        if real is None or not real.is_relative_to(self.folder):
            message = f'"{shown(node.value)}" is outside the folder of the recipe that is run'
            self.problems.add(node.mark, KEY, message, "put what is extended beside it, or below")
        elif real in (known := [file.resolve() for file in chain]):
            names = " → ".join(file.name for file in (*known[known.index(real) :], real))
            self.problems.add(node.mark, KEY, f"recipes extend each other in a circle: {shown(names, 200)}")
        elif len(chain) > DEEPEST:
            self.problems.add(node.mark, KEY, f"recipes extend each other more than {DEEPEST} deep")
        else:
            return path
        return None


def _without(tree: MapNode, *names: str) -> MapNode:
    entries = {key: node for key, node in tree.entries.items() if key not in names}
    return MapNode(entries, tree.mark, tree.keys)
