"""Whole recipes with the real parsers, read from text and tried on one page."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from scrapekit.errors import Problems, RecipeError
from scrapekit.model import Outcome
from scrapekit.page import Page
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.load import load_recipe
from scrapekit.request import Request

_OTHER = "{ item: other, fields: { a: h1 } }"
URL = "https://shop.test/tea/assam.html"


class Trial:
    """Reads pages by the page rule ``one``, of which a test writes the content."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "recipe.yaml"

    def read(self, rule: str, body: str, *, url: str = URL, status: int = 200, **headers: str) -> Outcome:
        """The outcome of a page; header names are written with underscores."""
        problems, request = Problems(), Request(url, "one")
        plan = self._plan(rule, problems)
        problems.raise_if_any()
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent.setdefault("content-type", "text/html; charset=utf-8")
        outcome = plan.callback("one")(Page(request, url, status, sent, body.encode()))
        assert isinstance(outcome, Outcome)
        return outcome

    def records(self, rule: str, body: str, **more: Any) -> list[dict[str, Any]]:
        """The records of a page."""
        outcome = self.read(rule, body, **more)
        assert not outcome.items or not outcome.reason
        return [dict(item.fields) for item in outcome.items]

    def values(self, fields: str, body: str, *, parser: str = "html", **more: Any) -> dict[str, Any]:
        """What these fields read, beside one that is always there."""
        written = indent(dedent(fields).strip("\n"), "  ")
        [record] = self.records(f"parser: {parser}\nitem: thing\nfields:\n{written}", body, **more)
        return record

    def value(self, field: str, body: str, **more: Any) -> Any:
        """What one field reads; None also where that makes no record."""
        parser = more.pop("parser", "html")
        found = self.records(f"parser: {parser}\nitem: thing\nfields:\n  it: {field}", body, **more)
        return found[0]["it"] if found else None

    def complaints(self, rule: str) -> list[str]:
        """What is wrong with a page rule, as users read it, the places and excerpts left out."""
        problems = Problems()
        self._plan(rule, problems)
        return [f"{each.message}; {each.hint}".rstrip("; ") for each in _sorted(problems)]

    def place(self, rule: str) -> str:
        """The text that the one problem with a page rule points at."""
        problems = Problems()
        self._plan(rule, problems)
        [problem] = problems
        line = problem.mark.source.lines[problem.mark.line - 1]
        return line[problem.mark.column - 1 :][: problem.mark.width]

    def _plan(self, rule: str, problems: Problems) -> Any:
        text = indent(dedent(rule).strip("\n"), "    ")
        head = f"scrapekit: 1\nname: shop\nseeds: {URL}\npages:\n  one:\n"
        self._path.write_text(f"{head}{text}\n  two: {_OTHER}\n", encoding="utf-8")
        try:
            recipe = load_recipe(self._path, inputs={}, overrides=(), environ={}, problems=problems)
        except RecipeError:
            return None
        return compile_plan(recipe, Plugins(), problems, output=self._path.parent) if recipe else None


def _sorted(problems: Problems) -> list[Any]:
    return sorted(problems, key=lambda problem: (problem.mark.line, problem.mark.column))


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """A recipe under trial."""
    return Trial(tmp_path)
