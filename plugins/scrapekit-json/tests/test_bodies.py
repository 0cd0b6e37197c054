"""Bodies that are JSON, almost JSON, and anything else."""

from __future__ import annotations

from typing import Any

import pytest

from scrapekit import PageError, RecipeError
from scrapekit.testing import make_page, make_parser
from scrapekit_json.parser import JsonParser


def root(body: bytes | str, options: str | None = None, content_type: str = "application/json") -> Any:
    return make_parser(JsonParser, options).parse(make_page(body, content_type)).root


def complaint(body: bytes | str, options: str | None = None) -> str:
    with pytest.raises(PageError) as caught:
        root(body, options)
    return str(caught.value)


def test_the_base_is_the_address_of_the_page():
    page = make_page("{}", url="https://a.test/api/v1?q=1")

    assert make_parser(JsonParser).parse(page).base == "https://a.test/api/v1?q=1"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"])
def test_json_is_read_in_any_unicode_encoding(encoding: str):
    assert root('{"a": "ä☺"}'.encode(encoding)) == {"a": "ä☺"}


def test_json_in_another_encoding_is_read_by_its_content_type():
    assert root(b'{"a": "\xe4"}', content_type="application/json; charset=iso-8859-1") == {"a": "ä"}


def test_halves_of_surrogate_pairs_are_replaced():
    assert root(r'{"a\udc00": ["\ud800x", "\ud83d\ude00"]}') == {"a\ufffd": ["\ufffdx", "😀"]}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "not JSON: the body is empty"),
        (" \n", "not JSON: the body is empty"),
        ("<!DOCTYPE html><h1>", 'not JSON: expecting value; the body begins with "<!DOCTYPE html><h1>"'),
        ('{"a": 1,}', None),
        ('{"a": }', "not JSON: expecting value at line 1, column 7"),
        ("[1] x", "not JSON: extra data at line 1, column 5"),
        ("[NaN]", "not JSON: NaN is no JSON number"),
        ("[-Infinity]", "not JSON: -Infinity is no JSON number"),
        ("[1e999]", "not JSON: the number 1e999 is too large"),
        ("[" + "9" * 5000 + "]", "not JSON: a number has too many digits"),
        ("[" * 100_000, "not JSON: it is nested too deeply"),
        ('{"a":' * 100_000, "not JSON: it is nested too deeply"),
    ],
)
def test_what_is_not_strict_json_is_no_page(body: str, said: str | None):
    assert complaint(body) == said or said is None


def test_a_prefix_against_hijacking_is_taken_off():
    assert root(")]}',\n[1]", '{prefix: ")]}\',"}') == [1]
    assert root("[1]", '{prefix: ")]}\',"}') == [1]


def test_json_lines_are_a_list_of_values():
    assert root('{"a": 1}\r\n\n[2]\n3', "{lines: true}") == [{"a": 1}, [2], 3]
    assert root("", "{lines: true}") == []


def test_a_line_that_is_not_json_is_named():
    assert complaint("1\n{\n3", "{lines: true}") == (
        "not JSON: line 2: expecting property name enclosed in double quotes at line 1, column 2"
    )


def test_an_unknown_option_is_reported():
    with pytest.raises(RecipeError) as caught:
        make_parser(JsonParser, "{line: true}")

    assert str(caught.value) == (
        'options:1:10: parser.line: unknown key "line"\n'
        "    1 | parser: {line: true}\n"
        "      |          ^^^^\n"
        '  hint: did you mean "lines"?'
    )


def test_text_gives_the_value_as_it_is_and_a_name_gives_a_member():
    parser = make_parser(JsonParser)
    value = {"id": 7, "list": [1]}

    assert parser.read("text")(value) is value
    assert parser.read("id")(value) == 7
    assert parser.read("none")(value) is None
    assert parser.read("id")([1]) is None
    assert parser.read("id")("text") == "text"
