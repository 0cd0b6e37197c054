"""Tables read by their headers: rows, cells, records."""

from __future__ import annotations

import time
from typing import Any

import pytest

from scrapekit import SelectorError
from scrapekit.testing import make_page, make_parser
from scrapekit_html.html import HtmlParser


class Reader:
    """One page, in which selectors of the table languages are tried one inside the other."""

    def __init__(self, body: str) -> None:
        self.parser = make_parser(HtmlParser)
        self.body = body

    def nodes(self, *steps: tuple[str, str]) -> list[Any]:
        selects = [self.parser.compile(selector, language, False) for language, selector in steps]
        found = [self.parser.parse(make_page(self.body, "text/html; charset=utf-8")).root]
        for select in selects:
            found = [node for scope in found for node in select(scope)]
        return found

    def texts(self, *steps: tuple[str, str]) -> list[Any]:
        return [self.parser.read("text")(node) for node in self.nodes(*steps)]

    def records(self, selector: str = "table") -> list[Any]:
        return [self.parser.read("record")(node) for node in self.nodes(("table", selector))]


PLAIN = """<table><tr><th>Name</th><th>Price:</th></tr>
<tr><td>Assam</td><td>4</td></tr><tr><td>Kenya</td><td></td></tr></table>"""

HEADS = """<table><caption>Teas</caption><colgroup><col></colgroup>
<thead><tr><th rowspan=2>Name<th colspan=2>Size<td></tr><tr><th>Width<th>Height<th></tr></thead>
<tbody><tr><th scope=row>A<td>1<td>2<td>x</tr>
<tr><th colspan=4>section</th></tr><tr><th>B<td colspan=2>3<td>y</tr></tbody>
<tfoot><tr><th>Total<td>4<td>5<td></tr></tfoot></table>"""

UPRIGHT = """<table><tr><th>Weight :</th><td>5 kg</td><td>6 kg</td></tr>
<tr><th>Size</th><td colspan=2>L</td></tr><tr><th>Size</th><td>M</td><td></td></tr></table>"""

BARE = "<table><tr><td>Name<td>Price<tr><td>A<td>1<tr><td>B<td>2</table>"


def test_a_row_is_a_record_of_its_columns_headers():
    assert Reader(PLAIN).records() == [{"Name": "Assam", "Price": "4"}, {"Name": "Kenya", "Price": None}]


def test_headers_in_several_rows_make_one_name():
    assert Reader(HEADS).records() == [
        {"Name": "A", "Size / Width": "1", "Size / Height": "2", "column 4": "x"},
        {"Name": "B", "Size / Width": "3", "Size / Height": "3", "column 4": "y"},
    ]


def test_a_table_with_headers_at_the_left_is_read_by_columns():
    assert Reader(UPRIGHT).records() == [
        {"Weight": "5 kg", "Size": "L", "Size (2)": "M"},
        {"Weight": "6 kg", "Size": "L", "Size (2)": None},
    ]


def test_without_any_header_cell_the_first_row_says_the_names():
    assert Reader(BARE).records() == [{"Name": "A", "Price": "1"}, {"Name": "B", "Price": "2"}]


@pytest.mark.parametrize(
    ("body", "steps", "texts"),
    [
        (PLAIN, [("column", "Price")], ["4", ""]),
        (PLAIN, [("column", " price : ")], ["4", ""]),
        (PLAIN, [("column", "P*")], ["4", ""]),
        (PLAIN, [("column", "Weight")], []),
        (PLAIN, [("table", "table"), ("column", "Name")], ["Assam", "Kenya"]),
        (PLAIN, [("row", "assam")], ["4"]),
        (PLAIN, [("row", "Kenya"), ("column", "Price")], [""]),
        (PLAIN, [("css", "tr:nth-child(2) td"), ("column", "Price")], ["4"]),
        (HEADS, [("column", "Size / Height")], ["2", "3"]),
        (HEADS, [("column", "width")], ["1", "3"]),
        (HEADS, [("column", "Size / *")], ["1", "2", "3"]),
        (HEADS, [("row", "B")], ["3", "y"]),
        (HEADS, [("row", "B"), ("column", "Height")], ["3"]),
        (HEADS, [("row", "Total"), ("column", "Height")], ["5"]),
        (HEADS, [("row", "section")], []),
        (UPRIGHT, [("row", "Weight")], ["5 kg", "6 kg"]),
        (UPRIGHT, [("row", "Size")], ["L", "M", ""]),
        (UPRIGHT, [("table", "table"), ("row", "Weight")], ["5 kg", "6 kg"]),
        (UPRIGHT, [("table", "table"), ("row", "Size")], ["L", "M", "L", ""]),
        (UPRIGHT, [("column", "Weight")], []),
        (BARE, [("row", "B")], ["2"]),
        (BARE, [("table", "table"), ("column", "Price")], ["1", "2"]),
        (PLAIN + UPRIGHT, [("row", "weight")], ["5 kg", "6 kg"]),
        ("<p>none</p>", [("row", "a")], []),
        ("<p>none</p>", [("table", "table")], []),
        ("<table></table>", [("table", "table")], []),
        ("<table><tr></table>", [("table", "table")], []),
        ("<table><tr><td>alone</table>", [("table", "table")], ["alone"]),
        ("<table><tr><th>a<th>b</table>", [("table", "table")], []),
    ],
)
def test_cells_are_found_by_what_their_headers_say(body: str, steps: list[tuple[str, str]], texts: list[str]):
    assert Reader(body).texts(*steps) == texts


@pytest.mark.parametrize(
    ("row", "texts"),
    [("Colour", ["red", "blue"]), ("Weight", ["5 kg"]), ("Mass", ["5 kg"]), ("inner", ["no"]), ("none", [])],
)
def test_a_list_of_terms_is_a_table_of_two_columns(row: str, texts: list[str]):
    body = """<dl><dt>Colour:</dt><dd>red</dd><dd>blue</dd></dl>
        <dl><div><dt>Weight</dt><dt>Mass</dt><dd>5 kg</dd></div>
        <dt>Other</dt><dd><dl><dt>inner<dd>no</dl></dd></dl>"""

    assert Reader(body).texts(("row", row)) == texts


def test_a_table_in_a_table_is_one_of_its_own():
    inner = "<table><tr><th>Price</th></tr><tr><td>1</td></tr></table>"
    body = f"<table id=o><tr><td>Head</td></tr><tr><td>{inner}</td></tr></table>"

    assert Reader(body).texts(("css", "#o"), ("table", "#o")) == ["Price 1"]
    assert Reader(body).texts(("css", "#o > tr, #o > tbody > tr"), ("column", "Price")) == ["1"]
    assert Reader(body).texts(("css", "#o td"), ("column", "Price")) == ["1", "1"]


@pytest.mark.parametrize(
    ("spans", "records"),
    [
        ("colspan=0", [{"a": "1", "b": "2", "c": "3"}, {"a": "4", "b": "5", "c": "6"}]),
        ("colspan=x", [{"a": "1", "b": "2", "c": "3"}, {"a": "4", "b": "5", "c": "6"}]),
        ("rowspan=2", [{"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "4", "c": "5", "column 4": "6"}]),
        ("rowspan=0", [{"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "4", "c": "5", "column 4": "6"}]),
        ("rowspan=9999", [{"a": "1", "b": "2", "c": "3"}, {"a": "1", "b": "4", "c": "5", "column 4": "6"}]),
        ("colspan=2", [{"a": "1", "b": "1", "c": "2", "column 4": "3"}, {"a": "4", "b": "5", "c": "6"}]),
    ],
)
def test_spans_are_honoured_as_html_reads_them(spans: str, records: list[dict[str, str]]):
    body = f"<table><tr><th>a<th>b<th>c<tr><td {spans}>1<td>2<td>3<tr><td>4<td>5<td>6</table>"
    found = [{k: v for k, v in record.items() if v is not None} for record in Reader(body).records()]

    assert found == records


def test_what_is_no_row_is_read_as_text():
    read = make_parser(HtmlParser).read("record")

    assert read("plain") == "plain"
    assert read(Reader("<p>a <b>b</b>").nodes(("css", "p"))[0]) == "a b"


@pytest.mark.parametrize(
    ("language", "selector"), [("row", " "), ("column", ":"), ("table", "table["), ("table", "")]
)
def test_a_mistake_is_refused(language: str, selector: str):
    with pytest.raises(SelectorError):
        make_parser(HtmlParser).compile(selector, language, False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "body",
    [
        "<table>" + "<tr><td colspan=1000 rowspan=65534>x" * 5_000 + "</table>",
        "<table>" + "<tr><td rowspan=65534>x" * 20_000 + "</table>",
        "<table><tr>" + "<td>x" * 50_000 + "</table>",
        "<table><tr>" + "<th>same" * 3_000 + "<tr>" + "<td>x" * 3_000 + "</table>",
        "<table><tr><td>" * 500,
        "<dl>" * 1_000 + "<dt>x<dd>y",
    ],
)
def test_a_hostile_table_is_read_in_time(body: str):
    start = time.process_time()
    Reader(body).records()
    Reader(body).texts(("row", "x*"))
    Reader(body).texts(("column", "same"))

    assert time.process_time() - start < 10
