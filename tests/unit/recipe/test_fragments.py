"""``fragments`` and ``use``: what is put in where, and that nothing grows without bound."""

from __future__ import annotations

from scrapekit.errors import Problems
from scrapekit.node import plain
from scrapekit.recipe.fragments import put_in_fragments
from scrapekit.recipe.yaml.tree import parse_tree


def put_in(text: str) -> object:
    """The recipe with its fragments put in, as plain data."""
    problems = Problems()
    tree = parse_tree(text, "r.yaml", problems)
    assert tree is not None
    whole = plain(put_in_fragments(tree, problems))
    problems.raise_if_any()
    return whole


def complaints(text: str) -> list[str]:
    """What is wrong with the fragments, hints and all."""
    problems = Problems()
    tree = parse_tree(text, "r.yaml", problems)
    assert tree is not None
    put_in_fragments(tree, problems)
    return [f"{p.mark}: {p.path}: {p.message}" + (f" ({p.hint})" if p.hint else "") for p in problems]


def test_a_fragment_stands_where_it_is_used() -> None:
    text = "fragments: { money: { css: .price, type: price } }\nfields: { price: { use: money } }\n"
    assert put_in(text) == {"fields": {"price": {"css": ".price", "type": "price"}}}


def test_what_stands_beside_it_lies_over_it() -> None:
    text = (
        "fragments: { money: { css: .price, type: price, default: 0 } }\n"
        "fields: { cost: { use: money, css: .cost, default: null } }\n"
    )
    assert put_in(text) == {"fields": {"cost": {"css": ".cost", "type": "price"}}}


def test_parameters_are_put_in_with_their_type() -> None:
    text = (
        "fragments: { f: { css: '{{ with.css }}', nth: '{{ with.nth }}', attr: '{{ with.attr }}' } }\n"
        "a: { use: f, with: { css: 'h1, h2', nth: 2, attr: [x, y] } }\n"
    )
    assert put_in(text) == {"a": {"css": "h1, h2", "nth": 2, "attr": ["x", "y"]}}


def test_a_parameter_may_be_part_of_a_text() -> None:
    text = (
        "fragments: { f: { css: 'div.{{ with.name }} > a', when: '{{ item.x }}{{ with.name }}' } }\n"
        "a: { use: f, with: { name: box } }\n"
    )
    assert put_in(text) == {"a": {"css": "div.box > a", "when": "{{ item.x }}box"}}


def test_a_fragment_has_defaults() -> None:
    text = (
        "fragments: { f: { parameters: { tag: h1 }, css: '{{ with.tag }}' } }\n"
        "a: { use: f }\nb: { use: f, with: { tag: h2 } }\n"
    )
    assert put_in(text) == {"a": {"css": "h1"}, "b": {"css": "h2"}}


def test_fields_can_be_shared() -> None:
    text = "fragments: { common: { title: h1, url: a@href } }\nfields: { use: common, price: .price }\n"
    assert put_in(text) == {"fields": {"title": "h1", "url": "a@href", "price": ".price"}}


def test_several_fragments_lie_over_each_other() -> None:
    text = "fragments: { a: { x: 1, y: 1 }, b: { y: 2 } }\nhttp: { use: [a, b], z: 3 }\n"
    assert put_in(text) == {"http": {"x": 1, "y": 2, "z": 3}}


def test_a_fragment_may_use_another() -> None:
    text = (
        "fragments:\n"
        "  inner: { css: '{{ with.css }}' }\n"
        "  outer: { use: inner, with: { css: '{{ with.of }} b' } }\n"
        "a: { use: outer, with: { of: div } }\n"
    )
    assert put_in(text) == {"a": {"css": "div b"}}


def test_a_field_may_be_called_use() -> None:
    text = "fields: { use: .use, with: .with }\nform: { use: x }\n"
    assert put_in(text) == {"fields": {"use": ".use", "with": ".with"}, "form": {"use": "x"}}


def test_data_that_is_sent_is_left_alone() -> None:
    text = "fragments: { f: { a: 1 } }\nseeds: { url: 'https://a.test/', json: { deep: { use: f } } }\n"
    assert put_in(text)["seeds"]["json"] == {"deep": {"use": "f"}}


def test_an_unknown_fragment_is_named() -> None:
    text = "fragments: { money: { css: .price } }\na: { use: mony }\n"
    assert complaints(text) == ['r.yaml:2:11: a.use: there is no fragment "mony" (did you mean "money"?)']


def test_without_fragments_a_use_says_what_to_do() -> None:
    assert complaints("a: { use: money }\n") == [
        'r.yaml:1:11: a.use: there is no fragment "money" (declare it under "fragments")'
    ]


def test_a_missing_parameter_is_named_where_it_is_missing() -> None:
    text = "fragments: { f: { css: '{{ with.css }}' } }\na: { use: f }\n"
    assert complaints(text) == ['r.yaml:2:11: a.use: the fragment "f" needs "css" (with: { css: ... })']


def test_a_parameter_that_nothing_takes_is_a_mistake() -> None:
    text = "fragments: { f: { css: '{{ with.css }}' } }\na: { use: f, with: { css: a, ccs: b } }\n"
    assert complaints(text) == [
        'r.yaml:2:30: a.with.ccs: the fragment has no parameter "ccs" (did you mean "css"?)'
    ]


def test_a_list_cannot_be_part_of_a_text() -> None:
    text = "fragments: { f: { css: 'x {{ with.css }}' } }\na: { use: f, with: { css: [a] } }\n"
    assert complaints(text) == [
        'r.yaml:2:11: a.use: the fragment "f" puts "css" into a text, and it is a list (give it one value)'
    ]


def test_fragments_that_use_each_other_are_a_circle() -> None:
    text = "fragments: { a: { x: { use: b } }, b: { y: { use: a } } }\nz: { use: a }\n"
    assert complaints(text) == ["r.yaml:1:51: z.x.y.use: fragments use each other in a circle: a → b → a"]


def test_fragments_must_be_mappings() -> None:
    assert complaints("fragments: { a: b }\n") == [
        'r.yaml:1:17: fragments.a: expected a mapping, found the text "b"'
        " (write what it puts in: NAME: VALUE)"
    ]


def test_fragments_cannot_grow_without_bound() -> None:
    doubling = "".join(f"  f{n}: {{ a: {{ use: f{n + 1} }}, b: {{ use: f{n + 1} }} }}\n" for n in range(15))
    found = complaints(f"fragments:\n{doubling}  f15: {{ x: [1, 2, 3, 4, 5, 6, 7, 8] }}\ny: {{ use: f0 }}\n")
    assert [complaint.partition(": ")[2].rpartition(": ")[2] for complaint in found] == [
        "with its fragments the recipe has more than 100,000 values"
    ]


def test_a_text_cannot_grow_without_bound() -> None:
    lines = "".join(
        f"  f{n}: {{ use: f{n + 1}, with: {{ x: '{'{{ with.x }}' * 30}' }} }}\n" for n in range(12)
    )
    text = f"fragments:\n{lines}  f12: {{ css: '{{{{ with.x }}}}' }}\ny: {{ use: f0, with: {{ x: aaaa }} }}\n"
    assert [complaint.rpartition(": ")[2] for complaint in complaints(text)] == [
        'the fragment "f3" makes a text of more than 1 MiB'
    ]


def test_fragments_cannot_nest_without_bound() -> None:
    inner = "{ a: " * 20 + "{ use: f1 }" + " }" * 20
    text = f"fragments: {{ f0: {inner}, f1: {inner.replace('f1', 'f2')}, f2: {inner.replace('f1', 'f3')},"
    text += f" f3: {inner.replace('f1', 'f4')}, f4: {{ x: 1 }} }}\ny: {{ use: f0 }}\n"
    found = complaints(text)
    assert [complaint.rpartition(": ")[2] for complaint in found] == [
        "with its fragments the recipe has more than 64 levels"
    ]
