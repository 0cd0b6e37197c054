"""Recipes that say what is hardly meant."""

from __future__ import annotations

import pytest

from scrapekit.recipe.reach import unreached

SHIFTED = "list parts of the same rows: where one part is missing, the others do not fit"


def complaints(rule, fields, more="", parser="html"):
    return rule(f"parser: {parser}\nitem: it\n{more}\nfields: {{ {fields} }}").complaints


@pytest.mark.parametrize(
    ("parser", "fields"),
    [
        ("html", "a: ['.product h3'], b: ['.product .price']"),
        ("html", "a: ['.product > h3'], b: ['.product .price@title']"),
        ("html", "id: h1, a: ['table.x tr > td'], b: ['table.x tr th']"),
        ("html", "id: h1, a: ['a.tag'], b: ['a.tag@href']"),
        ("html", "id: h1, a: ['xpath://ul/li/a/text()'], b: ['xpath://ul/li/a/@href']"),
        ("json", "id: $.id, a: ['$.rows[*].name'], b: ['$.rows[*].price']"),
        ("xml", "id: /r/id, a: [//li/x], b: [//li/y]"),
    ],
)
def test_lists_of_the_same_rows_are_refused(rule, parser, fields):
    assert complaints(rule, fields, parser=parser) == [f'pages.one.fields.b: "a" and "b" {SHIFTED}']


def test_the_error_says_what_to_write(rule):
    page = rule("item: it\nfields: { a: ['.product h3'], b: ['.product .price'] }")

    assert str(page.problems[0]) == (
        "recipe.yaml:7:38: pages.one.fields.b: "
        f'"a" and "b" {SHIFTED}\n'
        "    7 |     fields: { a: ['.product h3'], b: ['.product .price'] }\n"
        "      |                                      ^^^^^^^^^^^^^^^^^^^\n"
        '  hint: each: ".product" reads row by row; parallel_lists: true says that they are apart'
    )


@pytest.mark.parametrize(
    ("parser", "fields"),
    [
        ("html", "title: h1, text: ['.body p'], images: ['.body img@src']"),
        ("html", "title: h1, tags: ['.tags a'], images: ['.gallery img@src']"),
        ("html", "tags: [a.tag], images: [img@src]"),
        ("html", "title: h1, a: [a.tag], b: { css: a.tag, all: true, pipe: [upper] }"),
        ("html", "id: h1, a: ['li h3'], b: { css: li p, all: true, pipe: [{ join: ' ' }] }"),
        ("html", "a: ['.x h3'], b: .x p"),
        ("json", "a: ['$.tags[*]'], b: ['$.images[*].src']"),
        ("json", "a: ['$.rows[?@.tags[*]].name'], b: ['$.rows[?@.tags[*]].price']"),
        ("xml", "a: [//x], b: [//y]"),
    ],
)
def test_lists_that_are_apart_are_fine(rule, parser, fields):
    assert complaints(rule, fields, parser=parser) == []


def test_who_means_it_says_so(rule):
    assert complaints(rule, "a: ['li h3'], b: ['li p']", "parallel_lists: true") == []


def test_lists_within_an_object_are_looked_at_too(rule):
    assert complaints(rule, "o: { fields: { a: ['li h3'], b: ['li p'] } }") == [
        f'pages.one.fields.o.fields.b: "a" and "b" {SHIFTED}'
    ]


def test_a_page_rule_that_nothing_leads_to_is_remarked(rule):
    page = rule(
        "links: { two: a }",
        "  two: { item: it, fields: { a: b } }\n"
        "  three: { links: { three: a, four: a } }\n"
        "  four: { item: it, fields: { a: b } }\n",
    )

    assert page.complaints == []
    assert [f"{each.path}: {each.message}" for each in unreached(page.plan.recipe)] == [
        'pages.three: no seed and no link leads to the page rule "three"',
        'pages.four: no seed and no link leads to the page rule "four"',
    ]
