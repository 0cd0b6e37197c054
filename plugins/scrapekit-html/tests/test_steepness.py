"""How steep an XPath is held to be, which decides where its pages are read."""

from __future__ import annotations

import pytest

from scrapekit_html.steepness import steepness


@pytest.mark.parametrize(
    ("path", "power"),
    [
        ("td", 0),
        ("@href", 0),
        ("a/b[1]/text()", 0),
        ("//a", 1),
        ("(//a)[1]", 1),
        ("//a[@class = 'x//y']/..", 1),
        ("//p = //i", 1),
        ("count(//a) div 2 + count(//b)", 1),
        ("//td[contains(concat(' ', normalize-space(@class), ' '), ' x ')]", 1),
        ("//td[preceding-sibling::*[1][self::th]]", 1),
        ("//a//b", 2),
        ("//a//b//c//d", 2),
        ("//div//div | //x", 2),
        ("//*[count(.//*) > 3]", 2),
        ("//a[. = 'x']", 2),
        ("//th[normalize-space() = 'x']/following-sibling::td", 2),
        ("//div//p[contains(., 'x')]", 3),
        ("//*[//*[//*]]", 3),
        ("//a[following-sibling::b[preceding-sibling::c]]", 3),
        ("//*[//*[//*[//*]]]", 4),
    ],
)
def test_each_walk_inside_another_counts(path: str, power: int):
    assert steepness(path) == power
