"""The language ``meta``: what a page says of itself in meta elements, and in links of that name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapekit import Select, SelectorError, resolve
from scrapekit_html.keys import some

_NAMES = ("name", "property", "itemprop", "http-equiv")


def compile_meta(selector: str, *, first: bool) -> Select:
    """The contents of ``<meta name|property|itemprop|http-equiv="…">`` of that name, in any case.

    Where no meta element has the name, the addresses of ``<link rel="…">``.
    """
    name = " ".join(selector.split()).lower()
    if not name:
        raise SelectorError("expected a name such as description or og:title")

    def find(scope: Any) -> Iterator[str]:
        none = True
        for element in scope.iter("meta"):
            content = element.get("content")
            if content and not content.isspace() and _is_named(element, name):
                none = False
                yield content.strip()
        if none:
            yield from _links(scope, name)

    return some(find, first=first)


def _is_named(element: Any, name: str) -> bool:
    for attribute in _NAMES:
        value = element.get(attribute)
        # RDFa and microdata allow several names, separated by spaces.
        if value is not None and (" ".join(value.split()).lower() == name or name in value.lower().split()):
            return True
    return False


def _links(scope: Any, name: str) -> Iterator[str]:
    for element in scope.iter("link"):
        reference = element.get("href")
        if reference and name in (element.get("rel") or "").lower().split():
            yield address(element, reference)


def address(element: Any, reference: str) -> str:
    """The reference, absolute as a browser would make it; as it is where that gives no address."""
    base = element.getroottree().docinfo.URL or ""
    return resolve(base, reference) or reference.strip()
