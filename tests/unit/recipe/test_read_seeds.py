import pytest

from scrapekit.errors import Problems
from scrapekit.node import plain
from scrapekit.recipe.model import Seed
from scrapekit.recipe.read_seeds import read_seeds
from scrapekit.recipe.tree import parse_tree


def seeds_of(written: str) -> tuple[Seed, ...]:
    problems = Problems()
    tree = parse_tree(f"seeds: {written}\n", "r.yaml", problems)
    assert tree is not None
    found = read_seeds(tree.get("seeds"), ("listing", "product"), problems)
    problems.raise_if_any()
    return found


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("https://a.test/", [("listing", "seeds", "https://a.test/")]),
        (
            "[https://a.test/, https://b.test/]",
            [("listing", "seeds[0]", "https://a.test/"), ("listing", "seeds[1]", "https://b.test/")],
        ),
        ("{ product: https://a.test/ }", [("product", "seeds.product", "https://a.test/")]),
        (
            "{ product: [https://a.test/, { url: https://b.test/ }] }",
            [
                ("product", "seeds.product[0]", "https://a.test/"),
                ("product", "seeds.product[1]", "https://b.test/"),
            ],
        ),
        ("{ listing: { url: https://a.test/ } }", [("listing", "seeds.listing", "https://a.test/")]),
        ("{ url: https://a.test/, method: PUT }", [("listing", "seeds", "https://a.test/")]),
        ("[{ url: HTTPS://A.test }]", [("listing", "seeds[0]", "HTTPS://A.test")]),
        ('"{{ each.x }}"', [("listing", "seeds", "{{ each.x }}")]),
    ],
)
def test_every_form_of_a_seed_is_an_address_and_its_page_rule(
    written: str, found: list[tuple[str, str, str]]
):
    assert [(seed.page, seed.path, seed.url.value) for seed in seeds_of(written)] == found


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("{ range: [1, 3] }", [1, 2, 3]),
        ("{ range: [1, 10], step: 4 }", [1, 5, 9]),
        ("{ range: [3, 1] }", [3, 2, 1]),
        ("{ range: [9, 1], step: -4 }", [9, 5, 1]),
        ("{ range: [5, 5] }", [5]),
        ("[a, 2, true]", ["a", 2, True]),
        ("{ list: [a] }", ["a"]),
    ],
)
def test_a_variable_has_its_values_both_ends_included(written: str, values: list[object]):
    (seed,) = seeds_of(f'{{ url: "https://a.test/{{{{ each.n }}}}", each: {{ n: {written} }} }}')

    assert [(each.name, list(each.values)) for each in seed.each] == [("n", values)]


def test_a_long_range_is_not_drawn_until_it_is_needed():
    (seed,) = seeds_of(
        '{ url: "https://a.test/{{ each.n }}", each: { n: { range: [1, 1000000000000], pad: 3 } } }'
    )

    assert (seed.each[0].values, seed.each[0].pad) == (range(1, 10**12 + 1), 3)


def test_variables_are_combined_as_a_product_or_in_step():
    text = '{{ url: "https://a.test/{{{{ each.a }}}}/{{{{ each.b }}}}", each: {{ a: [1, 2], b: [x, y] }}{} }}'

    combined = [
        seeds_of(text.format(more))[0].combine for more in ("", ", combine: zip", ", combine: product")
    ]

    assert combined == ["product", "zip", "product"]


def test_a_variable_may_be_used_in_the_body_alone():
    (seed,) = seeds_of(
        '{ url: https://a.test/, json: { page: ["{{ each.n }}"] }, each: { n: [1] }, carry: { k: v } }'
    )

    assert (seed.shape.method, plain(seed.shape.json), plain(seed.carry)) == (
        "POST",
        {"page": ["{{ each.n }}"]},
        {"k": "v"},
    )
