"""The RFC read plainly: random paths over random values, against the shortest evaluator there can be.

A path is built as data, written out, compiled from its text and compared with what `follow` says of the
data. `follow` walks as the sentences of RFC 9535 do and knows nothing of speed.
"""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scrapekit import PageError, SelectorError
from scrapekit.testing import make_parser
from scrapekit_json.parser import JsonParser

GONE = object()
NAMES = ("a", "b", "c d", "é\"'\\")
LITERALS = (0, 1, -1, 1.0, 0.5, True, False, None, "", "x", "xy")
PATTERNS = ("x", "x.*", "[xy]+", "", "[^x]?")

# Values.

scalars = st.sampled_from(LITERALS)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=25,
)

# Paths as data: ("name", n), ("index", i), ("slice", a, b, c), ("all",), ("where", condition).

small = st.integers(-3, 3)
keys = st.tuples(st.just("name"), st.sampled_from(NAMES)) | st.tuples(st.just("index"), small)
plain = (
    keys
    | st.just(("all",))
    | st.tuples(st.just("slice"), st.none() | small, st.none() | small, st.none() | small)
)


def segments(selectors: st.SearchStrategy, most: int) -> st.SearchStrategy:
    several = st.lists(selectors, min_size=1, max_size=3)
    return st.lists(st.tuples(st.booleans(), several), max_size=most)


def queries(selectors: st.SearchStrategy, most: int = 2) -> st.SearchStrategy:
    return st.tuples(st.just("query"), st.sampled_from("@$"), segments(selectors, most))


singular = st.tuples(
    st.just("query"),
    st.sampled_from("@$"),
    st.lists(keys.map(lambda key: (False, [key])), max_size=2),
)


def conditions(selectors: st.SearchStrategy) -> st.SearchStrategy:
    paths = queries(selectors)
    operands = singular | st.tuples(st.just("literal"), scalars)
    operands |= st.tuples(st.sampled_from(["count", "value"]), paths)
    operands |= st.tuples(st.just("length"), operands)
    signs = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    patterns = st.tuples(st.just("literal"), st.sampled_from(PATTERNS))
    atoms = st.tuples(st.just("compare"), signs, operands, operands)
    atoms |= paths
    atoms |= st.tuples(st.sampled_from(["match", "search"]), operands, patterns)
    return st.recursive(
        atoms,
        lambda inner: (
            st.tuples(st.just("not"), inner) | st.tuples(st.sampled_from(["&&", "||"]), inner, inner)
        ),
        max_leaves=3,
    )


nested = plain | st.tuples(st.just("where"), conditions(plain))
selectors = plain | st.tuples(st.just("where"), conditions(nested))

# Paths as text.


def written(segments_: Any, space: str) -> str:
    found = ""
    for deep, each in segments_:
        inside = f"{space},{space}".join(selector_text(selector, space) for selector in each)
        found += f"{space}{'..' if deep else ''}[{space}{inside}{space}]"
    return found


def selector_text(selector: Any, space: str) -> str:
    match selector:
        case ("name", name):
            return json.dumps(name)
        case ("index", index):
            return str(index)
        case ("all",):
            return "*"
        case ("slice", *numbers):
            first, last, step = ("" if number is None else str(number) for number in numbers)
            return f"{first}{space}:{space}{last}{space}:{space}{step}"
    return f"?{space}{condition_text(selector[1], space)}"


def condition_text(condition: Any, space: str) -> str:
    match condition:
        case ("compare", sign, left, right):
            return f"{operand_text(left, space)}{space}{sign}{space}{operand_text(right, space)}"
        case ("not", inner):
            return f"!{space}({condition_text(inner, space)}{space})"
        case ("&&" | "||" as sign, left, right):
            return f"({condition_text(left, space)}){space}{sign}{space}({condition_text(right, space)})"
        case ("match" | "search" as name, value, pattern):
            return f"{name}({operand_text(value, space)}{space},{space}{operand_text(pattern, space)})"
    return operand_text(condition, space)


def operand_text(operand: Any, space: str) -> str:
    match operand:
        case ("literal", value):
            return json.dumps(value)
        case ("query", root, segments_):
            return root + written(segments_, space)
    return f"{operand[0]}({space}{operand_text(operand[1], space)}{space})"


# The plain reading.


def follow(segments_: Any, node: Any, root: Any) -> list[Any]:
    nodes = [node]
    for deep, each in segments_:
        if deep:
            nodes = [inner for outer in nodes for inner in descendants(outer)]
        nodes = [found for outer in nodes for selector in each for found in selected(selector, outer, root)]
    return nodes


def children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def descendants(node: Any) -> list[Any]:
    return [node] + [found for child in children(node) for found in descendants(child)]


def selected(selector: Any, node: Any, root: Any) -> list[Any]:
    match selector:
        case ("name", name):
            return [node[name]] if isinstance(node, dict) and name in node else []
        case ("index", index):
            here = isinstance(node, list) and -len(node) <= index < len(node)
            return [node[index]] if here else []
        case ("all",):
            return children(node)
        case ("slice", first, last, step):
            return sliced(node, first, last, 1 if step is None else step) if isinstance(node, list) else []
    return [child for child in children(node) if holds(selector[1], child, root)]


def sliced(array: list[Any], first: int | None, last: int | None, step: int) -> list[Any]:
    """RFC 9535 2.3.4.2.2, line by line."""
    size, found = len(array), []
    if step == 0:
        return []
    first = (0 if step > 0 else size - 1) if first is None else first
    last = (size if step > 0 else -size - 1) if last is None else last
    first, last = (place if place >= 0 else size + place for place in (first, last))
    if step > 0:
        at, end = min(max(first, 0), size), min(max(last, 0), size)
        while at < end:
            found.append(array[at])
            at += step
    else:
        at, end = min(max(first, -1), size - 1), min(max(last, -1), size - 1)
        while at > end:
            found.append(array[at])
            at += step
    return found


def holds(condition: Any, node: Any, root: Any) -> bool:
    match condition:
        case ("not", inner):
            return not holds(inner, node, root)
        case ("&&", left, right):
            return holds(left, node, root) and holds(right, node, root)
        case ("||", left, right):
            return holds(left, node, root) or holds(right, node, root)
        case ("query", _, _):
            return len(nodes_of(condition, node, root)) > 0
        case ("match" | "search" as name, value, pattern):
            text = value_of(value, node, root)
            how = re.fullmatch if name == "match" else re.search
            return isinstance(text, str) and how(value_of(pattern, node, root), text) is not None
    _, sign, left, right = condition
    left, right = value_of(left, node, root), value_of(right, node, root)
    match sign:
        case "==":
            return same(left, right)
        case "!=":
            return not same(left, right)
        case "<":
            return before(left, right)
        case "<=":
            return before(left, right) or same(left, right)
        case ">":
            return before(right, left)
    return before(right, left) or same(left, right)


def nodes_of(query: Any, node: Any, root: Any) -> list[Any]:
    return follow(query[2], root if query[1] == "$" else node, root)


def value_of(operand: Any, node: Any, root: Any) -> Any:
    match operand:
        case ("literal", value):
            return value
        case ("query", _, _):
            return next(iter(nodes_of(operand, node, root)), GONE)
        case ("count", query):
            return len(nodes_of(query, node, root))
        case ("value", query):
            found = nodes_of(query, node, root)
            return found[0] if len(found) == 1 else GONE
    inner = value_of(operand[1], node, root)
    return len(inner) if isinstance(inner, str | list | dict) else GONE


def kind(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number"
    return type(value).__name__


def same(left: Any, right: Any) -> bool:
    if kind(left) != kind(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    return bool(left == right)


def before(left: Any, right: Any) -> bool:
    return kind(left) == kind(right) and kind(left) in ("number", "str") and left < right


def exact(found: list[Any]) -> str:
    """Told apart as JSON tells apart, in order: 1 from true, and from 1.0."""
    return json.dumps(found, sort_keys=True)


@settings(max_examples=300, deadline=None)
@given(value=values, path=segments(selectors, 3), space=st.sampled_from(["", " ", "\r\n\t"]))
def test_a_path_selects_what_the_sentences_of_the_rfc_say(value: Any, path: Any, space: str):
    text = "$" + written(path, space)
    parser = make_parser(JsonParser)
    wanted = follow(path, value, value)

    assert exact(list(parser.compile(text, "jsonpath", False)(value))) == exact(wanted)
    assert exact(list(parser.compile(text, "jsonpath", True)(value))) == exact(wanted[:1])


WORDS = (
    *"$@.[]*:,'\"\\? \n\tab0-1(&|=<!~`/^",
    *("..", "&&", "||", "==", "!=", "<=", "=~", "[?@", "@.a", "'x'", "'a(b'", "true", "null", "1e9"),
    *("length(", "count(", "match(", "search(", "value(", "`len`", "`parent`", "[\\a", "\\u00e9", "\ud800"),
)


@settings(max_examples=1_000, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), max_size=14), value=values, first=st.booleans())
def test_any_text_is_compiled_or_refused_within_it(words: list[str], value: Any, first: bool):
    text, offset = "".join(words), 0
    try:
        found = make_parser(JsonParser).compile(text, "jsonpath", first)(value)
    except SelectorError as error:
        found, offset = [], error.offset
    except PageError:
        # A list of numbers and texts cannot be sorted.
        assert "[\\a" in text
        found = []

    assert 0 <= offset <= len(text)
    assert isinstance(found, list)
