"""The content codings that can be undone here, each as a stream that unpacks piece by piece.

gzip and deflate always; br and zstd where their libraries are installed and can bound their output.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeAlias

# RFC 9659 3: no more than 8 MiB of window need be supported, and that is what it costs in memory.
_ZSTD_WINDOW_LOG = 23


class Stream(Protocol):
    """One packed stream. ``decompress`` gives about *most* bytes at most, and fewer only if that is all."""

    @property
    def eof(self) -> bool:
        """True once the stream has come to its own end."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What followed that end."""
        ...

    def decompress(self, data: bytes, most: int, /) -> bytes:
        """Unpack the next piece; raises what its library raises for damaged data."""
        ...


Opener: TypeAlias = Callable[[bytes], Stream]
"""Opens a stream; it is shown the first bytes, two of them at least."""


class Coding(NamedTuple):
    """How to open a stream, and what the next one begins with where several may follow each other."""

    open: Opener
    magic: bytes = b""


@cache
def codings() -> Mapping[str, Coding]:
    """Every coding that can be undone here, by its name in Content-Encoding."""
    found = {"gzip": Coding(_gzip, b"\x1f\x8b"), "deflate": Coding(_deflate)}
    if (brotli := _brotli()) is not None:
        found["br"] = Coding(brotli)
    if (zstd := _zstd()) is not None:
        found["zstd"] = Coding(zstd, b"\x28\xb5\x2f\xfd")
    return found


def accept_encoding() -> str:
    """What to ask servers for: the codings that can be undone here."""
    return ", ".join(codings())


def _gzip(_: bytes) -> Stream:
    return zlib.decompressobj(31)


def _deflate(start: bytes) -> Stream:
    # RFC 9110 8.4.1.2 means zlib's format, yet some servers send the bare stream. RFC 1950 2.2 tells
    # them apart: method 8 in the low four bits, and the first two bytes divisible by 31.
    wrapped = start[0] & 15 == 8 and int.from_bytes(start[:2], "big") % 31 == 0
    return zlib.decompressobj(15 if wrapped else -15)


def _library(*names: str) -> Any:
    for name in names:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return None


def _brotli() -> Opener | None:
    brotli = _library("brotli", "brotlicffi")
    # Before 1.2 nothing bounded the output: 872 bytes can hold a gigabyte.
    if brotli is None or not hasattr(brotli.Decompressor, "can_accept_more_data"):
        return None
    return lambda _: _BrotliStream(brotli.Decompressor())


class _BrotliStream:
    """Brotli with the face of a zlib stream."""

    unused_data = b""

    def __init__(self, decompressor: Any) -> None:
        self._decompressor = decompressor

    @property
    def eof(self) -> bool:
        return bool(self._decompressor.is_finished())

    def decompress(self, data: bytes, most: int, /) -> bytes:
        pieces = [self._decompressor.process(data, output_buffer_limit=most)]
        size = len(pieces[0])
        while size < most and not self._decompressor.can_accept_more_data():
            pieces.append(self._decompressor.process(b"", output_buffer_limit=most - size))
            size += len(pieces[-1])
        return b"".join(pieces)


def _zstd() -> Opener | None:
    zstd = _library("compression.zstd", "backports.zstd")
    if zstd is None:
        return None
    options = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}

    def open_stream(_: bytes) -> Stream:
        stream: Stream = zstd.ZstdDecompressor(options=options)
        return stream

    return open_stream
