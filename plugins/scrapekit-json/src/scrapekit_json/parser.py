"""The parser json: JSON and JSON lines, JSONPath selectors."""

from __future__ import annotations

from typing import Any, ClassVar

from scrapekit import Options, Page, Read, Select, SelectorError, SimpleDocument, TakesLong
from scrapekit_json.compiling import compile_path
from scrapekit_json.reading import read_json, read_json_lines

_SMALL = 8 * 1024
"""A body below this is read in a moment by a path that goes through all of it twice."""


class JsonParser:
    """Reads a page as JSON, whatever its Content-Type says.

    Options: ``lines``, true where each line is a value of its own (the page is then the list of
    them); ``prefix``, what some servers put before the JSON (``)]}',``), taken off where it stands.
    The one language is ``jsonpath``; inside a row ``$`` and ``@`` mean the row. Reads: ``text``
    gives a value as it is; any other name gives that member of an object.
    """

    languages: ClassVar = ("jsonpath",)

    def __init__(self, options: Options) -> None:
        self._prefix = options.text("prefix")
        self._read = read_json_lines if options.flag("lines") else read_json
        self._steepness = 1
        options.close()

    def compile(self, selector: str, language: str, first: bool) -> Select:
        """A JSONPath as a function; see `Parser.compile`."""
        select, steepness = compile_path(selector, first=first)
        self._steepness = max(self._steepness, steepness)
        return select

    def read(self, name: str) -> Read:
        """``text``: the value itself; else the member of that name, None where there is none."""
        if not name:
            raise SelectorError("expected a name to read")
        return _itself if name == "text" else _member(name)

    def parse(self, page: Page) -> SimpleDocument:
        """The page's value; raises PageError for anything that is not strict JSON."""
        if page.hurried and self._steepness > 1 and len(page.body) > _SMALL >> 4 * (self._steepness - 2):
            # Each value is walked to from all that hold it, and those may be a thousand.
            raise TakesLong("a path goes through all of it more than once")
        return SimpleDocument(self._read(page, self._prefix), page.url)


def _itself(value: Any) -> Any:
    return value


def _member(name: str) -> Read:
    def read(value: Any) -> Any:
        if type(value) is dict:
            return value.get(name)
        return None if type(value) is list else value

    return read
