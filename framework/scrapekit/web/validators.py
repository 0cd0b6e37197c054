"""What a page says by which it can be asked for again, if it has changed (RFC 9110 8.8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from scrapekit.page import Page

# RFC 9110 8.8.3; beyond ASCII nobody could be sure to send back the same bytes.
_ETAG = re.compile(r'(?:W/)?"[!#-~]{0,1000}"\Z')
_LONGEST_DATE = 64


def validators_of(page: Page) -> tuple[str, str] | None:
    """ETag and Last-Modified of a page, either empty where it is none; None for a page that was no 200."""
    return validators_in(page.headers) if page.status == 200 else None


def validators_in(headers: Mapping[str, str]) -> tuple[str, str]:
    """The same of the headers of an answer."""
    etag, modified = headers.get("etag", "").strip(), headers.get("last-modified", "").strip()
    return etag if _ETAG.match(etag) else "", modified if _is_date(modified) else ""


def _is_date(text: str) -> bool:
    if not text or len(text) > _LONGEST_DATE or not text.isascii():
        return False
    try:
        parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return False
    return True
