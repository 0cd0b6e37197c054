"""What the text between the quotes of a JavaScript string says."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_LINE_ENDS = frozenset({"\n", "\r", "\r\n", "\u2028", "\u2029"})

NOT_WHOLE = re.compile(r"\\u[dD][89a-fA-F]")
"""Where an escape may be half of a surrogate pair."""

_SURROGATES = re.compile(
    r"(\\\\)|(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)


def unquote(string: str) -> str:
    """The text of a string literal, its quotes included in *string*."""
    inner = string[1:-1]
    if "\\" not in inner:
        return inner
    text = _ESCAPE.sub(_character, inner)
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        # Two escapes of four digits make one character beyond U+FFFF; half of a pair is none.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _character(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2] or escape[3]
    if digits:
        code = int(digits, 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    char = escape[4]
    # ECMA-262 12.9.4: a line may be broken after a backslash; other characters stand for themselves.
    return "" if char in _LINE_ENDS else _NAMED.get(char, char)


def whole_escapes(text: str) -> str:
    """JSON text in which no escape is half of a surrogate pair, which no UTF-8 file can hold."""
    return _SURROGATES.sub(lambda found: found[0] if found[1] or found[2] else "\\ufffd", text)
