"""The filter that looks into a JSON value, or into a text that holds one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from scrapekit import Options, Page, PageError, RegexTooSlow, Request, Select, SelectorError
from scrapekit_json.parser import JsonParser
from scrapekit_json.reading import read_json


class JsonPath:
    """Gives what a JSONPath finds in a value; a text is read as JSON first."""

    takes: ClassVar = "any"
    gives: ClassVar = "any"
    short: ClassVar = "path"
    options: ClassVar[Mapping[str, str]] = {
        "path": "the JSONPath",
        "all": "true: a list of every match; by default the first",
    }
    example: ClassVar[Sequence[tuple[str | None, Any, Any]]] = [
        ("$.tea.price", '{"tea": {"price": 5}}', 5),
        ("{path: '$..id', all: true}", {"a": {"id": 1}, "b": [{"id": 2}]}, [1, 2]),
        ("$.name", '{"id": 1}', None),
        ("$.name", "tea", ValueError("the text is no JSON")),
    ]

    def make(self, options: Options) -> Callable[[Any], Any]:
        """The function for this path."""
        every = options.flag("all")
        select = _select(options, every)
        options.close()

        def run(value: Any) -> Any:
            try:
                found = list(select(_read(value) if isinstance(value, str) else value))
            except PageError as error:
                if isinstance(error.__cause__, RegexTooSlow):
                    raise error.__cause__ from None
                raise ValueError(str(error)) from error
            return (found or None) if every else (found[0] if found else None)

        return run


def _select(options: Options, every: bool) -> Select:
    node = options.scalar("path", "a JSONPath") if options.require("path") else None
    if node is None:
        return lambda scope: ()
    bare = Options(None, options.problems, options.path, mark=options.mark)
    text = str(node.value)
    start = len(text) - len(text.lstrip())
    try:
        return JsonParser(bare).compile(text.strip(), "jsonpath", not every)
    except SelectorError as error:
        place = node.at(start + error.offset, error.width)
        options.problems.add(place, options.at("path"), str(error), error.hint)
        return lambda scope: ()


def _read(text: str) -> Any:
    request = Request("http://value.invalid/")
    headers = {"content-type": "application/json; charset=utf-8"}
    try:
        return read_json(Page(request, request.url, 200, headers, text.encode("utf-8", "replace")), "")
    except PageError as error:
        raise ValueError("the text is no JSON") from error
