"""Each broken recipe of broken*.txt gives exactly the words that stand under it."""

import re
from pathlib import Path

import pytest

from scrapekit.errors import Problems, RecipeError
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree

_TABLE = "".join(
    path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("broken*.txt"))
)
_CASES = [
    pytest.param(*body.split("----\n"), id=title.replace(" ", "-"))
    for title, body in re.findall(r"^==== (.*)\n((?:(?!==== ).*\n)*)", _TABLE, re.MULTILINE)
]


@pytest.mark.parametrize(("recipe", "words"), _CASES)
def test_a_broken_recipe_is_explained_word_for_word(recipe: str, words: str):
    problems = Problems()
    tree = parse_tree(recipe, "r.yaml", problems)
    if tree is not None:
        read_recipe(tree, problems, file="r.yaml", inputs={}, environ={"T": "s3cret"})

    with pytest.raises(RecipeError) as caught:
        problems.raise_if_any()
    assert str(caught.value) == words.removesuffix("\n")


def test_the_table_holds_more_than_a_hundred_recipes():
    assert len(_CASES) > 100
