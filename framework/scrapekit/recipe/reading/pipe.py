"""``pipe`` and ``pipes``: a list of filters, or one text with ``|`` between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scrapekit.errors import Problems
from scrapekit.mark import Mark
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import as_text
from scrapekit.recipe.model import NamedPipe, Step
from scrapekit.recipe.yaml.scalar import typed

_LONGEST = 2_000
_QUOTED = r"'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\""
_STEP = re.compile(rf"(?:{_QUOTED}|[^|'\"])+")
_NAMED = re.compile(r"\s*([^\W\d][\w.-]*)\s*(?::\s*(.*?)\s*)?\Z", re.DOTALL)
_PIPE_NAME = re.compile(r"[^\W\d][\w.-]*\Z")
_WHOLE_QUOTED = re.compile(rf"(?:{_QUOTED})\Z", re.DOTALL)


def read_pipes(node: Node | None, problems: Problems) -> Mapping[str, NamedPipe]:
    """The recipe's named pipes in order; what no pipe could name is left out, with a problem."""
    if node is not None and not isinstance(node, MapNode):
        hint = "write NAME: [trim, ...]"
        problems.add(node.mark, "pipes", f"expected a mapping of pipes, found {describe(node)}", hint)
    if not isinstance(node, MapNode):
        return {}
    found = {}
    for name, value in node.entries.items():
        mark, path = node.key_mark(name), f"pipes.{name}"
        if not _PIPE_NAME.match(name):
            hint = "letters, digits, dots and hyphens, with a letter first"
            problems.add(mark, "pipes", f'a pipe cannot be named "{shown(name)}"', hint)
            continue
        before = len(problems)
        found[name] = NamedPipe(name, mark, read_pipe(value, problems, path))
        if not found[name].steps and len(problems) == before:
            problems.add(mark, path, "there are no filters here", "write NAME: [trim, ...]")
    return found


def read_pipe(node: Node | None, problems: Problems, path: str) -> tuple[Step, ...]:
    """The steps in order; a step with a problem is left out.

    Forms: ``[trim, {split: ","}]``, ``trim | split: ,`` and texts of the latter kind in a list.
    """
    match node:
        case None | ScalarNode(literal=True, quoted=False):
            return ()
        case ListNode():
            return tuple(step for item in node.items for step in _steps(item, problems, path))
        case _:
            return tuple(_steps(node, problems, path))


def _steps(node: Node, problems: Problems, path: str) -> Iterator[Step]:
    match node:
        case ScalarNode() if node.value is not None:
            yield from _from_text(as_text(node), problems, path)
        case MapNode() if len(node) == 1:
            name, argument = next(iter(node.entries.items()))
            yield Step(name, node.key_mark(name), argument)
        case MapNode():
            hint = "start a new entry for each filter; a filter's options go under its name"
            problems.add(node.mark, path, "a step of a pipe is one filter", hint)
        case _:
            problems.add(node.mark, path, f"expected a filter's name, found {describe(node)}")


def _from_text(node: ScalarNode, problems: Problems, path: str) -> Iterator[Step]:
    text = str(node.value)
    if len(text) > _LONGEST:
        problems.add(node.mark, path, f"a pipe is longer than {_LONGEST:,} characters", "write it as a list")
        return
    position = 0
    while True:
        found = _STEP.match(text, position)
        end = found.end() if found else position
        named = _NAMED.match(text[position:end])
        if end < len(text) and text[end] != "|":
            problems.add(node.at(end), path, "the quote that opens here is not closed")
            return
        if named is None:
            hint = "write trim | split: ','"
            mark = node.at(position, max(1, end - position))
            problems.add(mark, path, "a filter's name is missing here", hint)
        else:
            mark = node.at(position + named.start(1), len(named[1]))
            if named[2] and named[2][0] == "{" and named[2][-1] == "}":
                message = "a filter's options in braces need the pipe as a list"
                problems.add(mark, path, message, f"write [{{ {named[1]}: {shown(named[2])} }}]")
                return
            yield Step(named[1], mark, _argument(named[2], node.at(position + max(0, named.start(2)))))
        if named is None or end >= len(text):
            return
        position = end + 1


def _argument(text: str | None, mark: Mark) -> ScalarNode | None:
    if not text:
        return None
    if _WHOLE_QUOTED.match(text):
        value = text[1:-1].replace("''", "'") if text[0] == "'" else re.sub(r"\\(.)", r"\1", text[1:-1])
        return ScalarNode(value, mark, value, quoted=True)
    return ScalarNode(typed(text), mark, text)
