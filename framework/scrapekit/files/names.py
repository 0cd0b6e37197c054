"""What a file is called: something of its address, and its content's hash; nothing that could harm."""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote, urlsplit

_LONGEST = 80  # bytes; with hash and extension far below the 255 that file systems allow
_READ = 400
_NAMELESS = "file"
_SHORT = 16
_MARKS = ("Mn", "Mc")


def stem_of(url: str) -> str:
    """The last part of an address's path, unescaped and without its extension; it may hold anything."""
    part = unquote(urlsplit(url).path.rpartition("/")[2])
    return part.rpartition(".")[0] or part


def suffix_of(url: str) -> str:
    """The extension that an address ends in, lower-case with its dot; empty when it has none."""
    stem, dot, suffix = unquote(urlsplit(url).path.rpartition("/")[2]).rpartition(".")
    return dot + suffix.lower() if stem and dot and suffix.isascii() and suffix.isalnum() else ""


def safe_stem(text: str) -> str:
    """*text* as the beginning of a file name: letters, digits, ``-`` and ``_`` only, 80 bytes at most.

    So there is no path, no hidden file, no control or direction mark, and no name of a device, since a
    hash always follows.
    """
    # NFKC first: it makes a slash of "／" and three dots of "…".
    plain = unicodedata.normalize("NFKC", text[:_READ])
    kept = "".join(character if _is_safe(character) else " " for character in plain)
    words = "-".join(kept.split()).encode("utf-8")[:_LONGEST].decode("utf-8", "ignore")
    while words and not words[0].isalnum():
        words = words[1:]
    return words.rstrip("-_") or _NAMELESS


def _is_safe(character: str) -> bool:
    return character.isalnum() or character in "-_" or unicodedata.category(character) in _MARKS


def file_name(stem: str, sha256: str, extension: str, *, whole: bool = False) -> str:
    """The name of a file with this content: equal for equal files, another for any other.

    *whole* puts in all of the hash, where a file of the short name holds something else.
    """
    return f"{safe_stem(stem)}-{sha256 if whole else sha256[:_SHORT]}{extension}"
