"""What one field reads, from source to default."""

from __future__ import annotations

from decimal import Decimal

import pytest

PAGE = """
<h1> A  Tale </h1><p class=price>12.50</p><p class=price></p><p class=price>7</p>
<img data-src=a.png><img src=b.png><i></i>
"""


def test_a_field_is_the_text_of_the_first_match(kit):
    assert kit.value(PAGE, css="h1") == "A Tale"


def test_a_prefix_names_any_language_of_the_parser(kit):
    parsers = kit.plugins.kinds["parsers"]
    parsers["tags"] = type("Tags", (parsers["html"],), {"languages": ("xpath", "tags")})

    assert kit.value(PAGE, css="tags: h1", parser="tags") == "A Tale"
    assert kit.value(PAGE, css="//h1", parser="tags") == "A Tale"


def test_a_mistake_after_such_a_prefix_is_named_at_its_column(kit):
    parsers = kit.plugins.kinds["parsers"]
    parsers["tags"] = type("Tags", (parsers["html"],), {"languages": ("xpath", "tags")})
    kit.compile(kit.item(kit.field("it", "tags: a::bad")), parser="tags")

    assert [problem.mark.column for problem in kit.found()] == [8]


def test_a_field_without_a_match_is_null(kit):
    assert kit.value(PAGE, css="h2") is None


def test_an_empty_text_is_null(kit):
    assert kit.value(PAGE, css="i") is None


def test_all_takes_every_match_that_is_not_empty(kit):
    assert kit.value(PAGE, css=".price", all=True) == ["12.50", "7"]


def test_all_without_a_match_is_null(kit):
    assert kit.value(PAGE, css=".nothing", all=True) is None


@pytest.mark.parametrize(
    ("nth", "found"), [(0, "12.50"), (2, "7"), (-1, "7"), (-3, "12.50"), (3, None), (-4, None)]
)
def test_nth_takes_one_match_and_counts_from_either_end(kit, nth, found):
    assert kit.value(PAGE, css=".price", nth=nth) == found


def test_ways_to_read_are_tried_in_order(kit):
    assert kit.value(PAGE, css="img", reads=("src", "data-src"), all=True) == ["a.png", "b.png"]


def test_a_regular_expression_searches_the_page_and_gives_its_first_group(kit):
    assert kit.value(PAGE, css=r"regex|src=(\w)\.png") == "a"


def test_a_regular_expression_without_a_group_gives_the_whole_match(kit):
    assert kit.value(PAGE, css=r"regex|\w\.png", all=True) == ["a.png", "b.png"]


def test_in_a_row_a_regular_expression_searches_the_text_of_that_row(kit):
    rule = kit.rule(kit.item(kit.field("id", r"regex|ID (\d+)"), each="li"))

    found = rule(kit.page("<p>ID 9</p><ul><li>ID <b>1</b><li>ID 2<li>none</ul>"))

    assert [item.fields["id"] for item in found.items] == ["1", "2", None]


def test_in_a_row_of_json_a_regular_expression_searches_the_row_as_json(kit):
    rule = kit.rule(kit.item(kit.field("id", r'regex|"sku": "(\w+)"'), each="rows[*]"), parser="json")

    found = rule(kit.page('{"rows": [{"sku": "a1"}, {"sku":   "b2"}]}'))

    assert [item.fields["id"] for item in found.items] == ["a1", "b2"]


def test_a_filter_changes_the_value(kit):
    assert kit.value(PAGE, css="h1", pipe=["upper"]) == "A TALE"


def test_a_filter_maps_over_a_list(kit):
    assert kit.value("<b>a<b>b", css="b", all=True, pipe=["upper"]) == ["AB", "B"]


def test_a_filter_that_takes_a_list_receives_the_whole_list(kit):
    assert kit.value(PAGE, css=".price", all=True, pipe=[("join", "; ")]) == "12.50; 7"


def test_filters_follow_each_other(kit):
    assert kit.value("<b>a,b</b>", css="b", pipe=["upper", ("split", ","), ("join", "-")]) == "A-B"


def test_a_filter_never_receives_an_empty_value(kit):
    assert kit.value(PAGE, css="h2", pipe=["upper"]) is None


def test_a_filter_that_asks_for_it_receives_an_empty_value(kit):
    assert kit.value(PAGE, css="h2", pipe=["upper", "or_none_given"]) == "none given"


def test_a_filter_that_drops_entries_shortens_the_list(kit):
    assert kit.value(PAGE, css=".price", all=True, pipe=[("reject", "12")]) == ["7"]


def test_a_filter_may_use_the_address_of_the_page(kit):
    assert kit.value("<b>x</b>", css="b", pipe=["absolute_url"]) == "https://shop.test/list/x"


def test_a_value_that_a_filter_cannot_read_is_null_and_counted(kit):
    rule = kit.rule(kit.item(kit.field("n", "b", pipe=["int"]), each="p"))

    outcome = rule(kit.page("<p><b>1</b><p><b>free</b><p><b>two</b>"))

    assert [item.fields["n"] for item in outcome.items] == [1, None, None]
    assert outcome.notes == {"field pages.one.fields.n: int could not read the value": 2}


def test_a_type_converts(kit):
    assert kit.value(PAGE, css=".price", type="decimal") == Decimal("12.50")


def test_a_type_converts_every_entry_of_a_list(kit):
    assert kit.value(PAGE, css=".price", all=True, type="float") == [12.5, 7.0]


def test_a_value_that_has_its_type_already_is_left_alone(kit):
    assert kit.value('{"n": 5}', css="n", type="int", parser="json") == 5


def test_the_type_list_makes_a_single_value_a_list_of_one(kit):
    assert kit.value(PAGE, css="h1", type="list") == ["A Tale"]


def test_zero_and_false_are_values(kit):
    found = kit.values(
        '{"zero": 0, "no": false, "none": null, "blank": "", "list": [], "object": {}}',
        *[kit.field(name, name, default="d") for name in ("zero", "no", "none", "blank", "list", "object")],
        parser="json",
    )

    assert found == {"zero": 0, "no": False, "none": "d", "blank": "d", "list": "d", "object": {}}


def test_a_default_replaces_an_empty_value_only(kit):
    assert kit.value(PAGE, css="h1", default="no title") == "A Tale"
    assert kit.value(PAGE, css="h2", default="no title") == "no title"


def test_fallbacks_are_tried_in_order_before_the_default(kit):
    others = (kit.field("a", "h2"), kit.field("b", "h1"), kit.field("c", ".price"))

    assert kit.value(PAGE, css="h3", otherwise=others, default="d") == "A Tale"


def test_a_fallback_that_selects_is_read_as_its_field_is(kit):
    others = (kit.field("a", ".price"),)

    assert kit.value(PAGE, css="h3", all=True, type="float", otherwise=others) == [12.5, 7.0]


def test_a_constant_fallback_is_taken_as_it_is(kit):
    assert kit.value(PAGE, css="h3", pipe=["upper"], otherwise=(kit.field("a", const="none"),)) == "none"


def test_a_condition_that_does_not_hold_leaves_the_field_empty(kit):
    assert kit.value(PAGE, css="h1", when="page.status == 404", default="d") == "d"
    assert kit.value(PAGE, css="h1", when="page.status == 200", default="d") == "A Tale"


def test_a_template_sees_inputs_page_and_parent(kit):
    rule = kit.rule(
        kit.item(
            kit.field("it", template="{{ inputs.q }}/{{ page.number }}/{{ page.rule }}/{{ parent.shelf }}")
        ),
        inputs={"q": "tea"},
        parents=["shelf"],
    )

    [item] = rule(kit.page("<p>", carry={"shelf": 3}, paging={"n": 2})).items

    assert item.fields["it"] == "tea/2/one/3"


def test_a_parent_that_was_not_handed_over_is_empty(kit):
    assert kit.value(PAGE, template="{{ parent.shelf }}", parents=["shelf"]) is None


def test_a_lone_placeholder_keeps_the_type_of_its_value(kit):
    assert kit.value(PAGE, template="{{ page.status }}") == 200


def test_data_of_a_page_is_never_a_template(kit):
    body = "<b>{{ inputs.secret }}</b>"

    found = kit.values(
        body, kit.field("a", "b"), kit.field("b", template="<{{ item.a }}>"), inputs={"secret": "s"}
    )

    assert found == {"a": "{{ inputs.secret }}", "b": "<{{ inputs.secret }}>"}


def test_field_order_does_not_matter(kit):
    found = kit.values(
        PAGE,
        kit.field("label", template="{{ item.title }} for {{ item.price }}"),
        kit.field("price", ".price", type="float"),
        kit.field("title", "h1", pipe=["upper"]),
    )

    assert found == {"label": "A TALE for 12.5", "price": 12.5, "title": "A TALE"}
    assert list(found) == ["label", "price", "title"]


def test_a_condition_sees_other_fields_by_their_bare_names(kit):
    found = kit.values(PAGE, kit.field("cheap", const=True, when="price < 10"), kit.field("price", ".price"))

    assert found == {"cheap": None, "price": "12.50"}


def test_a_cycle_of_fields_is_a_problem_that_names_it(kit):
    kit.compile(
        kit.item(
            kit.field("a", template="{{ item.b }}"),
            kit.field("b", template="{{ item.c }}"),
            kit.field("c", "h1", when="item.a == 1"),
        )
    )

    assert kit.complaints() == [
        "recipe.yaml:1:1: pages.one.fields: these fields need each other: a → b → c → a\n    1 | a\n      | ^"
    ]


def test_a_field_that_needs_itself_is_a_problem(kit):
    kit.compile(kit.item(kit.field("a", "h1", when="a == 1")))

    assert [problem.message for problem in kit.found()] == ['the field "a" needs itself']


def test_a_field_of_an_object_that_means_the_one_around_it_is_told_to_take_another_name(kit):
    inner = kit.field("year", template="{{ item.year }}")
    kit.compile(kit.item(kit.field("year", "h1"), kit.field("date", fields=(inner,))))

    assert [(problem.message, problem.hint) for problem in kit.found()] == [
        (
            'the field "year" needs itself',
            "inside an object its own names come first: give one of the two another name",
        )
    ]


def test_an_unknown_name_in_a_template_is_a_problem_at_its_column(kit):
    kit.compile(kit.item(kit.field("title", "h1"), kit.field("it", template="x {{ item.titel }}")))

    assert kit.complaints() == [
        'recipe.yaml:1:6: pages.one.fields.it: item has no "titel"\n'
        "    1 | x {{ item.titel }}\n"
        "      |      ^^^^^^^^^^\n"
        '  hint: did you mean "title"?'
    ]


def test_filters_in_templates_are_the_same_as_in_pipes(kit):
    assert (
        kit.values(PAGE, kit.field("t", "h1"), kit.field("it", template="{{ item.t | upper }}!"))["it"]
        == "A TALE!"
    )


def test_an_unknown_filter_is_a_problem_at_its_step(kit):
    kit.compile(kit.item(kit.field("it", "h1", pipe=["uper"])))

    assert kit.complaints() == [
        'recipe.yaml:1:1: pages.one.fields.it.pipe: there is no filter "uper"\n'
        "    1 | uper\n"
        "      | ^^^^\n"
        "  hint: did you mean another?"
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pipe": ["int", "upper"]}, "int gives number, but upper takes text"),
        ({"pipe": ["round"]}, "the field gives text, but round takes number"),
        ({"pipe": ["count"]}, "the field gives text, but count takes list"),
        ({"all": True, "pipe": [("join", ","), "count"]}, "join gives text, but count takes list"),
        ({"all": True, "pipe": ["int", "upper"]}, "int gives a list of number, but upper takes text"),
    ],
)
def test_a_pipe_that_cannot_connect_is_a_problem_that_names_both_filters(kit, options, message):
    kit.compile(kit.item(kit.field("it", "h1", **options)))

    assert [problem.message for problem in kit.found()] == [message]


@pytest.mark.parametrize(
    "options",
    [
        {"all": True, "pipe": ["count", "round"]},
        {"pipe": [("split", ","), "upper", ("join", ",")]},
        {"pipe": ["int", "string", "upper"]},
        {"pipe": ["int", "round"]},
    ],
)
def test_a_pipe_that_connects_is_no_problem(kit, options):
    kit.compile(kit.item(kit.field("it", "h1", **options)))

    assert kit.complaints() == []


def test_a_mistake_in_a_selector_is_a_problem_at_its_column(kit):
    kit.compile(kit.item(kit.field("it", "css|h1::bad")))

    assert kit.complaints() == [
        "recipe.yaml:1:7: pages.one.fields.it: unknown pseudo-element ::bad\n"
        "    1 | css|h1::bad\n"
        "      |       ^^^^^"
    ]


def test_a_language_the_parser_does_not_read_is_a_problem_with_a_hint(kit):
    kit.compile(kit.item(kit.field("it", "jsonpath|$.id")))

    assert kit.complaints() == [
        "recipe.yaml:1:1: pages.one.fields.it: the html parser does not read jsonpath\n"
        "    1 | jsonpath|$.id\n"
        "      | ^^^^^^^^^\n"
        "  hint: the html parser reads css and xpath; for jsonpath the page needs `parser: json`"
    ]


def test_an_unknown_way_to_read_is_a_problem_at_its_column(kit):
    kit.compile(kit.item(kit.field("it", "h1@markdown", reads=("markdown",))))

    assert kit.complaints()[0].split("\n")[:3] == [
        'recipe.yaml:1:4: pages.one.fields.it: there is no way to read called "markdown"',
        "    1 | h1@markdown",
        "      |    ^^^^^^^^",
    ]


def test_a_broken_regular_expression_is_a_problem_at_its_column(kit):
    kit.compile(kit.item(kit.field("it", "regex|a(b")))

    assert kit.complaints() == [
        "recipe.yaml:1:8: pages.one.fields.it: not a regular expression: missing ), unterminated subpattern\n"
        "    1 | regex|a(b\n"
        "      |        ^"
    ]


def test_every_mistake_is_found_in_one_go(kit):
    kit.compile(
        kit.item(kit.field("a", "h1::bad"), kit.field("b", "h1", pipe=["uper"]), kit.field("c", "x|y"))
    )

    assert len(kit.problems) == 3
