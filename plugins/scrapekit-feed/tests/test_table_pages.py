"""CSV pages: columns by name, whatever stands between them."""

from __future__ import annotations

import pytest

from scrapekit import PageError, RecipeError
from scrapekit.testing import check_parser, make_page, make_parser
from scrapekit_feed.table import CsvParser


def rows(body: str | bytes, options: str | None = None, content_type: str = "") -> object:
    return make_parser(CsvParser, options).parse(make_page(body, content_type)).root


def test_the_parser_keeps_its_promises() -> None:
    page = make_page('name,price\nAssam,3\n"Earl, Grey",4\n')
    check_parser(
        CsvParser,
        page,
        {
            "*": [{"name": "Assam", "price": "3"}, {"name": "Earl, Grey", "price": "4"}],
            "name": ["Assam", "Earl, Grey"],
            "nobody": [],
        },
        refused=["", " "],
    )


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_shows_in_the_first_line(sign: str) -> None:
    assert rows(f"a{sign}b\n1{sign}2,0\n" if sign != "," else "a,b\n1,2\n") == [
        {"a": "1", "b": "2,0" if sign != "," else "2"}
    ]


def test_a_delimiter_may_be_named() -> None:
    assert rows("a,b\tc\n1,2\t3\n", "{delimiter: tab}") == [{"a,b": "1,2", "c": "3"}]


def test_columns_may_be_numbered() -> None:
    assert rows("1,2\n3,4\n", "{header: false}") == [{"1": "1", "2": "2"}, {"1": "3", "2": "4"}]


def test_columns_may_be_named_by_the_recipe() -> None:
    assert rows("1,2\n", "{header: [x, y]}") == [{"x": "1", "y": "2"}]


def test_repeated_names_are_told_apart() -> None:
    assert rows("a,a, a \n1,2,3\n") == [{"a": "1", "a 2": "2", "a 3": "3"}]


def test_rows_may_be_too_short_or_too_long() -> None:
    assert rows("a,b\n1\n1,2,3\n") == [{"a": "1"}, {"a": "1", "b": "2", "3": "3"}]


def test_cells_may_hold_line_ends_and_quotes() -> None:
    assert rows('a,b\r\n"x\ny","say ""hi"""\r\n\r\n') == [{"a": "x\ny", "b": 'say "hi"'}]


def test_a_byte_order_mark_is_no_part_of_a_name() -> None:
    assert rows("\ufeffa,b\n1,2\n".encode("utf-16"), content_type="text/csv") == [{"a": "1", "b": "2"}]


def test_a_quote_that_does_not_close_is_a_failed_page() -> None:
    with pytest.raises(PageError, match="not CSV: unexpected end of data"):
        rows('a,b\n"1,2\n')


def test_an_empty_page_has_no_rows() -> None:
    assert rows("") == []


def test_a_delimiter_is_one_character() -> None:
    with pytest.raises(RecipeError, match="expected one character, or the word tab"):
        rows("a", "{delimiter: ab}")
