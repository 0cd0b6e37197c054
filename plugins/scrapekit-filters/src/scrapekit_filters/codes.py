"""Filters that write text in another code: Base64, hashes."""

from __future__ import annotations

import base64 as _base64
import binascii
import hashlib

from scrapekit import Options
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._words import shown


@declare(
    "text",
    "text",
    short="way",
    options={
        "way": "decode (the default) or encode",
        "url_safe": 'true: the alphabet with "-" and "_" (RFC 4648 5)',
    },
    example=[(None, "dGVh", "tea"), ("encode", "tea", "dGVh")],
)
def base64(options: Options) -> Function:
    """Decodes or encodes Base64 text (RFC 4648), as UTF-8."""
    altchars = b"-_" if options.flag("url_safe") else None
    if options.choice("way", ["decode", "encode"], "decode") == "encode":
        return lambda value: _base64.b64encode(_utf8(value), altchars).decode()
    return lambda value: _decoded(value, altchars)


def _decoded(value: str, altchars: bytes | None) -> str:
    packed = "".join(value.split())
    try:
        # Padding is often left out; what is too much of it does no harm unless it is checked.
        raw = _base64.b64decode(
            packed.rstrip("=") + "=" * (-len(packed.rstrip("=")) % 4), altchars, validate=True
        )
        return raw.decode()
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"{shown(value)} is no Base64 of UTF-8 text") from error


@declare(
    "text",
    "text",
    short="algorithm",
    options={"algorithm": "sha256 (the default), sha512, sha1, md5 or blake2b"},
    example=[("md5", "tea", "7239ea2b5dc943f61f3c0a0276c20974")],
)
def hash_(options: Options) -> Function:
    """Gives the hash of the text's UTF-8 bytes in hexadecimal digits."""
    name = options.choice("algorithm", ["sha256", "sha512", "sha1", "md5", "blake2b"], "sha256")
    # usedforsecurity=False: a machine in FIPS mode refuses md5 otherwise, and this names things only.
    return lambda value: hashlib.new(name, _utf8(value), usedforsecurity=False).hexdigest()


def _utf8(value: str) -> bytes:
    try:
        return value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{shown(value)} holds half a character (a lone surrogate)") from error
