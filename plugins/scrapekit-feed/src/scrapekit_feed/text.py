"""The parser text: plain text by lines and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from scrapekit import Options, Page, Read, Select, SelectorError, SimpleDocument
from scrapekit_feed.names import shown

_SELECTOR = re.compile(r"(?P<what>[a-z]+)(?:\[(?P<from>-?\d{0,9})(?P<to>:-?\d{0,9})?\])?\Z", re.ASCII)
_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _paragraphs(text: str) -> list[str]:
    return [part for part in map(str.strip, _BLANK_LINES.split(text)) if part]


def _whole(text: str) -> list[str]:
    return [text] if text else []


_KINDS: dict[str, Callable[[str], list[str]]] = {"lines": _lines, "paragraphs": _paragraphs, "text": _whole}


class TextParser:
    """Reads a page as plain text, whatever its Content-Type says. It has no options.

    The one language is ``part``: ``lines`` (those that are not blank), ``paragraphs`` (between blank
    lines), ``text``; each with a place or a slice from 0, as in ``lines[2]``, ``lines[-1]``,
    ``paragraphs[1:]``. Inside a row they mean the row's own.
    """

    languages: ClassVar = ("part",)

    def __init__(self, options: Options) -> None:
        options.close()

    def compile(self, selector: str, language: str, first: bool) -> Select:
        """A part of the text as a function; see `Parser.compile`."""
        match = _SELECTOR.match(selector.strip())
        if match is None or match["what"] not in _KINDS:
            hint = "write lines, paragraphs or text; lines[0], lines[2:], lines[-1] are some of them"
            raise SelectorError(f'a text has no "{shown(selector)}"', width=max(1, len(selector)), hint=hint)
        return _selected(_KINDS[match["what"]], _slice(match))

    def read(self, name: str) -> Read:
        """``text``, the only way: the value itself."""
        if name != "text":
            raise SelectorError(f'a text has no "{shown(name)}" to read', hint="leave it out")
        return lambda value: value

    def parse(self, page: Page) -> SimpleDocument:
        """The text, with line feeds at the ends of lines."""
        text = page.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        return SimpleDocument(text, page.url)


def _slice(match: re.Match[str]) -> slice:
    start, end = match["from"], match["to"]
    if start is None and end is None:
        return slice(None)
    if end is not None:
        return slice(
            int(start) if start not in ("", "-") else None, int(end[1:]) if end[1:] not in ("", "-") else None
        )
    if start in ("", "-"):
        raise SelectorError("a place is missing between the brackets", offset=match.end("what"), width=2)
    # lines[-1] is the last one, and lines[-1:0] would be none.
    return slice(int(start), int(start) + 1 or None)


def _selected(split: Callable[[str], list[str]], which: slice) -> Select:
    def select(scope: Any) -> Sequence[Any]:
        return split(scope)[which] if isinstance(scope, str) else ()

    return select
