"""What kind of file a body is: by its header, by its first bytes, and what extension it may have for that."""

from __future__ import annotations

from collections.abc import Collection, Mapping

STAND_IN = "application/octet-stream"
"""The media type of what cannot be told (RFC 2046 4.5.1)."""

TELLING = 512
"""So many bytes at the beginning of a body are looked at."""

_SAYS_NOTHING = frozenset(
    {"", STAND_IN, "binary/octet-stream", "application/binary", "application/x-download", "text/plain"}
)

# WHATWG MIME Sniffing 6 and 8, as far as it leaves no doubt: offset, first bytes, type.
_SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBPVP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"OggS\0", "application/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (8, b"WAVE", "audio/wav"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (4, b"ftyp", "video/mp4"),
)
# Only these are held to their first bytes: others share them (a .docx is a zip), or come in many shapes.
_HELD_TO = frozenset(
    {
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/avif",
        "application/pdf",
        "application/zip",
        "application/gzip",
    }
)
_MARKUP = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script")
_SYNONYMS = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "image/x-png": "image/png",
    "application/x-pdf": "application/pdf",
    "application/x-gzip": "application/gzip",
    "application/x-zip-compressed": "application/zip",
    "image/vnd.microsoft.icon": "image/x-icon",
    "text/xml": "application/xml",
    "audio/mp3": "audio/mpeg",
    "application/csv": "text/csv",
    "text/x-csv": "text/csv",
    "application/x-zip": "application/zip",
    "application/x-rar": "application/vnd.rar",
    "application/x-rar-compressed": "application/vnd.rar",
    "application/x-tgz": "application/gzip",
}

EXTENSIONS: Mapping[str, str] = {
    "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp",
    "image/avif": ".avif", "image/tiff": ".tif", "image/bmp": ".bmp", "image/svg+xml": ".svg",
    "image/x-icon": ".ico", "image/heic": ".heic", "application/pdf": ".pdf", "application/zip": ".zip",
    "application/gzip": ".gz", "application/x-tar": ".tar", "application/x-bzip2": ".bz2",
    "application/x-xz": ".xz", "application/zstd": ".zst", "application/x-7z-compressed": ".7z",
    "application/vnd.rar": ".rar", "application/ogg": ".ogg", "audio/ogg": ".ogg", "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a", "audio/flac": ".flac", "audio/wav": ".wav", "video/mp4": ".mp4",
    "video/webm": ".webm", "video/ogg": ".ogv", "video/quicktime": ".mov", "video/mpeg": ".mpg",
    "text/plain": ".txt", "text/csv": ".csv", "text/tab-separated-values": ".tsv", "text/html": ".html",
    "text/markdown": ".md", "text/calendar": ".ics", "text/vtt": ".vtt", "text/css": ".css",
    "application/json": ".json", "application/geo+json": ".geojson", "application/x-ndjson": ".ndjson",
    "application/xml": ".xml", "application/rss+xml": ".rss", "application/atom+xml": ".atom",
    "application/rtf": ".rtf", "application/epub+zip": ".epub", "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.presentation": ".odp", "application/vnd.apache.parquet": ".parquet",
    "application/vnd.sqlite3": ".sqlite", "font/woff2": ".woff2", "font/woff": ".woff", "font/ttf": ".ttf",
}  # fmt: skip
"""Media type → the extension such a file gets. None of these is run when it is opened by its name."""

_KNOWN = frozenset(EXTENSIONS.values())
_NO_OTHER = ".bin"


def media_type(content_type: str) -> str:
    """The media type of a Content-Type, lower-case without parameters (RFC 9110 8.3.1); "" for none."""
    found = content_type.partition(";")[0].strip().lower()
    if not found.isascii() or not found.isprintable() or "/" not in found or len(found) > 127 or " " in found:
        return ""
    return _SYNONYMS.get(found, found)


def told_by(start: bytes) -> str:
    """The media type that a body's first bytes leave no doubt of; "" where they say nothing."""
    for offset, signature, found in _SIGNATURES:
        if start.startswith(signature, offset):
            return found
    head = start[:TELLING].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "text/html" if head.startswith(_MARKUP) else ""


def settled_type(declared: str, start: bytes) -> str:
    """What a body is, by what its header says and its first bytes are.

    1. A header that says nothing gives way to the bytes. 2. One that says what the bytes would have to
    show, and do not, is wrong. 3. Any other is believed.
    """
    told = told_by(start)
    if declared in _SAYS_NOTHING:
        return told or declared or STAND_IN
    if declared in _HELD_TO and told != declared:
        return told or STAND_IN
    return declared


def is_final(declared: str) -> bool:
    """True where nothing in the body can change what the header says it is."""
    return declared not in _SAYS_NOTHING and declared not in _HELD_TO


def is_wanted(found: str, types: Collection[str]) -> bool:
    """True for a media type among *types*, which may be whole families (``image/*``); any where empty."""
    return not types or found in map(_plain, types) or f"{found.partition('/')[0]}/*" in types


def _plain(text: str) -> str:
    return _SYNONYMS.get(text, text)


def extension_of(found: str, suffix: str) -> str:
    """The extension for a media type; where that says nothing, the address's own if it is harmless."""
    if found in _SAYS_NOTHING and suffix in _KNOWN:
        return suffix
    return EXTENSIONS.get(found, _NO_OTHER)
