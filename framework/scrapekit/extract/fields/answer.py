"""What the answer itself says, whatever its body is: a header, a cookie it sets, its status, its address."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from scrapekit.errors import SelectorError
from scrapekit.extract.reading import Find, Reading
from scrapekit.parts import Scope
from scrapekit.regex import RegexError, RegexTooSlow, compile_regex

# RFC 9110 5.6.2; a cookie's name is a token as well (RFC 6265 4.1.1).
_NOT_IN_TOKEN = re.compile(r"[^!#$%&'*+.^_`|~0-9A-Za-z-]")


def compile_answer(language: str, source: str, path: str) -> Find:
    """The function for one of the languages ``header cookie status url``; raises SelectorError."""
    return _url(source, path) if language == "url" else _COMPILE[language](source)


def _name(source: str, what: str) -> str:
    if wrong := _NOT_IN_TOKEN.search(source):
        raise SelectorError(f'"{wrong[0]}" cannot be part of the name of a {what}', offset=wrong.start())
    return source


def _header(source: str) -> Find:
    name = _name(source, "header").lower()

    def find(scope: Scope, reading: Reading) -> Sequence[Any]:
        value = reading.page.headers.get(name)
        return () if value is None else (value,)

    return find


def _cookie(source: str) -> Find:
    name = _name(source, "cookie")

    def find(scope: Scope, reading: Reading) -> Sequence[Any]:
        # RFC 6265 5.2 and 5.3: the value ends at the first ";", and of two cookies the later one counts.
        for line in reversed(reading.page.headers.get("set-cookie", "").split("\n")):
            key, equals, value = line.partition(";")[0].partition("=")
            if equals and key.strip() == name:
                return (value.strip(),)
        return ()

    return find


def _status(source: str) -> Find:
    return lambda scope, reading: (reading.page.status,)


def _url(source: str, path: str) -> Find:
    if not source:
        return lambda scope, reading: (reading.page.url,)
    try:
        pattern = compile_regex(source)
    except RegexError as error:
        raise SelectorError(str(error), offset=error.offset) from None
    group = 1 if pattern.groups else 0

    def find(scope: Scope, reading: Reading) -> Sequence[Any]:
        try:
            return [match[group] or "" for match in pattern.finditer(reading.page.url)]
        except RegexTooSlow as error:
            reading.note(f"field {path}: {error}")
            return ()

    return find


_COMPILE: dict[str, Callable[[str], Find]] = {
    "header": _header,
    "cookie": _cookie,
    "status": _status,
}
