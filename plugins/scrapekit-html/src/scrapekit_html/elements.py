"""What the parsers html and xml do alike with a tree of elements, beside finding something in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from scrapekit_html.copies import without
from scrapekit_html.order import following, places


class OfElements:
    """A parser whose nodes are lxml's elements; what `scrapekit.Parser` calls optional, all of it."""

    def without(self, scope: Any, nodes: Sequence[Any]) -> Any:
        """A copy of *scope* without these elements."""
        return without(scope, nodes)

    def places(self, root: Any) -> Callable[[Any], int | None]:
        """The order of the elements."""
        return places(root)

    def following(self, node: Any) -> Iterator[Any]:
        """The siblings after an element."""
        return following(node)
