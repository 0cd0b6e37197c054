"""The rows of a file as requests, drawn one by one; rows that make none are remarked on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from time import time
from typing import Any, TypeAlias

from scrapekit.errors import StuckError, UsageError
from scrapekit.extract.draft import Terms
from scrapekit.extract.seeds.requests import Begin, compile_request
from scrapekit.extract.seeds.variables import combined
from scrapekit.recipe.model import FileSource, Seed
from scrapekit.request import Request
from scrapekit.sources.rows import read_rows
from scrapekit.web.url import lane_of, resolve

Draw: TypeAlias = Callable[[float], Iterator[Request | str]]

MOST_HOSTS = 100_000
"""How many hosts a file may name before the crawl's scope has to be given up: each is kept in memory."""

_NAMED_LINES = 10
_ORIGIN = re.compile(r"\s*(?i:https?)://[^/?#\s]+")


def compile_rows(
    terms: Terms, seed: Seed, source: FileSource, inputs: Mapping[str, Any], begin: Begin | None
) -> Draw | None:
    """How the seed's requests are drawn from its file; None, and problems, where they cannot be."""
    before = len(terms.problems)
    variables = [each.name for each in seed.each]
    known = [*source.columns, *variables] if source.columns else None
    inside = replace(terms, names={**terms.names, "each": known})
    make = compile_request(inside, seed, begin, source.column)
    for name in set(variables) & set(source.columns):
        terms.problems.add(source.mark, f"{seed.path}.each.{name}", f'"{name}" is a column of the file too')

    def draw(began: float) -> Iterator[Request | str]:
        remarks = _Remarks(source.shown)
        for line, values in islice(read_rows(source), source.max):
            if isinstance(values, str):
                yield remarks.on(line, values)
                continue
            for drawn in combined(seed, began):
                try:
                    yield make({"inputs": inputs, "each": {**values, **drawn}})
                except (UsageError, ValueError):
                    yield remarks.on(line, "holds no http(s) address")

    return None if len(terms.problems) > before else draw


class _Remarks:
    """The first bad lines by their number, the others by their count: remarks must stay few."""

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._named = 0

    def on(self, line: int, reason: str) -> str:
        self._named += 1
        if self._named > _NAMED_LINES:
            return f"{self._shown}: further lines skipped"
        return f"{self._shown}: line {line} skipped, it {reason}"


def hosts_of(
    terms: Terms, seed: Seed, source: FileSource, draw: Draw, *, whole: bool
) -> tuple[str, ...] | None:
    """One URL for every host that the file names, the file being read once and never kept.

    None, and a problem, where no row makes a request, or where there are more hosts than memory
    should hold.
    """
    found: dict[str, str] = {}
    try:
        for url in _urls(source, draw, whole=whole):
            if len(found) >= MOST_HOSTS:
                message = f"the file names more than {MOST_HOSTS:,} hosts, which are too many to keep within"
                terms.problems.add(source.mark, f"{seed.path}.file", message, "split the file")
                return None
            found.setdefault(lane_of(url), url)
    except StuckError as error:
        terms.problems.add(source.mark, f"{seed.path}.file", str(error))
        return None
    if not found:
        where = f' in column "{source.column}"' if source.column and source.format != "text" else ""
        message = f"no line of {source.shown} holds an http(s) address{where}"
        terms.problems.add(source.mark, f"{seed.path}.file", message)
    return tuple(found.values()) or None


def _urls(source: FileSource, draw: Draw, *, whole: bool) -> Iterator[str]:
    if source.column:
        # Making every request would take ten times as long, and the origin alone is asked for.
        yield from _origins(source)
        return
    requests = (request.url for request in draw(time()) if isinstance(request, Request))
    yield from requests if whole else islice(requests, 1)


def _origins(source: FileSource) -> Iterator[str]:
    seen: set[str] = set()
    for _, values in islice(read_rows(source), source.max):
        text = "" if isinstance(values, str) else values.get(source.column)
        match = _ORIGIN.match(text) if isinstance(text, str) else None
        if match is None or match[0] in seen:
            continue
        seen.add(match[0])
        if (url := resolve("", match[0].strip())) is not None:
            yield url
