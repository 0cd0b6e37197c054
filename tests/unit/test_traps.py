"""Which addresses look as if only a trap could have made them."""

from __future__ import annotations

import pytest

from scrapekit.recipe.model import Traps
from scrapekit.web.traps import trap

TRAPS = Traps()


@pytest.mark.parametrize(
    "url",
    [
        "https://a.test",
        "https://a.test/",
        "https://a.test/a/a/a",
        "https://a.test/2024/2024/2024/x/y",
        "https://a.test/?a=/x/x/x/x/x/x/x",
        "https://a.test/" + "/".join(str(n) for n in range(20)),
        "https://a.test/" + "x" * (2083 - 15),
    ],
)
def test_an_ordinary_address_is_no_trap(url: str) -> None:
    assert trap(url, TRAPS) == ""


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://a.test/" + "x" * 2083, "longer than crawl.traps.length"),
        ("https://a.test/" + "/".join(map(str, range(21))), "with more parts than crawl.traps.segments"),
        ("https://a.test/a/b/a/b/a/b/a", "that repeat a part more often than crawl.traps.repeats"),
        ("https://a.test/x/x/x/x/page.html?q=1", "that repeat a part more often than crawl.traps.repeats"),
        ("https://a.test//x//x//x//x", "that repeat a part more often than crawl.traps.repeats"),
    ],
)
def test_an_address_that_only_a_trap_makes_is_named_for_what_it_is(url: str, reason: str) -> None:
    assert trap(url, TRAPS) == reason


def test_the_limits_are_the_recipe_s() -> None:
    assert (
        trap("https://a.test/a/b", Traps(segments=1, repeats=1))
        == "with more parts than crawl.traps.segments"
    )
    assert trap("https://a.test/a/a/a/a", Traps(repeats=4)) == ""
