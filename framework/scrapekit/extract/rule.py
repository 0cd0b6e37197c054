"""One page rule to one callable: a page in, its records and further requests out, or none of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import time
from typing import Any, TypeAlias, cast

from scrapekit.errors import FetchError, PageError, TakesLong
from scrapekit.extract.before_parse import before_parse
from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.objects import evidence_of
from scrapekit.extract.joins.asked import Asked
from scrapekit.extract.joins.many_pages import Joinery
from scrapekit.extract.links.links import Begin, FollowLinks, Gathered, compile_links
from scrapekit.extract.misread import with_misreading
from scrapekit.extract.paging.pagination import Follow, compile_pagination
from scrapekit.extract.paging.stops import Progress, is_repeated
from scrapekit.extract.reading import Ground, Reading, blame
from scrapekit.extract.records.page_records import ReadRecords, Records
from scrapekit.extract.records.records import compile_records
from scrapekit.extract.records.without import compile_parse, without_some
from scrapekit.extract.responses.conditions import Answer
from scrapekit.extract.responses.verdicts import compile_verdicts
from scrapekit.extract.signature import sign
from scrapekit.model import Item, Outcome, Pending, Verdict
from scrapekit.node import shown
from scrapekit.page import Page
from scrapekit.parts import Document
from scrapekit.recipe.model import ItemRule, PageRule
from scrapekit.request import NOTHING

Callback: TypeAlias = Callable[[Page], Outcome | FetchError]
"""Reads a page; an error where a response rule says that the answer is no page after all."""

_LONGEST_REASON = 300
_log = logging.getLogger("scrapekit.plugins")


@dataclass(frozen=True, slots=True)
class Kind:
    """What all records of one kind have in common, whichever page rule reads them."""

    columns: Sequence[str] = ()
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page rule must know of the rest of the recipe."""

    ground: Ground
    kinds: Mapping[str, Kind]
    begins: Mapping[str, Begin]
    """Page rule → what its first requests need, for those whose paginator needs anything."""
    joinery: Joinery = field(default_factory=Joinery)
    """Takes what records of several pages need beside."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """A page rule's compiled parts."""

    items: Sequence[ReadRecords]
    links: Sequence[FollowLinks]
    follow: Follow | None
    measure: Callable[[Reading, Sequence[Records], Gathered], Progress] | None

    def read(self, reading: Reading, request_page: str, stop: str = "") -> Outcome:
        """Everything on the page; with *stop*, the reason, it has no following page."""
        now = time() if self.items else 0.0
        found = [read(reading, now) for read in self.items]
        gathered = Gathered()
        for follow_links in self.links:
            follow_links(reading, gathered)
        if self.follow is not None and self.measure is not None:
            progress = self.measure(reading, found, gathered)
            if is_repeated(reading.page.request.paging or NOTHING, progress):
                return _repeated(reading, request_page)
            if stop:
                reading.note(f"paging {request_page} stopped: {stop}")
            elif (following := self.follow(reading, progress)) is not None:
                gathered.requests.append(following)
        return _outcome(reading, found, gathered)


def compile_rule(draft: Draft, rule: PageRule, around: Surroundings) -> Callback:
    """The page rule as a callback. What does not compile is among the draft's problems."""
    reader = _Reader(
        items=_some(_compile_items(draft, item, around, rule.name) for item in rule.items),
        links=_some(
            compile_links(draft, link, around.begins.get(link.page), number)
            for number, link in enumerate(rule.links, start=1)
        ),
        follow=compile_pagination(draft, rule.paginate, rule.name) if rule.paginate else None,
        measure=_compile_measure(rule) if rule.paginate else None,
    )

    def read(reading: Reading, stop: str) -> Outcome:
        return reader.read(reading, rule.name, stop)

    return _callback(draft, rule, around.ground, read)


def compile_asked(asked: Asked, rule: PageRule, ground: Ground) -> Callback:
    """How the pages are read that records ask for; *rule* is the page rule that has a say in it."""
    read = asked.read
    return _callback(asked.draft, rule, ground, lambda reading, _: read(reading))


def _callback(
    draft: Draft, rule: PageRule, ground: Ground, read_page: Callable[[Reading, str], Outcome]
) -> Callback:
    """*read_page* as a callback: it is handed the page, and why no page may follow."""
    parse_page, part = compile_parse(draft, rule), f"parser {draft.parser_name}"

    def parse(page: Page) -> Document:
        try:
            return parse_page(page)
        except (PageError, ValueError) as error:
            raise blame(f"pages.{rule.name}", part, error) from error

    def read(page: Page) -> Outcome:
        return read_page(Reading(page, parse(page), ground), "")

    verdicts = compile_verdicts(draft, rule)
    if verdicts is None:
        return _safely(draft, rule, read)

    def judge(page: Page) -> Outcome | FetchError:
        answer = Answer(page, parse, ground)
        ruled = verdicts(answer)
        if not isinstance(ruled, str):
            return ruled
        reading = Reading(page, answer.document, ground)
        for remark in answer.remarks:
            reading.note(remark)
        return read_page(reading, ruled)

    return _safely(draft, rule, judge)


def _safely(draft: Draft, rule: PageRule, read: Callback) -> Callback:
    """*read*, with what goes wrong on a page turned into its outcome."""
    read = before_parse(draft, rule, read)

    def callback(page: Page) -> Outcome | FetchError:
        try:
            outcome = read(page)
            return (
                with_misreading(outcome, page, draft.parser_name) if isinstance(outcome, Outcome) else outcome
            )
        except PageError as error:
            return _failed(page, str(error))
        except TakesLong:
            raise
        except Exception as error:
            # A part that breaks its promise costs its page, never the crawl. A bug of ours stops it.
            maker = draft.plugins.maker_of(error)
            if not maker:
                raise
            _log.debug("%s failed on %s", maker, page.url, exc_info=error)
            return _failed(page, f"pages.{rule.name}: {maker} failed: {type(error).__name__}: {error}")

    return callback


def _failed(page: Page, reason: str) -> Outcome:
    return Outcome(page.request, Verdict.FAILED, reason=shown(reason, _LONGEST_REASON), status=page.status)


def _some(found: Any) -> list[Any]:
    return [each for each in found if each is not None]


def _compile_items(draft: Draft, item: ItemRule, around: Surroundings, rule: str) -> ReadRecords | None:
    kind = around.kinds.get(item.kind, Kind())
    joinery = replace(around.joinery, draft=draft, rule=rule)
    read = compile_records(draft, item, kind.columns, item.key or kind.key, joinery)
    return read and without_some(draft, item, read)


def _outcome(reading: Reading, found: Sequence[Records], gathered: Gathered) -> Outcome:
    page = reading.page
    items = found[0].items if len(found) == 1 else [item for each in found for item in each.items]
    if items or gathered.requests:
        items, pending = _apart(items)
        requests, notes = gathered.requests, reading.notes
        outcome = Outcome(page.request, Verdict.OK, items, requests, "", notes, page.status, pending=pending)
    else:
        reason = "; ".join(each.reason for each in found if each.reason) or "no links found"
        outcome = Outcome(page.request, Verdict.EMPTY, (), (), reason, reading.notes, page.status)
    if any(each.quarantined for each in found):
        taken = [item for each in found for item in each.quarantined]
        return replace(outcome, quarantined=taken)
    return outcome


def _apart(items: Sequence[Item | Pending]) -> tuple[Sequence[Item], Sequence[Pending]]:
    """The records that are complete, and those that wait for other pages."""
    pending = [item for item in items if item.__class__ is Pending]
    if not pending:
        return cast(Sequence[Item], items), ()
    return [item for item in items if isinstance(item, Item)], pending


def _repeated(reading: Reading, rule: str) -> Outcome:
    """The page before came again: what is on it has been kept already, so nothing of it is kept twice."""
    notes = {f"paging {rule} stopped: repeated page": 1}
    return Outcome(reading.page.request, Verdict.EMPTY, (), (), "repeated page", notes, reading.page.status)


def _compile_measure(rule: PageRule) -> Callable[[Reading, Sequence[Records], Gathered], Progress]:
    """How a page is compared with the one before, and counted.

    Rows show progress where the rule has rows; else links do; else records. Equal rows and links
    mean an equal page, however much its clock or its advertisements changed. Where rows cannot be
    told apart by their fields, or none is left to compare, the body is compared.
    """
    rows_of = [place for place, item in enumerate(rule.items) if item.each is not None]
    names = {
        item.kind: [name for name, _ in evidence_of(list(item.columns.values()))]
        for item in rule.items
        if item.each
    }

    def measure(reading: Reading, found: Sequence[Records], gathered: Gathered) -> Progress:
        urls = [request.url for request in gathered.requests]
        rows = sum(found[place].rows for place in rows_of)
        count = rows if rows_of else len(urls) if rule.links else sum(each.rows for each in found)
        items = [_signed(item, names) for place in rows_of for item in found[place].items]
        told_apart = bool(items) and len(set(items)) == len(items)
        compared = (items, urls) if told_apart or (urls and not rule.items) else reading.page.body
        return Progress(count, sign(compared if count else ()))

    return measure


def _signed(item: Item | Pending, names: Mapping[str, Sequence[str]]) -> str:
    return repr([item.fields[name] for name in names[item.kind] or item.fields])
