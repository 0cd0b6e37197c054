"""Bodies: unpacked, whole, within their limit, or an error."""

from __future__ import annotations

import gzip
import importlib.util
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit.errors import FetchError
from scrapekit.web.body import Unpacker, packing_of
from scrapekit.web.coding import accept_encoding, codings

LIMIT = 2**20


def gzipped(data: bytes) -> bytes:
    """Without the time of packing, which would make each worker collect other tests."""
    return gzip.compress(data, mtime=0)


TEXT = b"".join(b"line %d\n" % n for n in range(2000))


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def unpacked(packing, *pieces, limit=LIMIT):
    unpacker = Unpacker(packing, limit)
    for piece in pieces:
        unpacker.feed(piece)
    return unpacker.finish()


def bytewise(data):
    return [data[n : n + 1] for n in range(len(data))]


def failure(packing, *pieces, limit=LIMIT):
    with pytest.raises(FetchError) as caught:
        unpacked(packing, *pieces, limit=limit)
    return str(caught.value), caught.value.retry


@pytest.mark.parametrize("packing", ["", "identity", " , identity", "none", "UTF-8", "iso-8859-1"])
def test_a_body_that_is_not_packed_comes_back_as_it_is(packing):
    assert unpacked(packing, b"ab", b"", b"cd") == b"abcd"
    assert unpacked(packing) == b""


@pytest.mark.parametrize(
    ("packing", "body"),
    [
        ("gzip", gzipped(TEXT)),
        ("GZip", gzipped(TEXT)),
        ("x-gzip", gzipped(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", zlib.compress(TEXT, 9)),
        ("deflate", raw_deflate(TEXT)),
        ("gzip", gzipped(TEXT[:500]) + gzipped(TEXT[500:])),
        ("gzip", gzipped(TEXT) + b"\0\0\0 anything"),
        ("gzip, gzip", gzipped(gzipped(TEXT))),
        ("deflate, gzip, gzip", gzipped(gzipped(zlib.compress(TEXT)))),
        ("identity, gzip", gzipped(TEXT)),
    ],
)
def test_what_was_packed_comes_back_whole_however_it_is_cut(packing, body):
    assert unpacked(packing, body) == TEXT
    assert unpacked(packing, *bytewise(body)) == TEXT


@pytest.mark.parametrize(
    ("headers", "packing"),
    [
        ({}, ""),
        ({"content-encoding": "gzip", "transfer-encoding": "chunked"}, "gzip"),
        ({"transfer-encoding": "Chunked"}, ""),
        ({"transfer-encoding": "gzip, chunked"}, ", gzip"),
        ({"content-encoding": "br", "transfer-encoding": "gzip , chunked"}, "br, gzip "),
        ({"transfer-encoding": "cow"}, ", cow"),
    ],
)
def test_what_packs_a_body_on_its_way_packs_it_last(headers, packing):
    assert packing_of(headers) == packing


def test_nothing_at_all_is_an_empty_body():
    assert unpacked("gzip") == b""
    assert unpacked("gzip", b"", b"") == b""


@pytest.mark.parametrize("size", [1, 2, 9, 10, 11, 100, -9, -8, -1])
def test_a_gzip_body_that_breaks_off_is_an_error_wherever_it_is_cut(size):
    assert failure("gzip", gzipped(TEXT)[:size]) == (
        "the body broke off: its gzip data has no end",
        True,
    )


def test_a_deflate_body_that_breaks_off_is_an_error():
    assert failure("deflate", zlib.compress(TEXT)[:-1]) == (
        "the body broke off: its deflate data has no end",
        True,
    )
    assert failure("deflate", raw_deflate(TEXT)[:-5])[1]


def test_a_wrong_checksum_is_an_error():
    body = bytearray(gzipped(TEXT))
    body[-6] ^= 1

    assert failure("gzip", bytes(body)) == ("the body is damaged: not valid gzip", True)


def test_a_body_that_only_claims_to_be_packed_is_an_error():
    assert failure("gzip", b"<html>") == ("the body is damaged: not valid gzip", True)
    assert failure("deflate", b"\xff\xff\xff\xff") == ("the body is damaged: not valid deflate", True)


@pytest.mark.parametrize(
    ("packing", "message"),
    [
        ("compress", 'packed with "compress", which cannot be unpacked here'),
        ("gzip, foo\x1b[0m", 'packed with "foo?[0m", which cannot be unpacked here'),
        ("gzip" + ", gzip" * 19, "packed 20 times over, 3 are the most that is read"),
    ],
)
def test_an_unknown_packing_is_refused_before_a_byte_is_read(packing, message):
    with pytest.raises(FetchError) as caught:
        Unpacker(packing, LIMIT)

    assert (str(caught.value), caught.value.retry) == (message, False)


def test_a_body_may_be_as_large_as_the_limit_and_no_larger():
    body = b"x" * 3000

    assert unpacked("", body, limit=3000) == body
    assert unpacked("gzip", gzipped(body), limit=3000) == body
    assert failure("", body, b"x", limit=3000) == ("body larger than 3000 bytes", False)
    assert failure("gzip", gzipped(body + b"x"), limit=3000) == ("body larger than 3000 bytes", False)


@pytest.mark.parametrize("packing", ["gzip", "deflate", "gzip, gzip", "gzip, gzip, gzip"])
def test_a_bomb_is_stopped_at_the_limit(packing):
    body = b"\0" * (4 * LIMIT)
    for name in packing.split(", "):
        body = gzipped(body) if name == "gzip" else zlib.compress(body)

    assert failure(packing, body) == ("body larger than 1 MiB", False)


def test_packed_bytes_count_towards_the_limit_too():
    assert failure("gzip", *[gzipped(b"")] * 60, limit=1024) == ("body larger than 1 KiB", False)


def test_a_stream_of_tiny_parts_is_refused():
    assert failure("gzip", gzipped(b"") * 1025) == ("the gzip body has more than 1024 parts", False)


def test_only_what_can_be_unpacked_is_asked_for():
    assert accept_encoding().split(", ") == list(codings())
    assert accept_encoding().startswith("gzip, deflate")


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "gzip, deflate"]))
def test_any_bytes_are_a_body_or_a_fetch_error(body, packing):
    with suppress(FetchError):
        assert len(unpacked(packing, body, limit=1000)) <= 1000


def brotli_missing():
    return "br" not in codings()


def zstd_missing():
    return "zstd" not in codings()


@pytest.mark.skipif(brotli_missing(), reason="needs brotli 1.2")
def test_brotli_is_unpacked_and_bounded():
    import brotli

    body = brotli.compress(TEXT)
    bomb = brotli.compress(b"\0" * (64 * LIMIT))

    assert unpacked("br", body) == TEXT
    assert unpacked("br", *bytewise(body)) == TEXT
    assert failure("br", body[:-1]) == ("the body broke off: its br data has no end", True)
    assert failure("br", b"<html>not brotli") == ("the body is damaged: not valid br", True)
    assert failure("br", bomb) == ("body larger than 1 MiB", False)


@pytest.mark.skipif(zstd_missing(), reason="needs zstd")
def test_zstd_is_unpacked_and_bounded():
    name = "compression.zstd" if importlib.util.find_spec("compression") else "backports.zstd"
    zstd = importlib.import_module(name)
    body = zstd.compress(TEXT)
    bomb = zstd.compress(b"\0" * (64 * LIMIT))

    assert unpacked("zstd", body + body) == TEXT + TEXT
    assert unpacked("zstd", *bytewise(body)) == TEXT
    assert failure("zstd", body[:-1]) == ("the body broke off: its zstd data has no end", True)
    assert failure("zstd", b"<html>not zstd") == ("the body is damaged: not valid zstd", True)
    assert failure("zstd", bomb) == ("body larger than 1 MiB", False)
