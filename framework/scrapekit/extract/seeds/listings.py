"""Sitemaps and feeds as page rules of their own: each page of one gives the requests of its entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from scrapekit.errors import FetchError, PageError, UsageError
from scrapekit.extract.draft import Terms
from scrapekit.extract.late_names import in_request, marking
from scrapekit.extract.links.checks import Check, compile_check
from scrapekit.extract.seeds.requests import Begin, Make, compile_request
from scrapekit.extract.seeds.variables import combined
from scrapekit.extract.texts import compile_text
from scrapekit.model import Outcome, Verdict
from scrapekit.node import shown
from scrapekit.page import Page
from scrapekit.recipe.model import LinkRule, Listing, Pattern, Seed
from scrapekit.request import Request
from scrapekit.sources.days import resolved
from scrapekit.sources.feed import read_feed
from scrapekit.sources.moments import midnight, span_of
from scrapekit.sources.sitemap import LARGEST, Listed, read_sitemap
from scrapekit.web.body import Unpacker
from scrapekit.web.late import mask
from scrapekit.web.robots import read_robots
from scrapekit.web.url import resolve, target_of

Draw: TypeAlias = Callable[[float], Iterator[Request]]
Callback: TypeAlias = Callable[[Page], Outcome]

NAMES = {
    "sitemap": ("url", "lastmod", "priority"),
    "feed": ("url", "title", "date", "id", "author", "summary", "categories"),
}
"""What an entry offers under ``each``."""

DEEPEST = 4
"""Documents from the seed to the last sitemap: robots.txt, an index of indexes, an index, a sitemap."""

_DATE = {"sitemap": "lastmod", "feed": "date"}
_UNSAID_PRIORITY = 0.5
_GZIP = b"\x1f\x8b"
_LONGEST_REASON = 300


def compile_listing(
    terms: Terms, seed: Seed, listing: Listing, inputs: Mapping[str, Any], begin: Begin | None
) -> tuple[Draw, Callback] | None:
    """What asks for the document, and the page rule that reads it; None where there are problems."""
    before = len(terms.problems)
    variables = [each.name for each in seed.each]
    there = in_request(replace(terms, names={**terms.names, "each": variables}))
    address = compile_text(there, listing.url, f"{seed.path}.{listing.kind}")
    mark = marking(terms, listing.url)
    names = [*NAMES[listing.kind], *variables]
    make = compile_request(replace(terms, names={**terms.names, "each": names}), seed, begin)
    for name in set(variables) & set(NAMES[listing.kind]):
        message = f'"{name}" is what an entry of a {listing.kind} offers too'
        terms.problems.add(seed.mark, f"{seed.path}.each.{name}", message, "choose another name")
    reader = _Reader(
        seed.listing_page,
        f"{seed.path}: ",
        listing,
        make,
        inputs,
        _check(terms, seed, listing.allow, listing.deny),
        _check(terms, seed, listing.follow, ()),
    )

    def draw(began: float) -> Iterator[Request]:
        bounds = _bounds(listing, began)
        for drawn in combined(seed, began):
            url = _address(address.render({"inputs": inputs, "each": drawn}))
            request = reader.request(url, {"each": drawn, "level": 1, **bounds})
            yield request if mark is None else mark(request)

    return None if len(terms.problems) > before or listing.url.broken else (draw, reader.read)


def _address(written: object) -> str:
    url = resolve("", str(written)) if written is not None else None
    if url is None:
        raise UsageError(f'"{shown(mask(str(written)))}" is not an http(s) address')
    return url


def _check(terms: Terms, seed: Seed, allow: tuple[Pattern, ...], deny: tuple[Pattern, ...]) -> Check | None:
    return compile_check(LinkRule(seed.page, seed.path, seed.mark, allow=allow, deny=deny), terms.problems)


def _bounds(listing: Listing, began: float) -> dict[str, float]:
    """The Unix times between which an entry's date must lie, for a job that began at that time.

    They travel with the requests: a job that goes on tomorrow asks for the same entries.
    """
    zone = ZoneInfo(listing.zone)
    today = datetime.fromtimestamp(began, zone).date()
    found: dict[str, float] = {}
    if listing.after is not None:
        found["after"] = midnight(resolved(listing.after, today), zone)
    if listing.before is not None:
        found["before"] = midnight(resolved(listing.before, today) + timedelta(days=1), zone) - 1
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    """The page rule of one sitemap or feed."""

    page: str
    remark: str
    listing: Listing
    make: Make
    inputs: Mapping[str, Any]
    check: Check | None
    follow: Check | None

    def request(self, url: str, state: Mapping[str, Any]) -> Request:
        # Two seeds may read one document, each with its own eyes: the key keeps them apart.
        return Request(url, self.page, carry=state, paging={"key": self.page})

    def read(self, page: Page) -> Outcome:
        try:
            listed = self._listed(page)
        except PageError as error:
            reason = shown(str(error), _LONGEST_REASON)
            return Outcome(page.request, Verdict.FAILED, reason=reason, status=page.status)
        notes = {self.remark + remark: count for remark, count in listed.notes.items()}
        count = _Count(self.remark, notes)
        requests = [*self._further(page, listed, count), *self._entries(page, listed, count)]
        verdict = Verdict.OK if requests else Verdict.EMPTY
        listed_any = bool(listed.entries or listed.further)
        reason = "" if requests else "no entry is wanted" if listed_any else "it lists nothing"
        return Outcome(page.request, verdict, (), requests, reason, notes, page.status)

    def _listed(self, page: Page) -> Listed:
        body, text = page.body, ""
        if target_of(page.url) == "/robots.txt" and self.listing.kind == "sitemap":
            return _of_robots(page)
        if body.startswith(_GZIP):
            # RFC 6713: a file that is packed itself, beside any Content-Encoding.
            text = Page(page.request, page.url, page.status, {}, _unpacked(body)).text
        if self.listing.kind == "sitemap":
            if len(body) > LARGEST:
                raise PageError(f"the sitemap is larger than {LARGEST} bytes")
            return read_sitemap(text or page.text, page.url)
        entries, remarks = read_feed(text or page.text, page.url)
        return Listed(entries, notes=dict(remarks))

    def _further(self, page: Page, listed: Listed, count: _Count) -> Iterator[Request]:
        state = page.request.carry
        level = state.get("level", 1) + 1
        for entry in listed.further:
            if level > DEEPEST:
                count("sitemaps nested too deeply")
            elif self.follow is not None and self.follow(entry["url"]):
                count("sitemaps not to be followed")
            elif self._is_early(entry, state):
                count("sitemaps not changed since")
            else:
                yield self.request(entry["url"], {**state, "level": level})

    def _is_early(self, entry: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
        # A sitemap that was not changed since then holds no entry that was. When one of an index
        # was changed last says nothing about how old its entries are, so "before" is not asked.
        span = span_of(entry.get("lastmod") or "") if "after" in state else None
        return span is not None and span[1] < state["after"]

    def _entries(self, page: Page, listed: Listed, count: _Count) -> Iterator[Request]:
        state, most, taken = page.request.carry, self.listing.max, 0
        for entry in listed.entries:
            if reason := self._unwanted(entry, state):
                count(reason)
                continue
            if taken == most:
                count("more than max")
                continue
            try:
                request = self.make({"inputs": self.inputs, "each": {**entry, **state.get("each", {})}})
            except (UsageError, ValueError):
                count("no http(s) address")
                continue
            taken += 1
            yield request

    def _unwanted(self, entry: Mapping[str, Any], state: Mapping[str, Any]) -> str:
        if self.check is not None and (reason := self.check(entry["url"])):
            return reason
        if self.listing.least is not None:
            priority = entry["priority"]
            if (_UNSAID_PRIORITY if priority is None else priority) < self.listing.least:
                return "priority too low"
        if "after" not in state and "before" not in state:
            return ""
        name = _DATE[self.listing.kind]
        span = span_of(entry[name], ZoneInfo(self.listing.zone)) if entry[name] else None
        if span is None:
            return ""
        late = "after" in state and span[1] < state["after"]
        return f"{name} out of range" if late or ("before" in state and span[0] > state["before"]) else ""


class _Count:
    """Counts remarks under a prefix."""

    def __init__(self, prefix: str, notes: dict[str, int]) -> None:
        self._prefix = prefix
        self._notes = notes

    def __call__(self, remark: str) -> None:
        remark = self._prefix + remark
        self._notes[remark] = self._notes.get(remark, 0) + 1


def _of_robots(page: Page) -> Listed:
    """The sitemaps that a robots.txt names (sitemaps.org, "Specifying the Sitemap location")."""
    named = read_robots(200, page.body, "*").sitemaps
    urls = [url for text in named if (url := resolve(page.url, text)) is not None]
    return Listed(further=[{"url": url, "lastmod": None, "priority": None} for url in urls])


def _unpacked(body: bytes) -> bytes:
    unpacker = Unpacker("gzip", LARGEST)
    try:
        unpacker.feed(body)
        return unpacker.finish()
    except FetchError as error:
        raise PageError(f"the packed document cannot be read: {error}") from error
