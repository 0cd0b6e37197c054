"""Bodies as servers pack them, well and badly, and bombs that cost nothing to make."""

from __future__ import annotations

import gzip
import importlib.util
import struct
import zlib
from collections.abc import Callable
from functools import cache
from itertools import repeat
from types import ModuleType

from behaviours import answer

from scrapekit.web.coding import codings

MEBIBYTE = 2**20


def packed(body: bytes, coding: str) -> bytes:
    """An answer of which *body* is said to be packed so."""
    return answer(body, "200 OK", f"Content-Encoding: {coding}")


def gzipped(body: bytes) -> bytes:
    """The same bytes at any time of day."""
    return gzip.compress(body, mtime=0)


def library(coding: str) -> ModuleType | None:
    """What packs ``br`` or ``zstd``; None where it is not installed."""
    if coding not in codings():
        return None
    names = {"br": ["brotli"], "zstd": ["compression.zstd", "backports.zstd"]}[coding]
    return importlib.import_module(next(name for name in names if _is_there(name)))


def _is_there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def raw_deflate(body: bytes) -> bytes:
    """Without zlib's wrapper, as some servers misread RFC 9110 8.4.1.2."""
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def layered(body: bytes, layers: int) -> bytes:
    """Packed by gzip again and again."""
    for _ in range(layers):
        body = gzipped(body)
    return body


def with_checksum(body: bytes) -> bytes:
    """Gzip with a checksum that is wrong by a bit (RFC 1952 2.3.1: CRC32, then the size)."""
    data = gzipped(body)
    return data[:-8] + bytes([data[-8] ^ 1]) + data[-7:]


def with_size(body: bytes) -> bytes:
    """Gzip that says it unpacks to one byte more."""
    return gzipped(body)[:-4] + struct.pack("<I", len(body) + 1)


def tiny_members(count: int) -> bytes:
    """So many empty gzip streams in a row."""
    return gzipped(b"") * count


@cache
def bomb(coding: str, mebibytes: int = 256) -> bytes:
    """A record and then zeros without end, packed; a quarter of a mebibyte at most, made in no time."""
    return _BOMBS[coding](b"<h1>bomb</h1>", mebibytes)


def _of_zlib(window: int) -> Callable[[bytes, int], bytes]:
    def make(start: bytes, mebibytes: int) -> bytes:
        # Flushed fully, a block of zeros can be repeated: it refers to nothing before it.
        packer = zlib.compressobj(9, wbits=window)
        head = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
        zeros = packer.compress(bytes(MEBIBYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
        return head + zeros * mebibytes

    return make


def _of_zstd(start: bytes, mebibytes: int) -> bytes:
    # RFC 8878 3.1.1: no content size, a window of 128 KiB, then blocks; of type 1 they repeat a byte.
    raw = struct.pack("<I", len(start) << 3)[:3] + start
    run = struct.pack("<I", (128 * 1024 << 3) | 1 << 1)[:3] + b"\0"
    return b"\x28\xb5\x2f\xfd\x00\x38" + raw + run * (8 * mebibytes)


def _of_brotli(start: bytes, mebibytes: int) -> bytes:
    import brotli

    packer = brotli.Compressor(quality=1, lgwin=22)
    pieces = [
        packer.process(start),
        *map(packer.process, repeat(bytes(MEBIBYTE), mebibytes)),
        packer.finish(),
    ]
    return b"".join(pieces)


_BOMBS = {
    "gzip": _of_zlib(31),
    "deflate": _of_zlib(15),
    "raw deflate": _of_zlib(-15),
    "br": _of_brotli,
    "zstd": _of_zstd,
}
