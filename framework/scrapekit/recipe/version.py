"""The version of the recipe language: a recipe of a newer one is refused, never half-read."""

from __future__ import annotations

from scrapekit.errors import Problems
from scrapekit.mark import Mark
from scrapekit.node import MapNode, ScalarNode, describe

VERSION = 1
"""The newest version of the recipe language that is read here."""

_KEY = "scrapekit"


def check_version(tree: MapNode, problems: Problems, *, required: bool = True) -> bool:
    """False for a recipe of another version; one that names none is a problem where it is *required*."""
    node = tree.get(_KEY)
    hint = f"start the recipe with `scrapekit: {VERSION}`"
    if node is None:
        if required:
            start = Mark(tree.mark.source, 1, 1)
            problems.add(start, _KEY, "the version of the recipe language is missing", hint)
        return True
    version = node.value if isinstance(node, ScalarNode) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        message = f"expected the version of the recipe language, found {describe(node)}"
        problems.add(node.mark, _KEY, message, hint)
        return True
    if version > VERSION:
        message = f"this recipe needs language version {version}; this scrapekit reads {VERSION}"
        problems.add(node.mark, _KEY, message, "install a newer scrapekit-framework")
        return False
    return True
