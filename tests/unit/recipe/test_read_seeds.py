from datetime import date

import pytest

from scrapekit.errors import Problems, RecipeError
from scrapekit.node import plain
from scrapekit.recipe.model import Day, Days, Seed, Span
from scrapekit.recipe.reading.seeds import read_seeds
from scrapekit.recipe.yaml.tree import parse_tree


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
        ("[{ id: 7, tags: [x] }, b]", [{"id": 7, "tags": ["x"]}, "b"]),
        ("{ letters: a-e }", ["a", "b", "c", "d", "e"]),
        ("{ letters: A-C0-2# }", ["A", "B", "C", "0", "1", "2", "#"]),
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


def complaints(written: str) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        seeds_of(written)
    return [f"{p.mark.column}: {p.path}: {p.message} ({p.hint})" for p in caught.value.problems]


def variable(written: str) -> str:
    return f'{{ url: "https://a.test/{{{{ each.n }}}}", each: {{ n: {written} }} }}'


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("from: -7d, to: today", Days(Day(away=Span(-7)), Day())),
        ("from: today - 2w, to: yesterday", Days(Day(away=Span(-2, "w")), Day(away=Span(-1)))),
        (
            'from: 2024-01-31, to: +1y, step: 2mo, format: "%Y%m%d", timezone: Europe/Berlin',
            Days(Day(date(2024, 1, 31)), Day(away=Span(1, "y")), Span(2, "mo"), "%Y%m%d", "Europe/Berlin"),
        ),
    ],
)
def test_a_variable_may_be_days_fixed_or_counted_from_today(written: str, days: Days):
    (seed,) = seeds_of(variable(f"{{ dates: {{ {written} }} }}"))

    assert seed.each[0].values == days


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (
            "{ dates: { from: 7d, to: today } }",
            '74: seeds.each.n.dates.from: expected a day, found the text "7d"'
            " (write 2024-01-31, today, or so much from today: -7d, -2w, -3mo, +1y)",
        ),
        (
            "{ dates: { from: todya, to: today } }",
            '74: seeds.each.n.dates.from: expected a day, found the text "todya" (did you mean "today"?)',
        ),
        (
            "{ dates: { from: 2023-02-29, to: today } }",
            '74: seeds.each.n.dates.from: "2023-02-29" is not a day of the calendar'
            " (write 2024-01-31, today, or so much from today: -7d, -2w, -3mo, +1y)",
        ),
        (
            "{ dates: { from: -99999y, to: today } }",
            '74: seeds.each.n.dates.from: "-99999y" is not a day of the calendar'
            " (write 2024-01-31, today, or so much from today: -7d, -2w, -3mo, +1y)",
        ),
        (
            "{ dates: { from: -7d, to: today, step: 2 } }",
            "96: seeds.each.n.dates.step: expected a number of days, weeks, months or years,"
            ' found the text "2" (write 2d)',
        ),
        (
            "{ dates: { from: 2024-01-02, to: 2024-01-01, step: 1d } }",
            "108: seeds.each.n.dates.step: steps of 1d never lead from 2024-01-02 to 2024-01-01 ()",
        ),
        (
            '{ dates: { from: -7d, to: today, format: "%Y-%Q" } }',
            '102: seeds.each.n.dates.format: "%Q" means nothing here'
            " (known here: %Y %y %m %-m %d %-d %j %b %B %a %A %u %V %G %% %s)",
        ),
        (
            "{ dates: { from: -7d, to: today, timezone: Europe/Berln } }",
            '100: seeds.each.n.dates.timezone: there is no time zone "Europe/Berln"'
            ' (did you mean "Europe/Berlin"?)',
        ),
        (
            "{ range: [1, 2], dates: { from: -7d, to: today } }",
            '81: seeds.each.n.dates: "dates" stands beside "range" (leave out one of the two)',
        ),
        ("{ letters: z-a }", '68: seeds.each.n.letters: "z-a" is no run of letters (write a-z)'),
        ("{ pad: 3 }", "57: seeds.each.n: a variable needs one of list, range, dates, letters ()"),
        (
            "[[1]]",
            "58: seeds.each.n.list: each value is text, a number, true, false or a mapping, found a list ()",
        ),
    ],
)
def test_a_variable_that_makes_no_sense_is_refused(written: str, complaint: str):
    assert complaints(variable(written)) == [complaint]


def test_variables_whose_number_of_days_is_not_known_are_not_zipped():
    dates = "{ dates: { from: 2024-01-01, to: today } }"
    url = '"https://a.test/{{ each.a }}/{{ each.b }}"'
    found = complaints(f"{{ url: {url}, each: {{ a: {dates}, b: [x] }}, combine: zip }}")

    assert found == [
        "133: seeds.combine: how many days a has depends on the day of the run"
        " (from and to must both be fixed, or both be so many days from today)"
    ]
