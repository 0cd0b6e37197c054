"""What files are called: whatever an address or a record says, the name is a plain one."""

from __future__ import annotations

import unicodedata

import pytest

from scrapekit.files.names import called_by, called_in, file_name, safe_stem, stem_of, suffix_of

HASH = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("said", "stem"),
    [
        ("Tea pot", "Tea-pot"),
        ("../../etc/passwd", "etc-passwd"),
        ("/etc/passwd", "etc-passwd"),
        ("..\\..\\windows\\system.ini", "windows-system-ini"),
        ("C:\\boot", "C-boot"),
        ("a\uff0f..\uff0fb", "a-b"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("a\0b\r\nc\x1b[2J", "a-b-c-2J"),
        ("photo\u202egpj.exe", "photo-gpj-exe"),
        ("a\u200bb\ufeff", "a-b"),
        ("", "file"),
        ("...", "file"),
        ("\udcff\udcfe", "file"),
        ("緑茶 №1", "緑茶-No1"),
        ("प्रेम", "प्रेम"),
        ("\u0301\u0301a", "a"),
        ("x" * 5000, "x" * 80),
        ("é" * 300, "é" * 40),
    ],
)
def test_the_beginning_of_a_name_holds_nothing_that_could_harm(said, stem):
    found = safe_stem(said)

    assert found == stem
    assert len(found.encode()) <= 80
    assert safe_stem(found) == found
    assert all(unicodedata.category(character)[0] in "LNM" or character in "-_" for character in found)


@pytest.mark.parametrize("device", ["CON", "nul", "COM1", "aux", "LPT9"])
def test_the_name_of_a_device_is_followed_by_a_hash(device):
    assert file_name(device, HASH, ".txt") == f"{device}-0123456789abcdef.txt"


def test_all_of_the_hash_stands_where_the_short_name_is_taken():
    assert file_name("tea", HASH, ".png", whole=True) == f"tea-{HASH}.png"


@pytest.mark.parametrize(
    ("url", "stem", "suffix"),
    [
        ("https://a.test/img/tea.JPG?w=1", "tea", ".jpg"),
        ("https://a.test/a%2F..%2F..%2Fb.png", "a/../../b", ".png"),
        ("https://a.test/img/", "", ""),
        ("https://a.test/.bashrc", ".bashrc", ""),
        ("https://a.test/a.tar.gz", "a.tar", ".gz"),
        ("https://a.test/a.%00%0A", "a", ""),
        ("https://a.test/%E8%8C%B6.pdf", "茶", ".pdf"),
    ],
)
def test_an_address_says_how_its_file_may_begin_and_end(url, stem, suffix):
    called = called_by(url)

    assert (stem_of(called), suffix_of(called)) == (stem, suffix)


@pytest.mark.parametrize(
    ("disposition", "called"),
    [
        ('attachment; filename="tea sheet.pdf"', "tea sheet.pdf"),
        ("attachment; filename=tea.pdf; size=3", "tea.pdf"),
        ("attachment; filename*=UTF-8''%e8%8c%b6.pdf", "茶.pdf"),
        ('inline; filename="../../x"', "../../x"),
        ("attachment", ""),
        ("", ""),
        ("attachment; filename*=nonsense''%ff.pdf", "ÿ.pdf"),
        ("attachment; filename*=", ""),
    ],
)
def test_a_server_may_say_what_its_file_is_called(disposition, called):
    assert called_in(disposition) == called
