"""What a node says: its visible text, its own text, its markup, an attribute."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from scrapekit import Read, SelectorError

_HIDDEN = frozenset({"head", "script", "style", "template"})
"""Not seen when they stand inside what is read; each still gives its text when it is read itself."""

_RAW = frozenset({"script", "style"})
"""Their text is data for a program, so its white space is left alone."""

_BREAKING = (
    "address article aside blockquote body br button caption center col colgroup dd details dialog dir div "
    "dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html "
    "iframe img input legend li main menu nav object ol optgroup option p pre search section select summary "
    "table tbody td textarea tfoot th thead title tr ul video"
)
_BREAKS = frozenset(_BREAKING.split())
"""Elements that stand on lines or in boxes of their own: text before, in and after is not one word."""


def html_read(name: str) -> Read:
    """How to read a node of an HTML page; any other name is an attribute's, in any case."""
    known = _READS.get(name)
    if known is not None:
        return known
    return _attribute(_checked(name).lower())


def xml_read(name: str) -> Read:
    """How to read a node of an XML page; names keep their case, and every text is visible."""
    known = _XML_READS.get(name)
    return known if known is not None else _attribute(_checked(name))


def _checked(name: str) -> str:
    if not name or not name.isprintable() or any(c in " \"'<>/=" for c in name):
        raise SelectorError(
            f'"{name}" is no attribute\'s name', hint="text, own_text, html, inner_html or an attribute"
        )
    return name


def _is_element(node: Any) -> bool:
    return isinstance(node, etree._Element)


def _attribute(name: str) -> Read:
    def read(node: Any) -> Any:
        return node.get(name) if _is_element(node) else node

    return read


def read_text(node: Any) -> Any:
    """The visible text, white space folded; block elements and line breaks separate words."""
    if not _is_element(node):
        return node
    text = node.text
    if not len(node):
        if node.tag in _RAW:
            return (text or "").strip()
        return " ".join(text.split()) if text else ""
    return " ".join("".join(_visible(node)).split())


def read_own_text(node: Any) -> Any:
    """The text directly in the element, that of its children left out."""
    if not _is_element(node):
        return node
    pieces = [node.text or ""]
    for child in node:
        if child.tag in _BREAKS:
            pieces.append(" ")
        pieces.append(child.tail or "")
    return " ".join("".join(pieces).split())


def lines_of(node: Any) -> str:
    """The visible text with a line for each block and after each line break, white space folded in them."""
    # What the parser never leaves in a text: it is a control character.
    lines = "".join(_visible(node, "\x1e")).split("\x1e")
    return "\n".join(line for text in lines if (line := " ".join(text.split())))


def _visible(top: Any, between: str = " ") -> list[str]:
    """The pieces of visible text below *top*; a stack of its own, since pages nest deeper than calls."""
    pieces = [top.text or ""]
    stack = [(iter(top), "")]
    while stack:
        children, after = stack[-1]
        for child in children:
            tag = child.tag
            if type(tag) is not str or tag in _HIDDEN:
                pieces.append(child.tail or "")
                continue
            space = between if tag in _BREAKS else ""
            tail = space + (child.tail or "")
            pieces.append(space + (child.text or ""))
            if len(child):
                stack.append((iter(child), tail))
                break
            pieces.append(tail)
        else:
            pieces.append(after)
            stack.pop()
    return pieces


def _all_text(node: Any) -> Any:
    if not _is_element(node):
        return node
    if not len(node):
        return " ".join((node.text or "").split())
    return " ".join(_string_value(node).split())


_string_value: Callable[[Any], Any] = etree.XPath("string()", smart_strings=False)


def _outer(method: str) -> Read:
    def read(node: Any) -> Any:
        if not _is_element(node):
            return node
        return etree.tostring(node, method=method, encoding="unicode", with_tail=False)

    return read


def _inner(method: str) -> Read:
    outer = _outer(method)

    def read(node: Any) -> Any:
        if not _is_element(node):
            return node
        # The first ">" ends the start tag: no name can hold one, and in values it is written out.
        # To make such a tag anew would fail for the names that broken markup brings (<b "x>).
        whole = outer(node)
        end = whole.rfind("</")
        return whole[whole.find(">") + 1 : end] if end >= 0 and not whole.endswith("/>") else ""

    return read


_READS: dict[str, Read] = {
    "text": read_text,
    "own_text": read_own_text,
    "html": _outer("html"),
    "inner_html": _inner("html"),
}
_XML_READS: dict[str, Read] = {
    "text": _all_text,
    "own_text": read_own_text,
    "html": _outer("xml"),
    "inner_html": _inner("xml"),
    "xml": _outer("xml"),
    "inner_xml": _inner("xml"),
}
