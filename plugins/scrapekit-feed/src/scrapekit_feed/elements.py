"""What the elements of RSS and Atom hold: texts, markup, dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

_PREFIXES = {
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss/": "media",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/rss/1.0/modules/slash/": "slash",
    "http://wellformedweb.org/CommentAPI/": "wfw",
    "http://www.georss.org/georss": "georss",
    "https://podcastindex.org/namespace/1.0": "podcast",
}
"""Extensions by the name that people know them by, whatever prefix a feed uses."""


def children(element: Any) -> Iterator[tuple[str, Any]]:
    """Each child with its name: plain for the feed's own, with a prefix for an extension's."""
    own = _namespace(element.tag)
    for child in element.iterchildren(etree.Element):
        if isinstance(child.tag, str):
            yield _name(child, own), child


def _namespace(tag: str) -> str:
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def _name(element: Any, own: str) -> str:
    namespace, local = _namespace(element.tag), etree.QName(element).localname
    if namespace in ("", own):
        return str(local)
    prefix = _PREFIXES.get(namespace) or element.prefix
    return f"{prefix}:{local}" if prefix else str(local)


def text_of(element: Any) -> str | None:
    """The element's text, white space at its ends cut; None when there is none."""
    return "".join(element.itertext()).strip() or None


def markup_of(element: Any) -> str | None:
    """What stands inside the element, as markup."""
    parts = [element.text or ""]
    parts += (etree.tostring(child, encoding="unicode", with_tail=True) for child in element)
    return "".join(parts).strip() or None


def moment(text: str | None) -> str | None:
    """A date as ISO 8601 has it (RSS writes RFC 822's); a text that is none stays as it is."""
    if not text:
        return None
    try:
        found: datetime = parsedate_to_datetime(text)
    except ValueError:
        return text
    return found.isoformat()
