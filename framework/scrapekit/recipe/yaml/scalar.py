"""What a plain YAML scalar means: the YAML 1.2 core types, less the ones that surprise people."""

from __future__ import annotations

import math
import re

from scrapekit.node import Scalar

_WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# YAML 1.2.2, 10.3.2 would read 012 as 12 and .inf as infinity: house numbers and article codes
# start with zeros, and no exporter could write an infinity, so both stay text.
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_BASED = {"0x": (re.compile(r"0x[0-9a-fA-F]+\Z"), 16), "0o": (re.compile(r"0o[0-7]+\Z"), 8)}
_LONGEST_NUMBER = 40


def typed(text: str) -> Scalar:
    """The value of an unquoted scalar: null, true, false, a whole number, a float, else the text itself.

    A number of more than 40 characters, or too large for a float, stays text.
    """
    if text in _WORDS:
        return _WORDS[text]
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text) if math.isfinite(float(text)) else text
    pattern, base = _BASED.get(text[:2], (None, 10))
    return int(text, base) if pattern and pattern.match(text) else text
