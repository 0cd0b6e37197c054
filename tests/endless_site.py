"""Sites without an end: two hundred good pages, and on every page links into a trap."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

SHELVES, BOOKS = 20, 10
GOOD = {f"/book/{n}" for n in range(SHELVES * BOOKS)}
MOST_BEFORE = 1_400
"""Requests until the last good page: the pages themselves, and a few turns of the trap beside each level."""

Lure = Callable[[str], list[str]]


class Endless(dict[str, str]):
    """Twenty shelves, each leading to the next, with ten books each; and on every page links into a trap."""

    def __init__(self, lure: Lure) -> None:
        super().__init__()
        self._lure = lure

    def get(self, path: str, default: str = "") -> str:  # type: ignore[override]
        own, body = self._own(path)
        return body + "".join(f"<a href='{link}'>x</a>" for link in [*own, *self._lure(path)])

    def _own(self, path: str) -> tuple[list[str], str]:
        if path == "/robots.txt":
            return [], ""
        if path == "/":
            return ["/shelf/0"], "<h1>shop</h1>"
        if match := re.search(r"/shelf/(\d+)", path):
            return self._shelf(int(match[1])), "<h1>shelf</h1>"
        if match := re.search(r"/book/(\d+)", path):
            return [], f"<p class=book><b>Book {match[1]}</b></p>"
        return [], "<h1>nothing</h1>"

    def _shelf(self, number: int) -> list[str]:
        books = [f"/book/{n}" for n in range(number * BOOKS, (number + 1) * BOOKS)]
        return books + [f"/shelf/{number + 1}"] * (number + 1 < SHELVES)


def calendar(path: str) -> list[str]:
    """The months before and after, the years before and after, for ever."""
    match = re.search(r"/calendar/(-?\d+)/(\d+)", path)
    year, month = (int(match[1]), int(match[2])) if match else (2026, 11)
    steps = [divmod(12 * year + month - 1 + step, 12) for step in (-12, -1, 1, 12)]
    return [f"/calendar/{year}/{month + 1}" for year, month in steps]


def session_in_query() -> Lure:
    """Every visit is given a number, which all links carry from then on."""
    numbers = count(1)

    def lure(path: str) -> list[str]:
        number = next(numbers)
        return [f"/book/{n}?sid={number}" for n in (7, 77)] + [f"/shelf/3?sid={number}"]

    return lure


def session_in_path() -> Lure:
    numbers = count(1)

    def lure(path: str) -> list[str]:
        number = next(numbers)
        return [f"/s{number:08x}/book/{n}" for n in (7, 77)] + [f"/s{number:08x}/shelf/3"]

    return lure


def deeper(path: str) -> list[str]:
    """References without a slash before them, each one deeper, under names that change."""
    if not path.startswith("/deep"):
        return ["/deep/1/"]
    return [f"{word}{path.count('/')}/" for word in ("a", "b")] + ["same/"]


def facets(path: str) -> list[str]:
    """Every choice can be added to those already made, in any order, and chosen twice."""
    query = path.partition("?")[2]
    chosen = query.split("&") if query else []
    pairs = [f"{name}={value}" for name in ("color", "size", "brand", "price") for value in (1, 2)]
    return ["/list?" + "&".join([*chosen, pair]) for pair in pairs if chosen.count(pair) < 2]


LURES: dict[str, Callable[[], Lure]] = {
    "calendar": lambda: calendar,
    "session-in-the-query": session_in_query,
    "session-in-the-path": session_in_path,
    "ever-deeper": lambda: deeper,
    "facets": lambda: facets,
}
"""What makes each trap, anew for each run."""
