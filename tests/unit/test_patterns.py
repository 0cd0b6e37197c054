"""What addresses have in common: coarse enough for a trap, fine enough for a site."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit.web.patterns import pattern_of

SITE = "https://a.test"


@pytest.mark.parametrize(
    ("url", "pattern"),
    [
        ("/", "/"),
        ("/?page=3", "/?page"),
        ("/about", "/a"),
        ("/blue-kettle-12.html", "/a1.html"),
        ("/product/blue-kettle", "/product/a"),
        ("/en/product/blue-kettle", "/product/../a"),
        ("/calendar/2026/11", "/calendar/../1"),
        ("/calendar/2026-11/", "/calendar/1"),
        ("/s/4f3a9c12;jsessionid=77", "/s/a1;"),
        ("/index.php?option=cal&month=5&year=7", "/index.php?month&option&year"),
        ("/list?size=m&color=red", "/list?.."),
        ("/list?color=red", "/list?color"),
        ("/list?f12=a&f7=b", "/list?f1"),
        ("/a/b/c/d/e/f/g", "/b/../../a"),
    ],
)
def test_the_pattern_of_an_address(url: str, pattern: str) -> None:
    assert pattern_of(SITE + url) == pattern


@pytest.mark.parametrize(
    "endless",
    [
        [f"/calendar/{n // 12}/{n % 12}" for n in range(24_000, 25_000)],
        [f"/book/{n}?sid={n * 7919:x}" for n in range(1_000)],
        [f"/{n * 2654435761 % 2**64:016x}/book" for n in range(1_000)],
        ["/deep" + "/down" * n for n in range(1, 500)],
        [f"/list?color={n}&" + "&".join(f"tag={k}" for k in range(n)) for n in range(2, 40)],
    ],
)
def test_an_endless_row_of_addresses_has_few_patterns(endless: list[str]) -> None:
    assert len({pattern_of(SITE + path) for path in endless}) <= 4


@given(st.text(max_size=300))
def test_any_text_has_a_short_pattern(text: str) -> None:
    assert len(pattern_of(f"{SITE}/{text}")) < 140
