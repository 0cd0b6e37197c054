"""What values must be besides their type, and what records of a page must be among themselves."""

from __future__ import annotations

import pytest

PRICES = "<p><b>a</b><i>0.1</i></p><p><b>b</b><i>5</i></p><p><b>c</b><i>5.5</i></p><p><b>d</b></p>"


def kept(rule, contract, body=PRICES):
    outcome = rule(f"item: it\neach: p\nfields: {{ name: b, value: {{ css: i, {contract} }} }}").read(body)
    return [item.fields["name"] for item in outcome.items], dict(outcome.notes)


@pytest.mark.parametrize("kind", ["price", "float", "decimal", "number"])
def test_numbers_are_held_to_their_bounds_both_included(rule, kind):
    names, notes = kept(rule, f"type: {kind}, min: 0.1, max: 5")

    assert names == ["a", "b", "d"]
    assert notes == {"it dropped: value is more than 5": 1}
    assert kept(rule, f"type: {kind}, min: 0.2")[1] == {"it dropped: value is less than 0.2": 1}


def test_dates_are_held_to_their_bounds(rule):
    body = "<p><b>a</b><i>2024-01-31</i></p><p><b>b</b><i>2023-12-31</i></p>"

    assert kept(rule, "type: date, min: 2024-01-01", body) == (
        ["a"],
        {"it dropped: value is less than 2024-01-01": 1},
    )
    assert kept(rule, "type: datetime, max: '2024-01-01T00:00'", body)[0] == ["b"]
    assert kept(rule, "type: datetime, max: '2024-01-01T00:00+02:00'", body)[0] == ["b"]


def test_a_pattern_is_that_of_the_whole_text(rule):
    body = "<p><b>a</b><i>AB-1</i></p><p><b>b</b><i>xAB-1</i></p><p><b>c</b><i>AB-1\n</i></p>"

    assert kept(rule, r"pattern: '[A-Z]+-\d'", body) == (
        ["a", "c"],
        {"it dropped: value does not match its pattern": 1},
    )


def test_each_value_of_a_list_is_looked_at(rule):
    body = "<p><b>a</b><i>1</i><i>9</i></p><p><b>b</b><i>1</i><i>2</i></p>"

    assert kept(rule, "all: true, type: int, max: 5", body)[0] == ["b"]


def test_a_contract_holds_for_fallbacks_and_defaults_too(rule):
    body = "<p><b>a</b></p><p><b>b</b><u>3</u></p>"

    assert kept(rule, "type: int, max: 5, else: u, default: 9", body)[0] == ["b"]


def test_with_keep_what_does_not_fit_is_null(rule):
    it = rule(
        "item: it\neach: p\non_invalid: keep\nfields: { name: b, value: { css: i, type: price, max: 1 } }"
    )

    assert [r["value"] is None for r in it.records(PRICES)] == [False, True, True, True]


def test_no_two_records_of_a_page_have_the_same_unique_value(rule):
    body = "<p><b>a</b></p><p><b>b</b></p><p><b>a</b></p><p></p><p></p>"
    dropped = rule("item: it\neach: p\nfields: { name: { css: b, unique: true } }").read(body)
    nulled = rule("item: it\neach: p\non_invalid: keep\nfields: { name: { css: b, unique: true } }").read(
        body
    )

    assert [item.fields["name"] for item in dropped.items] == ["a", "b", None, None]
    assert dropped.notes == {"it dropped: name is not unique": 1}
    assert [item.fields["name"] for item in nulled.items] == ["a", "b", None, None, None]


@pytest.mark.parametrize(
    ("contract", "complaint"),
    [
        ("min: 1", 'min: "min" compares numbers and dates, and this field is neither by its type'),
        ("type: int, min: x", 'min: expected a number, found the text "x"'),
        ("type: int, min: true", "min: expected a number, found the truth value true"),
        ("type: date, max: 5", "max: expected a date such as 2024-01-31, found the number 5"),
        ("type: int, min: 5, max: 4", "max: the most, 4, is less than the least, 5"),
        ("pattern: '('", "pattern: not a regular expression: missing ), unterminated subpattern"),
    ],
)
def test_a_contract_that_makes_no_sense_is_refused(rule, contract, complaint):
    it = rule(f"item: it\nfields: {{ value: {{ css: i, {contract} }} }}")

    assert it.complaints == [f"pages.one.fields.value.{complaint}"]


def test_records_are_sorted_nulls_last_and_equals_in_their_order(rule):
    body = "<p><b>a</b><i>2</i></p><p><b>b</b></p><p><b>c</b><i>10</i></p><p><b>d</b><i>2</i></p>"

    def names(sort, more=""):
        fields = "fields: { name: b, size: { css: i, type: int } }"
        return [r["name"] for r in rule(f"item: it\neach: p\nsort: {sort}\n{more}\n{fields}").records(body)]

    assert names("size") == ["a", "d", "c", "b"]
    assert names("{ by: size, order: desc }") == ["c", "a", "d", "b"]
    assert names("[size, { by: name, order: desc }]") == ["d", "a", "c", "b"]
    assert names("{ by: size, order: desc }", "limit: 1") == ["c"]


def test_values_of_several_types_have_an_order_too(rule):
    it = rule("parser: json\nitem: it\neach: $[*]\nsort: v\nfields: { v: $.v }")

    records = it.records('[{"v": "b"}, {"v": 3}, {"v": [1]}, {"v": null}, {"v": "a"}, {"v": 1.5}]')

    assert [record["v"] for record in records] == [1.5, 3, "a", "b", [1], None]


def test_records_that_are_there_twice_are_kept_once_and_counted(rule):
    body = "<p><b>a</b><i>1</i></p><p><b>a</b><i>2</i></p><p><b>a</b><i>1</i></p><p></p><p></p>"

    def read(unique):
        outcome = rule(f"item: it\neach: p\nunique: {unique}\nfields: {{ name: b, size: i }}").read(body)
        return [item.fields["size"] for item in outcome.items], dict(outcome.notes)

    assert read("true") == (["1", "2", None, None], {"it left out: it is there twice": 1})
    assert read("name") == (["1", None, None], {"it left out: it is there twice": 2})
    assert read("[name, size]")[0] == ["1", "2", None, None]


def test_names_that_are_no_fields_are_refused_in_sort_and_unique(rule):
    it = rule(
        "item: it\neach: p\nsort: [nam, { by: size, ordr: x }]\nunique: [siz]\nfields: { name: b, size: i }"
    )

    assert it.complaints == [
        'pages.one.sort[0].by: there is no field "nam"',
        'pages.one.sort[1].ordr: unknown key "ordr"',
        'pages.one.unique: there is no field "siz"',
    ]


def test_what_is_quarantined_says_where_it_was_and_what_was_read(rule):
    it = rule("""
        item: it
        each: p
        on_invalid: quarantine
        fields:
          name: { css: b, required: true, pipe: [upper] }
          size: { css: i, type: int }
          label: "{{ item.name }}/{{ item.size }}"
        """)

    outcome = it.read("<p><b>a</b><i>1</i></p><p><b>b</b><i>big</i></p><p><i>2</i></p>")

    assert [item.fields["name"] for item in outcome.items] == ["A"]
    assert [
        (i.fields["row"], i.fields["field"], i.fields["reason"], i.fields["values"])
        for i in outcome.quarantined
    ] == [
        (1, "size", "is not an int", {"name": "B", "size": "big", "label": "B/big"}),
        (2, "name", "is required", {"name": None, "size": "2", "label": "/2"}),
    ]
    assert outcome.notes == {
        "it quarantined: size is not an int": 1,
        "it quarantined: name is required": 1,
    }


def test_what_is_counted_for_a_whole_job_is_no_matter_of_half_a_job(rule):
    def fingerprint(expect):
        return rule("item: it\neach: p\nfields: { name: b }", f"expect: {expect}").plan.recipe.fingerprint

    assert fingerprint("{ it: 5 }") == fingerprint("{ it: { max: 7 } }")
    assert fingerprint("{ coverage: { name: 5% } }") == fingerprint("{ coverage: { name: 9% } }")
    different = ["{ it: 5 }", "{ it: { unique: name } }", "{ it: { coverage: { name: 5% } } }"]
    assert len({fingerprint(expect) for expect in different}) == 3


def test_expectations_name_fields_that_are_there(rule):
    fields = "item: it\neach: p\nfields: { name: b, size: i }"
    right = rule(fields, "expect: { coverage: { name: 95%, size: 0.5 }, unique: [name] }")
    wrong = rule(fields, "expect: { it: { coverage: { nam: 95%, size: 5 }, unique: siz } }")

    assert right.complaints == []
    assert right.plan.recipe.expect["it"].coverage == (("name", 0.95), ("size", 0.5))
    assert right.plan.recipe.unique == {"it": ("name",)}
    assert wrong.complaints == [
        'expect.it.coverage.nam: there is no field "nam"',
        "expect.it.coverage.size: expected a percentage such as 5%, found the number 5",
        'expect.it.unique: there is no field "siz"',
    ]
