"""``remove:``: a copy of an element without some of what is in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from lxml import etree

_GONE = "scrapekit-gone"
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that libxml2 reads in HTML, and lxml does not let anyone write."""


def without(scope: Any, nodes: Sequence[Any]) -> Any:
    """A copy of *scope* in which these elements and comments are gone; the text after each stays.

    What stands outside *scope*, and whatever is no element, is left out of account. A text that a
    selector found has nothing in it to remove and comes back as it is.
    """
    if not isinstance(scope, etree._Element):
        return scope
    copy = deepcopy(scope)
    copy.tail = None
    copy.getroottree().docinfo.URL = scope.getroottree().docinfo.URL
    unwanted = {node for node in nodes if isinstance(node, etree._Element) and node is not scope}
    gone = [twin for node, twin in zip(scope.iter(), copy.iter(), strict=True) if node in unwanted]
    for twin in gone:
        if type(twin.tag) is str:
            twin.tag = _GONE
    # libxml2 joins the texts: lxml would refuse those with control characters, and take the square
    # of their length for many in a row.
    etree.strip_elements(copy, _GONE, with_tail=False)
    comments = {twin for twin in gone if type(twin.tag) is not str}
    for parent in {comment.getparent() for comment in comments} - {None}:
        _drop_comments(parent, comments)
    return copy


def _drop_comments(parent: Any, comments: set[Any]) -> None:
    """Take them out and join the texts between, once for each gap."""
    kept, pieces = None, [parent.text or ""]
    for child in list(parent):
        if child in comments:
            pieces.append(child.tail or "")
            parent.remove(child)
            continue
        _set_text(parent, kept, pieces)
        kept, pieces = child, [child.tail or ""]
    _set_text(parent, kept, pieces)


def _set_text(parent: Any, before: Any, pieces: list[str]) -> None:
    if len(pieces) == 1:
        return
    text = _UNWRITABLE.sub("\ufffd", "".join(pieces))
    if before is None:
        parent.text = text or None
    else:
        before.tail = text or None
