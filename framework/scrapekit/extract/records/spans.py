"""Rows made of siblings: one scope of several nodes, in which selectors look as in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from scrapekit.extract.draft import Draft
from scrapekit.extract.fields.steps import compile_find
from scrapekit.extract.reading import Find, Reading
from scrapekit.parts import Document, Parser, Read, Scope, Select
from scrapekit.recipe.model import ItemRule

_SIDEWAYS = ("+", "~", ":scope +", ":scope ~", ":scope+", ":scope~", "following-sibling::", "./following-")
"""How selectors begin that look at the row's own siblings."""


class Span:
    """A row of several nodes, in document order; the first is the one that ``each`` found."""

    __slots__ = ("nodes",)

    def __init__(self, nodes: Sequence[Any]) -> None:
        self.nodes = nodes


def over_spans(parser: Parser) -> Parser:
    """The parser for what is read in spans."""
    spanning: Any = _SpanParser(parser)
    return cast("Parser", spanning)


class _SpanParser:
    """A parser whose selectors and reads also take a Span; everything else is the parser's own."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self.languages = parser.languages

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parser, name)

    def compile(self, selector: str, language: str, first: bool) -> Select:
        """As the parser does it; over a span every node of it is looked through in turn."""
        select = self._parser.compile(selector, language, first)
        # What follows the row's first node includes what follows the others.
        sideways = selector.lstrip().startswith(_SIDEWAYS)

        def select_over(scope: Scope) -> Sequence[Any]:
            if scope.__class__ is not Span:
                return select(scope)
            found: list[Any] = []
            for node in scope.nodes[:1] if sideways else scope.nodes:
                found += select(node)
                if first and found:
                    break
            return found

        return select_over

    def read(self, name: str) -> Read:
        """As the parser does it; texts of a span are joined, else its first node speaks for it."""
        read = self._parser.read(name)

        def read_over(node: Any) -> Any:
            if node.__class__ is not Span:
                return read(node)
            values = [read(each) for each in node.nodes]
            texts = [value for value in values if isinstance(value, str) and value]
            return " ".join(texts) if name == "text" else next(iter(texts), None)

        return read_over

    def places(self, root: Scope) -> Callable[[Any], int | None]:
        """A span stands where its first node stands."""
        place: Callable[[Any], int | None] = self._parser.places(root)  # type: ignore[attr-defined]
        return lambda node: place(node.nodes[0] if node.__class__ is Span else node)

    def parse(self, page: Any) -> Document:
        """The parser's own."""
        return self._parser.parse(page)


def compile_spans(draft: Draft, rule: ItemRule, rows: Find) -> Find | None:
    """The rows as spans; None where there is a problem. A node that is part of a span begins no other."""
    assert rule.span is not None
    path, span = f"{rule.path}.span", rule.span
    following: Callable[[Any], Any] | None = getattr(draft.parser, "following", None)
    if following is None:
        message = f'nodes of the {draft.parser_name} parser have no siblings: "span" cannot be used'
        draft.problems.add(span.mark, path, message)
        return None
    until = None if span.until is None else compile_find(draft, span.until, f"{path}.until", first=False)
    if span.until is not None and until is None:
        return None

    def find(scope: Scope, reading: Reading) -> Sequence[Any]:
        starts = rows(scope, reading)
        ends = until.find(scope, reading) if until is not None else () if span.count else starts
        stops, taken, found = {id(node) for node in ends}, set[int](), []
        for start in starts:
            if id(start) in taken:
                continue
            nodes = [start]
            for node in following(start):
                if len(nodes) == span.count or id(node) in stops:
                    break
                nodes.append(node)
                taken.add(id(node))
            found.append(Span(nodes))
        return found

    return find
