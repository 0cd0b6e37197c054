"""Rows made of siblings."""

from __future__ import annotations

NEWS = """
<table>
<tr class=story id=1><td class=title><a href=/a>Alpha</a></tr>
<tr><td class=sub><b>10</b> points by <i>ann</i></tr>
<tr class=gap></tr>
<tr class=story id=2><td class=title><a href=/b>Beta</a></tr>
<tr><td class=sub>by <i>bob</i></tr>
<tr class=gap></tr>
<tr class=more><td><i>nobody</i></tr>
</table>
"""

FIELDS = """
fields:
  id: "@id"
  title: .title
  points: { css: .sub b, type: int }
  by: i
"""

TWO = [
    {"id": "1", "title": "Alpha", "points": 10, "by": "ann"},
    {"id": "2", "title": "Beta", "points": None, "by": "bob"},
]


def test_a_row_of_two_siblings(rule):
    assert rule(f"item: story\neach: tr.story\nspan: 2{FIELDS}").records(NEWS) == TWO


def test_a_row_goes_on_until_another_element(rule):
    assert rule(f"item: story\neach: tr.story\nspan: {{ until: tr.gap }}{FIELDS}").records(NEWS) == TWO


def test_a_row_goes_on_up_to_the_next_row(rule):
    terms = rule("""
        item: term
        each: dt
        span: next
        fields: { term: dt, meanings: [dd], all: { regex: "(?s).*" } }
        """)

    assert terms.records(
        "<dl><dt>tea</dt><dd>a leaf</dd><dd>a drink</dd><dt>cup</dt><dd>a vessel</dd></dl>"
    ) == [
        {"term": "tea", "meanings": ["a leaf", "a drink"], "all": "tea a leaf a drink"},
        {"term": "cup", "meanings": ["a vessel"], "all": "cup a vessel"},
    ]


def test_a_node_that_belongs_to_a_row_begins_no_other(rule):
    pairs = rule("item: pair\neach: li\nspan: 2\nfields: { both: [':scope'] }")

    assert [r["both"] for r in pairs.records("<ul><li>a<li>b<li>c<li>d<li>e</ul>")] == [
        ["a", "b"],
        ["c", "d"],
        ["e"],
    ]


def test_sideways_selectors_start_from_the_first_node(rule):
    story = rule("""
        item: story
        each: tr.story
        span: 2
        fields:
          next: "+ tr i"
          after: ["~ tr i"]
          child: "> td"
          xpath: "xpath:following-sibling::tr[1]//i"
        """)

    assert story.records(NEWS)[0] == {
        "next": "ann",
        "after": ["ann", "bob", "nobody"],
        "child": "Alpha",
        "xpath": "ann",
    }


def test_rows_in_a_span_are_plain_rows(rule):
    terms = rule("""
        item: term
        each: dt
        span: next
        fields: { term: dt, uses: { each: "dd", fields: { kind: "@class", text: ":scope" } } }
        """)

    (record,) = terms.records("<dl><dt>tea</dt><dd class=n>leaf</dd><dd class=v>to tea</dd></dl>")

    assert record["uses"] == [{"kind": "n", "text": "leaf"}, {"kind": "v", "text": "to tea"}]


def test_a_span_stands_where_its_first_node_stands(rule):
    terms = rule("""
        item: term
        each: dt
        span: next
        fields: { term: dt, letter: { context: h2 } }
        """)

    assert terms.records("<h2>T</h2><dl><dt>tea<dd>x</dl><h2>C</h2><dl><dt>cup</dl>") == [
        {"term": "tea", "letter": "T"},
        {"term": "cup", "letter": "C"},
    ]


def test_what_makes_no_span_is_refused(rule):
    assert rule("item: a\nspan: 2\nfields: { b: c }").complaints == [
        'pages.one.span: "span" is about the rows of "each", which is missing'
    ]
    assert rule("item: a\neach: li\nspan: 1\nfields: { b: c }").complaints == [
        "pages.one.span: must be at least 2"
    ]
    assert rule("item: a\neach: li\nspan: { til: b }\nfields: { b: c }").complaints == [
        'pages.one.span.until: "until" is missing',
        'pages.one.span.til: unknown key "til"',
    ]
    assert rule("parser: json\nitem: a\neach: $.rows[*]\nspan: 2\nfields: { b: $.c }").complaints == [
        'pages.one.span: nodes of the json parser have no siblings: "span" cannot be used'
    ]
