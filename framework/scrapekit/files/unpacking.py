"""A file's body as it was meant, in pieces of bounded size, whatever it was packed with."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from scrapekit.errors import FetchError

_PIECE = 2**20
_MOST_MEMBERS = 1024
_GZIP = frozenset({"gzip", "x-gzip"})
_IS_PACKED = frozenset({"application/gzip", "application/x-gzip", "application/x-tar"})


def packing_of(content_encoding: str, declared: str) -> str:
    """What has to be undone: ``gzip``, ``deflate`` or "".

    A gzip file sent as ``Content-Encoding: gzip`` is meant as it is: servers say so of ``.tar.gz``, and
    browsers keep it. Raises FetchError for anything else: files are asked for unpacked.
    """
    names = [name.strip().lower() for name in content_encoding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if not names or (len(names) == 1 and names[0] in _GZIP and declared in _IS_PACKED):
        return ""
    if len(names) == 1 and names[0] in _GZIP:
        return "gzip"
    if names == ["deflate"]:
        return "deflate"
    shown = "".join(c if c.isprintable() else "?" for c in content_encoding[:40])
    raise FetchError(f'packed with "{shown}", though asked for unpacked')


class Unpacking:
    """Undoes one content coding piece by piece: no piece is larger than 1 MiB, however well it was packed."""

    def __init__(self, packing: str) -> None:
        self._packing = packing
        self._stream: zlib._Decompress | None = None
        self._members = 0
        self._held = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The next of the body; raises FetchError, to be tried again, where it is damaged."""
        if not self._packing:
            yield data
            return
        data, self._held = self._held + data, b""
        more = False
        while data or more:
            if self._stream is None and not self._begin(data):
                return
            assert self._stream is not None
            try:
                piece = self._stream.decompress(data, _PIECE)
            except zlib.error as error:
                raise FetchError(f"the body is damaged: not valid {self._packing}", retry=True) from error
            if piece:
                yield piece
            # A full piece may have left some of itself inside the stream.
            data, more = self._stream.unconsumed_tail, len(piece) == _PIECE
            if self._stream.eof:
                data, self._stream, more = self._stream.unused_data, None, False

    def _begin(self, start: bytes) -> bool:
        """Open the stream that *start* begins; False where more is needed to tell, or nothing follows."""
        if len(start) < 2:
            self._held = start
            return False
        if self._members and not (self._packing == "gzip" and start.startswith(b"\x1f\x8b")):
            return False  # what follows the last stream is ignored, as in browsers
        self._members += 1
        if self._members > _MOST_MEMBERS:
            raise FetchError(f"the {self._packing} body has more than {_MOST_MEMBERS} parts")
        self._stream = zlib.decompressobj(self._bits(start))
        return True

    def _bits(self, start: bytes) -> int:
        if self._packing == "gzip":
            return 31
        # RFC 9110 8.4.1.2 means zlib's format (RFC 1950 2.2), yet some servers send the bare stream.
        wrapped = start[0] & 15 == 8 and int.from_bytes(start[:2], "big") % 31 == 0
        return 15 if wrapped else -15

    def finish(self) -> None:
        """Everything has come; raises FetchError where the packed data has no end."""
        if self._stream is not None or (self._held and not self._members):
            raise FetchError(f"the body broke off: its {self._packing} data has no end", retry=True)
