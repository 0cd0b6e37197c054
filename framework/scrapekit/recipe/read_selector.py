"""Selectors as recipes write them: a prefix for the language, ``@attr`` for what to read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scrapekit.errors import Problems
from scrapekit.language.template import has_placeholder
from scrapekit.node import MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options, as_text
from scrapekit.quoting import quote_hint, quoted
from scrapekit.recipe.model import Selector

NODES = ("css", "xpath", "jsonpath", "select")
"""The long forms' keys that find nodes: each a selector language, or what the short form would hold."""

SELECTORS = ("css", "xpath", "jsonpath", "regex", "select")
"""The long forms' keys where a text will do, too."""

_PREFIXES = {
    "css:": "css",
    "xpath:": "xpath",
    "json:": "jsonpath",
    "jsonpath:": "jsonpath",
    "re:": "regex",
    "regex:": "regex",
}
_PREFIX = re.compile(r"\s*(css:|xpath:|json:|jsonpath:|re:|regex:)?\s*")
_ATTRIBUTE = re.compile(r"(.*?)@([^\W\d][\w:.-]*)\Z", re.DOTALL)
_SWALLOWED = re.compile(r"(\s+#\S.*)\Z")
# `[href]` is a list to YAML. These are no element names, so a selector was meant.
_ATTRIBUTES = re.compile(
    r"(?:href|src|srcset|alt|id|class|rel|value|content|role|type|item\w+|(?:data|aria)-[\w-]+)\Z"
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What every selector of a page rule is read with: its parser's name, and where problems go."""

    problems: Problems
    parser: str = "html"

    @property
    def splits_attributes(self) -> bool:
        """True when ``@href`` may follow an unprefixed selector; in xpath and jsonpath @ is their own."""
        return self.parser not in ("xml", "json")


@dataclass(frozen=True, slots=True)
class Found:
    """A selector and the ways to read what it finds (empty: the default way)."""

    selector: Selector
    reads: tuple[str, ...] = ()


def read_selector(ground: Ground, node: Node, path: str, language: str | None = None) -> Found | None:
    """The selector that *node* writes; None where it has a problem.

    Without *language* it is a short form, whose prefix names the language; None there stays None,
    the default of the page's parser.
    """
    if not isinstance(node, ScalarNode) or node.value is None:
        ground.problems.add(node.mark, path, f"expected a selector, found {describe(node)}", quote_hint(node))
        return None
    if node.broken or _is_refused(ground, node, path):
        return None
    node = as_text(node)
    text = str(node.value)
    start = 0
    if language is None and (prefix := _PREFIX.match(text)) and prefix[1]:
        language, start = _PREFIXES[prefix[1]], prefix.end()
    start += len(text[start:]) - len(text[start:].lstrip())
    source, reads = text[start:].rstrip(), tuple[str, ...]()
    if language == "css" or (language is None and ground.splits_attributes):
        source, reads = _split_attribute(source)
    if not source:
        ground.problems.add(node.mark, path, "a selector cannot be empty")
        return None
    return Found(Selector(node, language, start, source), reads)


def _split_attribute(source: str) -> tuple[str, tuple[str, ...]]:
    found = _ATTRIBUTE.match(source)
    if found is None:
        return source, ()
    # "@href" alone reads the row itself.
    return found[1].rstrip() or ":scope", (found[2],)


def _is_refused(ground: Ground, node: ScalarNode, path: str) -> bool:
    if isinstance(node.value, (bool, int, float)) and not node.literal:
        hint = "a value that is the same on every page is written { const: ... }"
        ground.problems.add(node.mark, path, f"expected a selector, found {describe(node)}", hint)
        return True
    if not node.literal and has_placeholder(str(node.value)):
        hint = "only {{ inputs.NAME }} can be part of a selector"
        ground.problems.add(node.mark, path, "a selector cannot hold a template", hint)
        return True
    return _is_cut(ground, node, path)


def _is_cut(ground: Ground, node: ScalarNode, path: str) -> bool:
    """``title: div #main``, unquoted, is the selector div and a comment."""
    mark = node.mark
    if node.quoted or mark.line > len(mark.source.lines):
        return False
    line = mark.source.lines[mark.line - 1]
    rest = _SWALLOWED.match(line, mark.column - 1 + mark.width)
    if rest is None:
        return False
    comment = rest[1].strip()
    whole = line[mark.column - 1 :].strip()
    message = f'YAML ends the selector here: "{shown(comment)}" is a comment'
    hint = f'quote it: {quoted(whole)}; a comment has a space after "#"'
    at = mark.moved(mark.width + len(rest[1]) - len(rest[1].lstrip()), len(comment))
    ground.problems.add(at, path, message, hint)
    return True


def read_rows(ground: Ground, node: Node | None, path: str) -> Selector | None:
    """``each``: the selector of rows, as a short form or ``{css: …}``."""
    if node is None:
        return None
    if isinstance(node, MapNode):
        options = Options(node, ground.problems, path, mark=node.mark)
        found = read_one(ground, options, NODES)
        options.close()
    else:
        found = read_selector(ground, node, path)
    if found is not None and found.reads:
        hint = f"write the selector without @{found.reads[0]}"
        ground.problems.add(found.selector.text.mark, path, "rows are nodes, not attributes", hint)
    return None if found is None else found.selector


def read_one(ground: Ground, options: Options, keys: tuple[str, ...]) -> Found | None:
    """The selector of a mapping that is nothing but one: a problem where none of *keys* is there, or two."""
    written = [key for key in keys if key in options]
    if not written and "regex" not in options:
        ground.problems.add(options.mark, options.path, f"expected one of {', '.join(keys)}")
    for key in written[1:]:
        options.problem(key, f'"{key}" stands beside "{written[0]}"', "leave out one of the two")
    return read_source(ground, options, keys)


def read_source(ground: Ground, options: Options, keys: tuple[str, ...]) -> Found | None:
    """The one selector among the long form's *keys*; None when there is none or it has a problem."""
    found: Found | None = None
    for key in keys:
        node = options.node(key)
        if node is not None and found is None:
            language = None if key == "select" else key
            found = read_selector(ground, node, options.at(key), language)
    return found


def attribute_list_hint(ground: Ground, item: Node) -> str:
    """A hint where ``[href]`` was written for the selector ``"[href]"``; empty where it was not."""
    if not isinstance(item, ScalarNode) or item.quoted or ground.parser != "html":
        return ""
    text = item.text
    meant = "=" in text and "[" not in text
    if meant or _ATTRIBUTES.match(text):
        return f'for the selector write {quoted(f"[{text}]")}, for a list of every match ["a.tag"]'
    return ""
