"""What a feed lists: RSS 0.9x, 1.0 and 2.0, Atom (RFC 4287) and JSON Feed 1.x as entries of one form."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, TypeAlias

from scrapekit.errors import PageError
from scrapekit.sources.markup import Child, Record, read_markup
from scrapekit.sources.moments import as_iso
from scrapekit.web.url import resolve

MOST_ENTRIES = 50_000

Entry: TypeAlias = dict[str, Any]
"""``url title date id author summary categories``; what a feed does not say is None."""

Remarks: TypeAlias = dict[str, int]


def read_feed(text: str, url: str) -> tuple[list[Entry], Remarks]:
    """The entries of a feed at *url* in its order, and remarks for the report.

    Addresses are absolute. Raises PageError for what is no feed.
    """
    start = text[:1000].lstrip("\ufeff \t\r\n")
    remarks: Counter[str] = Counter()
    entries = _of_json(text, url) if start[:1] == "{" else _of_xml(text, url, remarks)
    found = [entry for entry in entries if entry["url"] is not None]
    remarks["entry without an address"] += len(entries) - len(found)
    return found, {remark: count for remark, count in remarks.items() if count}


def _of_xml(text: str, url: str, remarks: Counter[str]) -> list[Entry]:
    found = read_markup(text, ("item", "entry"), MOST_ENTRIES)
    if found.root.rpartition(":")[2] not in ("rss", "feed", "RDF"):
        raise PageError(f"no feed: the document is <{found.root[:40]}>")
    remarks["mended XML"] += found.repaired
    remarks[f"more than {MOST_ENTRIES} entries in one feed"] += found.left_out
    base = _based(url, found.attributes)
    return [_of_record(record, base) for record in found.records]


def _based(base: str, attributes: Mapping[str, str]) -> str:
    return resolve(base, attributes.get("xml:base", "")) or base if "xml:base" in attributes else base


def _of_record(record: Record, base: str) -> Entry:
    children: dict[str, list[Child]] = {}
    for child in record.children:
        children.setdefault(child.name, []).append(child)
    base = _based(base, record.attributes)
    dates = _first(children, "pubDate", "published", "dc:date", "date", "updated")
    return {
        "url": _address(record, children, base),
        "title": _first(children, "title"),
        "date": as_iso(dates) if dates else None,
        "id": _first(children, "guid", "id") or record.attributes.get("rdf:about"),
        "author": _first(children, "author", "dc:creator", "itunes:author"),
        "summary": _first(children, "description", "summary", "content"),
        "categories": _categories(children),
    }


def _address(record: Record, children: Mapping[str, list[Child]], base: str) -> str | None:
    """Where the entry leads: its link, else an id that is a permanent address."""
    links = children.get("link", []) + children.get("atom:link", [])
    # RFC 4287 4.2.7.2: a link without "rel" is an alternate.
    with_reference = [link for link in links if link.attributes.get("href")]
    alternates = [link for link in with_reference if link.attributes.get("rel", "alternate") == "alternate"]
    for link in alternates:
        if found := resolve(_based(base, link.attributes), link.attributes["href"]):
            return found
    for link in links:
        if link.text and (found := resolve(base, link.text)):
            return found
    for guid in children.get("guid", []):
        if guid.attributes.get("isPermaLink", "true").lower() != "false" and guid.text:
            return resolve("", guid.text)
    about = record.attributes.get("rdf:about", "")
    return resolve("", about) if about else None


def _first(children: Mapping[str, list[Child]], *names: str) -> str | None:
    return next((child.text for name in names for child in children.get(name, ()) if child.text), None)


def _categories(children: Mapping[str, list[Child]]) -> list[str]:
    found = [*children.get("category", ()), *children.get("dc:subject", ())]
    words = (child.attributes.get("term") or child.text for child in found)
    return list(dict.fromkeys(filter(None, words)))


def _of_json(text: str, url: str) -> list[Entry]:
    try:
        feed = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise PageError(f"no feed: not JSON: {error}") from error
    items = feed.get("items")
    if not isinstance(items, list):
        raise PageError('no feed: the JSON has no "items"')
    return [_of_object(item, url) for item in items[:MOST_ENTRIES] if isinstance(item, dict)]


def _of_object(item: Mapping[str, Any], url: str) -> Entry:
    address = next(
        (link for key in ("url", "external_url", "id") if (link := _resolved(item, key, url))), None
    )
    authors = item.get("authors") or [item.get("author")]
    names = (
        [each.get("name") for each in authors if isinstance(each, dict)] if isinstance(authors, list) else []
    )
    moment = _text(item.get("date_published")) or _text(item.get("date_modified"))
    tags = item.get("tags")
    return {
        "url": address,
        "title": _text(item.get("title")),
        "date": as_iso(moment) if moment else None,
        "id": _text(item.get("id")),
        "author": next(filter(None, map(_text, names)), None),
        "summary": next(
            (text for key in ("summary", "content_text", "content_html") if (text := _text(item.get(key)))),
            None,
        ),
        "categories": [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else [],
    }


def _resolved(item: Mapping[str, Any], key: str, url: str) -> str | None:
    text = _text(item.get(key))
    # An id is an address only when it is a whole one.
    return resolve("" if key == "id" else url, text) if text else None


def _text(value: Any) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None
