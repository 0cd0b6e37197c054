"""The Link header, as RFC 8288 has it and as servers write it."""

from __future__ import annotations

import pytest

from scrapekit.web.link_header import linked


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ('<https://a.test/2>; rel="next"', "https://a.test/2"),
        ("</2>; rel=next", "/2"),
        ('<1>; rel="prev", <3>; rel="next"', "3"),
        ('<1>; rel="prev next"', "1"),
        ('<1>; REL="Next"', "1"),
        ('<1>; title="a, b; rel=\\"next\\""; rel="last", <2>; rel=next', "2"),
        ('<1,2;3>; rel="next"', "1,2;3"),
        ('<1>; rel="last"; rel="next", <2>; rel="next"', "2"),
        ("<1>; crossorigin; rel=next", "1"),
        (' , <1> ; rel = "next" , ', "1"),
        ('< 1 >; rel="next"', "1"),
        ("", None),
        ("<1>", None),
        ('<1>; rel="nextish"', None),
        ('1; rel="next"', None),
        ('<1; rel="next"', None),
    ],
)
def test_the_link_of_a_relation_is_found(header: str, found: str | None) -> None:
    assert linked(header, "next") == found


def test_a_hostile_header_is_read_in_no_time() -> None:
    assert linked("<" * 50_000 + ";" * 50_000, "next") is None
    assert linked("<a>;" + ' x="' * 20_000, "next") is None
