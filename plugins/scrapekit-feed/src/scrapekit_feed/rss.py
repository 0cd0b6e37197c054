"""RSS 0.9, 1.0 and 2.0 to the names of a feed."""

from __future__ import annotations

from typing import Any

from scrapekit import PageError, resolve
from scrapekit_feed.elements import children, moment, text_of

_ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
_FEED = {"title": "title", "description": "description", "language": "language", "dc:language": "language"}
_ENTRY = {
    "title": "title",
    "description": "summary",
    "content:encoded": "content",
    "author": "author",
    "dc:creator": "author",
    "comments": "comments",
}


def read_rss(root: Any, url: str) -> dict[str, Any]:
    """The feed as names to values; raises PageError when there is no channel."""
    named = list(children(root))
    channel = next((child for name, child in named if name == "channel"), None)
    if channel is None:
        raise PageError("not a feed: there is no <channel>")
    feed = _channel(channel, url)
    # RSS 0.9 and 1.0 have the items beside the channel, 2.0 inside it.
    items = [child for name, child in [*children(channel), *named] if name == "item"]
    feed["entries"] = [_entry(item, url) for item in items]
    return feed


def _channel(channel: Any, url: str) -> dict[str, Any]:
    feed: dict[str, Any] = {}
    for name, child in children(channel):
        if child.tag == _ATOM_LINK:
            if child.get("rel") == "next":
                feed["next"] = resolve(url, child.get("href", ""))
        elif name == "link":
            feed.setdefault("link", resolve(url, text_of(child) or ""))
        elif name in ("lastBuildDate", "pubDate", "dc:date"):
            feed.setdefault("updated", moment(text_of(child)))
        elif name == "image":
            feed["image"] = next((text_of(part) for tag, part in children(child) if tag == "url"), None)
        elif name not in ("item", "items", "textInput"):
            feed.setdefault(_FEED.get(name, name), text_of(child))
    return feed


def _entry(item: Any, url: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"categories": [], "enclosures": []}
    for name, child in children(item):
        if name == "link" and child.tag != _ATOM_LINK:
            entry.setdefault("link", resolve(url, text_of(child) or ""))
        elif name == "guid":
            _identity(entry, child, url)
        elif name in ("pubDate", "dc:date"):
            entry.setdefault("published", moment(text_of(child)))
        elif name in ("category", "dc:subject"):
            entry["categories"].append(text_of(child))
        elif name in ("enclosure", "media:content"):
            entry["enclosures"].append(enclosure(child, url))
        else:
            entry.setdefault(_ENTRY.get(name, name), text_of(child))
    if entry.get("link") is None:
        entry["link"] = entry.pop("permalink", None)
    entry.pop("permalink", None)
    return entry


def _identity(entry: dict[str, Any], guid: Any, url: str) -> None:
    """RSS 2.0: a guid is the entry's address too, unless it says that it is not."""
    text = text_of(guid)
    entry["id"] = text
    if text and guid.get("isPermaLink", "true").strip().lower() != "false" and "://" in text:
        entry["permalink"] = resolve(url, text)


def enclosure(element: Any, url: str) -> dict[str, Any]:
    """A file that belongs to an entry: its address, media type and size in bytes."""
    length = (element.get("length") or element.get("fileSize") or "").strip()
    return {
        "url": resolve(url, element.get("url") or element.get("href") or ""),
        "type": element.get("type"),
        "length": int(length) if length.isascii() and length.isdecimal() and len(length) < 19 else None,
    }
