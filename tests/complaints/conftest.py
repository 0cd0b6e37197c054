"""What the tests of users' complaints share: a recipe checked, a page read by it, and a whole run of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from loopback import Answer, Asked, serving
from scrapekit.errors import RecipeError
from scrapekit.model import Outcome
from scrapekit.page import Page
from scrapekit.report import Report
from scrapekit.request import Request
from scrapekit.run import Prepared, RunSettings, prepare, run

HEAD = "scrapekit: 1\nname: shop\n"

FAST = [("crawl.delay", "0"), ("crawl.allow_failed", "100%"), ("http.retries", "0")]

Said = str | tuple[int, str]


class Site:
    """Pages by path, each a text, a status with a text, or what makes one of them from method and body."""

    def __init__(self) -> None:
        self.pages: dict[str, Said | Callable[[str, str, Mapping[str, str]], Said]] = {}
        self.asked: list[str] = []
        self.url = ""

    def answer(self, method: str, path: str, body: str, headers: Mapping[str, str]) -> tuple[int, str]:
        found = self.pages.get(path, (404, ""))
        answer = found(method, body, headers) if callable(found) else found
        return answer if isinstance(answer, tuple) else (200, answer)

    def _answer(self, asked: Asked) -> Answer:
        if asked.path != "/robots.txt":
            self.asked.append(asked.path)
        status, text = self.answer(asked.method, asked.path, asked.body, asked.headers)
        return Answer(text, status, {"Content-Type": "application/json" if text[:1] in "{[" else "text/html"})

    @contextmanager
    def served(self) -> Iterator[Site]:
        with serving(self._answer) as self.url:
            yield self


class Desk:
    """Where a recipe is written: ``SITE`` in its text is the address of the site, if there is one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = ""
        self.report: Report

    def prepare(self, recipe: str, **settings: Any) -> Prepared:
        """The recipe, checked as the command checks it."""
        path = self.folder / "shop.yaml"
        path.write_text(HEAD + dedent(recipe).replace("SITE", self.site), encoding="utf-8")
        return prepare(RunSettings(path, out_dir=self.folder, **settings))

    def read(self, recipe: str, body: str, **settings: Any) -> Outcome:
        """What the page rule of the first seed makes of this page."""
        plan = self.prepare(recipe, **settings).plan
        seed = next(iter(plan.seeds()))
        assert isinstance(seed, Request)
        return plan.callback(seed.page)(Page(seed, seed.url, 200, {"content-type": ""}, body.encode()))

    @staticmethod
    def one(rule: str) -> str:
        """A recipe with one page rule of this content."""
        body = dedent(rule).strip().replace("\n", "\n    ")
        return f"seeds: https://shop.test/list/\npages:\n  one:\n    {body}\n"

    def rows(self, rule: str, body: str) -> list[dict[str, Any]]:
        """The records that a page rule reads from a page; *rule* is what stands below its name."""
        return [dict(item.fields) for item in self.read(self.one(rule), body).items]

    def value(self, field: str, body: str, parser: str = "html") -> Any:
        """What one field reads from a page, beside another that is always there."""
        there = {"html": "html", "xml": "/*", "json": "$"}[parser]
        rule = f"parser: {parser}\nitem: it\nfields:\n  it: {field}\n  there: {there}"
        return self.rows(rule, body)[0]["it"]

    def mistakes(self, recipe: str) -> list[str]:
        """All that is wrong with a recipe, each in one line and without its place."""
        with pytest.raises(RecipeError) as caught:
            self.prepare(recipe)
        return [f"{problem.path}: {problem.message}" for problem in caught.value.problems]

    def mistake(self, recipe: str) -> str:
        """The one thing that is wrong with a recipe, as users read it."""
        with pytest.raises(RecipeError) as caught:
            self.prepare(recipe)
        return str(caught.value).replace(str(self.folder) + "/", "")

    async def run(self, recipe: str, **settings: Any) -> list[dict[str, Any]]:
        """The records of a whole run; its report is then in ``report``."""
        self.report = await run(
            self.prepare(recipe, overrides=[*FAST, *settings.pop("overrides", ())], **settings)
        )
        path = self.folder / "out" / "shop.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def site(desk: Desk) -> Iterator[Site]:
    with Site().served() as site:
        desk.site = site.url
        yield site
