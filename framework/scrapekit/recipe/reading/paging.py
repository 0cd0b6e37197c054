"""``paginate``: how the following pages of a page rule are found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from scrapekit.node import MapNode, Node, ScalarNode, describe
from scrapekit.options import Options
from scrapekit.recipe.model import Paginate, Selector
from scrapekit.recipe.model.pages import PagingKind
from scrapekit.recipe.reading.selector import Found, Ground, read_selector
from scrapekit.recipe.reading.source import SELECTORS, read_one, read_ways
from scrapekit.recipe.reading.window import read_window

_PLACES = ("query", "form", "json", "header", "path")
_UNTIL: tuple[Literal["empty", "repeat"], ...] = ("empty", "repeat")


def read_paginate(
    ground: Ground, page: Options, key: Literal["paginate", "pages"] = "paginate"
) -> Paginate | None:
    """The paginator under *key*; None when there is none or it has a problem.

    Under ``pages``, where a value goes on over the pages that follow, its limit is called ``max``.
    """
    node = page.node(key)
    if node is None:
        return None
    most = "max_pages" if key == "paginate" else "max"
    if not isinstance(node, MapNode):
        hint = "a link to the following page is written { next: SELECTOR }"
        page.problem(key, f"expected a mapping, found {describe(node)}", hint)
        return None
    options = page.section(key)
    kind = _kind(options)
    if kind is None:
        options.problems.add(options.mark, options.path, f"{key} needs one of {', '.join(_READERS)}")
        options.close(*_READERS, most, "until", "more", "in", "total")
        return None
    own = _READERS[kind](ground, options)
    common = {**_common(ground, options, kind, own or {}), "max_pages": options.integer(most, least=1)}
    options.close(*_READERS)
    return None if own is None else Paginate(kind, options.path, options.mark, **{**own, **common})


def _kind(options: Options) -> PagingKind | None:
    """How pages are followed; a problem for each way beside the first."""
    written = [kind for kind in _READERS if kind in options]
    for kind in written[1:]:
        message = f'pages are followed in one way: "{kind}" stands beside "{written[0]}"'
        options.problem(kind, message, "leave out one of the two")
    return written[0] if written else None


def _common(ground: Ground, options: Options, kind: PagingKind, own: Mapping[str, Any]) -> dict[str, Any]:
    """What may be written beside any way to follow pages."""
    common: dict[str, Any] = {
        "until": options.choice("until", _UNTIL, own.get("until", "empty")),
        "more": _selector(ground, options, "more"),
    }
    if place := options.choice("in", _PLACES):
        common["into"] = place
    if (total := _count(ground, options, "total")) is not None:
        common["total"] = total
        if own.get("total") is not None:
            message = f'"total" is written twice: here and in {kind}'
            options.problem("total", message, "leave out one of the two")
    return common


def _next(ground: Ground, options: Options) -> dict[str, Any] | None:
    return _address(ground, options, "next")


def _next_url(ground: Ground, options: Options) -> dict[str, Any] | None:
    return _address(ground, options, "next_url")


def _address(ground: Ground, options: Options, key: str) -> dict[str, Any] | None:
    _refuse_place(options, key)
    node = options.node(key)
    assert node is not None
    found = _found(ground, node, options.at(key))
    return {"selector": found.selector, "reads": found.reads} if found else None


def _refuse_place(options: Options, key: str) -> None:
    if "in" in options:
        options.problem("in", f'a "{key}" link is a whole address: nothing is put into it')


def _link_header(ground: Ground, options: Options) -> dict[str, Any] | None:
    _refuse_place(options, "link_header")
    node = options.node("link_header")
    if isinstance(node, ScalarNode) and node.value is True:
        return {"param": "next"}
    relation = options.text("link_header").strip()
    if not relation or len(relation.split()) > 1:
        options.problem("link_header", "expected a relation of a link", "link_header: next")
        return None
    return {"param": relation}


def _found(ground: Ground, node: Node, path: str) -> Found | None:
    """A selector as a short form, or ``{css: …, attr: …}``."""
    if not isinstance(node, MapNode):
        return read_selector(ground, node, path)
    options = Options(node, ground.problems, path, mark=node.mark)
    found = read_one(ground, options, SELECTORS)
    reads = read_ways(options, found)
    options.close()
    return found and Found(found.selector, reads)


def _page(ground: Ground, options: Options) -> dict[str, Any] | None:
    page = options.section("page", short="param")
    own = {
        "param": _parameter(page),
        "first": page.integer("first", 1),
        "step": page.integer("step", 1),
        "last": _count(ground, page, "last"),
    }
    if own["step"] == 0:
        page.problem("step", "a step of 0 never leaves the first page")
    page.close()
    return own


def _offset(ground: Ground, options: Options) -> dict[str, Any] | None:
    offset = options.section("offset", short="param")
    own = {
        "param": _parameter(offset),
        "first": offset.integer("first", 0, least=0),
        "size": offset.integer("size", least=1),
        "size_param": offset.text("size_param"),
        "total": _count(ground, offset, "total"),
    }
    if own["size_param"] and own["size"] is None and "size" not in offset:
        offset.problem("size_param", "there is no size to send", 'add "size"')
    offset.close()
    return own


def _cursor(ground: Ground, options: Options) -> dict[str, Any] | None:
    cursor = options.section("cursor")
    own: dict[str, Any] = {"param": _parameter(cursor)}
    if place := cursor.choice("in", _PLACES):
        own["into"] = place
        if "in" in options:
            cursor.problem("in", '"in" is written twice: here and in paginate', "leave out one of the two")
    node = cursor.node("from") if cursor.require("from") else None
    found = _found(ground, node, cursor.at("from")) if node is not None else None
    cursor.close()
    return {**own, "selector": found.selector, "reads": found.reads} if found else None


def _parameter(options: Options) -> str:
    if not options.require("param"):
        return ""
    name = options.text("param")
    if not name and isinstance(options.node("param"), ScalarNode) and options.node("param") is not None:
        options.problem("param", "a parameter needs a name")
    return name


def _count(ground: Ground, options: Options, key: str) -> int | Selector | None:
    """A whole number, or a selector that finds one in the page."""
    node = options.node(key)
    if isinstance(node, ScalarNode) and isinstance(node.value, int) and not isinstance(node.value, bool):
        if node.value < 0:
            options.problem(key, "must be at least 0")
        return node.value
    if node is None:
        return None
    if isinstance(node, ScalarNode) and not isinstance(node.value, str) and not node.literal:
        options.problem(key, f"expected a whole number or a selector, found {describe(node)}")
        return None
    return _selector(ground, options, key)


def _selector(ground: Ground, options: Options, key: str) -> Selector | None:
    node = options.node(key)
    found = None if node is None else _found(ground, node, options.at(key))
    if found is not None and found.reads:
        message = f'an attribute cannot be read here: "@{found.reads[0]}"'
        options.problem(key, message, "use xpath:.../@name, or a selector whose text is the value")
    return found.selector if found else None


_READERS: Mapping[PagingKind, Callable[[Ground, Options], dict[str, Any] | None]] = {
    "next": _next,
    "next_url": _next_url,
    "link_header": _link_header,
    "page": _page,
    "offset": _offset,
    "cursor": _cursor,
    "window": read_window,
}
"""Each way to follow pages, in the order messages name them; `scrapekit.extract.paging` knows the same."""
