"""What becomes of a record that other pages complete: further questions, or the finished record."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from scrapekit.errors import PageError
from scrapekit.extract.draft import Draft
from scrapekit.extract.joins.known import Known, restored
from scrapekit.extract.late_outcome import without_late_values
from scrapekit.extract.reading import InvalidField, ReadField, Reading, blame
from scrapekit.model import Answered, Ask, Item, Step
from scrapekit.node import shown
from scrapekit.request import NOTHING, Request

_LONGEST_FAULT = 300
_log = logging.getLogger("scrapekit.plugins")

Whole: TypeAlias = Callable[[Known, Reading], "dict[str, Any] | None"]
"""Judges a record as any other is judged: its fields, None when it was dropped or left out."""

Make: TypeAlias = Callable[[dict[str, Any], Reading, int, float], Sequence[Item]]


@dataclass(frozen=True, slots=True)
class FieldStep:
    """How one field is had from what is known.

    A local field was made on its page; ``read`` makes what it is when that page did not come. A late
    one is made by ``read`` from the sources that its page stored.
    """

    name: str
    path: str
    place: int
    read: ReadField
    needs: frozenset[str]
    local: bool
    follows: int | None = None
    """The place whose pages its value goes on over."""
    address: str = ""
    """The field that finds its files' addresses, where it is made of files."""


@dataclass(frozen=True, slots=True)
class PlaceStep:
    """How one place is asked for, once the fields its address is made of are there."""

    number: int
    after: int
    name: str
    needs: frozenset[str]
    requests: Callable[[Known], Sequence[Request | None]]
    """Empty: the record has no such page. None stands for a file whose address is none."""
    follows: bool = False
    """True for the pages after another one: that there is none is no loss."""
    files: bool = False
    """True for files, of which there may be many, or none."""
    beyond: Callable[[Known], int] = lambda known: 0
    """How many files there are that are not asked for, being too many."""


_FILES = 1 << 16
"""Between the numbers of two questions for one place, which only files have several of."""


def _by_place(answers: Mapping[int, Answered]) -> Iterator[tuple[int, Answered]]:
    """The answers by place; those for its files as one, in the order of their addresses."""
    found: dict[int, list[Answered]] = {}
    for number in sorted(answers):
        found.setdefault(number % _FILES, []).append(answers[number])
    for place, given in found.items():
        yield place, given[0] if len(given) == 1 else _together(given)


def _together(answers: Sequence[Answered]) -> Answered:
    return Answered([part for each in answers for part in each.parts], all(each.whole for each in answers))


def _kept(known: Known) -> Sequence[Item]:
    """What goes into the quarantine file."""
    return (
        [without_late_values(item) for item in known.quarantined] if known.holds_late else known.quarantined
    )


class Joiner:
    """Completes the records of one item rule. It keeps nothing: all it needs is stored with the record."""

    def __init__(
        self,
        draft: Draft,
        path: str,
        kind: str,
        fields: Sequence[FieldStep],
        places: Sequence[PlaceStep],
        known: Callable[[Mapping[str, Any]], Known],
        finish: Callable[[Known], Sequence[Item]],
    ) -> None:
        self.path = path
        self._draft = draft
        self._kind = kind
        self._fields = fields
        self._places = places
        self._known = known
        self._finish = finish

    def advance(self, state: str, answers: Mapping[int, Answered]) -> Step:
        """What to do next with a record, given all that was answered so far.

        Never raises for what a page or a part did: that is the step's ``fault``, and the record is lost.
        """
        try:
            return self.begin(restored(state), answers)
        except PageError as error:
            return Step(fault=shown(str(error), _LONGEST_FAULT))
        except Exception as error:
            maker = self._draft.plugins.maker_of(error)
            if not maker:
                raise
            _log.debug("%s failed on a record of %s", maker, self.path, exc_info=error)
            fault = f"{self.path}: {maker} failed: {type(error).__name__}: {error}"
            return Step(fault=shown(fault, _LONGEST_FAULT))

    def begin(self, state: Mapping[str, Any], answers: Mapping[int, Answered] = NOTHING) -> Step:  # type: ignore[assignment]
        """The same from what is known of the record's own page; a part's fault escapes as it is."""
        known = self._known(state)
        for number, answered in _by_place(answers):
            known.settle(number, [restored(part) for part in answered.parts], whole=answered.whole)
        self._fill(known)
        while known.error is None:
            asks, absent = self._next(known)
            if asks:
                return Step(asks=asks)
            if not absent:
                break
            self._fill(known)
        self._remark(known)
        items = self._finish(known)
        return Step(items=items, notes=known.notes, quarantined=_kept(known))

    def _next(self, known: Known) -> tuple[list[Ask], bool]:
        """The questions that can be put now; True when it turned out that there is no such page."""
        asks, absent = [], False
        for place in self._places:
            if place.number in known.pages or place.after not in known.pages or not place.needs <= known.done:
                continue
            requests = [
                Ask(place.number + number * _FILES, request)
                for number, request in enumerate(place.requests(known))
                if request is not None
            ]
            if requests:
                asks += requests
                continue
            known.settle(place.number, [], whole=place.follows)
            known.absent.add(place.number)
            absent = True
        return asks, absent

    def _fill(self, known: Known) -> None:
        """Make every field that can be made; the first that is invalid ends it."""
        if known.error is not None:
            return
        for step in self._fields:
            if step.name in known.done or not self._ready(step, known):
                continue
            try:
                known.values[step.name] = self._value(step, known)
            except InvalidField as error:
                known.error = error
                return
            except (PageError, ValueError) as error:
                raise blame(step.path, f"parser {self._draft.parser_name}", error) from error
            known.done.add(step.name)

    @staticmethod
    def _ready(step: FieldStep, known: Known) -> bool:
        there = step.place in known.pages and (step.follows is None or step.follows in known.pages)
        return there and step.needs <= known.done

    @staticmethod
    def _value(step: FieldStep, known: Known) -> Any:
        page = known.pages[step.place]
        if step.address:
            return step.read(known.files(step.place, step.address), known.reading(step.place))
        if step.local and page is not None:
            return page["values"][step.name]
        return step.read(known.sources(step.place, step.follows), known.reading(step.place))

    def _remark(self, known: Known) -> None:
        """Count what the record lacks."""
        for place in self._places:
            if known.pages.get(place.after) is None:
                # What stands behind a page that did not come is no further loss.
                continue
            if place.files:
                self._remark_files(place, known)
                continue
            if place.number in known.absent:
                if not place.follows:
                    known.note(f"{self._kind} without an address: {place.name}")
            elif place.number in known.pages and known.pages[place.number] is None and not place.follows:
                known.note(f"{self._kind} without its page: {place.name}")
            elif place.number in known.cut:
                known.note(f"{self._kind} cut short: {place.name}")

    def _remark_files(self, place: PlaceStep, known: Known) -> None:
        """Count the files that did not come, those whose address is none among them."""
        if place.number in known.pages:
            missing = len(place.requests(known)) - len(known.following.get(place.number, ()))
            known.note(f"{self._kind} without its file: {place.name}", missing)
            known.note(f"files beyond max_files of {self._kind}: {place.name}", place.beyond(known))
