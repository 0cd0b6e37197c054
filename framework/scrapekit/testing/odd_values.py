"""Values that break careless code: what a filter may meet on the pages of strangers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

_LONG = 5_000
_ALPHABETS = (
    "abc XYZ 019",
    "0123456789.,-+ '()%€$",
    "\x00\x01\x1b\x7f\t\r\n\u0085\u2028",
    "\ud800\udc00\udfff\ufffe\U0010ffff",
    "\u202e\u200b\u0301\u0660\u0967\uff11ßİıſǅ",
    "<>&;\"'\\/{}[]#?:@=%",
)


def _random_texts() -> list[str]:
    # Seeded: a filter that fails here fails again at the next call.
    chance = random.Random(20_261)  # noqa: S311
    texts = []
    for _ in range(60):
        alphabet = chance.choice(_ALPHABETS) + chance.choice(_ALPHABETS)
        texts.append("".join(chance.choices(alphabet, k=chance.randint(1, 40))))
    return texts


TEXTS: Sequence[str] = (
    *(
        " ",
        "\n",
        "\x00",
        "\ud800",
        "a\udfffb",
        "\u202eabc",
        "e\u0301",
        "💥",
        "\ufeff",
        "'",
        '"',
        "\\",
        "%",
        "%zz",
    ),
    *(
        "0",
        "-0",
        "1e999",
        "-1e-999",
        "nan",
        "inf",
        "١٢٫٥",
        "²",
        "Ⅷ",
        "1_000",
        "0x10",
        "1.2.3,4",
        "()",
        "--5",
        "5%",
    ),
    *(
        "2026-02-30",
        "99999-01-01",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "24:61",
        "PT",
        "P",
    ),
    *(
        "http://[",
        "http://a:99999999/",
        "//",
        "mailto:",
        "javascript:",
        "?a=%ff&&=",
        "@",
        "a@b",
        "&#x110000;",
    ),
    *("{", "[]", "[NaN]", '"\\ud800"', "null", "true"),
    *(
        "x" * _LONG,
        " " * _LONG,
        "9" * _LONG,
        "1," * _LONG,
        "(" * _LONG,
        "[" * _LONG,
        "a@" * _LONG,
        "&" * _LONG,
    ),
    *("é" * _LONG, "1 000 " * _LONG, "a-" * _LONG, "https://a.test/" + "../" * _LONG, "a=1&" * _LONG),
    *_random_texts(),
)

MARKUP: Sequence[str] = (
    *(
        "<",
        "<p",
        "<p>a",
        "</p>a</div>",
        "<!--",
        "<!DOCTYPE html><html><body>a",
        "<b><i>a</b></i>",
        "<script>1<2",
    ),
    *(
        "<td>a",
        "<tr><td>a</table>",
        "<p " + "a " * _LONG + ">",
        "<a href='",
        "&lt;b&gt;",
        "<b\x00>",
        "<svg><p>",
    ),
    *("<div>" * _LONG, "<b>" * 300 + "a", "<p>a" * _LONG, "<![CDATA[a]]>", "<?php a ?>", "<textarea><p>"),
)

NUMBERS: Sequence[Any] = (
    *(0, -1, 7, 10**40, -(10**5000), 0.1, -0.0, 1e308, 5e-324, float("inf"), float("nan")),
    *(
        Decimal("-0.00"),
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("1E+999999"),
        Decimal("1E-999999"),
    ),
)

DATES: Sequence[Any] = (date.min, date.max)
MOMENTS: Sequence[Any] = (
    datetime.min,
    datetime.max,
    datetime.max.replace(tzinfo=UTC),
    datetime(2026, 1, 2, tzinfo=UTC),
)
TRUTHS: Sequence[Any] = (True, False)


def _deep(levels: int) -> list[Any]:
    nest: list[Any] = []
    for _ in range(levels):
        nest = [nest]
    return nest


OBJECTS: Sequence[Any] = ({"a": 1}, {"": None}, {"a": {"b": ["c"]}}, {"a\ud800": [1, "x", None]})
LISTS: Sequence[Any] = (
    *([value] for value in (*TEXTS[:40], *NUMBERS, *DATES, *MOMENTS, *TRUTHS, *OBJECTS)),
    [None],
    ["a", None, "", [], 0, False],
    [1, "a"],
    [1, True, 1.0, Decimal(1)],
    [date.min, datetime.min],
    [{"a": 1}, {"a": "x"}],
    [["a"], ["b", ["c"]]],
    _deep(5000),
    list(range(5000)),
)

BY_TYPE: Mapping[str, Sequence[Any]] = {
    "text": TEXTS,
    "html": (*TEXTS, *MARKUP),
    "number": NUMBERS,
    "bool": TRUTHS,
    "date": (*DATES, *MOMENTS),
    "datetime": MOMENTS,
    "list": LISTS,
    "object": OBJECTS,
    "any": (*TEXTS, *NUMBERS, *DATES, *MOMENTS, *TRUTHS, *OBJECTS),
}
"""Odd values for each word that a filter may declare to take."""
