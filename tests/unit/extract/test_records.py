"""Rows to records: which rows count, what is invalid, what a record knows of itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scrapekit.errors import PageError
from scrapekit.extract.rule import Kind
from scrapekit.model import Verdict

BOOKS = """
<article><h3>Emma</h3><b>5</b></article>
<article><h3>Persuasion</h3></article>
<article><h3>Sanditon</h3><b>free</b></article>
"""


def test_each_row_is_a_record_and_a_missing_value_is_null_in_its_row(kit):
    rule = kit.rule(kit.item(kit.field("title", "h3"), kit.field("price", "b"), each="article"))

    outcome = rule(kit.page(BOOKS))

    assert outcome.verdict is Verdict.OK
    assert [dict(item.fields) for item in outcome.items] == [
        {"title": "Emma", "price": "5"},
        {"title": "Persuasion", "price": None},
        {"title": "Sanditon", "price": "free"},
    ]


def test_a_record_knows_its_page_rule_row_and_time(kit):
    rule = kit.rule(kit.item(kit.field("title", "h3"), each="article"))
    before = datetime.now(UTC).timestamp()

    origin = rule(kit.page(BOOKS, url="https://shop.test/a")).items[2].origin

    assert (origin.url, origin.page, origin.row) == ("https://shop.test/a", "one", 2)
    assert before <= origin.time <= datetime.now(UTC).timestamp()


def test_a_page_without_rows_is_empty_and_says_which_selector_found_none(kit):
    rule = kit.rule(kit.item(kit.field("title", "h3"), each="article.product"))

    outcome = rule(kit.page("<p>nothing here</p>"))

    assert (outcome.verdict, outcome.items, outcome.reason) == (
        Verdict.EMPTY,
        (),
        "no rows match article.product",
    )


def test_a_row_whose_required_field_is_empty_is_dropped_and_counted(kit):
    rule = kit.rule(
        kit.item(kit.field("title", "h3"), kit.field("price", "b", required=True), each="article")
    )

    outcome = rule(kit.page(BOOKS))

    assert [item.fields["title"] for item in outcome.items] == ["Emma", "Sanditon"]
    assert outcome.notes == {"book dropped: price is required": 1}


def test_a_row_whose_value_does_not_fit_its_type_is_dropped_and_counted(kit):
    rule = kit.rule(kit.item(kit.field("title", "h3"), kit.field("price", "b", type="int"), each="article"))

    outcome = rule(kit.page(BOOKS))

    assert [item.fields["price"] for item in outcome.items] == [5, None]
    assert outcome.notes == {"book dropped: price is not an int": 1}


def test_with_keep_an_invalid_field_is_null_and_counted(kit):
    fields = kit.field("title", "h3"), kit.field("price", "b", type="int", required=True)
    rule = kit.rule(kit.item(*fields, each="article", on_invalid="keep"))

    outcome = rule(kit.page(BOOKS))

    assert [item.fields["price"] for item in outcome.items] == [5, None, None]
    assert outcome.notes == {
        "field null: pages.one.fields.price is required": 1,
        "field null: pages.one.fields.price is not an int": 1,
    }


def test_with_fail_an_invalid_field_fails_the_page_and_nothing_of_it_is_kept(kit):
    rule = kit.rule(kit.item(kit.field("price", "b", type="int"), each="article", on_invalid="fail"))

    outcome = rule(kit.page(BOOKS))

    assert (outcome.verdict, outcome.items, outcome.requests) == (Verdict.FAILED, (), ())
    assert outcome.reason == (
        "pages.one.fields.price: price is not an int: invalid literal for int() with base 10: 'free'"
    )


def test_a_page_whose_every_record_was_dropped_is_empty_with_that_reason(kit):
    rule = kit.rule(kit.item(kit.field("isbn", "i", required=True), each="article"))

    outcome = rule(kit.page(BOOKS))

    assert (outcome.verdict, outcome.reason) == (Verdict.EMPTY, "every book was dropped or left out")


def test_where_keeps_the_records_it_holds_for_and_counts_the_others(kit):
    rule = kit.rule(
        kit.item(
            kit.field("title", "h3"),
            kit.field("price", "b"),
            each="article",
            where="price and title != 'Emma'",
        )
    )

    outcome = rule(kit.page(BOOKS))

    assert [item.fields["title"] for item in outcome.items] == ["Sanditon"]
    assert outcome.notes == {"book left out by where": 2}


def test_where_may_use_filters_and_is_false_where_they_cannot_work(kit):
    rule = kit.rule(kit.item(kit.field("price", "b"), each="article", where="(price | int) < 9"))

    outcome = rule(kit.page(BOOKS))

    assert [item.fields["price"] for item in outcome.items] == ["5"]
    assert outcome.notes["pages.one.where does not work on the values"] == 1


def test_limit_ends_the_rows_of_a_page_after_so_many_records(kit):
    rule = kit.rule(kit.item(kit.field("title", "h3"), each="article", limit=2, where="title != 'Emma'"))

    assert [item.fields["title"] for item in rule(kit.page(BOOKS)).items] == ["Persuasion", "Sanditon"]


def test_the_key_is_the_text_of_its_field(kit):
    rule = kit.rule(kit.item(kit.field("price", "b", pipe=["int"]), each="article", key="price"))

    outcome = rule(kit.page(BOOKS))

    assert [item.key for item in outcome.items] == ["5", None, None]
    assert outcome.notes["book without a key: price is empty"] == 2


def test_a_page_alone_is_one_record(kit):
    [item] = kit.rule(kit.item(kit.field("first", "h3")))(kit.page(BOOKS)).items

    assert (dict(item.fields), item.origin.row) == ({"first": "Emma"}, 0)


@pytest.mark.parametrize("more", [{}, {"default": 0}])
def test_a_page_alone_is_no_record_when_nothing_of_it_was_found(kit, more):
    rule = kit.rule(
        kit.item(
            kit.field("title", "h1", **more),
            kit.field("where", template="{{ page.url }}"),
            kit.field("x", const=1),
        )
    )

    outcome = rule(kit.page("<p>not found</p>"))

    assert (outcome.verdict, outcome.items) == (Verdict.EMPTY, ())
    assert outcome.reason == "no book: every field is empty"
    assert outcome.notes == {"no book: every field is empty": 1}


def test_a_page_alone_made_of_constants_is_a_record(kit):
    [item] = kit.rule(kit.item(kit.field("x", const=1)))(kit.page("<p>")).items

    assert dict(item.fields) == {"x": 1}


def test_fields_that_another_page_gives_to_the_same_kind_are_null_here(kit):
    rule = kit.rule(
        kit.item(kit.field("title", "h3"), each="article"), kinds={"book": Kind(("title", "isbn"))}
    )

    assert dict(rule(kit.page(BOOKS)).items[0].fields) == {"title": "Emma", "isbn": None}


def test_an_object_holds_fields_and_is_null_when_all_of_them_are(kit):
    seller = kit.field("seller", fields=(kit.field("name", ".name"), kit.field("town", ".town")))
    rule = kit.rule(kit.item(kit.field("title", "h3"), seller, each="article"))

    outcome = rule(
        kit.page("<article><h3>A</h3><i class=name>Zoe</i></article><article><h3>B</h3></article>")
    )

    assert [item.fields["seller"] for item in outcome.items] == [{"name": "Zoe", "town": None}, None]


def test_objects_nest_to_any_depth_each_in_its_own_scope(kit):
    leaf = kit.field("notes", each="li", fields=(kit.field("text", "i"), kit.field("of", "b")))
    parts = kit.field("parts", each="ul", fields=(kit.field("name", "b"), leaf))
    body = "<ul><b>one</b><li><i>a</i><li><i>b</i></ul><ul><b>two</b></ul><ul></ul>"

    [item] = kit.rule(kit.item(parts))(kit.page(body)).items

    assert item.fields["parts"] == [
        {"name": "one", "notes": [{"text": "a", "of": None}, {"text": "b", "of": None}]},
        {"name": "two", "notes": None},
    ]


def test_a_field_in_an_object_sees_its_siblings_and_the_fields_around_it(kit):
    inner = kit.field(
        "box",
        fields=(kit.field("label", template="{{ item.title }}/{{ item.size }}"), kit.field("size", "b")),
    )
    rule = kit.rule(kit.item(inner, kit.field("title", "h3"), each="article"))

    assert rule(kit.page(BOOKS)).items[0].fields["box"] == {"label": "Emma/5", "size": "5"}


def test_a_required_field_deep_in_an_object_drops_its_record(kit):
    box = kit.field("box", fields=(kit.field("size", "b", required=True),))
    rule = kit.rule(kit.item(kit.field("title", "h3"), box, each="article"))

    outcome = rule(kit.page(BOOKS))

    assert [item.fields["title"] for item in outcome.items] == ["Emma", "Sanditon"]


def test_several_kinds_are_read_from_one_page(kit):
    titles = kit.item(kit.field("title", "h3"), each="article")
    prices = kit.item(kit.field("price", "b"), each="b")

    outcome = kit.rule(titles, prices)(kit.page(BOOKS))

    assert [dict(item.fields) for item in outcome.items] == [
        {"title": "Emma"},
        {"title": "Persuasion"},
        {"title": "Sanditon"},
        {"price": "5"},
        {"price": "free"},
    ]


def test_rows_come_from_a_json_page_too(kit):
    rule = kit.rule(
        kit.item(kit.field("id", "id"), kit.field("tags", "tags"), each="items[*]"), parser="json"
    )

    outcome = rule(kit.page('{"items": [{"id": 0, "tags": ["a"]}, {"id": false}]}'))

    assert [dict(item.fields) for item in outcome.items] == [
        {"id": 0, "tags": ["a"]},
        {"id": False, "tags": None},
    ]


def test_a_page_the_parser_cannot_read_fails_naming_page_rule_and_parser(kit):
    outcome = kit.rule(kit.item(kit.field("title", "h3")))(kit.page(b""))

    assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, "pages.one: parser html: the page is empty")


def test_a_value_error_of_a_parser_fails_the_page_and_nothing_of_it_is_kept(kit):
    rule = kit.rule(kit.item(kit.field("id", "id")), parser="json")

    outcome = rule(kit.page("{nothing"))

    assert (outcome.verdict, outcome.items, outcome.status) == (Verdict.FAILED, (), 200)
    assert outcome.reason.startswith("pages.one: parser json: Expecting property name")


def test_a_field_whose_reading_fails_is_named_with_its_parser(kit):
    class Fussy(kit.plugins.load("parsers", "json")):
        def read(self, name):
            return too_deep

    def too_deep(value):
        raise PageError("too deep")

    kit.plugins.kinds["parsers"]["fussy"] = Fussy
    seller = kit.field("seller", fields=(kit.field("name", "a"),))

    outcome = kit.rule(kit.item(seller), parser="fussy")(kit.page('{"a": 1}'))

    assert outcome.reason == "pages.one.fields.name: parser fussy: too deep"


def test_a_bug_is_never_taken_for_a_bad_page(kit):
    upper = kit.plugins.load("filters", "upper")
    kit.plugins.kinds["filters"]["buggy"] = replace(upper, function=lambda value: value.nothing)
    rule = kit.rule(kit.item(kit.field("a", "h3", pipe=["buggy"])))

    with pytest.raises(AttributeError):
        rule(kit.page(BOOKS))
