"""Where elements stand: their order in the document, and who follows whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree


def places(root: Any) -> Callable[[Any], int | None]:
    """Each element's place in the order in which elements begin, from 0; None for what is no element of it.

    The elements are counted once, so asking costs nothing more.
    """
    known = {element: place for place, element in enumerate(root.iter())}
    # Rows may be values of JSON too, which stand nowhere and cannot be looked up.
    return lambda node: known.get(node) if isinstance(node, etree._Element) else None


def following(node: Any) -> Iterator[Any]:
    """The elements after this one that have the same parent, nearest first; none after a text."""
    return node.itersiblings(etree.Element) if isinstance(node, etree._Element) else iter(())
