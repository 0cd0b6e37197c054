"""What a file is called: something of its address, and its content's hash; nothing that could harm."""

from __future__ import annotations

import unicodedata
from email.message import Message
from urllib.parse import unquote, urlsplit

_LONGEST = 80  # bytes; with hash and extension far below the 255 that file systems allow
_READ = 400
_LONGEST_HEADER = 4096
_NAMELESS = "file"
_SHORT = 16
_MARKS = ("Mn", "Mc")


def called_by(url: str) -> str:
    """What an address calls its file: the last part of its path, unescaped. It may hold anything."""
    return unquote(urlsplit(url).path.rpartition("/")[2])


def called_in(disposition: str) -> str:
    """What a Content-Disposition calls the file (RFC 6266 4.3); empty for none. It may hold anything."""
    if not disposition:
        return ""
    header = Message()
    try:
        header["Content-Disposition"] = disposition[:_LONGEST_HEADER]
        return header.get_filename("")
    except (ValueError, LookupError, TypeError, AttributeError):
        # The parser trusts what it is given.
        return ""


def stem_of(called: str) -> str:
    """What a file is called, without its extension."""
    return called.rpartition(".")[0] or called


def suffix_of(called: str) -> str:
    """The extension of what a file is called, lower-case with its dot; empty when it has none."""
    stem, dot, suffix = called.rpartition(".")
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
