"""Going on with a body that broke off: what may be asked for, and whether the answer continues what is there.

RFC 9110 13.1.5 (If-Range), 14 (ranges), 15.3.7 (206): pure decisions on headers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

_STRONG_ETAG = re.compile(r'"[!#-~]{0,1000}"\Z')
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15}|\*)\Z")


def validator_of(headers: Mapping[str, str]) -> str:
    """What tells this version of a body from any other, byte for byte; "" where nothing does.

    A strong entity tag, or a Last-Modified that is older than the answer by a second at least (8.8.2.2):
    within a second a file may change twice.
    """
    etag = headers.get("etag", "").strip()
    if etag:
        return etag if _STRONG_ETAG.match(etag) else ""
    modified = headers.get("last-modified", "").strip()
    changed, answered = _date(modified), _date(headers.get("date", ""))
    if changed is None or answered is None or (answered - changed).total_seconds() < 1:
        return ""
    return modified


def _date(text: str) -> datetime | None:
    if not text or len(text) > 64 or not text.isascii():
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else None


def asked_for(offset: int, validator: str) -> tuple[tuple[str, str], ...]:
    """The headers that ask for the rest of that version; the whole of it, where it is there no longer."""
    return ("Range", f"bytes={offset}-"), ("If-Range", validator)


def total_of(headers: Mapping[str, str]) -> int | None:
    """How many bytes the whole body has, as a Content-Range says."""
    match = _CONTENT_RANGE.match(headers.get("content-range", "").strip())
    return int(match[3]) if match and match[3] != "*" else None


def continues(headers: Mapping[str, str], offset: int, validator: str, total: int | None) -> bool:
    """True when a 206 goes on exactly at *offset* with the version that *validator* stands for.

    15.3.7.3: parts may be put together only where their validators are equal and strong. A 206 must
    repeat the entity tag; a date it may leave out.
    """
    match = _CONTENT_RANGE.match(headers.get("content-range", "").strip())
    if match is None or int(match[1]) != offset:
        return False
    whole = total_of(headers)
    if whole is None or int(match[2]) != whole - 1 or (total is not None and whole != total):
        return False
    if validator.startswith('"'):
        return headers.get("etag", "").strip() == validator
    return headers.get("last-modified", validator).strip() == validator
