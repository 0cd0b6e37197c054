"""What the languages for tables and data share while one page is read: what was looked at once already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Made = TypeVar("Made")


class PageData:
    """What was made of the nodes of one page. Only languages that are used put anything into it.

    Another page, parsed by another thread at the same time, takes its place: whoever still reads the
    first one then makes a thing again, which changes no result.
    """

    __slots__ = ("_made", "notes", "root")

    def __init__(self, root: Any) -> None:
        self.root = root
        self.notes: dict[str, int] = {}
        self._made: dict[tuple[str, Any], Any] = {}

    def once(self, kind: str, node: Any, make: Callable[[Any], Made]) -> Made:
        """What *make* gives for the node, made when it is first asked for."""
        key = (kind, node)
        try:
            made: Made = self._made[key]
        except KeyError:
            made = self._made[key] = make(node)
        return made

    def note(self, remark: str) -> None:
        """Count a remark for the report."""
        self.notes[remark] = self.notes.get(remark, 0) + 1


class Current:
    """The page that is being read."""

    __slots__ = ("data", "wanted")

    def __init__(self) -> None:
        self.data = PageData(None)
        self.wanted = False
        """True when a selector of a language that needs it was compiled."""

    def begin(self, root: Any, base: str) -> dict[str, int]:
        """A new page at *base*; the remarks on it, to be filled while it is read."""
        data = self.data = PageData(root)
        # Links in it are resolved from any node, also in a copy: the document itself knows its address.
        root.getroottree().docinfo.URL = base
        return data.notes
