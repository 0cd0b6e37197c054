"""What a few JavaScript functions make of one literal, so that nothing need be run to know it."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from scrapekit_html.js_strings import whole_escapes


def _itself(value: Any) -> Any:
    return value


def _parsed(value: Any) -> Any:
    return json.loads(whole_escapes(_text(value)), parse_constant=lambda _: None, parse_float=_finite)


def _finite(text: str) -> float | None:
    value = float(text)
    return None if math.isinf(value) else value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list is expected")
    return value


CALLS: dict[str, Callable[[Any], Any]] = {
    "JSON.parse": _parsed,
    "window.JSON.parse": _parsed,
    "decodeURIComponent": lambda value: unquote(_text(value), errors="strict"),
    "decodeURI": lambda value: unquote(_text(value), errors="strict"),
    "unescape": lambda value: unquote(_text(value), "latin-1"),
    "atob": lambda value: base64.b64decode(_text(value), validate=True).decode("latin-1"),
    "Object.freeze": _itself,
    "Object.seal": _itself,
    "new Date": _itself,
    "new URL": _text,
    "new Set": _listed,
    "new Map": _listed,
}
"""Name → the function; it raises ValueError or TypeError where JavaScript would fail."""
