"""Selectors as recipes write them: a prefix for the language, ``@attr`` for what to read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scrapekit.errors import Problems
from scrapekit.language.template import has_placeholder
from scrapekit.node import Node, ScalarNode, describe, shown
from scrapekit.options import as_text
from scrapekit.quoting import quote_hint, quoted
from scrapekit.recipe.model import Selector
from scrapekit.recipe.model.languages import PLACES, is_css

_PREFIXES = {
    "css": "css",
    "xpath": "xpath",
    "json": "jsonpath",
    "jsonpath": "jsonpath",
    "re": "regex",
    "regex": "regex",
}
_PREFIX = re.compile(r"\s*([a-z]+):(\s*)")
_ANYWHERE = ("header", "cookie", "url")
_HTML = (*PLACES, "jsonld", "microdata", "meta", "state")
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
        return self.parser not in ("xml", "json", "javascript")


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
    if node.broken or _is_refused(ground, node, path, names=language in ("row", "column")):
        return None
    node = as_text(node)
    text = str(node.value)
    start = 0
    if language is None:
        language, start = read_prefix(text, ground.parser)
    start += len(text[start:]) - len(text[start:].lstrip())
    source, reads = text[start:].rstrip(), tuple[str, ...]()
    if language == "css" or (language is None and ground.splits_attributes):
        source, reads = _split_attribute(source)
    if not source:
        ground.problems.add(node.mark, path, "a selector cannot be empty")
        return None
    return Found(Selector(node, language, start, source), reads)


def read_prefix(text: str, parser: str) -> tuple[str | None, int]:
    """The language that a prefix of *text* names, None where it has none, and where the selector begins.

    ``css:``, ``xpath:``, ``json:`` and ``re:`` are prefixes everywhere. The other words name
    elements, too, or stand before a colon in XML; what can be CSS, or in XML anything, is none,
    unless a space follows.
    """
    found = _PREFIX.match(text)
    if found is None:
        return None, 0
    word = found[1]
    if word in _PREFIXES:
        return _PREFIXES[word], found.end()
    known = word in _ANYWHERE or (word in _HTML and parser.rpartition(":")[2] == "html")
    sure = bool(found[2]) or not (parser == "xml" or is_css(word, text[found.end() :]))
    return (word, found.end()) if known and sure else (None, 0)


def _split_attribute(source: str) -> tuple[str, tuple[str, ...]]:
    found = _ATTRIBUTE.match(source)
    if found is None:
        return source, ()
    # "@href" alone reads the row itself.
    return found[1].rstrip() or ":scope", (found[2],)


def _is_refused(ground: Ground, node: ScalarNode, path: str, *, names: bool) -> bool:
    """True where no selector stands; a number can be one that *names* a row or column."""
    if isinstance(node.value, (bool, int, float)) and not node.literal and not names:
        is_field = ".fields." in path
        hint = "a value that is the same on every page is written { const: ... }" if is_field else ""
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


def attribute_list_hint(ground: Ground, item: Node) -> str:
    """A hint where ``[href]`` was written for the selector ``"[href]"``; empty where it was not."""
    if not isinstance(item, ScalarNode) or item.quoted or ground.parser != "html":
        return ""
    text = item.text
    meant = "=" in text and "[" not in text
    if meant or _ATTRIBUTES.match(text):
        return f'for the selector write {quoted(f"[{text}]")}, for a list of every match ["a.tag"]'
    return ""
