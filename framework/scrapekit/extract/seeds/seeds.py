"""The requests a crawl starts with, drawn lazily: a range of a million numbers is never a list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from time import time
from typing import Any

from scrapekit.errors import UsageError
from scrapekit.extract.draft import Terms
from scrapekit.extract.seeds.files import compile_rows, hosts_of
from scrapekit.extract.seeds.listings import compile_listing
from scrapekit.extract.seeds.requests import Begin, compile_request, one_for_each_host
from scrapekit.extract.seeds.variables import combined
from scrapekit.language.template import has_placeholder
from scrapekit.model import Outcome
from scrapekit.page import Page
from scrapekit.recipe.model import FileSource, Listing, Seed
from scrapekit.request import Request


@dataclass(frozen=True, slots=True)
class Seeds:
    """One seed ready to be drawn."""

    draw: Callable[[float], Iterator[Request | str]]
    """Draws them for a job that began at that Unix time; for the same job always the same.

    A text among them is a remark for the report, on a row that made no request.
    """
    urls: tuple[str, ...]
    """One URL for every host that the requests go to."""
    callbacks: Mapping[str, Callable[[Page], Outcome]]
    """Hidden page rule → what reads its pages."""


def compile_seed(terms: Terms, seed: Seed, inputs: Mapping[str, Any], begin: Begin | None) -> Seeds | None:
    """The seed as requests; None, and problems, when it has none.

    All of them are drawn once where the host is made from variables: the scope must know it.
    """
    if isinstance(seed.source, Listing):
        return _of_listing(terms, seed, seed.source, inputs, begin)
    if isinstance(seed.source, FileSource):
        return _of_file(terms, seed, seed.source, inputs, begin)
    before = len(terms.problems)
    inside = replace(terms, names={**terms.names, "each": [each.name for each in seed.each]})
    make = compile_request(inside, seed, begin)

    def draw(began: float) -> Iterator[Request]:
        return (make({"inputs": inputs, "each": drawn}) for drawn in combined(seed, began))

    if len(terms.problems) > before or seed.url.broken:
        return None
    addresses = [str(node.value) for node in (seed.url, *(other.url for other in seed.others))]
    urls = _urls(terms, seed, draw, whole=not all(map(_has_fixed_host, addresses)))
    return None if urls is None else Seeds(draw, urls, {})


def _of_listing(
    terms: Terms, seed: Seed, listing: Listing, inputs: Mapping[str, Any], begin: Begin | None
) -> Seeds | None:
    found = compile_listing(terms, seed, listing, inputs, begin)
    if found is None:
        return None
    draw, callback = found
    urls = _urls(terms, seed, draw, whole=not _has_fixed_host(str(listing.url.value)))
    return None if urls is None else Seeds(draw, urls, {seed.listing_page: callback})


def _of_file(
    terms: Terms, seed: Seed, source: FileSource, inputs: Mapping[str, Any], begin: Begin | None
) -> Seeds | None:
    draw = compile_rows(terms, seed, source, inputs, begin)
    if draw is None:
        return None
    whole = bool(source.column) or not _has_fixed_host(str(seed.url.value))
    hosts = hosts_of(terms, seed, source, draw, whole=whole)
    return None if hosts is None else Seeds(draw, hosts, {})


def _urls(
    terms: Terms, seed: Seed, draw: Callable[[float], Iterator[Request]], *, whole: bool
) -> tuple[str, ...] | None:
    """One URL for every host; only the first request is drawn unless they must be looked at as a whole."""
    try:
        return one_for_each_host(islice(draw(time()), None if whole else 1))
    except (UsageError, ValueError) as error:
        # An address without placeholders was refused when the recipe was read.
        nodes = [seed.url, *(other.url for other in seed.others)]
        if isinstance(seed.source, Listing):
            nodes = [seed.source.url]
        if any(has_placeholder(str(node.value)) for node in nodes):
            hint = "the address is made here, so write it whole: https://..."
            terms.problems.add(nodes[0].mark, seed.path, str(error), hint)
        return None


def _has_fixed_host(url: str) -> bool:
    """True when the template begins with a whole ``https://host/``, so that nothing drawn changes it."""
    fixed, opened, _ = url.partition("{{")
    scheme, mark, rest = fixed.partition("://")
    return bool(scheme and mark and (set(rest) & set("/?#") or not opened))
