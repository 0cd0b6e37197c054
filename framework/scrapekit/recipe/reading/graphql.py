"""``graphql``: an operation to send, checked as far as that can be done without its schema."""

from __future__ import annotations

import re

from scrapekit.language.template import has_placeholder
from scrapekit.node import MapNode, ScalarNode, describe, shown
from scrapekit.options import Options
from scrapekit.recipe.model import GraphQL

# Strings and comments, in which braces and dollars mean nothing (GraphQL 2.1.4, 2.9.4).
_QUIET = re.compile(r'"""(?:[^"\\]|\\"""|\\|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*')
_DECLARED = re.compile(r"\$([_A-Za-z]\w*)\s*:", re.ASCII)
_OPERATION = re.compile(r"\b(?:query|mutation)\s+([_A-Za-z]\w*)", re.ASCII)
_PAIRS = {"}": "{", ")": "(", "]": "["}


def read_graphql(options: Options) -> GraphQL | None:
    """The operation under ``graphql``; a text alone is the query."""
    if options.node("graphql") is None:
        return None
    own = options.section("graphql", short="query")
    query = own.scalar("query", "a GraphQL query")
    operation = own.scalar("operation", "the name of an operation")
    variables, extensions = _mapping(own, "variables"), _mapping(own, "extensions")
    own.close()
    if query is None and extensions is None:
        own.require("query", "only a persisted query, which is in extensions, goes without")
        return None
    if query is not None and not query.broken and not has_placeholder(str(query.value)):
        _check(own, query, variables, operation)
    return GraphQL(query, variables, operation, extensions)


def _mapping(own: Options, key: str) -> MapNode | None:
    node = own.node(key)
    if node is None or isinstance(node, MapNode):
        return node
    own.problem(key, f"expected a mapping, found {describe(node)}")
    return None


def _check(own: Options, query: ScalarNode, variables: MapNode | None, operation: ScalarNode | None) -> None:
    text = _QUIET.sub(" ", str(query.value))
    if fault := _unbalanced(text):
        own.problem("query", f"this is no GraphQL query: {fault}")
        return
    declared = set(_DECLARED.findall(text))
    for name in variables or ():
        if variables is not None and name not in declared:
            message = f"the query declares no variable ${shown(name)}"
            own.problems.add(
                variables.key_mark(name),
                f"{own.at('variables')}.{name}",
                message,
                own.problems.near(name, declared),
            )
    known = _OPERATION.findall(text)
    if operation is not None and not operation.literal and operation.value not in known:
        name = str(operation.value)
        if not has_placeholder(name):
            message = f'the query has no operation "{shown(name)}"'
            own.problem("operation", message, own.problems.near(name, known))


def _unbalanced(text: str) -> str:
    """What is wrong with the brackets of a query without strings and comments; empty when nothing is."""
    open_ones: list[str] = []
    for sign in text:
        if sign in "{([":
            open_ones.append(sign)
        elif sign in _PAIRS and (not open_ones or open_ones.pop() != _PAIRS[sign]):
            return f'a "{sign}" closes nothing'
    if open_ones:
        return f'a "{open_ones[-1]}" is not closed'
    return "" if "{" in text else "it selects nothing"
