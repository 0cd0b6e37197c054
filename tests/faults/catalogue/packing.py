"""Faults 27 to 29: packed bodies that break off, are damaged, or are not what they are said to be."""

from __future__ import annotations

import zlib

from behaviours import then_close
from catalogue.fault import Fault, Right, fails, gives
from catalogue.packed import gzipped, library, packed, raw_deflate, tiny_members, with_checksum, with_size

_PAGE = b"<h1>whole</h1>" + b"".join(b"<p>%d" % (n * n) for n in range(300))
_GZIP = gzipped(_PAGE)
_TWICE = gzipped(zlib.compress(_PAGE))


def _no_end(coding: str) -> Right:
    return fails(f"the body broke off: its {coding} data has no end", 2)


def _damaged(coding: str) -> Right:
    return fails(f"the body is damaged: not valid {coding}", 2)


def _unknown(coding: str) -> Right:
    return fails(f'packed with "{coding}", which cannot be unpacked here')


def _fault(number: int, name: str, right: Right, body: bytes, coding: str = "gzip") -> Fault:
    return Fault(number, name, "bodies", right, packed(body, coding))


_CUT = [
    _fault(27, "gzip-cut-in-half", _no_end("gzip"), _GZIP[: len(_GZIP) // 2]),
    _fault(27, "gzip-cut-before-its-checksum", _no_end("gzip"), _GZIP[:-8]),
    _fault(27, "gzip-cut-by-a-byte", _no_end("gzip"), _GZIP[:-1]),
    _fault(27, "gzip-cut-in-its-head", _no_end("gzip"), _GZIP[:5]),
    _fault(27, "second-member-cut", _no_end("gzip"), _GZIP + _GZIP[:40]),
    _fault(27, "deflate-cut-by-a-byte", _no_end("deflate"), zlib.compress(_PAGE)[:-1], "deflate"),
    _fault(27, "raw-deflate-cut-by-a-byte", _no_end("deflate"), raw_deflate(_PAGE)[:-1], "deflate"),
    _fault(28, "wrong-checksum", _damaged("gzip"), with_checksum(_PAGE)),
    _fault(28, "wrong-size", _damaged("gzip"), with_size(_PAGE)),
    _fault(28, "wrong-checksum-of-the-second-member", _damaged("gzip"), _GZIP + with_checksum(b"<h1>2</h1>")),
    _fault(28, "wrong-adler-checksum", _damaged("deflate"), zlib.compress(_PAGE)[:-1] + b"?", "deflate"),
    _fault(28, "a-byte-changed", _damaged("gzip"), _GZIP[:60] + bytes([_GZIP[60] ^ 255]) + _GZIP[61:]),
]

_LIES = [
    _fault(29, "gzip-that-is-none", _damaged("gzip"), _PAGE),
    _fault(29, "deflate-that-is-none", _damaged("deflate"), _PAGE, "deflate"),
    _fault(29, "gzip-said-to-be-deflate", _damaged("deflate"), _GZIP, "deflate"),
    _fault(
        29, "unknown-coding", fails('packed with "pack200", which cannot be unpacked here'), _PAGE, "pack200"
    ),
    _fault(29, "compress", fails('packed with "compress", which cannot be unpacked here'), _PAGE, "compress"),
    _fault(29, "coding-in-another-case", gives("whole"), _GZIP, "GZip"),
    _fault(29, "x-gzip", gives("whole"), _GZIP, "x-gzip"),
    _fault(29, "identity", gives("whole"), _PAGE, "identity"),
    # What the header should say is in Content-Type; browsers do not mind either.
    _fault(29, "charset-in-place-of-a-coding", gives("whole"), _PAGE, "UTF-8"),
    _fault(29, "coding-none", gives("whole"), _PAGE, "none"),
    _fault(29, "raw-deflate", gives("whole"), raw_deflate(_PAGE), "deflate"),
    _fault(29, "two-members", gives("whole"), gzipped(_PAGE[:500]) + gzipped(_PAGE[500:])),
    _fault(29, "junk-behind", gives("whole"), _GZIP + b"junk" * 100),
    _fault(29, "zeros-behind", gives("whole"), _GZIP + bytes(512)),
    _fault(29, "millions-of-tiny-members", fails("more than 1024 parts"), tiny_members(40_000)),
]


def _on_its_way(name: str, right: Right, coding: str, body: bytes, *headers: str) -> Fault:
    """A body that Transfer-Encoding says is packed (RFC 9112 6.1)."""
    lines = ["HTTP/1.1 200 OK", "Content-Type: text/html", f"Transfer-Encoding: {coding}", *headers]
    head = "\r\n".join(lines).encode() + b"\r\n\r\n"
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if coding.endswith("chunked") else body
    return Fault(29, name, "bodies", right, then_close(head + chunked))


_ON_ITS_WAY = [
    _on_its_way("packed-before-chunked", gives("whole"), "gzip, chunked", _GZIP),
    _on_its_way("packed-on-its-way", gives("whole"), "gzip", _GZIP),
    _on_its_way("packed-on-its-way-and-cut", _no_end("gzip"), "gzip", _GZIP[:-1]),
    _on_its_way("packed-twice", gives("whole"), "gzip, chunked", _TWICE, "Content-Encoding: deflate"),
    _on_its_way("unknown-on-its-way", _unknown("cow"), "cow", _PAGE),
    _on_its_way("chunked-twice", gives("whole"), "chunked, chunked", _PAGE),
]


def _of(coding: str) -> list[Fault]:
    module = library(coding)
    if module is None:
        return []
    whole = module.compress(_PAGE)
    half, junk = whole[: len(whole) // 2], whole + b"junk"
    return [
        _fault(27, f"{coding}-cut-in-half", _no_end(coding), half, coding),
        _fault(27, f"{coding}-cut-by-a-byte", _no_end(coding), whole[:-1], coding),
        _fault(29, f"{coding}-that-is-none", _damaged(coding), _PAGE, coding),
        _fault(29, f"junk-behind-{coding}", gives("whole") | _damaged(coding), junk, coding),
    ]


FAULTS = [*_CUT, *_LIES, *_ON_ITS_WAY, *_of("br"), *_of("zstd")]
