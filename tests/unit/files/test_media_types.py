"""What kind of file a body is, and what it may end in."""

from __future__ import annotations

import pytest

from scrapekit.files.media_types import (
    EXTENSIONS,
    extension_of,
    is_final,
    is_wanted,
    media_type,
    settled_type,
)

PNG, JPEG, ZIP = b"\x89PNG\r\n\x1a\n....", b"\xff\xd8\xff\xe0....", b"PK\x03\x04...."
HTML = b"\xef\xbb\xbf  <!DOCTYPE HTML><p>"
OTHER = "application/octet-stream"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("image/PNG; charset=x", "image/png"),
        ("image/jpg", "image/jpeg"),
        ("", ""),
        ("nonsense", ""),
        ("a/b c", ""),
        ("image/\x1b[2J", ""),
    ],
)
def test_a_header_says_a_type_or_nothing(header, found):
    assert media_type(header) == found


@pytest.mark.parametrize(
    ("declared", "start", "found"),
    [
        ("image/png", PNG, "image/png"),
        ("image/png", JPEG, "image/jpeg"),
        ("image/png", HTML, "text/html"),
        ("image/png", b"MZ\x90", OTHER),
        ("", PNG, "image/png"),
        ("", b"MZ\x90", OTHER),
        (OTHER, ZIP, "application/zip"),
        ("text/plain", b"1,2", "text/plain"),
        ("text/plain", PNG, "image/png"),
        (DOCX, ZIP, DOCX),
        ("text/csv", HTML, "text/csv"),
    ],
)
def test_a_type_is_settled_by_the_header_and_the_first_bytes(declared, start, found):
    assert settled_type(declared, start) == found
    assert not is_final(declared) or found == declared


@pytest.mark.parametrize(
    ("found", "types", "wanted"),
    [
        ("image/png", (), True),
        ("image/png", ("image/*",), True),
        ("image/png", ("application/pdf", "image/png"), True),
        ("image/jpeg", ("image/jpg",), True),
        ("image/png", ("image/jpeg",), False),
        ("imagex/png", ("image/*",), False),
    ],
)
def test_a_type_is_wanted_by_its_name_or_its_family(found, types, wanted):
    assert is_wanted(found, types) is wanted


@pytest.mark.parametrize(
    ("found", "suffix", "extension"),
    [
        ("image/jpeg", ".exe", ".jpg"),
        ("text/plain", ".csv", ".csv"),
        ("text/plain", ".sh", ".txt"),
        (OTHER, ".parquet", ".parquet"),
        (OTHER, ".exe", ".bin"),
        (OTHER, ".desktop", ".bin"),
        ("application/x-sh", ".sh", ".bin"),
        ("application/x-msdownload", ".png", ".bin"),
    ],
)
def test_the_extension_is_that_of_the_type(found, suffix, extension):
    assert extension_of(found, suffix) == extension


def test_other_names_of_a_type_are_one():
    assert [media_type(name) for name in ("application/CSV", "text/x-csv; charset=utf-8")] == ["text/csv"] * 2


def test_no_extension_is_one_that_runs():
    run = {".exe", ".com", ".bat", ".cmd", ".ps1", ".sh", ".py", ".js", ".php", ".jar", ".desktop", ".lnk"}

    assert run.isdisjoint(EXTENSIONS.values())
