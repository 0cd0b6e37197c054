"""The body of a feed as an XML tree: hardened, and mended where feeds are usually broken."""

from __future__ import annotations

import re
from html.entities import html5
from typing import Any

from lxml import etree

from scrapekit import Page, PageError

_XML_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
# CDATA and comments are passed over whole: what looks like an entity there is text.
_AMPERSAND = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|&(#?\w+;)?", re.DOTALL)
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]*\?>")
# What XML 1.0 (2.2) cannot hold, however it is written.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_tree(page: Page) -> Any:
    """The root element. Raises PageError when the page is no XML, even after mending.

    Mended are an ``&`` that begins no entity, HTML's entities (``&nbsp;``), and characters that
    XML cannot hold; nothing else, so that a body that was cut short is never taken for a whole one.
    """
    try:
        root = _parsed(page.body)
    except (etree.XMLSyntaxError, ValueError, LookupError):
        root = _mended(page)
    if root.getroottree().docinfo.internalDTD is not None:
        _refuse_entities(root)
    return root


def _parser() -> Any:
    # Not collect_ids=False: it is told to libxml2 by a flag that has it read the DTD, load_dtd or not.
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )


def _parsed(body: bytes) -> Any:
    root = etree.fromstring(body, _parser())
    if root is None:
        raise PageError("not a feed: it has no element")
    return root


def _mended(page: Page) -> Any:
    text = _DECLARATION.sub("", page.text.removeprefix("\ufeff"), count=1)
    if "<!ENTITY" in text:
        raise PageError("not a feed: it declares entities of its own")
    text = _AMPERSAND.sub(_replaced, _FORBIDDEN.sub("", text))
    try:
        return _parsed(text.encode("utf-8", "replace"))
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        said = str(getattr(error, "msg", "") or error).split(", use XML_PARSE_HUGE")[0]
        raise PageError(f"not a feed: not well-formed XML: {said or 'the body is empty'}") from None


def _replaced(match: re.Match[str]) -> str:
    whole, entity = match[0], match[1]
    if not whole.startswith("&"):
        return whole
    if not entity:
        return "&amp;"
    if entity[:-1] in _XML_OWN or entity.startswith("#"):
        return whole
    return _escaped(html5[entity]) if entity in html5 else f"&amp;{entity}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _refuse_entities(root: Any) -> None:
    """An entity of the feed's own would be a hole in the text: it is not put in, so the page fails."""
    for entity in root.iter(etree.Entity):
        raise PageError(f"not a feed: it uses an entity of its own, {entity.text}")
