"""Markup to Markdown (the door to markdownify)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from scrapekit import Options

_LONGEST = 2_000_000
_BLANK_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t]+\n")
_NEVER = ("script", "style", "template", "noscript")


class Markdown:
    """Turns markup into Markdown: headings, lists, links, emphasis, tables, code."""

    takes: ClassVar = "html"
    gives: ClassVar = "text"
    options: ClassVar[Mapping[str, str]] = {
        "links": "false: of links only their text stays",
        "images": "false: images go",
    }
    example: ClassVar[Sequence[tuple[str | None, Any, Any]]] = [
        (None, "<h2>Tea</h2><p>Green <b>and</b> <i>good</i>.</p>", "## Tea\n\nGreen **and** *good*."),
        (None, "<ul><li>One</li><li><code>Two</code></li></ul>", "* One\n* `Two`"),
        ("{links: false}", '<p>See <a href="/2">there</a>.</p>', "See there."),
        ("{images: false}", '<p>Tea <img src="t.jpg" alt="a cup"></p>', "Tea"),
    ]

    def make(self, options: Options) -> Callable[[Any], str | None]:
        """The function that converts."""
        left_out = [tag for tag, key in (("a", "links"), ("img", "images")) if not options.flag(key, True)]
        options.close()
        convert = _converter(left_out)

        def run(value: Any) -> str | None:
            text = _as_text(value)
            if len(text) > _LONGEST:
                raise ValueError(f"the markup is longer than {_LONGEST:,} characters")
            try:
                return _tidy(convert(text)) or None
            except RecursionError as error:
                raise ValueError("the markup is nested too deeply") from error

        return run


def _converter(left_out: list[str]) -> Callable[[str], str]:
    # Half of a run's recipes never convert anything: the library is imported with the first that does.
    from bs4 import BeautifulSoup
    from markdownify import ATX, MarkdownConverter

    converter = MarkdownConverter(heading_style=ATX, bullets="*", strip=left_out)

    def convert(text: str) -> str:
        # By name: a text that looks like a file's name or an address is not worth a warning here.
        soup = BeautifulSoup(f"<div>{text}</div>", "html.parser")
        for element in soup(_NEVER):
            element.decompose()
        return str(converter.convert_soup(soup))

    return convert


def _tidy(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", _SPACES.sub("\n", text)).strip()


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, list | dict):
        kind = "nothing" if value is None else "a list" if isinstance(value, list) else "an object"
        raise ValueError(f"expected markup, found {kind}")
    return str(value)
