"""The fourteen meanings that are fixed once for the whole language, each with the tests that hold it.

What a table names is tested there; what stands below is tested nowhere else, from a recipe to its records.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNIT = "tests/unit/"
HERE = "tests/complaints/"

HELD = {
    "1 YAML 1.2 core scalars": {
        UNIT + "recipe/test_tree.py": [
            "test_scalars_of_the_yaml_1_2_core_schema_are_typed",
            "test_whatever_else_looks_typed_stays_text",
            "test_a_key_given_twice_shows_both_lines",
            "test_what_yaml_read_otherwise_goes_on_as_it_was_meant",
            "test_a_hostile_file_is_refused_quickly",
            "test_a_file_larger_than_a_mebibyte_is_not_read_whole",
        ],
        HERE + "test_semantics.py": ["test_where_yaml_eats_a_selector_the_hint_shows_it_quoted"],
    },
    "2 unknown keys": {
        HERE + "test_trust.py": ["test_every_mistake_has_its_line_its_column_and_the_word_that_was_meant"],
        UNIT + "extract/test_fields.py": ["test_every_mistake_is_found_in_one_go"],
    },
    "3 scope": {
        UNIT + "extract/test_real_parts.py": ["test_rows_see_themselves_their_ancestors_and_their_own_text"],
        HERE + "test_rows.py": [
            "test_a_selector_may_start_beside_the_row",
            "test_a_value_may_stand_on_the_row_itself",
        ],
    },
    "4 extraction never changes the document": {
        UNIT + "extract/values/test_remove.py": ["test_the_page_stays_as_it_is_for_other_fields"],
    },
    "5 empty": {
        HERE + "test_values.py": [
            "test_zeros_stay_and_what_is_empty_is_null_but_there",
            "test_a_default_takes_the_place_of_what_is_empty_and_of_nothing_else",
        ],
    },
    "6 cardinality": {
        HERE + "test_rows.py": ["test_a_field_says_itself_whether_it_takes_the_first_match_or_all"],
    },
    "7 filters": {
        UNIT + "extract/test_fields.py": [
            "test_a_filter_maps_over_a_list",
            "test_a_filter_that_takes_a_list_receives_the_whole_list",
            "test_a_filter_that_asks_for_it_receives_an_empty_value",
            "test_a_pipe_that_cannot_connect_is_a_problem_that_names_both_filters",
        ],
        HERE + "test_values.py": ["test_a_filter_is_never_handed_what_is_not_there"],
        HERE + "test_semantics.py": ["test_filters_that_narrow_give_nothing_and_the_others_pass_on"],
    },
    "8 field order": {
        UNIT + "extract/test_fields.py": [
            "test_field_order_does_not_matter",
            "test_a_cycle_of_fields_is_a_problem_that_names_it",
        ],
    },
    "9 closed templates": {
        UNIT + "test_template.py": [
            "test_a_lone_placeholder_keeps_its_values_type",
            "test_what_a_page_says_is_never_read_as_a_template",
        ],
        UNIT + "extract/test_fields.py": ["test_an_unknown_name_in_a_template_is_a_problem_at_its_column"],
        HERE + "test_semantics.py": ["test_a_name_out_of_its_scope_is_refused"],
    },
    "10 no eval": {
        UNIT + "test_expression.py": [
            "test_no_attribute_of_a_python_object_can_be_reached",
            "test_any_mixture_of_values_gives_a_value_or_a_value_error",
            "test_an_expression_of_any_size_is_read_and_worked_out_at_once",
        ],
    },
    "11 joins": {
        HERE + "test_children.py": [
            "test_children_of_every_page_of_their_parent_are_read",
            "test_a_child_that_failed_is_counted_and_named",
        ],
        HERE + "test_paging.py": ["test_the_pages_of_a_child_are_turned_for_each_parent_by_itself"],
    },
    "12 stops": {
        HERE + "test_paging.py": [
            "test_without_max_pages_all_are_read_and_each_stop_has_its_reason",
            "test_a_following_page_that_another_rule_has_taken_is_a_stop_with_its_reason",
        ],
        "tests/integration/test_stranger.py": ["test_every_way_of_paging_brings_every_row_once"],
    },
    "13 addresses": {
        UNIT + "test_url.py": [
            "test_every_spelling_of_a_url_has_one_key",
            "test_urls_that_may_differ_keep_different_keys",
            "test_references_mean_what_they_mean_in_a_browser",
        ],
        HERE + "test_semantics.py": ["test_what_is_fetched_is_what_the_page_said_and_each_address_once"],
    },
    "14 records know their source": {
        UNIT + "test_plan.py": ["test_meta_adds_where_and_when_a_record_was_found"],
        HERE + "test_rows.py": ["test_rows_come_out_in_the_order_of_their_page_and_know_their_place"],
    },
}


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of a test file's tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@pytest.mark.parametrize("meaning", HELD)
def test_each_meaning_has_its_tests(meaning):
    missing = [name for path, names in HELD[meaning].items() for name in {*names} - names_in(path)]

    assert missing == []


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        ("#main", '"#main"'),
        ("[href]", '"[href]"'),
        ("{ css: h3 a, h4 a }", '"h3 a, h4 a"'),
        ("*", '"*"'),
    ],
)
def test_where_yaml_eats_a_selector_the_hint_shows_it_quoted(desk, field, hint):
    words = desk.mistake(desk.one(f"item: it\nfields:\n  t: {field}\n  u: h1"))

    assert hint in words.rpartition("hint: ")[2]


@pytest.mark.parametrize(
    ("narrowing", "passing"),
    [
        ("{ regex: 'x(\\d)' }", "{ sub: { pattern: 'x(\\d)', with: y } }"),
        ("{ match: '^x' }", "{ strip_prefix: x }"),
        ("{ reject: tea }", "{ replace: { from: coffee, to: x } }"),
        ("{ query_param: q }", "trim"),
    ],
)
def test_filters_that_narrow_give_nothing_and_the_others_pass_on(desk, narrowing, passing):
    page = "<b>tea</b><b>tea time</b>"

    assert desk.value(f"{{ css: b, pipe: [{narrowing}] }}", page) is None
    assert desk.value(f"{{ css: b, pipe: [{narrowing}], default: none }}", page) == "none"
    assert desk.value(f"{{ css: b, pipe: [{passing}] }}", page) == "tea"
    assert desk.value(f"{{ css: b, all: true, pipe: [{passing}] }}", page) == ["tea", "tea time"]


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("seeds: 'https://shop.test/{{ item.t }}'\n", "item"),
        ("seeds: 'https://shop.test/{{ page.url }}'\n", "page"),
        ("fields: { t: h1, u: '{{ each.n }}' }", "each"),
        ("fields: { t: h1, u: '{{ parent.n }}' }", "n"),
        ("fields: { t: h1, u: '{{ os.environ }}' }", "os"),
    ],
)
def test_a_name_out_of_its_scope_is_refused(desk, place, name):
    if place.startswith("seeds"):
        recipe = place + "pages: { p: { item: it, fields: { t: h1 } } }"
    else:
        recipe = desk.one(f"item: it\n{place}")

    [mistake] = desk.mistakes(recipe)

    assert f'"{name}' in mistake or f".{name}" in mistake or f"{name}." in mistake


async def test_what_is_fetched_is_what_the_page_said_and_each_address_once(desk, site):
    site.pages = {
        "/": "<base href='/Shop/'>"
        + "".join(
            f"<a href='{href}'>x</a>"
            for href in (
                "Tea?b=2&a=1",
                "Tea?b=2&a=1#reviews",
                "./x/../Tea?b=2&a=1",
                "tea?b=2&a=1",
                "Tea?a=1&b=2",
            )
        ),
        **{f"/Shop/{path}": f"<h1>{path}</h1>" for path in ("Tea?b=2&a=1", "tea?b=2&a=1", "Tea?a=1&b=2")},
    }

    await desk.run("seeds: SITE/\npages: { p: { links: { t: a } }, t: { item: t, fields: { t: h1 } } }")

    assert sorted(site.asked) == ["/", "/Shop/Tea?a=1&b=2", "/Shop/Tea?b=2&a=1", "/Shop/tea?b=2&a=1"]
