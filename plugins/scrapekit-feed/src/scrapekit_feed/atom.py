"""Atom 1.0 (RFC 4287) to the names of a feed."""

from __future__ import annotations

from typing import Any

from scrapekit import resolve
from scrapekit_feed.elements import children, markup_of, text_of
from scrapekit_feed.rss import enclosure

_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_FEED = {"subtitle": "description", "logo": "image"}


def read_atom(root: Any, url: str) -> dict[str, Any]:
    """The feed as names to values."""
    base = _base(root, url)
    feed: dict[str, Any] = {"entries": []}
    language = root.get("{http://www.w3.org/XML/1998/namespace}lang")
    if language:
        feed["language"] = language
    for name, child in children(root):
        if name == "entry":
            feed["entries"].append(_entry(child, _base(child, base)))
        elif name == "link":
            _link(feed, child, base)
        else:
            feed.setdefault(_FEED.get(name, name), _text(child))
    return feed


def _entry(element: Any, base: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"categories": [], "enclosures": []}
    for name, child in children(element):
        if name == "link":
            _link(entry, child, base)
        elif name == "category":
            entry["categories"].append(child.get("label") or child.get("term"))
        elif name == "author":
            entry.setdefault("author", _person(child))
        else:
            entry.setdefault(name, _text(child))
    # RFC 4287 4.2.9: published may be missing, updated may not.
    entry.setdefault("published", entry.get("updated"))
    return entry


def _base(element: Any, base: str) -> str:
    return resolve(base, element.get(_BASE) or "") or base


def _person(element: Any) -> str | None:
    return next((text_of(child) for name, child in children(element) if name == "name"), None)


def _text(element: Any) -> str | None:
    """RFC 4287 3.1: text, HTML in text, or XHTML in a div that is no part of it."""
    if element.get("type") != "xhtml":
        return text_of(element)
    inside = [child for _, child in children(element)]
    return markup_of(inside[0]) if len(inside) == 1 else markup_of(element)


def _link(found: dict[str, Any], element: Any, base: str) -> None:
    """RFC 4287 4.2.7: a link without a relation is the page itself."""
    relation = element.get("rel") or "alternate"
    address = resolve(_base(element, base), element.get("href") or "")
    if relation == "alternate":
        found.setdefault("link", address)
    elif relation == "next":
        found.setdefault("next", address)
    elif relation == "enclosure" and "enclosures" in found:
        found["enclosures"].append(enclosure(element, base))
