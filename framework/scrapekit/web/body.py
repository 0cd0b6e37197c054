"""A body as it comes, piece by piece, and as it was meant: unpacked, whole, and within its limit.

Each Content-Encoding is undone here (RFC 9110 8.4), so that the limit holds for what comes out, and
a body that breaks off is an error: half a page must never pass for a page.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from scrapekit.errors import FetchError
from scrapekit.units import size_in_words
from scrapekit.web.coding import Coding, Stream, codings
from scrapekit.web.encoding import encoding_named

_MOST_LAYERS = 3
_MOST_MEMBERS = 1024  # streams in a row; millions of empty ones would only burn time


class Unpacker:
    """Collects a body and undoes its *packing* (a Content-Encoding, "" for none).

    Raises FetchError: with ``retry`` for a body that is cut short or damaged; without for an
    unknown coding, and as soon as more than *limit* bytes have come, packed or unpacked.
    """

    def __init__(self, packing: str, limit: int) -> None:
        self._layers = [_Layer(name, coding, limit) for name, coding in _layers_of(packing)]
        self._limit = limit
        self._room = limit
        self._pieces: list[bytes] = []

    def feed(self, data: bytes) -> None:
        """Take the next piece as it came over the wire."""
        self._room -= len(data)
        if self._room < 0:
            raise too_large(self._limit)
        for layer in self._layers:
            data = layer.feed(data)
        self._pieces.append(data)

    def finish(self) -> bytes:
        """The whole body, once everything has come."""
        for layer in self._layers:
            layer.finish()
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)


def packing_of(headers: Mapping[str, str]) -> str:
    """What a body is packed in, as a list whose last was done last; *headers* by lower-case name.

    RFC 9112 6.1: on its way a body may be packed once more, before it is cut into chunks. Nobody asks
    for that (RFC 9112 7.4), but what a server packs unasked must not pass for text.
    """
    packing = headers.get("content-encoding", "")
    transfer = headers.get("transfer-encoding", "")
    if not transfer or transfer.lower() == "chunked":
        return packing
    return ", ".join([packing, *(name for name in transfer.split(",") if name.strip().lower() != "chunked")])


@lru_cache(maxsize=64)
def _layers_of(packing: str) -> list[tuple[str, Coding]]:
    """What to undo, in this order; raises FetchError for what cannot be undone."""
    names = [name.strip().lower().removeprefix("x-") for name in packing.split(",")]
    names = [name for name in names if not _is_none(name)]
    if len(names) > _MOST_LAYERS:
        raise FetchError(f"packed {len(names)} times over, {_MOST_LAYERS} are the most that is read")
    found = []
    for name in reversed(names):
        coding = codings().get(name)
        if coding is None:
            shown = "".join(c if c.isprintable() else "?" for c in name[:40])
            raise FetchError(f'packed with "{shown}", which cannot be unpacked here')
        found.append((name, coding))
    return found


def _is_none(name: str) -> bool:
    """True where nothing is packed; some servers name the charset in the place of a packing."""
    return name in ("", "identity", "none") or encoding_named(name) is not None


class _Layer:
    """One coding of a body: a stream, or several in a row."""

    def __init__(self, name: str, coding: Coding, limit: int) -> None:
        self._name = name
        self._coding = coding
        self._limit = self._room = limit
        self._members = 0
        self._stream: Stream | None = None
        self._held = b""
        """Too few bytes to open a stream with."""

    def feed(self, data: bytes) -> bytes:
        pieces = []
        data, self._held = self._held + data, b""
        while data and (stream := self._stream or self._open(data)) is not None:
            pieces.append(self._unpack(stream, data))
            if stream.eof:
                data, self._stream = stream.unused_data, None
            else:
                data, self._stream = b"", stream
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _open(self, start: bytes) -> Stream | None:
        """The stream that *start* begins; None when it is too short to tell, or no further stream."""
        magic = self._coding.magic
        if len(start) < max(2, len(magic)) and (not self._members or magic.startswith(start)):
            self._held = start
            return None
        if self._members and not (magic and start.startswith(magic)):
            return None  # what follows the last stream is ignored, as in browsers
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise FetchError(f"the {self._name} body has more than {_MOST_MEMBERS} parts")
        return self._coding.open(start)

    def _unpack(self, stream: Stream, data: bytes) -> bytes:
        try:
            piece = stream.decompress(data, self._room + 1)
        except Exception as error:  # each library has an error of its own, and may be missing
            raise FetchError(f"the body is damaged: not valid {self._name}", retry=True) from error
        self._room -= len(piece)
        if self._room < 0:
            raise too_large(self._limit)
        return piece

    def finish(self) -> None:
        if self._stream is not None or (self._held and not self._members):
            raise FetchError(f"the body broke off: its {self._name} data has no end", retry=True)


def too_large(limit: int) -> FetchError:
    """The error for a body above the limit; another try would bring the same body."""
    return FetchError(f"body larger than {size_in_words(limit)}")
