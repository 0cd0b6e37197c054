"""A request that the recipe makes for itself, and the parser that reads its answer."""

from __future__ import annotations

from collections.abc import Iterable

from scrapekit.errors import Problems
from scrapekit.mark import Mark
from scrapekit.node import MapNode, Node, ScalarNode
from scrapekit.options import Options
from scrapekit.recipe.model.session import Call, Reader
from scrapekit.recipe.reading.request import read_shape
from scrapekit.recipe.reading.seeds import check_address

REQUEST = ("url", "method", "query", "headers", "cookies", "form", "json", "body", "graphql", "encoding")
"""The keys that say what is sent, and where."""


def read_call(options: Options) -> Call | None:
    """The request that *options* holds beside other keys; None where its address has a problem."""
    options.require("url", "write the address that is asked")
    url, shape = read_url(options, "url"), read_shape(options)
    return None if url is None else Call(options.path, options.mark, url, shape)


def read_url(options: Options, key: str) -> ScalarNode | None:
    """The address under *key*, a template over inputs."""
    url = options.scalar(key, "an address")
    if url is not None:
        check_address(url, options.at(key), options.problems)
    return None if url is None or url.broken else url


def read_page_call(node: Node, path: str, problems: Problems) -> Call | None:
    """A page that is asked for: its address, or ``{ url: …, headers: … }``."""
    options = Options(node, problems, path, mark=node.mark, short="url")
    call = read_call(options)
    options.close()
    return call


def read_reader(options: Options, reads: Iterable[Node | None]) -> Reader:
    """The ``parser`` of an answer: as written, or json where one of *reads* is a JSONPath, else html."""
    node = options.node("parser")
    if isinstance(node, MapNode):
        long = options.section("parser")
        long.require("name")
        rest = {key: value for key, value in node.entries.items() if key != "name"}
        more = MapNode(rest, node.mark, {key: node.key_mark(key) for key in rest})
        return Reader(long.text("name", "html"), node.mark, more)
    default = "json" if any(_is_jsonpath(each) for each in reads) else "html"
    return Reader(options.text("parser", default), options.where("parser"))


def _is_jsonpath(node: Node | None) -> bool:
    if isinstance(node, MapNode):
        return "jsonpath" in node.entries
    text = str(node.value) if isinstance(node, ScalarNode) else ""
    return text.startswith(("$", "json:", "jsonpath:"))


def mapping_without(node: MapNode, keys: Iterable[str], mark: Mark) -> MapNode:
    """The mapping without *keys*."""
    kept = {key: value for key, value in node.entries.items() if key not in set(keys)}
    return MapNode(kept, mark, {key: node.key_mark(key) for key in kept})
