"""Page rules as recipes write them, run on a page with the real parsers and filters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from scrapekit.errors import Problem, Problems
from scrapekit.model import Outcome
from scrapekit.page import Page
from scrapekit.planning.plan import Plan, compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree
from scrapekit.request import Request

URL = "https://shop.test/list"


class Rule:
    """The one page rule of a small recipe."""

    def __init__(self, written: str, rest: str = "") -> None:
        rule = indent(dedent(written).strip("\n"), "    ")
        head = f"scrapekit: 1\nname: small\nseeds: {{ one: {URL} }}\n"
        text = f"{head}pages:\n  one:\n{rule}\n{rest}"
        problems = Problems()
        tree = parse_tree(text, "recipe.yaml", problems)
        assert tree is not None
        recipe = read_recipe(tree, problems, file="recipe.yaml", inputs={}, environ={})
        self.plan: Plan | None = None
        if recipe is not None:
            self.plan = compile_plan(recipe, Plugins(), problems, output=Path("nowhere"))
        self.problems: list[Problem] = sorted(
            dict.fromkeys(problems), key=lambda p: (p.mark.line, p.mark.column)
        )

    @property
    def complaints(self) -> list[str]:
        """What is wrong with it, without the places."""
        return [f"{each.path}: {each.message}" for each in self.problems]

    def read(self, body: str) -> Outcome:
        """What becomes of a page."""
        assert self.complaints == []
        assert self.plan is not None
        outcome = self.plan.callback("one")(Page(Request(URL, "one"), URL, 200, {}, body.encode()))
        assert isinstance(outcome, Outcome), outcome
        return outcome

    def records(self, body: str) -> list[dict[str, Any]]:
        """The records of a page."""
        return [dict(item.fields) for item in self.read(body).items]


@pytest.fixture
def rule() -> Callable[..., Rule]:
    """``rule(yaml)``: the page rule that is written so; a second text goes to the top of the recipe."""
    return Rule
