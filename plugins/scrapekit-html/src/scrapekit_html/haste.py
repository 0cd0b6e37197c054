"""Whether a page is read in a moment: how many elements it has, how deep, and how steep selectors are."""

from __future__ import annotations

from typing import Any

from lxml import etree

from scrapekit import TakesLong
from scrapekit_html.steepness import steepness

_SMALL = 8 * 1024
"""A body below this is read in a moment by anything that is not steep."""
_DEEPEST = 128
"""A selector may walk from each element to all inside it. Pages of people seldom nest 40 deep."""
_MOST_ELEMENTS = (4_000, 4_000, 4_000, 200, 50)
"""How many elements a page may have, by the steepest selector: a few tenths of a second in the worst case."""

_deep = etree.XPath(f"boolean({'/*' * _DEEPEST})")
_elements = etree.XPath("count(descendant::*)")


class Haste:
    """What one page rule's selectors together allow."""

    def __init__(self) -> None:
        self._most = _MOST_ELEMENTS[0]

    def compiled(self, path: str) -> None:
        """An XPath is among the selectors."""
        steep = min(steepness(path), len(_MOST_ELEMENTS) - 1)
        self._most = min(self._most, _MOST_ELEMENTS[steep])

    def check(self, root: Any, size: int) -> None:
        """Raise TakesLong for a page of *size* bytes that is not read in a moment."""
        if size <= _SMALL and self._most == _MOST_ELEMENTS[0]:
            return
        elements: Any = _elements(root)
        if elements > self._most:
            raise TakesLong(f"it has {elements:.0f} elements")
        if _deep(root):
            raise TakesLong(f"its elements stand more than {_DEEPEST} deep")
