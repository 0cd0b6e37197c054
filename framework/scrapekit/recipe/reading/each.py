"""``each``: the variables that make many requests from one seed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, cast

from scrapekit.errors import ExpressionError
from scrapekit.language.expression_tree import Name, walk
from scrapekit.language.template import Placeholder, has_placeholder, split
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, plain, shown
from scrapekit.options import Options
from scrapekit.recipe.model import Days, Each
from scrapekit.recipe.reading.dates import read_dates
from scrapekit.sources.days import count_days

_COMBINE: tuple[Literal["product", "zip"], ...] = ("product", "zip")
_TEMPLATES = ("any", "sitemap", "feed", "url", "query", "headers", "form", "json", "body", "graphql", "carry")
_VARIABLE = re.compile(r"[^\W\d]\w*\Z")
_MOST_VALUES = 2**53
_KINDS = ("list", "range", "dates", "letters")
_RUN = re.compile(r"(?s)(.)-(.)|(.)")
_MOST_LETTERS = 1_000


def read_each(options: Options) -> tuple[tuple[Each, ...], Literal["product", "zip"]]:
    """The variables of a seed in order, and how they are combined."""
    each = _variables(options)
    combine = options.choice("combine", _COMBINE, "product")
    if "combine" in options and len(each) < 2:
        options.problem("combine", "there are no two variables in each to combine")
    elif combine == "zip":
        _check_lengths(options, each)
    _check_used(options, each)
    return each, combine


def _check_lengths(options: Options, each: tuple[Each, ...]) -> None:
    lengths = {one.name: _length(one) for one in each}
    if None in lengths.values():
        name = next(name for name, length in lengths.items() if length is None)
        message = f"how many days {name} has depends on the day of the run"
        options.problem(
            "combine", message, "from and to must both be fixed, or both be so many days from today"
        )
    elif len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        options.problem("combine", f"only variables of one length can be zipped: {counts}")


def _length(one: Each) -> int | None:
    return count_days(one.values) if isinstance(one.values, Days) else len(one.values)


def _variables(options: Options) -> tuple[Each, ...]:
    node = options.node("each")
    if node is None:
        return ()
    if not isinstance(node, MapNode) or not node.entries:
        options.problem("each", f"expected a mapping of variables, found {describe(node)}")
        return ()
    found = (_variable(options, node, name) for name in node.entries)
    return tuple(each for each in found if each is not None)


def _variable(seed: Options, node: MapNode, name: str) -> Each | None:
    path, mark = f"{seed.at('each')}.{name}", node.key_mark(name)
    if not _VARIABLE.match(name):
        hint = "a letter, then letters, digits and _"
        seed.problems.add(mark, path, f'a variable cannot be named "{shown(name)}"', hint)
        return None
    options = Options(node.get(name), seed.problems, path, mark=mark, short="list")
    written = [key for key in _KINDS if key in options]
    for key in written[1:]:
        options.problem(key, f'"{key}" stands beside "{written[0]}"', "leave out one of the two")
    pad = options.integer("pad", 0, least=0, most=20) or 0
    values = _values(options, written[0]) if written else None
    if not written:
        seed.problems.add(options.mark, path, f"a variable needs one of {', '.join(_KINDS)}")
    if "step" in options and written != ["range"]:
        inside = "write it inside dates" if "dates" in options else ""
        options.problem("step", '"step" belongs to a range', inside)
    options.close("step", *_KINDS)
    return None if values is None else Each(name, mark, values, pad)


def _values(options: Options, kind: str) -> tuple[object, ...] | range | Days | None:
    match kind:
        case "range":
            return _range(options)
        case "dates":
            return read_dates(options)
        case "letters":
            return _letters(options)
    return _list(options)


def _range(options: Options) -> range | None:
    node = options.node("range")
    ends = (
        [item.value for item in node.items if isinstance(item, ScalarNode)]
        if isinstance(node, ListNode)
        else []
    )
    if len(ends) != 2 or not all(isinstance(end, int) and not isinstance(end, bool) for end in ends):
        options.problem("range", "expected the first and the last number", "write range: [1, 100]")
        return None
    first, last = cast(tuple[int, int], tuple(ends))
    step = options.integer("step", 1 if first <= last else -1)
    if step is None:
        return None
    if step == 0 or (last - first) * step < 0:
        options.problem(
            "step" if "step" in options else "range", f"steps of {step} never lead from {first} to {last}"
        )
        return None
    if max(abs(first), abs(last)) > _MOST_VALUES:
        options.problem("range", f"must be at most {_MOST_VALUES}")
        return None
    return range(first, last + (1 if step > 0 else -1), step)


def _letters(options: Options) -> tuple[object, ...] | None:
    """``a-z`` or ``a-z0-9`` as its characters, both ends included."""
    node = options.scalar("letters", "letters such as a-z")
    if node is None:
        return None
    found: dict[str, None] = {}
    for first, last, single in _RUN.findall(str(node.value)):
        if single:
            found[single] = None
            continue
        if not 0 <= ord(last) - ord(first) < _MOST_LETTERS:
            options.problem("letters", f'"{shown(first)}-{shown(last)}" is no run of letters', "write a-z")
            return None
        found.update(dict.fromkeys(map(chr, range(ord(first), ord(last) + 1))))
    return tuple(found)


def _list(options: Options) -> tuple[object, ...] | None:
    node = options.node("list")
    if node is None:
        return None
    if not isinstance(node, ListNode) or not node.items:
        options.problem("list", f"expected a list of values, found {describe(node)}")
        return None
    for item in node.items:
        if isinstance(item, ListNode) or plain(item) is None:
            message = f"each value is text, a number, true, false or a mapping, found {describe(item)}"
            options.problems.add(item.mark, options.at("list"), message)
    return tuple(plain(item) for item in node.items)


def _check_used(options: Options, each: tuple[Each, ...]) -> None:
    used = {name for key in _TEMPLATES if key in options for name in _used(options.node(key))}
    for one in each:
        if one.name not in used:
            message = f'"{one.name}" is not used: every request would be the same'
            hint = f"write {{{{ each.{one.name} }}}} in the address or the body"
            options.problems.add(one.mark, f"{options.at('each')}.{one.name}", message, hint)


def _used(node: Node | None) -> Iterator[str]:
    """The names of ``each`` variables that the templates in *node* use."""
    match node:
        case MapNode():
            for value in node.entries.values():
                yield from _used(value)
        case ListNode():
            for item in node.items:
                yield from _used(item)
        case ScalarNode(value=str() as text) if not node.literal and has_placeholder(text):
            try:
                trees = [part.tree for part in split(text) if isinstance(part, Placeholder)]
            except ExpressionError:
                return
            for tree in trees:
                yield from (
                    part.attribute for part in walk(tree) if isinstance(part, Name) and part.root == "each"
                )
