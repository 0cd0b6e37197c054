"""``remove`` takes something out of a copy of what is read."""

from __future__ import annotations

import pytest

PAGE = """<div class=card><h2>A <i class=ad>ad</i>tea</h2><p>one<b>two</b>three</p></div>
<div class="card ad"><h2>B</h2><a href=/ad>ad</a></div><a href=/tea>more</a><p class=end>end</p>"""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("{ css: h2, remove: .ad }", "A tea"),
        ("{ css: p, remove: [b, i] }", "onethree"),
        ("{ css: p, remove: [{ xpath: .//b }], attr: inner_html }", "onethree"),
        ("{ css: p, remove: b, attr: html }", "<p>onethree</p>"),
        ("{ css: p, remove: i }", "onetwothree"),
        ("{ css: .card, remove: .card, all: true }", None),
        ("{ css: .card, remove: '.ad', all: true }", ["A tea onetwothree"]),
        ("{ css: .card, remove: '> h2', nth: 1 }", "ad"),
        ("{ css: 'h2::text', remove: i }", "A "),
        ("{ css: h3, remove: i }", None),
    ],
)
def test_a_field_is_read_without_what_is_removed(trial, field, value):
    assert trial.value(field, PAGE) == value


def test_the_page_stays_as_it_is_for_other_fields(trial):
    assert trial.values("a: { css: h2, remove: i }\nb: h2", PAGE) == {"a": "A tea", "b": "A adtea"}


def test_a_kind_of_record_is_read_without_what_is_removed_and_others_are_not(trial):
    rule = """
        items:
          clean: { remove: .ad, each: .card, fields: { name: h2, above: { xpath: "count(ancestor::*)" } } }
          whole: { each: .card, fields: { name: h2 } }
    """

    assert trial.records(rule, PAGE) == [
        {"name": "A tea", "above": 2},
        {"name": "A adtea"},
        {"name": "B"},
    ]


def test_a_page_rule_follows_no_link_that_is_removed(trial):
    outcome = trial.read("remove: .ad\nlinks: { two: a }\nitem: x\nfields: { end: .end }", PAGE)

    assert [request.url for request in outcome.requests] == ["https://shop.test/tea"]
    assert [dict(item.fields) for item in outcome.items] == [{"end": "end"}]


def test_a_regular_expression_still_searches_the_source_of_the_page(trial):
    assert trial.records("remove: .ad\nitem: x\nfields: { a: 're:href=(/ad)' }", PAGE) == [{"a": "/ad"}]


def test_something_may_be_taken_out_of_xml(trial):
    page = "<a><b>one<c>two</c>three</b></a>"

    assert trial.value("{ css: b, remove: c }", page, parser="xml") == "onethree"


def test_many_elements_in_a_row_are_taken_out_in_time(trial):
    page = "<div>" + "<br>some words" * 30_000 + "</div>"

    assert len(trial.value("{ css: div, remove: br }", page)) == 30_000 * 10


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        (
            "parser: json\nitem: x\nfields: { a: { jsonpath: $.a, remove: $.b } }",
            "the json parser cannot take anything out of a page",
        ),
        (
            "item: x\nfields: { a: { css: p, remove: a@href } }",
            "rows are nodes, not attributes; write the selector without @href",
        ),
        (
            "item: x\nfields: { a: { template: x, remove: b } }",
            '"remove" is about what a selector finds; this field has template',
        ),
        (
            "item: x\nfields: { a: { css: p, remove: { css: a, then: css:b } } }",
            "what a second step finds is no part of the page; leave out then",
        ),
    ],
)
def test_what_cannot_be_removed_is_refused(trial, rule, complaint):
    assert trial.complaints(rule) == [complaint]
