"""The demo shop's stock: sixty invented books, the same ones every time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

COUNT = 60
CATEGORIES = ("Poetry", "Seafaring", "Mystery", "Gardening", "Astronomy", "Cookery")
RATINGS = ("One", "Two", "Three", "Four", "Five")

_QUALITIES = (
    "Quiet",
    "Crooked",
    "Amber",
    "Borrowed",
    "Salt",
    "Paper",
    "Winter",
    "Hollow",
    "Second",
    "Wandering",
)
_THINGS = ("Lantern", "Orchard", "Compass", "Letter", "Harbour", "Meridian", "Kettle", "Archive", "Sparrow")
_PLACES = (
    "of Marrow Bay",
    "under Glass",
    "at Low Tide",
    "in the Attic",
    "without a Map",
    "and Other Stories",
)
_FIRST = ("Ada", "Bram", "Ines", "Joost", "Leila", "Mirek", "Nadia", "Oskar", "Rhea", "Tomás", "Ulla", "Wen")
_LAST = (
    "Achterberg",
    "Calder",
    "Dunmore",
    "Esposito",
    "Falk",
    "Grimaud",
    "Holloway",
    "Ibsen",
    "O’Dell",
    "Szabó",
)
_HEROES = (
    "A retired cartographer",
    "A baker’s apprentice",
    "The keeper of a small lighthouse",
    "A girl who counts bells",
)
_DEEDS = (
    "finds a key that fits no door",
    "inherits a boat & its debts",
    "answers a letter meant for someone else",
)
_STAKES = (
    "before the river freezes",
    "while the town pretends to sleep",
    "with only a borrowed umbrella for help",
)
_VERDICTS = (
    "Warm, odd and exact.",
    "Best read aloud.",
    "Keep a pencil at hand.",
    "You will want a second copy to lend.",
)


@dataclass(frozen=True, slots=True)
class Book:
    """One book of the shop. ``rating`` counts stars from 1 to 5, ``price`` is in pounds."""

    number: int
    title: str
    author: str
    category: str
    price: Decimal
    upc: str
    rating: int
    stock: int
    pages: int
    description: str

    @property
    def slug(self) -> str:
        """The book's part of an address, such as ``7-amber-harbour-under-glass``."""
        return f"{self.number}-{'-'.join(self.title.lower().split())}"

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/book/{self.slug}.html"

    @property
    def availability(self) -> str:
        """What the page says about stock."""
        return f"In stock ({self.stock} available)" if self.stock else "Out of stock"


@cache
def books() -> Sequence[Book]:
    """Every book, numbered from 1; the same on each machine and at each call."""
    return tuple(_book(number) for number in range(1, COUNT + 1))


def in_category(category: str) -> list[Book]:
    """The books on one shelf, in number order."""
    return [book for book in books() if book.category == category]


def summary(book: Book) -> dict[str, Any]:
    """A book as the API lists it."""
    return {
        "id": book.number,
        "title": book.title,
        "price": float(book.price),
        "href": f"/api/books/{book.number}",
    }


def details(book: Book) -> dict[str, Any]:
    """A book as the API tells everything about it."""
    return {
        "id": book.number,
        "title": book.title,
        "author": {"name": book.author},
        "category": book.category,
        "price": {"amount": float(book.price), "currency": "GBP"},
        "upc": book.upc,
        "rating": book.rating,
        "stock": book.stock,
        "pages": book.pages,
        "description": book.description,
    }


def _book(number: int) -> Book:
    digest = hashlib.blake2b(f"book {number}".encode(), digest_size=8)
    spread = int.from_bytes(digest.digest(), "big")
    return Book(
        number=number,
        title=_title(number),
        author=f"{_FIRST[spread % len(_FIRST)]} {_LAST[spread // 16 % len(_LAST)]}",
        category=CATEGORIES[number % len(CATEGORIES)],
        price=Decimal(500 + spread // 7 % 5500) / 100,
        upc=digest.hexdigest(),
        rating=1 + spread // 11 % 5,
        stock=spread // 13 % 23,
        pages=90 + spread // 17 % 500,
        description=_description(spread),
    )


def _title(number: int) -> str:
    # 9 things and 10 qualities share no factor, so the first 90 pairs all differ.
    quality, thing = _QUALITIES[number % len(_QUALITIES)], _THINGS[number % len(_THINGS)]
    ending = f" {_PLACES[number // 3 % len(_PLACES)]}" if number % 3 == 0 else ""
    return f"The {quality} {thing}{ending}"


def _description(spread: int) -> str:
    story = " ".join(
        words[spread // step % len(words)] for step, words in ((19, _HEROES), (23, _DEEDS), (29, _STAKES))
    )
    return f"{story}. {_VERDICTS[spread // 31 % len(_VERDICTS)]}"
