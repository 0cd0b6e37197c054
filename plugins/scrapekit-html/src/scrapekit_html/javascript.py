"""The parser javascript: scripts that are pages of their own, and texts that hold a literal."""

from __future__ import annotations

from typing import Any, ClassVar

from scrapekit import Options, Page, Read, Select, SelectorError, SimpleDocument
from scrapekit_html.state import compile_state


class JavascriptParser:
    """Reads a page as JavaScript, without running it. It has no options.

    Its one language is ``state``. What that finds is read as JSON is: ``text`` gives a value as it
    is, any other name that member of an object.
    """

    languages: ClassVar = ("state",)

    def __init__(self, options: Options) -> None:
        options.close()

    def compile(self, selector: str, language: str, first: bool) -> Select:
        """What the script assigns to a name; see `Parser.compile`."""
        return compile_state(selector, first=first)

    def read(self, name: str) -> Read:
        """``text``: the value itself; else the member of that name, None where there is none."""
        if not name:
            raise SelectorError("expected a name to read")
        return _itself if name == "text" else _member(name)

    def parse(self, page: Page) -> SimpleDocument:
        """The page's text."""
        return SimpleDocument(page.text, page.url)


def _itself(value: Any) -> Any:
    return value


def _member(name: str) -> Read:
    def read(value: Any) -> Any:
        if type(value) is dict:
            return value.get(name)
        return None if type(value) is list else value

    return read
