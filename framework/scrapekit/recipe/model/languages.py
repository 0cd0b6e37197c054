"""The selector languages that recipes have words for, and what each of them finds."""

from __future__ import annotations

import re
from collections.abc import Mapping

REGEX = "regex"
"""Searched in the text itself, whatever the parser."""

ANSWER = ("header", "cookie", "status", "url")
"""Read from the answer, not from its body, whatever the parser."""

TEXTS = frozenset({REGEX, *ANSWER})
"""Languages that no parser need know. They find texts, which have nothing further to read."""

PLACES = ("table", "row", "column")
"""Say where in a table; beside them another selector looks in the cell they find."""

READER: Mapping[str, str] = {
    "css": "html",
    "xpath": "html",
    "jsonpath": "json",
    "jsonld": "html",
    "microdata": "html",
    "meta": "html",
    "state": "javascript",
    **dict.fromkeys(PLACES, "html"),
}
"""Language → the parser that reads what was found, where a second step does not name one."""

VALUES: Mapping[str, str] = {"jsonld": "json", "microdata": "json", "state": "json"}
"""Languages that find objects and lists as JSON has them → the parser that goes on from these."""

_ELEMENTS = ("header", "table", "meta")
_PSEUDO = re.compile(r":|[a-z-]+\(|(?:(?:first|last|only)-(?:child|of-type)|empty|root)(?![\w-])")


def is_css(word: str, rest: str) -> bool:
    """True where *word* is an element, though a language too: ``table:first-child``, not ``meta:og:url``."""
    return word in _ELEMENTS and _PSEUDO.match(rest) is not None
