"""The language ``jsonld``: objects of a type in the page's JSON-LD, and the values of their keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from scrapekit import Select
from scrapekit_html.js_tokens import NotLiteral, Patience, space_end
from scrapekit_html.keys import follow, glob, read_named, some
from scrapekit_html.literal import read_literal
from scrapekit_html.page_data import Current, PageData

_TYPE = re.compile(r"(?:https?://[^\s\"'<>]*[/#])?[\w*-]+")
_MEDIA_TYPE = re.compile(r"\s*application/ld\+json\s*(?:;|\Z)", re.IGNORECASE)
_BEFORE = re.compile(r"(?:\s+|<!--|<!\[CDATA\[|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|//\s*<!--)*+")
_AFTER = re.compile(r"(?:\s+|;|-->|\]\]>|//\s*\]\]>|/\*\s*\]\]>\s*\*/|//\s*-->)*+\Z")
_NAME = re.compile(r"[^/#:]*\Z")
_BROKEN = "a block of JSON-LD cannot be read"


class Block:
    """The JSON-LD of one page or element: its values, and which of its objects have a name."""

    __slots__ = ("_by_id", "values")

    def __init__(self, values: list[Any]) -> None:
        self.values = values
        self._by_id: dict[str, Any] | None = None

    def known(self, value: Any) -> Any:
        """The object that a reference such as ``{"@id": "#shop"}`` names; the text of ``{"@value": …}``."""
        if type(value) is not dict or len(value) > 3:
            return value
        if "@value" in value:
            return value["@value"]
        reference = value.get("@id")
        return value if len(value) > 1 or not isinstance(reference, str) else self._named(reference, value)

    def _named(self, reference: str, value: Any) -> Any:
        if self._by_id is None:
            self._by_id = {}
            for each in objects(self.values):
                if isinstance(name := each.get("@id"), str) and len(each) > 1:
                    self._by_id.setdefault(name, each)
        return self._by_id.get(reference, value)


def compile_jsonld(selector: str, current: Current, *, first: bool) -> Select:
    """``Product``, ``Product.offers.price``, ``*Article.headline``; raises SelectorError."""
    named = read_named(selector, _TYPE, "a type such as Product, or *")
    of_type = type_check(named.name)

    def find(scope: Any) -> Iterator[Any]:
        data = current.data
        block = data.once("jsonld", scope, lambda node: _read(node, data))
        return follow(filter(of_type, objects(block.values)), named.keys, block.known)

    return some(find, first=first)


def type_check(name: str) -> Callable[[dict[str, Any]], bool]:
    """Whether an object is of that type: by the last part of its name, which may hold ``*``."""
    fits = glob(_last_part(name)).match

    def check(value: dict[str, Any]) -> bool:
        types = value.get("@type")
        names = types if type(types) is list else (types,)
        return any(type(each) is str and fits(_last_part(each)) is not None for each in names)

    return check


def _last_part(name: str) -> str:
    found = _NAME.search(name)
    return found[0] if found else name


def objects(values: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Every object in the values, each before what it holds, in their order."""
    stack = [*reversed(list(values))]
    while stack:
        value = stack.pop()
        if type(value) is dict:
            yield value
            stack += reversed(value.values())
        elif type(value) is list:
            stack += reversed(value)


def _read(scope: Any, data: PageData) -> Block:
    values: list[Any] = []
    patience = Patience()
    for script in scope.iter("script"):
        if _MEDIA_TYPE.match(script.get("type") or "") and (text := script.text) and not text.isspace():
            try:
                values.append(_value(text, patience))
            except NotLiteral:
                data.note(_BROKEN)
    return Block(values)


def _value(text: str, patience: Patience) -> Any:
    """The one value of a block, whatever comments stand around it; raises NotLiteral."""
    start = _BEFORE.match(text)
    value, end = read_literal(text, start.end() if start else 0, patience)
    if _AFTER.match(text, space_end(text, end)) is None:
        # Something follows that may change its meaning.
        raise NotLiteral(end)
    return value
