"""Faults 21 to 26: bodies without end, announced or packed beyond all measure."""

from __future__ import annotations

from behaviours import Behaviour, answer, for_ever, then_close
from catalogue.fault import Fault, Right, fails, gives, within
from catalogue.packed import bomb, gzipped, layered, packed

from scrapekit.web.coding import codings

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_START = b"<h1>never</h1>"
_LIMIT = 1_000_000
_TOO_LARGE = fails("body larger than 1000000 bytes") & within(200_000_000)
"""One try: another would bring the same."""


def _fault(number: int, name: str, behaviour: Behaviour, right: Right = _TOO_LARGE) -> Fault:
    return Fault(number, name, "bodies", right, behaviour)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _announced(size: int) -> Behaviour:
    return then_close(_OK + b"Content-Length: %d\r\n\r\n" % size + _START)


def _of_size(size: int) -> bytes:
    return answer(b"<h1>whole</h1>".ljust(size))


_PLAIN = [
    _fault(21, "endless-body", for_ever(_OK + b"\r\n" + _START, b"x" * 65536)),
    _fault(
        21,
        "endless-chunks",
        for_ever(_OK + b"Transfer-Encoding: chunked\r\n\r\n" + _chunk(_START), _chunk(b"x" * 65536)),
    ),
    _fault(
        21,
        "endless-tiny-chunks",
        for_ever(_OK + b"Transfer-Encoding: chunked\r\n\r\n" + _chunk(_START), _chunk(b"x" * 16) * 1000),
    ),
    _fault(
        21,
        "one-endless-chunk",
        for_ever(_OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n", b"x" * 65536),
    ),
    _fault(21, "just-at-the-limit", _of_size(_LIMIT), gives("whole")),
    _fault(21, "a-byte-above-the-limit", _of_size(_LIMIT + 1)),
    _fault(22, "ten-tebibytes-announced", _announced(10 * 2**40)),
    _fault(22, "a-byte-too-many-announced", _announced(_LIMIT + 1)),
]


def _bomb(number: int, name: str, coding: str) -> Fault:
    return _fault(number, name, packed(bomb(coding), coding.removeprefix("raw ")))


_BOMBS = [
    _bomb(23, "gzip-bomb", "gzip"),
    *([_bomb(24, "brotli-bomb", "br")] if "br" in codings() else []),
    *([_bomb(25, "zstd-bomb", "zstd")] if "zstd" in codings() else []),
    _bomb(25, "deflate-bomb", "deflate"),
    _bomb(25, "raw-deflate-bomb", "raw deflate"),
    _fault(26, "gzip-bomb-in-gzip", packed(gzipped(bomb("gzip")), "gzip, gzip")),
    _fault(26, "gzip-bomb-in-gzip-in-gzip", packed(gzipped(gzipped(bomb("gzip"))), "gzip, gzip, gzip")),
    _fault(26, "deflate-bomb-in-gzip", packed(gzipped(bomb("deflate")), "deflate, gzip")),
    _fault(26, "three-layers", packed(layered(b"<h1>whole</h1>", 3), "gzip, gzip, gzip"), gives("whole")),
    _fault(
        26,
        "twenty-layers",
        packed(layered(_START, 20), ", ".join(["gzip"] * 20)),
        fails("packed 20 times over, 3 are the most that is read"),
    ),
    _fault(
        26,
        "two-layers-announced-one-sent",
        packed(gzipped(_START), "gzip, gzip"),
        fails("the body is damaged: not valid gzip", 2),
    ),
]

FAULTS = [*_PLAIN, *_BOMBS]
