"""What is known of one record that several pages make, while it is put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scrapekit.exact import from_text
from scrapekit.extract.reading import PAGE_NAMES, Ground, InvalidField, Reading
from scrapekit.model import Item
from scrapekit.page import Page
from scrapekit.parts import SimpleDocument
from scrapekit.request import NOTHING, Request
from scrapekit.web.late import resealed, seal

_NO_PAGE: Mapping[str, Any] = dict.fromkeys(PAGE_NAMES)


class Known:
    """A record's pages so far, by place, and the fields made of them.

    ``pages`` holds what was read on each settled place, None where no page came. Of the place that
    stands for all following pages, ``following`` holds what each gave.
    """

    def __init__(
        self, own: Mapping[str, Any], ground: Ground, names: Sequence[str], parents: Sequence[Sequence[str]]
    ) -> None:
        self.own = own
        self.pages: dict[int, Mapping[str, Any] | None] = {0: own}
        self.following: dict[int, Sequence[Mapping[str, Any]]] = {}
        self.values: dict[str, Any] = dict.fromkeys(names) | own["values"]
        self.done: set[str] = set()
        self.absent: set[int] = set()
        """Places for which the record has no address."""
        self.cut: set[int] = set()
        """Places of following pages of which a later one did not come."""
        self.notes: dict[str, int] = {}
        self.quarantined: list[Item] = []
        self.error: InvalidField | None = None
        """The first field that is invalid."""
        self._ground = ground
        self._parents = parents
        self._readings: dict[int, Reading] = {}

    @property
    def holds_late(self) -> bool:
        """True when what it is made of may hold placeholders of values that are no one's to see."""
        parts = [*self.pages.values(), *(part for parts in self.following.values() for part in parts)]
        return any(part is not None and part["page"][4] for part in parts)

    def note(self, remark: str, count: int = 1) -> None:
        """Count a remark for the report."""
        if count:
            self.notes[remark] = self.notes.get(remark, 0) + count

    def settle(self, number: int, parts: Sequence[Mapping[str, Any]], *, whole: bool) -> None:
        """A place was answered with these pages in order, or will never be."""
        self.pages[number] = parts[0] if parts else None
        self.following[number] = parts
        if parts:
            self.values.update(parts[0]["values"])
        if not whole:
            self.cut.add(number)
        for part in parts:
            if self.error is None and "invalid" in part:
                self.error = InvalidField(*part["invalid"])

    def addresses(self, name: str) -> list[Any]:
        """What a field that finds addresses of files has found."""
        found = self.values[name]
        return found if isinstance(found, list) else [] if found is None else [found]

    def files(self, number: int, name: str) -> tuple[list[Any], bool]:
        """What is known of the files that came, in order; True where the field is a list of them."""
        found = [file for part in self.following.get(number, ()) for file in part["sources"].values()]
        return found, isinstance(self.values[name], list)

    def sources(self, number: int, follows: int | None) -> Mapping[str, Any]:
        """Path of a late field's source → what its page gave, going on over the pages that follow."""
        page = self.pages[number]
        first: Mapping[str, Any] = page["sources"] if page is not None else NOTHING
        if follows is None:
            return first
        parts = [first, *(part["sources"] for part in self.following[follows])]
        return {path: _joined([part.get(path) for part in parts]) for path in first}

    def reading(self, number: int) -> Reading:
        """The page of a place as templates and filters see it; its document is gone."""
        reading = self._readings.get(number)
        if reading is None:
            reading = self._readings[number] = self._read(number)
        reading.environment["item"] = self.values
        if number:
            own = self.reading(0).environment["parent"]
            given = {name: self.values[name] for name in self._parents[number]}
            reading.environment["parent"] = {**own, **given}
        return reading

    def _read(self, number: int) -> Reading:
        page = self.pages[number]
        url, status, base, asked, _ = page["page"] if page is not None else ("", 0, "", None, False)
        request = Request(url) if asked is None else Request.from_json(asked)
        document = SimpleDocument(None, base)
        reading = Reading(Page(request, url, status, {}, b""), document, self._ground)
        reading.notes = self.notes
        if page is None:
            reading.environment["page"] = _NO_PAGE
        return reading


def restored(text: str) -> Mapping[str, Any]:
    """What was stored of a page with its facts, perhaps by an earlier process."""
    found: Mapping[str, Any] = from_text(text)
    sealed = found["page"][4]
    return from_text(resealed(text, sealed)) if sealed and sealed != seal() else found


def _joined(values: Sequence[Any]) -> list[Any] | None:
    """The values of several pages as one list, in the order of the pages; None when there are none."""
    found: list[Any] = []
    for value in values:
        if isinstance(value, list):
            found += value
        elif value is not None:
            found.append(value)
    return found or None
