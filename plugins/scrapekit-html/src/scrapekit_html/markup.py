"""Markup in a text as a tree, and back: what the filters for markup have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from lxml import etree

from scrapekit import Options, Page, PageError, Request, Select, SelectorError
from scrapekit_html.html import HtmlParser
from scrapekit_html.reading import html_read

_inner = html_read("inner_html")
_LONGEST_REASON = 120
_MARKED = "scrapekit-marked"
_UTF8 = "text/html; charset=utf-8"


class Markup:
    """Reads texts as the inside of a body; one for each place that names a filter."""

    def __init__(self, options: Options) -> None:
        self.parser = HtmlParser(Options(None, options.problems, options.path, mark=options.mark))

    def body(self, text: str) -> Any:
        """The body element; raises ValueError for markup that cannot be read whole."""
        # With tags of its own before it no text becomes a paragraph, or the head of a document.
        page = f"<html><body>{text}</body></html>".encode("utf-8", "replace")
        request = Request("http://markup.invalid/")
        try:
            root = self.parser.parse(Page(request, request.url, 200, {"content-type": _UTF8}, page)).root
        except PageError as error:
            raise ValueError(str(error)[:_LONGEST_REASON]) from error
        found = root.find("body")
        return etree.SubElement(root, "body") if found is None else found


def written(body: Any) -> str | None:
    """The inside of the body as text; None when there is nothing in it."""
    try:
        text: str = _inner(body)
    except (etree.LxmlError, UnicodeError) as error:
        raise ValueError("the markup cannot be written") from error
    return text.strip() or None


def read_selectors(options: Options, key: str, markup: Markup) -> list[Select]:
    """The selectors under *key*, one or a list; those with a problem are left out."""
    found = []
    options.require(key)
    for node in options.texts(key):
        try:
            found.append(markup.parser.compile(str(node.value), "css", False))
        except SelectorError as error:
            place = node.at(error.offset, error.width)
            options.problems.add(place, options.at(key), str(error), error.hint)
    return found


def as_markup(value: Any) -> str:
    """A single value as text; raises ValueError for a list, an object and nothing."""
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, list | dict):
        kind = "nothing" if value is None else "a list" if isinstance(value, list) else "an object"
        raise ValueError(f"expected markup, found {kind}")
    return str(value)


def changing(markup: Markup, change: Callable[[Any], None]) -> Callable[[Any], str | None]:
    """A function that changes the tree of a text and gives it as text again."""

    def run(value: Any) -> str | None:
        text = as_markup(value)
        if "<" not in text:
            return text.strip() or None
        body = markup.body(text)
        change(body)
        return written(body)

    return run


def drop(body: Any, elements: Iterable[Any]) -> None:
    """Take elements out with all that is in them; the text after each stays."""
    if _mark(body, elements):
        etree.strip_elements(body, _MARKED, with_tail=False)


def unwrap(body: Any, elements: Iterable[Any]) -> None:
    """Take the tags of elements out; what is in them stays."""
    if _mark(body, elements):
        etree.strip_tags(body, _MARKED)


def _mark(body: Any, elements: Iterable[Any]) -> bool:
    # libxml2 then joins the texts: lxml would refuse those with control characters, and take the
    # square of their length for many in a row.
    found = False
    for element in elements:
        if isinstance(element, etree._Element) and element is not body and isinstance(element.tag, str):
            element.tag, found = _MARKED, True
    return found
