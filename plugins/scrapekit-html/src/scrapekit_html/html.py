"""The parser html: lxml's tree, CSS and XPath selectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from cssselect.xpath import ExpressionError
from lxml import etree

from scrapekit import Options, Page, PageError, Read, Select, SelectorError, SimpleDocument, resolve
from scrapekit_html.css import read_css
from scrapekit_html.css_refusals import refuse_expression
from scrapekit_html.elements import OfElements
from scrapekit_html.guard import refuse_hostile
from scrapekit_html.haste import Haste
from scrapekit_html.jsonld import compile_jsonld
from scrapekit_html.meta import compile_meta
from scrapekit_html.microdata import compile_microdata
from scrapekit_html.page_data import Current
from scrapekit_html.plan import Planner
from scrapekit_html.reading import html_read
from scrapekit_html.state import compile_state
from scrapekit_html.table_language import compile_column, compile_row, compile_table, read_record
from scrapekit_html.translate import HtmlCss, to_xpath
from scrapekit_html.words import said
from scrapekit_html.xpath import compile_xpath, on_elements, run_xpath

_translator = HtmlCss()

_DATA: dict[str, Callable[..., Select]] = {
    "row": compile_row,
    "column": compile_column,
    "jsonld": compile_jsonld,
    "microdata": compile_microdata,
    "meta": lambda selector, _, *, first: compile_meta(selector, first=first),
    "state": lambda selector, _, *, first: compile_state(selector, first=first),
}


class HtmlParser(OfElements):
    """Reads a page as HTML, whatever its Content-Type says. It has no options.

    ``css`` is the language of an unprefixed selector. The others: ``xpath`` (1.0); ``table``, ``row``
    and ``column`` for tables; ``jsonld``, ``microdata``, ``meta`` and ``state`` for data in the page.
    Reads: text, own_text, html, inner_html, record (a row of a table), or an attribute's name.
    """

    languages: ClassVar = (
        *("css", "xpath", "table", "row", "column"),
        *("jsonld", "microdata", "meta", "state"),
    )

    markup: ClassVar = "html"

    def __init__(self, options: Options) -> None:
        options.close()
        self._planner = Planner()
        self._haste = Haste()
        self._current = Current()
        self._idle: list[etree.HTMLParser] = []

    def compile(self, selector: str, language: str, first: bool) -> Select:
        """A selector as a function; see `Parser.compile`."""
        if language == "css":
            return self._css(selector, first=first)
        if language == "xpath":
            self._haste.compiled(selector)
            return compile_xpath(selector, first=first, prefixes={})
        self._current.wanted = True
        if language == "table":
            tables = self._css(selector, first=False)
            return on_elements(compile_table(tables, self._current, first=first))
        return on_elements(_DATA[language](selector, self._current, first=first))

    def _css(self, selector: str, *, first: bool) -> Select:
        branches = read_css(selector, any_case=True)
        try:
            path = to_xpath(_translator, branches, first=first)
            self._haste.compiled(path)
        except ExpressionError as error:
            raise refuse_expression(error, selector) from None
        except RecursionError:
            raise SelectorError("the selector is nested too deeply") from None
        fallback = run_xpath(_compiled(path))
        return self._planner.plan(branches, fallback, first=first)

    def read(self, name: str) -> Read:
        """How to read a node: text, own_text, html, inner_html, record, or an attribute."""
        if name != "record":
            return html_read(name)
        self._current.wanted = True
        return read_record(self._current)

    def parse(self, page: Page) -> SimpleDocument:
        """The page as a tree; raises PageError when libxml2 would read only a part of it.

        A page without any element gives an empty document.
        """
        body = page.body
        # Only UTF-8 goes to libxml2 as it came: at a byte that is wrong in another encoding it
        # stops, and the rest of the page would be missing in silence.
        if page.encoding != "utf-8":
            body = page.text.encode("utf-8", "replace")
        refuse_hostile(body)
        root = self._tree(body)
        if page.hurried:
            self._haste.check(root, len(body))
        self._planner.begin(root)
        base = _base(root, page.url)
        notes = self._current.begin(root, base) if self._current.wanted else {}
        return SimpleDocument(root, base, notes)

    def _tree(self, body: bytes) -> Any:
        # One parser serves one thread at a time: large pages are parsed beside the loop, and
        # sharing libxml2's parser would make the loop wait for them.
        try:
            parser = self._idle.pop()
        except IndexError:
            parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
        try:
            root = etree.fromstring(body, parser)
        except etree.XMLSyntaxError:
            # libxml2 calls a body with no element at all a syntax error.
            root = None
        last = parser.error_log.last_error
        self._idle.append(parser)
        if last is not None and last.level_name == "FATAL":
            raise PageError(f"the page cannot be read whole: {said(last.message)}")
        return etree.fromstring("<html/>") if root is None else root


def _compiled(path: str) -> etree.XPath:
    try:
        return etree.XPath(path, smart_strings=False)
    except etree.XPathError as error:
        raise SelectorError(f"the selector is too long or too deep: {error}") from None


def _base(root: Any, url: str) -> str:
    # HTML 2.4.3: the first base element with an href, itself resolved against the page.
    for element in root.iter("base"):
        reference = element.get("href")
        if reference is not None:
            return resolve(url, reference) or url
    return url
