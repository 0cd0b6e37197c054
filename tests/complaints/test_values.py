"""Complaints 21 to 29 of users of other systems: values that get lost, guessed at, or made up.

Empty is null and never absent, types are said and not guessed, and a date that cannot be read is no date. Of
29, a command that tries formats on one date is outside; `scrapekit test` does it with a recorded page, and
here the formats are tried in order, each failure counted with what was read.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

NOTHING = '{"zero": 0, "no": false, "text": "", "none": null, "list": [], "float": 0.0}'


async def test_zeros_stay_and_what_is_empty_is_null_but_there(desk, site):
    """c21: zeros, empty texts and None were dropped from the item (scrapy#2498, #3272, #4882, #741)."""
    site.pages = {"/": NOTHING}
    fields = ", ".join(f"{name}: $.{name}" for name in (*json.loads(NOTHING), "missing"))

    records = await desk.run(
        f"seeds: SITE/\npages: {{ p: {{ parser: json, item: it, fields: {{ {fields} }} }} }}"
    )

    nulls = dict.fromkeys(["text", "none", "list", "missing"])
    assert records == [{"zero": 0, "no": False, "float": 0.0} | nulls]
    assert list(records[0]) == [*json.loads(NOTHING), "missing"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("zero", 0), ("no", False), ("text", "given"), ("none", "given"), ("list", "given"), ("gone", "given")],
)
def test_a_default_takes_the_place_of_what_is_empty_and_of_nothing_else(desk, name, value):
    """c22: it was added to the value (scrapy#5829)."""
    assert desk.value(f"{{ jsonpath: $.{name}, default: given }}", NOTHING, "json") == value


def test_a_default_is_the_whole_list(desk):
    """c22: the same for lists."""
    field = "{ css: u, all: true, default: [none] }"

    assert desk.value(field, "<u>a</u><u>b</u>") == ["a", "b"]
    assert desk.value(field, "<p>x") == ["none"]


@pytest.mark.parametrize("text", ["007", "1e5", "1_000", "true", "null", "[1]", "12:30", "2024-01-31"])
def test_a_text_that_looks_like_something_else_stays_a_text(desk, text):
    """c23: templates guessed a type, and a filter `string` had to be added (airbyte#31668, PR#36393)."""
    rule = """\
        item: it
        fields: { id: b, again: "{{ item.id }}", in: "{{ inputs.code }}", upper: "{{ item.id }}!" }
    """
    recipe = "inputs: { code: { type: string } }\n" + desk.one(rule)

    [record] = desk.read(recipe, f"<b>{text}</b>", inputs={"code": text}).items

    assert record.fields == {"id": text, "again": text, "in": text, "upper": text + "!"}


def test_a_type_is_what_the_recipe_says(desk):
    """c23: the same, where a number is wanted."""
    assert desk.value("{ css: b, type: int }", "<b>007</b>") == 7
    assert desk.value("{ css: b, type: decimal }", "<b>007.50</b>") == Decimal("7.50")


def test_templates_stand_as_deep_in_a_body_as_they_like_and_keep_their_type(desk):
    """c24: there were none inside nested JSON (airbyte#20734)."""
    recipe = """\
        inputs: { q: { type: string }, n: { type: int }, gone: { type: string, required: false } }
        seeds:
          p:
            url: https://shop.test/search
            json:
              a: { b: [{ c: "{{ inputs.n }}" }, "{{ inputs.q }}: {{ inputs.n }}"], none: "{{ inputs.gone }}" }
              page: "{{ each.page }}"
            each: { page: { range: [1, 2] } }
        pages: { p: { parser: json, item: it, fields: { n: $.n } } }
    """

    plan = desk.prepare(recipe, inputs={"q": "tea", "n": "5"}).plan

    assert [json.loads(seed.body) for seed in plan.seeds()] == [
        {"a": {"b": [{"c": 5}, "tea: 5"], "none": None}, "page": page} for page in (1, 2)
    ]


@pytest.mark.parametrize(
    "pipe",
    [
        "[trim, upper, { replace: { from: a, to: b } }]",
        "[{ regex: '(.)' }, int]",
        "[{ split: ',' }, first, { prefix: x }]",
        "[price, { round: 1 }]",
        "[date]",
    ],
)
def test_a_filter_is_never_handed_what_is_not_there(desk, pipe):
    """c25: a transform on a missing value ended the whole extraction (crawl4ai PR#2069)."""
    assert desk.value(f"{{ css: .missing, pipe: {pipe} }}", "<p>x") is None


def test_a_filter_that_cannot_read_one_value_costs_that_value_alone(desk):
    """c25: the same, where the value is there and odd."""
    rule = "item: tea\neach: li\nfields: { name: b, price: { css: i, pipe: [price] } }"
    outcome = desk.read(desk.one(rule), "<li><b>A</b><i>3.50</i><li><b>B</b><i>on request</i>")

    assert [dict(item.fields) for item in outcome.items] == [
        {"name": "A", "price": Decimal("3.50")},
        {"name": "B", "price": None},
    ]
    assert [note for note in outcome.notes if note.startswith("field")] != []


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("{ date: { locale: de } }", "12. März 2025", date(2025, 3, 12)),
        ("{ date: { locale: de } }", "Mittwoch, 5. Dez. 2029", date(2029, 12, 5)),
        ("{ date: ['%d.%m.%Y', '%Y/%m/%d'] }", "2025/03/12", date(2025, 3, 12)),
        ("timestamp", "1741737600", datetime(2025, 3, 12, tzinfo=UTC)),
        ("{ timestamp: ms }", "1741737600000", datetime(2025, 3, 12, tzinfo=UTC)),
        ("{ date: { order: dmy } }", "03/04/2025", date(2025, 4, 3)),
    ],
)
def test_dates_are_read_in_their_language_and_format(desk, kind, text, value):
    """c26: month names in German, formats and Unix time were not (FreshRSS#6209, #4701, #7424)."""
    assert desk.value(f"{{ css: b, pipe: [{kind}] }}", f"<b>{text}</b>") == value


@pytest.mark.parametrize("text", ["soon", "12 o'clock", "March", "03/04/2025", "31.02.2025", "00000000"])
def test_a_date_that_cannot_be_read_is_null_and_never_today(desk, text):
    """c26: dates were today's whenever they could not be read (FreshRSS#7303)."""
    rule = "item: it\nfields: { there: html, day: { css: b, pipe: [date] } }"
    outcome = desk.read(desk.one(rule), f"<b>{text}</b>")

    assert outcome.items[0].fields["day"] is None
    assert any(note.startswith("field pages.one.fields.day") for note in outcome.notes)


def test_a_required_date_that_cannot_be_read_drops_its_record_with_what_was_read(desk):
    """c26, c29: "date is missing because of too many potential formats" (RSS-Bridge PR#3457)."""
    rule = """\
        item: it
        each: li
        fields: { name: i, day: { css: b, type: { name: date, formats: ["%d.%m.%Y", "%d. %m. %y"] } } }
    """
    outcome = desk.read(
        desk.one(rule), "<li><i>A</i><b>1.2.2025</b><li><i>B</i><b>3. 4. 25</b><li><i>C</i><b>x</b>"
    )

    assert [(item.fields["name"], item.fields["day"]) for item in outcome.items] == [
        ("A", date(2025, 2, 1)),
        ("B", date(2025, 4, 3)),
    ]
    assert len([note for note in outcome.notes if "day" in note]) == 1


def test_what_a_page_says_for_machines_is_read_without_regular_expressions(desk):
    """c27: JSON-LD had to be taken apart by them (stash#6112)."""
    page = """<script type="application/ld+json">
      {"@graph": [{"@type": "Product", "name": "Assam", "offers": [{"price": "3.50"}]}]}</script>
      <script>window.__DATA__ = {stock: {left: 7,}};</script>"""
    rule = """\
        item: it
        fields:
          name: jsonld:Product.name
          price: { jsonld: Product.offers.price, type: price }
          left: state:window.__DATA__.stock.left
    """

    assert desk.rows(rule, page) == [{"name": "Assam", "price": Decimal("3.50"), "left": 7}]


ROWS = {
    "html": ("li", "b", "i", "".join(f"<li><b>{n}</b><i>{p}</i></li>" for n, p in [("tea", 3), ("cup", 9)])),
    "xml": ("//li", "b", "i", "<r><li><b>tea</b><i>3</i></li><li><b>cup</b><i>9</i></li></r>"),
    "json": ("$.r[*]", "$.b", "$.i", '{"r": [{"b": "tea", "i": 3}, {"b": "cup", "i": 9}]}'),
}


@pytest.mark.parametrize("parser", ROWS)
@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("name contains 'e'", ["tea"]),
        ("not (name contains 'e')", ["cup"]),
        ("price > 5 or name == 'tea'", ["tea", "cup"]),
        ("name matches '^c' and price in [9, 10]", ["cup"]),
    ],
)
def test_rows_are_chosen_by_the_same_words_whatever_the_page_is(desk, parser, where, names):
    """c28: rows of JSON needed `:has`, `:not` and `:contains` of their own (Jackett#12442, #14514)."""
    each, name, price, page = ROWS[parser]
    rule = f"""\
        parser: {parser}
        item: it
        each: "{each}"
        where: "{where}"
        fields: {{ name: "{name}", price: {{ select: "{price}", type: int }} }}
    """

    assert [record["name"] for record in desk.rows(rule, page)] == names
