"""Why paging stops: an empty or repeated page, a limit, the site's own word."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.steps import compile_find
from scrapekit.extract.fields.values import compile_value, read_nothing
from scrapekit.extract.reading import ReadField, Reading
from scrapekit.recipe.model import Paginate, Selector
from scrapekit.request import Request

# A space groups digits only when it does not break: "1 2 3" are three numbers.
_NUMBER = re.compile(r"\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+(?!\d)|\d+")
_FALSE = frozenset({"", "0", "false", "no", "null", "none"})
_LONGEST_NUMBER = 18

State: TypeAlias = Mapping[str, Any]
"""`Request.paging`: ``n`` pages so far, ``sig`` of the one before, ``first`` of the first, and more."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a page brought: so many rows, and a signature that is equal for equal rows and links."""

    rows: int
    signature: str


Stepped: TypeAlias = tuple[Request, dict[str, Any]] | str
"""The following request and what its state must know; or the reason why there is none."""

Step: TypeAlias = Callable[[Reading, Progress, State], Stepped]

Stop: TypeAlias = Callable[[Reading, Progress, State], str]
"""Says why there is no following page, ``""`` when there may be one."""

Count: TypeAlias = Callable[[Reading], int | None]


def is_repeated(state: State, progress: Progress) -> bool:
    """True when the page is the one before it again, or the first one again."""
    return progress.signature in (state.get("sig"), state.get("first"))


def compile_stops(draft: Draft, paginate: Paginate) -> list[Stop]:
    """The reasons that do not depend on how the following page is found."""
    stops: list[Stop] = []
    if paginate.until == "empty":
        stops.append(lambda _, progress, __: "" if progress.rows else "empty page")
    if paginate.max_pages is not None:
        most = paginate.max_pages
        stops.append(lambda _, __, state: "max_pages" if state.get("n", 1) >= most else "")
    if paginate.more is not None:
        more = _compile_more(draft, paginate.more, f"{paginate.path}.more")
        stops.append(lambda reading, _, __: "" if more(reading) else "more is false")
    return stops


def _compile_more(draft: Draft, selector: Selector, path: str) -> Callable[[Reading], bool]:
    found = compile_find(draft, selector, path, first=True)
    if found is None:
        return lambda reading: False
    if found.is_text:
        search = compile_value(draft, selector, (), path, all=False, nth=None) or read_nothing
        return lambda reading: _is_true(search(reading.document.root, reading))
    find, read = found.find, found.draft.parser.read("text")

    def more(reading: Reading) -> bool:
        nodes = find(reading.document.root, reading)
        if not nodes:
            return False
        node = nodes[0]
        if node is None or isinstance(node, str | int | float | list | dict):
            return _is_true(node)
        # An element that is there means yes, be it a button without text; only its own "no" means no.
        text = str(read(node) or "").strip()
        return not text or _is_true(text)

    return more


def _is_true(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() not in _FALSE
    return bool(value)


Claim: TypeAlias = Callable[[Reading, Progress, State], dict[str, Any]]
"""``rows`` seen so far, and the ``total`` that the site claims."""


def compile_claim(draft: Draft, paginate: Paginate) -> Claim | None:
    """How rows are held against the total that the site claims; None where it claims none."""
    total = compile_count(draft, paginate.total, f"{paginate.path}.total")
    if total is None:
        return None

    def claim(reading: Reading, progress: Progress, state: State) -> dict[str, Any]:
        rows = state.get("rows", 0) + progress.rows
        # Some sites say it on the first page only.
        return {"rows": rows, "total": total(reading) or state.get("total")}

    return claim


def compile_count(draft: Draft, count: int | Selector | None, path: str) -> Count | None:
    """A number as given, or the largest one that the selector's matches name; None when unlimited."""
    if count is None or isinstance(count, int):
        return None if count is None else lambda _: count
    read: ReadField = compile_value(draft, count, (), path, all=True, nth=None) or read_nothing

    def largest(reading: Reading) -> int | None:
        numbers = [
            number for value in read(reading.document.root, reading) or () for number in numbers_in(value)
        ]
        return max(numbers, default=None)

    return largest


def numbers_in(value: Any) -> list[int]:
    """The whole numbers in a value, thousands separators understood: ``"1,204 of 9.300"`` → 1204, 9300."""
    if isinstance(value, int | float):
        return [int(value)] if abs(value) < 10**_LONGEST_NUMBER else []
    digits = [re.sub(r"\D", "", match) for match in _NUMBER.findall(str(value))]
    return [int(text) for text in digits if len(text) <= _LONGEST_NUMBER]
