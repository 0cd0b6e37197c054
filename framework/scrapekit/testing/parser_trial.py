"""One parser under test: made as a recipe makes it, with pages made as the fetcher makes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from scrapekit.errors import Problems
from scrapekit.mark import Mark, SourceText
from scrapekit.node import MapNode
from scrapekit.options import Options
from scrapekit.page import Page
from scrapekit.parts import Parser, Select
from scrapekit.recipe.yaml.tree import parse_tree
from scrapekit.request import Request
from scrapekit.testing.demand import demand
from scrapekit.testing.filters import PAGE

_P = TypeVar("_P", bound=Parser)

Expected: TypeAlias = Mapping[str | tuple[str, str], Sequence[Any]]
"""Selector, or (language, selector) → the ``text`` of all it finds in the page."""


def make_parser(factory: Callable[[Options], _P], options: str | None = None) -> _P:
    """The parser a page rule would get with these *options*, written in YAML as in a recipe.

    Raises RecipeError when the parser refuses them.
    """
    made, problems = make_with_problems(factory, options)
    problems.raise_if_any()
    return made


def make_page(body: bytes | str, content_type: str = "", url: str = PAGE) -> Page:
    """A page as the fetcher hands it over; text is sent as UTF-8."""
    data = body.encode() if isinstance(body, str) else body
    headers = {"content-type": content_type} if content_type else {}
    return Page(Request(url), url, 200, headers, data)


def make_with_problems(factory: Callable[[Options], _P], options: str | None) -> tuple[_P, Problems]:
    """The parser, and what it noted as wrong with its options."""
    problems = Problems()
    text = f"parser: {options or ''}"
    tree = parse_tree(text, "options", problems)
    problems.raise_if_any()
    node = tree.get("parser") if isinstance(tree, MapNode) else None
    made = factory(Options(node, problems, "parser", mark=Mark(SourceText.of("options", text), 1, 1)))
    return made, problems


@dataclass(frozen=True)
class ParserTrial:
    """A parser under test, and what its author says of it."""

    factory: Callable[[Options], Parser]
    options: str | None
    page: Page
    expected: Expected
    refused: Sequence[str | tuple[str, str]]

    def make(self) -> Parser:
        """A new parser with the trial's options."""
        return make_parser(self.factory, self.options)

    def compiled(self, parser: Parser, *, first: bool) -> list[tuple[str, Select, list[Any]]]:
        """Each expected selector: its text, compiled, and what it finds."""
        return [
            (text, parser.compile(text, language, first), list(values)[:1] if first else list(values))
            for key, values in self.expected.items()
            for language, text in [spelled(parser, key)]
        ]


def spelled(parser: Parser, key: str | tuple[str, str]) -> tuple[str, str]:
    """Language and text of a selector; a plain one is in the parser's first language."""
    return key if isinstance(key, tuple) else (parser.languages[0], key)


def values_of(parser: Parser, select: Select, scope: Any, selector: str) -> list[Any]:
    """The ``text`` of what a selector finds; AssertionError unless it gives a list."""
    found = select(scope)
    demand(isinstance(found, Sequence) and not isinstance(found, str | bytes), *_no_list(selector, found))
    read = parser.read("text")
    return [read(node) for node in found]


def _no_list(selector: str, found: Any) -> tuple[str, str]:
    return f'"{selector}" gives a list', f"it gave {type(found).__name__}"
