"""The language ``microdata``: items of a type, in the shape JSON-LD would give them, and their values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from lxml import etree

from scrapekit import PageError, Select
from scrapekit_html.jsonld import type_check
from scrapekit_html.keys import follow, read_named, some
from scrapekit_html.meta import address
from scrapekit_html.page_data import Current
from scrapekit_html.reading import read_text

_TYPE = re.compile(r"(?:https?://[^\s\"'<>]*[/#])?[\w*-]+")
_NAME = re.compile(r"[^/#:]*\Z")
_MOST_STEPS = 1_000_000
"""Elements that are looked at for one page: with itemref many items may claim the same part of it."""

# HTML, "Microdata: values".
_ADDRESSES = {
    **dict.fromkeys(("audio", "embed", "iframe", "img", "source", "track", "video"), "src"),
    **dict.fromkeys(("a", "area", "link"), "href"),
    "object": "data",
}
_ATTRIBUTES = {"meta": "content", "data": "value", "meter": "value"}

_items: Callable[[Any], list[Any]] = etree.XPath("descendant-or-self::*[@itemscope]")  # type: ignore[assignment]


def compile_microdata(selector: str, current: Current, *, first: bool) -> Select:
    """``Product``, ``Product.offers.price``; raises SelectorError."""
    named = read_named(selector, _TYPE, "a type such as Product, or *")
    of_type = type_check(named.name)

    def find(scope: Any) -> Iterator[Any]:
        reader = current.data.once("microdata", scope.getroottree().getroot(), _Reader)
        return follow(filter(of_type, map(reader.item, _items(scope))), named.keys)

    return some(find, first=first)


class _Reader:
    """The items of one document, each read once."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._read: dict[Any, dict[str, Any]] = {}
        self._open: set[Any] = set()
        self._places: dict[Any, int] | None = None
        self._by_id: dict[str, Any] = {}
        self._left = _MOST_STEPS

    def item(self, element: Any) -> dict[str, Any]:
        """The item that the element is: ``@type``, ``@id`` and its properties, several values as a list."""
        known = self._read.get(element)
        if known is not None:
            return known
        found: dict[str, Any] = {}
        types = [_short(name) for name in (element.get("itemtype") or "").split()]
        if types:
            found["@type"] = types[0] if len(types) == 1 else types
        if element.get("itemid"):
            found["@id"] = address(element, element.get("itemid"))
        self._open.add(element)
        for name, value in self._properties(element):
            _add(found, name, value)
        self._open.discard(element)
        self._read[element] = found
        return found

    def _properties(self, item: Any) -> Iterator[tuple[str, Any]]:
        for element in self._elements(item):
            value = self._value(element)
            if value is not None:
                for name in dict.fromkeys(element.get("itemprop").split()):
                    yield _short(name), value

    def _elements(self, item: Any) -> list[Any]:
        """The elements with itemprop that belong to the item (HTML, "properties of an item"), in order."""
        found: list[Any] = []
        seen = {item}
        others = [
            each for name in (item.get("itemref") or "").split() if (each := self._named(name)) is not None
        ]
        waiting = [*reversed(others), *reversed(item)]
        while waiting:
            element = waiting.pop()
            if type(element.tag) is not str or element in seen:
                continue
            self._left -= 1
            if self._left < 0:
                raise PageError("the microdata of the page refers to itself too often to be read")
            seen.add(element)
            if (element.get("itemprop") or "").strip():
                found.append(element)
            if element.get("itemscope") is None:
                waiting += reversed(element)
        return sorted(found, key=self._place) if others else found

    def _value(self, element: Any) -> Any:
        if element.get("itemscope") is not None:
            # An item inside itself would have no end.
            return None if element in self._open or len(self._open) > 100 else self.item(element)
        tag = element.tag
        if tag in _ATTRIBUTES:
            return element.get(_ATTRIBUTES[tag]) or None
        if tag in _ADDRESSES:
            reference = element.get(_ADDRESSES[tag])
            return address(element, reference) if reference else None
        if tag == "time" and element.get("datetime"):
            return element.get("datetime")
        return read_text(element) or None

    def _named(self, name: str) -> Any:
        self._look()
        return self._by_id.get(name)

    def _place(self, element: Any) -> int:
        self._look()
        assert self._places is not None
        return self._places[element]

    def _look(self) -> None:
        if self._places is None:
            self._places = {element: at for at, element in enumerate(self._root.iter("*"))}
            for element in self._places:
                if name := element.get("id"):
                    self._by_id.setdefault(name, element)


def _short(name: str) -> str:
    found = _NAME.search(name)
    return (found[0] if found else "") or name


def _add(found: dict[str, Any], name: str, value: Any) -> None:
    if name not in found:
        found[name] = value
    elif type(found[name]) is list:
        found[name].append(value)
    else:
        found[name] = [found[name], value]
