"""Cookies as the text that browsers' and other programs' ``cookies.txt`` hold, read and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scrapekit.errors import UsageError
from scrapekit.node import shown
from scrapekit.web.set_cookie import Cookie
from scrapekit.web.suffixes import is_public_suffix

_HEAD = "# Netscape HTTP Cookie File"
_HTTP_ONLY = "#HttpOnly_"
_COLUMNS = 7


def write_cookies(cookies: Iterable[Cookie], now: float) -> str:
    """One line for each cookie that has not expired; those of a session have the time 0."""
    lines = [_HEAD]
    for cookie in cookies:
        if cookie.expires is not None and cookie.expires <= now:
            continue
        prefix = _HTTP_ONLY if cookie.http_only else ""
        domain = cookie.domain if cookie.host_only else f".{cookie.domain}"
        expires = "0" if cookie.expires is None else str(int(cookie.expires))
        columns = [
            f"{prefix}{domain}",
            _flag(not cookie.host_only),
            cookie.path,
            _flag(cookie.secure),
            expires,
            cookie.name,
            cookie.value,
        ]
        if not any(sign in column for column in columns for sign in "\t\n\r"):
            lines.append("\t".join(columns))
    return "\n".join(lines) + "\n"


def _flag(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def read_cookies(text: str, name: str) -> Iterator[Cookie]:
    """The cookies of a file called *name*. Raises UsageError, with the line's number, for another format."""
    for number, line in enumerate(text.splitlines(), 1):
        http_only = line.startswith(_HTTP_ONLY)
        row = line.removeprefix(_HTTP_ONLY)
        if not row.strip() or (row.startswith("#") and not http_only):
            continue
        columns = row.split("\t")
        if len(columns) == _COLUMNS - 1:
            columns.append("")  # some programs leave out an empty value, and its tab
        if len(columns) != _COLUMNS:
            hint = "export it as cookies.txt, in the Netscape format: seven columns with tabs between them"
            raise UsageError(f"{shown(name, 300)}:{number}: not a line of a cookies.txt", hint=hint)
        yield _cookie(columns, http_only)


def _cookie(columns: list[str], http_only: bool) -> Cookie:
    domain, below, path, secure, expires, name, value = columns
    try:
        time = float(expires)
    except ValueError:
        time = 0.0
    host = domain.strip().lstrip(".").lower()
    return Cookie(
        name,
        value,
        host,
        path or "/",
        # Not every program that writes such files knows public suffixes.
        host_only=below.upper() != "TRUE" or is_public_suffix(host),
        secure=secure.upper() == "TRUE",
        http_only=http_only,
        expires=time if time > 0 else None,
    )
