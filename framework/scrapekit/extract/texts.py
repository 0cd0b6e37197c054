"""Templates and conditions of a recipe, compiled with their mistakes marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scrapekit.errors import ExpressionError
from scrapekit.extract.draft import Terms
from scrapekit.extract.filters import filter_resolver
from scrapekit.extract.late_names import check_late, check_late_text, is_late
from scrapekit.extract.reading import Reading
from scrapekit.language.expression import compile_expression
from scrapekit.language.expression_syntax import parse
from scrapekit.language.template import Template, compile_template, has_placeholder
from scrapekit.node import ListNode, MapNode, Node, ScalarNode
from scrapekit.regex import RegexTooSlow

Names = frozenset[tuple[str, str]]
"""What a text refers to: ``{("item", "title")}``."""


@dataclass(frozen=True, slots=True)
class Text:
    """Something written in a recipe that becomes a value in an environment."""

    render: Callable[[Mapping[str, Mapping[str, Any]]], Any]
    uses: Names = frozenset()
    constant: bool = False


def constant(value: object) -> Text:
    """A text that is the same everywhere."""
    return Text(lambda _: value, constant=True)


def compile_text(terms: Terms, node: ScalarNode, path: str) -> Text:
    """A template, or a plain value where there is no placeholder; a mistake becomes a problem."""
    value = node.value
    if node.broken:
        return constant(None)
    if node.literal or not isinstance(value, str) or not has_placeholder(value):
        return constant(value)
    try:
        if terms.late:
            check_late_text(terms, value)
        template = compile_template(value, terms.names, filter_resolver(terms, path), at=node.at)
    except ExpressionError as error:
        return _refused(terms, node, path, error)
    if terms.in_request and is_late(terms, template.uses):
        return _with_placeholders(terms, template)
    return Text(template.run, template.uses)


def _with_placeholders(terms: Terms, template: Template) -> Text:
    """The text with what stands for values that are put in when the request is sent."""
    run, late = template.run, terms.late
    if all(name in late.get(root, ()) for root, name in template.uses):
        return constant(run(late))

    def render(environment: Mapping[str, Mapping[str, Any]]) -> Any:
        here = {root: {**environment.get(root, {}), **known} for root, known in late.items()}
        return run({**environment, **here})

    return Text(render, template.uses)


def compile_condition(terms: Terms, node: ScalarNode, path: str, *, bare: str = "") -> Text:
    """A condition; a mistake becomes a problem. With *bare* names on their own are that root's."""
    if node.broken:
        return constant(None)
    text = node.value if isinstance(node.value, str) else node.text
    resolve = filter_resolver(terms, path)
    try:
        if terms.late:
            check_late(terms, parse(text), alone=False)
        expression = compile_expression(text, terms.names, resolve, bare=bare, at=node.at)
    except ExpressionError as error:
        return _refused(terms, node, path, error)
    return Text(expression.run, expression.uses)


def compile_holds(condition: Text, path: str) -> Callable[[Reading], bool]:
    """The condition asked on a page; one that cannot work on the values is false, and counted."""
    run = condition.render

    def holds(reading: Reading) -> bool:
        try:
            return bool(run(reading.environment))
        except RegexTooSlow as error:
            reading.note(f"{path}: {error}")
        except ValueError:
            reading.note(f"{path} does not work on the values")
        return False

    return holds


def _refused(terms: Terms, node: ScalarNode, path: str, error: ExpressionError) -> Text:
    terms.problems.add(node.at(error.offset, error.width), path, str(error), error.hint)
    return constant(None)


def compile_tree(terms: Terms, node: Node, path: str) -> Text:
    """Nested data whose texts may be templates; placeholders alone keep their value's type."""
    match node:
        case ScalarNode():
            return compile_text(terms, node, path)
        case MapNode():
            parts = {key: compile_tree(terms, each, f"{path}.{key}") for key, each in node.entries.items()}
            texts = list(parts.values())
            render = _mapping({key: text.render for key, text in parts.items()})
        case ListNode():
            texts = [compile_tree(terms, each, path) for each in node.items]
            render = _listing([text.render for text in texts])
    if all(text.constant for text in texts):
        return constant(render({}))
    return Text(render, frozenset().union(*(text.uses for text in texts)))


Render = Callable[[Mapping[str, Mapping[str, Any]]], Any]


def _mapping(renders: dict[str, Render]) -> Render:
    return lambda environment: {key: render(environment) for key, render in renders.items()}


def _listing(renders: list[Render]) -> Render:
    return lambda environment: [render(environment) for render in renders]
