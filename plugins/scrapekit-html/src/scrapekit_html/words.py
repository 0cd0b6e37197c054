"""What libxml2 says of a page, in words for people who run recipes."""

from __future__ import annotations

import re

_ADVICE = re.compile(r"[,;]?\s*(?:use|try) XML_PARSE_HUGE(?: option)?\s*")


def said(message: str) -> str:
    """The message without libxml2's advice to those who program it."""
    return _ADVICE.sub("", message).strip()
