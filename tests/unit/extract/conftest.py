"""A page rule made by hand, with small parsers and filters of its own, for tests of one behaviour each."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest
from lxml import etree, html

from scrapekit.errors import PageError, PluginError, Problem, Problems, RecipeError, SelectorError
from scrapekit.extract.draft import Draft, Terms
from scrapekit.extract.reading import PAGE_NAMES, Ground
from scrapekit.extract.rule import Kind, Surroundings, compile_rule
from scrapekit.mark import Mark, SourceText
from scrapekit.model import Outcome
from scrapekit.node import ListNode, MapNode, Node, ScalarNode
from scrapekit.options import Options
from scrapekit.page import Page
from scrapekit.parts import SimpleDocument
from scrapekit.recipe import model
from scrapekit.request import NOTHING, Request


class Html:
    """css and xpath over lxml; reads text, html and attributes."""

    languages = ("css", "xpath")

    def __init__(self, options: Options) -> None:
        self.compiled: list[str] = []

    def compile(self, selector: str, language: str, first: bool) -> Callable[[Any], list[Any]]:
        self.compiled.append(selector)
        if "::bad" in selector:
            raise SelectorError("unknown pseudo-element ::bad", offset=selector.index("::bad"), width=5)
        if language == "xpath":
            path = etree.XPath(selector)
            return lambda node: found if isinstance(found := path(node), list) else [found]
        return lambda node: node.cssselect(selector)

    def read(self, name: str) -> Callable[[Any], Any]:
        if name == "text":
            return lambda node: (
                node if isinstance(node, str | float) else " ".join(node.text_content().split())
            )
        if name == "markdown":
            raise SelectorError('there is no way to read called "markdown"')
        return lambda node: str(node) if isinstance(node, str) else node.get(name)

    def parse(self, page: Page) -> SimpleDocument:
        if not page.body:
            raise PageError("the page is empty")
        return SimpleDocument(html.document_fromstring(page.text), page.url)


class Json:
    """Keys with dots, ``[*]`` for every entry; values are read as they are."""

    languages = ("keys",)

    def __init__(self, options: Options) -> None:
        pass

    def compile(self, selector: str, language: str, first: bool) -> Callable[[Any], list[Any]]:
        return lambda scope: _walk([scope], selector.split(".") if selector else [])

    def read(self, name: str) -> Callable[[Any], Any]:
        if name != "text":
            raise SelectorError(f'JSON values have no "{name}"')
        return lambda value: value

    def parse(self, page: Page) -> SimpleDocument:
        return SimpleDocument(json.loads(page.text), page.url)


def _walk(found: list[Any], keys: Sequence[str]) -> list[Any]:
    for key in keys:
        name = key.removesuffix("[*]")
        found = [value[name] for value in found if isinstance(value, dict) and name in value]
        if key.endswith("[*]"):
            found = [each for value in found if isinstance(value, list) for each in value]
    return found


@dataclass
class SmallFilter:
    takes: str
    gives: str
    function: Callable[..., Any]
    takes_empty: bool = False
    uses_page: bool = False
    short: str = ""

    def make(self, options: Options) -> Callable[..., Any]:
        if not self.short:
            options.close()
            return self.function
        argument = options.text(self.short)
        options.close()
        return lambda value: self.function(value, argument)


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f'"{value}" is not a number') from error


FILTERS = {
    "upper": SmallFilter("text", "text", str.upper),
    "split": SmallFilter("text", "list", lambda value, by: value.split(by), short="by"),
    "join": SmallFilter("list", "text", lambda value, by: by.join(value), short="by"),
    "count": SmallFilter("list", "number", len),
    "int": SmallFilter("text", "number", int),
    "float": SmallFilter("text", "number", float),
    "decimal": SmallFilter("any", "number", _decimal),
    "string": SmallFilter("any", "text", str),
    "round": SmallFilter("number", "number", round),
    "or_none_given": SmallFilter("any", "text", lambda value: value or "none given", takes_empty=True),
    "absolute_url": SmallFilter("text", "text", lambda value, context: context.url + value, uses_page=True),
    "reject": SmallFilter("text", "text", lambda value, part: None if part in value else value, short="part"),
}
PARSERS = {"html": Html, "json": Json}


@dataclass
class SmallExporter:
    """Remembers what it was made with."""

    options: Mapping[str, Any]
    context: Any
    guarantee = "exactly once"


def _make_exporter(options: Options, context: Any) -> SmallExporter:
    known = {"indent": options.integer("indent")}
    options.close()
    return SmallExporter(known, context)


class SmallPlugins:
    """A catalogue of the parts above, to which a test may add its own."""

    def __init__(self) -> None:
        self.kinds: Mapping[str, dict[str, Any]] = {
            "filters": dict(FILTERS),
            "parsers": dict(PARSERS),
            "exporters": {"jsonl": _make_exporter},
        }

    def load(self, kind: str, name: str) -> Any:
        if name not in self.kinds[kind]:
            raise PluginError(f'there is no {kind[:-1]} "{name}"', hint="did you mean another?")
        return self.kinds[kind][name]


@dataclass
class Kit:
    """Makes the recipe's objects with marks into a source of one line each, and runs page rules."""

    problems: Problems = field(default_factory=Problems)
    plugins: Any = field(default_factory=SmallPlugins)

    def mark(self, text: str = "", column: int = 1) -> Mark:
        return Mark(SourceText("recipe.yaml", (text,)), 1, column, max(1, len(text)))

    def node(self, value: Any) -> Node:
        if isinstance(value, dict):
            return MapNode({key: self.node(each) for key, each in value.items()}, self.mark())
        if isinstance(value, list):
            return ListNode(tuple(self.node(each) for each in value), self.mark())
        return self.scalar(value)

    def scalar(self, value: Any) -> ScalarNode:
        return ScalarNode(value, self.mark(str(value)), str(value))

    def select(self, text: str, language: str | None = None) -> model.Selector:
        prefix, _, source = text.rpartition("|")
        offset = len(text) - len(source)
        return model.Selector(self.scalar(text), prefix or language, offset, source)

    def steps(self, *steps: Any) -> tuple[model.Step, ...]:
        pairs = [step if isinstance(step, tuple) else (step, None) for step in steps]
        return tuple(
            model.Step(name, self.mark(name), None if argument is None else self.node(argument))
            for name, argument in pairs
        )

    def field(self, name: str, css: str | None = None, **more: Any) -> model.Field:
        wrapped: dict[str, Any] = {}
        for key, value in more.items():
            if key in ("when", "template"):
                wrapped[key] = self.scalar(value)
            elif key in ("const", "default"):
                wrapped[key] = self.node(value)
            elif key == "each":
                wrapped[key] = self.select(value)
            elif key == "pipe":
                wrapped[key] = self.steps(*value)
            else:
                wrapped[key] = value
        path = f"pages.one.fields.{name}"
        selector = self.select(css) if css is not None else None
        return model.Field(name, path, self.mark(name), selector, **wrapped)

    def item(self, *fields: model.Field, each: str | None = None, **more: Any) -> model.ItemRule:
        if "where" in more:
            more["where"] = self.scalar(more["where"])
        rows = self.select(each) if each is not None else None
        return model.ItemRule("book", "pages.one", self.mark("book"), fields, rows, **more)

    def link(self, page: str, css: str | None = None, **more: Any) -> model.LinkRule:
        for key in ("when", "url"):
            if key in more:
                more[key] = self.scalar(more[key])
        for key in ("allow", "deny"):
            if key in more:
                more[key] = tuple(self.pattern(each) for each in more[key])
        if "text" in more:
            more["text"] = self.pattern(more["text"])
        if "each" in more:
            more["each"] = self.select(more["each"])
        selector = self.select(css) if css is not None else None
        return model.LinkRule(page, f"pages.one.links.{page}", self.mark(page), selector, **more)

    def pattern(self, regex: str) -> model.Pattern:
        return model.Pattern(self.scalar(regex), regex)

    def shape(self, **parts: Any) -> model.RequestShape:
        method = parts.pop("method", "GET")
        return model.RequestShape(method, **{key: self.node(value) for key, value in parts.items()})

    def paginate(self, kind: str, css: str | None = None, **more: Any) -> model.Paginate:
        for key in ("more", "last", "total"):
            if isinstance(more.get(key), str):
                more[key] = self.select(more[key])
        selector = self.select(css) if css is not None else None
        return model.Paginate(kind, "pages.one.paginate", self.mark(kind), selector, **more)  # type: ignore[arg-type]

    def terms(self, **names: Any) -> Terms:
        return Terms(self.plugins, self.problems, names, set())

    def rule(
        self,
        *parts: Any,
        parser: str = "html",
        parents: Sequence[str] = (),
        kinds: Any = NOTHING,
        **more: Any,
    ) -> Callable[[Page], Outcome]:
        """The page rule "one" with these item and link rules and paginator, compiled without a problem."""
        callback = self.compile(*parts, parser=parser, parents=parents, kinds=kinds, **more)
        self.problems.raise_if_any()
        return callback

    def compile(
        self,
        *parts: Any,
        parser: str = "html",
        parents: Sequence[str] = (),
        kinds: Mapping[str, Kind] = NOTHING,
        inputs: Mapping[str, Any] = NOTHING,
        begins: Mapping[str, Any] = NOTHING,
    ) -> Callable[[Page], Outcome]:
        rule = model.PageRule(
            "one",
            "pages.one",
            self.mark("one"),
            parser,
            items=tuple(part for part in parts if isinstance(part, model.ItemRule)),
            links=tuple(part for part in parts if isinstance(part, model.LinkRule)),
            paginate=next((part for part in parts if isinstance(part, model.Paginate)), None),
        )
        names = {"inputs": list(inputs), "page": PAGE_NAMES, "parent": list(parents)}
        made = self.plugins.load("parsers", parser)(
            Options(None, self.problems, "pages.one.parser", mark=self.mark())
        )
        draft = Draft(self.plugins, self.problems, names, set(), made, parser)
        return compile_rule(draft, rule, Surroundings(Ground(inputs, dict.fromkeys(parents)), kinds, begins))

    def page(self, content: str | bytes, url: str = "https://shop.test/list/", **request: Any) -> Page:
        return self.again(Request(url, "one", **request), content)

    def values(self, body: str, *fields: model.Field, **more: Any) -> dict[str, Any]:
        """The one record that these fields read from a page, alone on it."""
        [item] = self.rule(self.item(*fields), **more)(self.page(body)).items
        return dict(item.fields)

    def value(self, body: str, **more: Any) -> Any:
        """What a field with this content reads, next to one that is always there."""
        around = {name: more.pop(name) for name in ("parser", "parents", "inputs") if name in more}
        there = self.field("there", {"json": "", "tags": "//body"}.get(around.get("parser"), "body"))
        return self.values(body, self.field("it", more.pop("css", None), **more), there, **around)["it"]

    def again(self, request: Request, content: str | bytes) -> Page:
        """The page that comes back for a request."""
        body = content.encode() if isinstance(content, str) else content
        return Page(request, request.url, 200, {}, body)

    def complaints(self) -> list[str]:
        """Every problem noted so far, as users read it."""
        return [str(problem) for problem in self.found()]

    def found(self) -> list[Problem]:
        """Every problem noted so far, in the order of the recipe."""
        try:
            self.problems.raise_if_any()
        except RecipeError as error:
            return error.problems
        return []


@pytest.fixture
def kit() -> Kit:
    return Kit()
