"""The headers of an answer as every other room knows them: by lower-case name, as text."""

from __future__ import annotations

from collections.abc import Mapping


def plain_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    """Headers by lower-case name. Repeated ones are joined by ", " (RFC 9110 5.2), cookies by newlines."""
    plain = {name.lower(): value for name, value in headers.items()}
    if len(plain) == len(headers) and all(map(str.isascii, plain.values())):
        return plain
    found: dict[str, list[str]] = {}
    for name, value in headers.items():
        found.setdefault(name.lower(), []).append(value)
    return {name: _joined(name, values) for name, values in found.items()}


def _joined(name: str, values: list[str]) -> str:
    text = ("\n" if name == "set-cookie" else ", ").join(values)
    if text.isascii() or name == "location":  # a redirect sends the bytes back as they came
        return text
    # Bytes that are no UTF-8 come as lone surrogates, which no file can hold; they are Latin-1 then.
    if any("\udc80" <= character <= "\udcff" for character in text):
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    return text
