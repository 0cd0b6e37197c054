"""The parser xml: feeds, sitemaps and other XML; namespaces, no entities of its own, no network."""

from __future__ import annotations

from typing import Any, ClassVar

from cssselect.xpath import ExpressionError
from lxml import etree

from scrapekit import Options, Page, PageError, Read, Select, SelectorError, SimpleDocument
from scrapekit_html.css import read_css
from scrapekit_html.css_refusals import refuse_expression
from scrapekit_html.elements import OfElements
from scrapekit_html.haste import Haste
from scrapekit_html.namespaces import Namespaces, drop_namespaces, read_namespaces
from scrapekit_html.reading import xml_read
from scrapekit_html.translate import XmlCss, to_xpath
from scrapekit_html.words import said
from scrapekit_html.xpath import compile_xpath, run_xpath

_UNREADABLE = (etree.XMLSyntaxError, ValueError, LookupError)


class XmlParser(OfElements):
    """Reads a page as XML. ``xpath`` (1.0) is the language of an unprefixed selector, ``css`` the other.

    Options: ``namespaces``, a mapping from prefixes to addresses for selectors, or the word
    ``ignore``, which makes every name plain; ``recover``, true to read what can be read of a page
    that is not well-formed. Reads: text, own_text, html (or xml), inner_html (or inner_xml), or an
    attribute's name.
    """

    languages: ClassVar = ("xpath", "css")

    def __init__(self, options: Options) -> None:
        self._namespaces: Namespaces = read_namespaces(options)
        self._recover = options.flag("recover")
        self._haste = Haste()
        options.close()
        self._translator = XmlCss(self._namespaces.prefixes)

    def compile(self, selector: str, language: str, first: bool) -> Select:
        """An XPath or CSS selector as a function; in CSS a name without prefix is in any namespace."""
        prefixes = self._namespaces.prefixes
        if language == "xpath":
            self._haste.compiled(selector)
            return compile_xpath(selector, first=first, prefixes=prefixes)
        try:
            path = to_xpath(self._translator, read_css(selector), first=first)
            self._haste.compiled(path)
            return run_xpath(etree.XPath(path, namespaces=dict(prefixes) or None, smart_strings=False))
        except ExpressionError as error:
            raise refuse_expression(error, selector) from None
        except (RecursionError, etree.XPathError):
            raise SelectorError("the selector is nested too deeply") from None

    def read(self, name: str) -> Read:
        """How to read a node: text, own_text, html, inner_html, or an attribute."""
        return xml_read(name)

    def parse(self, page: Page) -> SimpleDocument:
        """The page as a tree; raises PageError when it is not well-formed or uses its own entities."""
        root = self._tree(page)
        if page.hurried:
            self._haste.check(root, len(page.body))
        if root.getroottree().docinfo.internalDTD is not None:
            _refuse_entities(root)
        if self._namespaces.ignored:
            drop_namespaces(root)
        return SimpleDocument(root, page.url)

    def _tree(self, page: Page) -> Any:
        # Not collect_ids=False: it is told to libxml2 by a flag that has it read the DTD, load_dtd or not.
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=True,
            recover=self._recover,
        )
        try:
            root = etree.fromstring(_body(page), parser)
        except _UNREADABLE as error:
            raise PageError(f"not well-formed XML: {_reason(error)}") from None
        if root is None:
            raise PageError("not well-formed XML: it has no element")
        last = parser.error_log.last_error
        if last is not None and last.type_name == "ERR_RESOURCE_LIMIT":
            raise PageError(f"the page cannot be read whole: {said(last.message)}")
        return root


def _body(page: Page) -> bytes:
    """The body in UTF-8 without an XML declaration that says otherwise.

    RFC 7303 3: a byte order mark goes before the charset of the Content-Type, and that before the
    declaration. That order has been followed in finding the page's encoding.
    """
    if page.encoding == "utf-8" and b"encoding" not in page.body[:200]:
        return page.body.lstrip()
    text = page.text.lstrip()
    if text.startswith("<?xml"):
        text = text[text.find("?>") + 2 :].lstrip() if "?>" in text else text
    return text.encode("utf-8", "replace")


def _reason(error: Exception) -> str:
    text = said(str(error).removesuffix(" (<string>, line 0)").split(" (<string>")[0])
    return text[:1].lower() + text[1:] if text else "it is empty"


def _refuse_entities(root: Any) -> None:
    """Entities that a page defines are not expanded, so text with them would be cut in silence."""
    for entity in root.iter(etree.Entity):
        raise PageError(f"the page uses an entity of its own, {entity.text}, which is not expanded")
