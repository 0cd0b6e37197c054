"""A group held against what earlier jobs knew: records dropped, links skipped, pages asked for changes.

All of it runs on the journal's thread before the exporters see the group.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Literal

from scrapekit.crawl.entries import SEEN_BEFORE, UNREAD, Candidate, Entry, Group, identity
from scrapekit.job.history import History, KnownPage
from scrapekit.model import Item, Outcome, Pending, Verdict
from scrapekit.recipe.model import SeenRule
from scrapekit.request import Request

_MOST_KEPT = 256 * 1024
"""Characters: a page with more links than that is read anew each time, rather than its links kept."""


@dataclass(frozen=True, slots=True)
class SeenTerms:
    """What a recipe wants to know of earlier jobs."""

    rules: Mapping[str, SeenRule]
    """Record kind → how it is compared."""
    conditional: Collection[str]
    """The page rules whose pages need not be read again where they did not change."""
    fingerprint: str
    """Of the recipe: what a page gave holds for the same one only."""


class Sifting:
    """Compares what a job finds with the history of its folder."""

    def __init__(self, history: History, terms: SeenTerms) -> None:
        self._history = history
        self._terms = terms

    def open(self) -> None:
        """Open the history; raises JobError when it cannot be used."""
        self._history.open()

    def close(self) -> None:
        """Let go of the history."""
        self._history.close()

    def sift(self, group: Group) -> None:
        """Leave in the group what is to be exported and fetched, and note what later jobs shall know."""
        if group.new:
            group.new = list(self._wanted(group))
        if group.items and self._terms.rules:
            group.items = list(self._compared(group))
        group.known_pages += [row for entry, outcome in group.visits for row in self._rows(entry, outcome)]

    def recall(self, request: Request) -> Outcome | None:
        """What a page comes to that did not change: its links are followed again; None when that is lost."""
        fp = identity(request)
        page = self._history.pages([fp]).get(fp)
        if page is None or page.terms != self._terms_of(request):
            return None
        gave = page.gave
        notes = gave["notes"] | {f"{UNREAD}{kind}": count for kind, count in gave["records"].items()}
        deeper = request.depth - gave["depth"]
        requests = [Request.from_json(text) for text in gave["requests"]]
        requests = [replace(each, depth=each.depth + deeper) for each in requests] if deeper else requests
        return Outcome(request, Verdict.NOT_MODIFIED, requests=requests, notes=notes, status=304)

    def _wanted(self, group: Group) -> Iterator[Candidate]:
        """The candidates without those that need not be fetched again; the others know their validators."""
        asked = [candidate for candidate in group.new if self._is_askable(candidate)]
        known = self._history.pages([candidate.fp for candidate in asked])
        for candidate in group.new:
            page = known.get(candidate.fp)
            if page is None:
                yield candidate
            elif candidate.request.once and candidate.hop_of is None:
                group.counters[f"note:links to {candidate.request.page}: fetched in an earlier job"] += 1
                _count_unread(page, group.counters)
            else:
                self._put_validators(candidate, page)
                yield candidate

    def _is_askable(self, candidate: Candidate) -> bool:
        request = candidate.request
        if request.once and candidate.hop_of is None:
            return True
        return request.page in self._terms.conditional and request.method == "GET" and not request.ask

    def _put_validators(self, candidate: Candidate, page: KnownPage) -> None:
        request = candidate.request
        if request.page not in self._terms.conditional or not (page.etag or page.modified):
            return
        if page.terms == self._terms_of(request):
            candidate.request = replace(request, validators=(page.etag, page.modified))

    def _terms_of(self, request: Request) -> bytes:
        """What a page's records depend on beside the page: the recipe, and what other pages handed over."""
        handed = [request.page, request.headers, dict(request.carry), request.paging]
        text = json.dumps([self._terms.fingerprint, *handed], sort_keys=True, default=str)
        return blake2b(text.encode(), digest_size=16).digest()

    def _compared(self, group: Group) -> Iterator[Item]:
        """The records to export, each saying how it compares; all of them are noted."""
        digests = [self._digests(item) for item in group.items]
        known = self._history.contents({each[0] for each in digests if each is not None})
        for item, each in zip(group.items, digests, strict=True):
            if each is None:
                yield item
                continue
            group.marks.append(each)
            before = known.get(each[0])
            seen = _compare(each[1], before)
            emit = self._terms.rules[item.kind].emit
            if emit == "all" or seen == "new" or (emit == "changed" and seen == "changed"):
                yield replace(item, seen=seen)
            else:
                group.counters[f"note:{SEEN_BEFORE}{item.kind}"] += 1

    def _digests(self, item: Item) -> tuple[bytes, int] | None:
        """A record's identity and content; None where it is not compared, or has nothing to be known by."""
        rule = self._terms.rules.get(item.kind)
        if rule is None:
            return None
        names = [item.fields[name] for name in rule.by] if rule.by else [item.origin.url]
        if all(value is None for value in names):
            return None
        content = {name: value for name, value in item.fields.items() if name not in rule.ignore}
        return _digest([item.kind, rule.by, names], 16), int.from_bytes(_digest(content, 8), signed=True)

    def _rows(self, entry: Entry, outcome: Outcome) -> Iterator[tuple[object, ...]]:
        """A page that was read, as the store keeps it, also under the addresses that led to it."""
        request = entry.request
        found: Sequence[Item | Pending] = (*outcome.items, *outcome.pending)
        gave: dict[str, Any] = {"records": Counter(each.kind for each in found)}
        waits = bool(outcome.pending)
        row: tuple[bytes | None, str, str] = (None, "", "")
        if (asked := self._asked_again(request, outcome)) is not None:
            gave, row = gave | asked, (self._terms_of(request), *(outcome.validators or ("", "")))
        text = json.dumps(gave)
        if len(text) > _MOST_KEPT:
            text, row = json.dumps({"records": gave["records"]}), (None, "", "")
        yield entry.fp, *row, waits, text
        for url in request.via:
            before = identity(replace(request, url=url))
            if before != entry.fp:
                yield before, None, "", "", waits, json.dumps({"records": gave["records"]})

    def _asked_again(self, request: Request, outcome: Outcome) -> dict[str, Any] | None:
        """What to remember of a page so that it need not be read again; None where it must be."""
        if outcome.validators is None or not any(outcome.validators) or request.late:
            return None
        if request.page not in self._terms.conditional or request.method != "GET" or request.body is not None:
            return None
        # What waits for other pages, or is kept aside, is made anew by reading the page alone.
        if outcome.pending or outcome.quarantined or any(each.late for each in outcome.requests):
            return None
        requests = [each.to_json() for each in outcome.requests]
        return {"depth": request.depth, "notes": dict(outcome.notes), "requests": requests}


def _compare(content: int, before: Collection[int] | None) -> Literal["new", "changed", "same"]:
    if before is None:
        return "new"
    return "same" if content in before else "changed"


def _count_unread(page: KnownPage, counters: Counter[str]) -> None:
    for kind, count in page.gave["records"].items():
        counters[f"note:{UNREAD}{kind}"] += count


def _digest(value: object, size: int) -> bytes:
    text = json.dumps(value, sort_keys=True, default=repr)
    return blake2b(text.encode(), digest_size=size).digest()
