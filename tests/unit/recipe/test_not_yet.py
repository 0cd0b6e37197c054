"""What the language has and this version does not is refused by name, where it is written."""

import pytest

from scrapekit.errors import Problems
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.tree import parse_tree

TOP = "{}: x"
PAGE = "pages: {{ p: {{ item: i, fields: {{ t: a }}, {}: x }} }}"
LINK = "pages: {{ p: {{ item: i, fields: {{ t: a }}, links: {{ p: {{ css: a, {}: x }} }} }} }}"
PAGING = "pages: {{ p: {{ item: i, fields: {{ t: a }}, paginate: {{ {}: x }} }} }}"
CRAWL = "crawl: {{ {}: x }}"

CASES = [
    *((TOP, key) for key in ["auth"]),
    *((PAGE, key) for key in ["login"]),
    *((LINK, key) for key in ["rel", "unique", "nofollow"]),
    *((PAGING, key) for key in ["link_header", "next_url", "window"]),
    *((CRAWL, key) for key in ["sites", "budget"]),
]


@pytest.mark.parametrize(("place", "key"), CASES)
def test_a_part_of_the_language_to_come_is_refused_by_name(place: str, key: str):
    sections = {"seeds": "seeds: https://a.test/", "pages": "pages: { p: { item: i, fields: { t: a } } }"}
    written = place.format(key)
    sections[written.partition(":")[0]] = written
    problems = Problems()
    tree = parse_tree("\n".join(["scrapekit: 1", *sections.values()]), "r.yaml", problems)
    assert tree is not None

    read_recipe(tree, problems, file="r.yaml", inputs={}, environ={})

    assert [problem.message for problem in problems] == [f'"{key}" is not supported yet']
    (problem,) = problems
    line = problem.mark.source.lines[problem.mark.line - 1]
    assert line[problem.mark.column - 1 :][: problem.mark.width] == key
