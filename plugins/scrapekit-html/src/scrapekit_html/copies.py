"""``remove:``: a copy of an element without some of what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from lxml import etree


def without(scope: Any, nodes: Sequence[Any]) -> Any:
    """A copy of *scope* in which these elements are gone; the text after each stays.

    What stands outside *scope*, and whatever is no element, is left out of account. A text that a
    selector found has nothing in it to remove and comes back as it is.
    """
    if not isinstance(scope, etree._Element):
        return scope
    copy = deepcopy(scope)
    copy.tail = None
    copy.getroottree().docinfo.URL = scope.getroottree().docinfo.URL
    unwanted = {node for node in nodes if isinstance(node, etree._Element) and node is not scope}
    gone = {twin for node, twin in zip(scope.iter(), copy.iter(), strict=True) if node in unwanted}
    for parent in {parent for twin in gone if (parent := twin.getparent()) is not None}:
        _drop_children(parent, gone)
    return copy


def _drop_children(parent: Any, gone: set[Any]) -> None:
    """Texts are joined once for each gap: joining them child by child costs the square of their length."""
    kept, pieces = None, [parent.text or ""]
    for child in list(parent):
        if child in gone:
            pieces.append(child.tail or "")
            parent.remove(child)
            continue
        _set_text(parent, kept, "".join(pieces))
        kept, pieces = child, [child.tail or ""]
    _set_text(parent, kept, "".join(pieces))


def _set_text(parent: Any, before: Any, text: str) -> None:
    if before is None:
        parent.text = text or None
    else:
        before.tail = text or None
