"""Pages that would keep libxml2 busy for minutes, found before they are parsed."""

from __future__ import annotations

import re

from scrapekit import PageError

_SMALL = 16 * 1024
"""Below this no tag can hold enough attributes to matter (10 ms at worst)."""

_STRIDE = 4 * 1024
_MOST_ATTRIBUTES = 4000
_MOST_TAGS = 4
"""So many tags may have that many, or more tags fewer: libxml2's time grows with their squares."""
_LONG_TAG = 2 * _MOST_ATTRIBUTES

_END_OF_TAG = re.compile(rb'[0-9a-z]">').search
_TAG = re.compile(rb"<[a-zA-Z](?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+)*+")
_QUOTED = re.compile(rb"=\s*(?:\"[^\"]*\"|'[^']*')")


def refuse_hostile(body: bytes) -> None:
    """Raise PageError for a tag with thousands of attributes, and for many that come near.

    libxml2 walks all attributes of a tag to add one: 32,000 take 5 s, 200,000 minutes. A page that
    is harmless by a quick look is not looked at again.
    """
    if len(body) < _SMALL or _is_harmless(body):
        return
    squares = 0
    for tag in _TAG.finditer(body):
        if tag.end() - tag.start() > _LONG_TAG:
            count = len(_QUOTED.sub(b" ", tag[0]).split()) - 1
            if count > _MOST_ATTRIBUTES:
                raise PageError(f"a tag has {count} attributes; at most {_MOST_ATTRIBUTES} are read")
            squares += count * count
            if squares > _MOST_TAGS * _MOST_ATTRIBUTES**2:
                raise PageError("too many of its tags have thousands of attributes")


def _is_harmless(body: bytes) -> bool:
    """True when no tag can be long, told from a few places of the page.

    ``x">`` ends a tag wherever in a tag it stands, except inside single quotes. So a long tag needs
    a long stretch without it, or must be inside single quotes at each: then the bytes that can hold
    its attributes lie between a single quote and the next ``x">``.
    """
    for at in range(0, len(body) - _STRIDE, _STRIDE):
        if _END_OF_TAG(body, at, at + _STRIDE) is None:
            return False
    open_to_it, at = 0, body.find(b"'")
    while at >= 0:
        end = _END_OF_TAG(body, at)
        stop = end.end() if end else len(body)
        open_to_it += stop - at
        if open_to_it > _LONG_TAG:
            return False
        at = body.find(b"'", stop)
    return True
