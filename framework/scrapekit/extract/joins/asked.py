"""How the pages are read that records ask for: the answer, and the links that are followed all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from scrapekit.exact import to_text
from scrapekit.extract.draft import Draft
from scrapekit.extract.joins.place_reads import (
    ReadPage,
    Sources,
    compile_sources,
    compile_turn,
    progress_of,
    read_sources,
)
from scrapekit.extract.joins.places import Place
from scrapekit.extract.joins.stages import Stages
from scrapekit.extract.links.links import FollowLinks, Gathered
from scrapekit.extract.paging.stops import is_repeated
from scrapekit.extract.reading import InvalidField, Reading
from scrapekit.model import Outcome, Verdict
from scrapekit.request import NOTHING, Request
from scrapekit.web.late import seal

ReadAsked: TypeAlias = Callable[[Reading], Outcome]


@dataclass(frozen=True, slots=True)
class Asked:
    """A page rule that no recipe writes: how a page is read that records ask for."""

    draft: Draft
    rule: str
    """The page rule that has a say in how the page is taken: what is removed, what answers mean."""
    path: str
    read: ReadAsked


def page_facts(reading: Reading) -> list[object]:
    """What templates may still want to know of a page when it is gone."""
    page = reading.page
    sealed = seal() if page.holds_late else ""
    return [page.url, page.status, reading.document.base, page.request.to_json(), sealed]


def read_asked(read: ReadPage, links: Sequence[FollowLinks]) -> ReadAsked:
    """A page that was asked for: everything it gives, as the answer."""

    def read_page(reading: Reading) -> Outcome:
        try:
            found = read(reading.document.root, reading)
        except InvalidField as error:
            found = {"values": {}, "sources": {}, "invalid": [error.path, error.fault]}
        gathered = Gathered()
        for follow_links in links:
            follow_links(reading, gathered)
        some = any(value is not None for part in ("values", "sources") for value in found[part].values())
        return _outcome(reading, found, some or "invalid" in found, gathered.requests)

    return read_page


def compile_following(draft: Draft, place: Place, stages: Stages) -> ReadAsked:
    """The pages that a value goes on over: each is a part of the answer, and leads to the next."""
    after = stages.places[place.after]
    sources: Sources = compile_sources(draft, place.fields, after, stages)
    follow, part = compile_turn(draft, place), f"parser {draft.parser_name}"

    def read_page(reading: Reading) -> Outcome:
        found = read_sources(sources, reading.document.root, reading, NOTHING, part)
        progress = progress_of(list(found.values()))
        if is_repeated(reading.page.request.paging or NOTHING, progress):
            # What is on it has been read already.
            reading.note(f"paging {place.name} stopped: repeated page")
            return _outcome(reading, {"values": {}, "sources": {}}, False, ())
        following = follow(reading, progress)
        given = {"values": {}, "sources": found}
        return _outcome(reading, given, progress.rows > 0, (following,) if following else ())

    return read_page


def _outcome(
    reading: Reading, found: Mapping[str, object], some: bool, requests: Sequence[Request]
) -> Outcome:
    page = reading.page
    verdict = Verdict.OK if some or requests else Verdict.EMPTY
    reason = "" if verdict is Verdict.OK else "nothing that was asked for is there"
    answer = to_text({**found, "page": page_facts(reading)})
    return Outcome(page.request, verdict, (), requests, reason, reading.notes, page.status, answer=answer)
