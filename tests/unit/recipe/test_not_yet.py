"""What the language has and this version does not is refused by name, where it is written."""

import pytest

from scrapekit.errors import Problems
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.tree import parse_tree

CASES = [("http: {{ {}: x }}", key) for key in ["rotate", "http2", "accept"]]


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
