"""Content codings of files, undone in pieces that are never large."""

from __future__ import annotations

import gzip
import zlib

import pytest

from scrapekit.errors import FetchError
from scrapekit.files.unpacking import Unpacking, packing_of

TEXT = bytes(range(256)) * 5000
BARE = zlib.compress(TEXT)[2:-4]


def unpacked(packing: str, data: bytes, step: int) -> bytes:
    unpacking = Unpacking(packing)
    found = [piece for at in range(0, len(data), step) for piece in unpacking.feed(data[at : at + step])]
    unpacking.finish()
    return b"".join(found)


@pytest.mark.parametrize("step", [1, 7, 4096, 10**7])
@pytest.mark.parametrize(
    ("packing", "data", "whole"),
    [
        ("", b"plain", b"plain"),
        ("gzip", gzip.compress(TEXT, mtime=0), TEXT),
        ("gzip", gzip.compress(TEXT, mtime=0) + gzip.compress(b"more", mtime=0), TEXT + b"more"),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"\0\0padding", TEXT),
        ("gzip", gzip.compress(b"", mtime=0), b""),
        ("deflate", zlib.compress(TEXT), TEXT),
        ("deflate", BARE, TEXT),
        ("gzip", b"", b""),
    ],
)
def test_a_body_is_unpacked_whole_however_it_comes(packing, data, whole, step):
    assert unpacked(packing, data, step) == whole


def test_a_bomb_comes_in_pieces_of_a_mebibyte():
    sizes = [len(piece) for piece in Unpacking("gzip").feed(gzip.compress(bytes(2**24)))]

    assert max(sizes) <= 2**20
    assert sum(sizes) == 2**24


def test_sixteen_mebibytes_exactly_have_an_end():
    assert unpacked("gzip", gzip.compress(bytes(2**24)), 2**19) == bytes(2**24)


@pytest.mark.parametrize("cut", [1, 9, 20, 1000, -9, -1])
def test_packed_data_without_its_end_is_an_error_worth_another_try(cut):
    with pytest.raises(FetchError, match="the body broke off: its gzip data has no end") as caught:
        unpacked("gzip", gzip.compress(TEXT)[:cut], 512)
    assert caught.value.retry


def test_damaged_data_is_an_error_worth_another_try():
    with pytest.raises(FetchError, match="the body is damaged: not valid gzip") as caught:
        unpacked("gzip", b"\x1f\x8b\x08\0" + b"x" * 99, 512)
    assert caught.value.retry


def test_a_thousand_empty_streams_are_too_many():
    with pytest.raises(FetchError, match="the gzip body has more than 1024 parts"):
        unpacked("gzip", gzip.compress(b"") * 1025, 10**6)


@pytest.mark.parametrize(
    ("header", "declared", "packing"),
    [
        ("", "text/csv", ""),
        ("identity", "text/csv", ""),
        ("gzip", "text/csv", "gzip"),
        ("X-GZip", "text/csv", "gzip"),
        ("gzip", "application/gzip", ""),
        ("x-gzip", "application/x-tar", ""),
        ("deflate", "text/csv", "deflate"),
    ],
)
def test_what_is_packed_is_unpacked_unless_the_file_is_the_packed_one(header, declared, packing):
    assert packing_of(header, declared) == packing


@pytest.mark.parametrize("header", ["br", "zstd", "gzip, gzip", "x\x1b[2J"])
def test_what_cannot_be_unpacked_piece_by_piece_is_refused(header):
    with pytest.raises(FetchError, match="though asked for unpacked") as caught:
        packing_of(header, "text/csv")
    assert not caught.value.retry
    assert str(caught.value).isprintable()
