"""Whether a body that broke off can be gone on with: RFC 9110 13.1.5 and 15.3.7."""

from __future__ import annotations

import pytest

from scrapekit.files.ranges import asked_for, continues, validator_of

MODIFIED, LATER = "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:38 GMT"


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"etag": '"a1"'}, '"a1"'),
        ({"etag": '"a1"', "last-modified": MODIFIED, "date": LATER}, '"a1"'),
        ({"etag": 'W/"a1"', "last-modified": MODIFIED, "date": LATER}, ""),
        ({"etag": "a1"}, ""),
        ({"etag": '"a"\r\nX: "'}, ""),
        ({"last-modified": MODIFIED, "date": LATER}, MODIFIED),
        ({"last-modified": MODIFIED, "date": MODIFIED}, ""),
        ({"last-modified": MODIFIED}, ""),
        ({"last-modified": "yesterday", "date": LATER}, ""),
        ({}, ""),
    ],
)
def test_only_what_tells_versions_apart_to_the_byte_is_a_validator(headers, validator):
    assert validator_of(headers) == validator


def test_the_rest_is_asked_for_on_condition_that_nothing_changed():
    assert asked_for(500, '"a"') == (("Range", "bytes=500-"), ("If-Range", '"a"'))


@pytest.mark.parametrize(
    ("headers", "validator", "goes_on"),
    [
        ({"content-range": "bytes 5-9/10", "etag": '"a"'}, '"a"', True),
        ({"content-range": "bytes 5-9/10", "etag": '"b"'}, '"a"', False),
        ({"content-range": "bytes 5-9/10"}, '"a"', False),
        ({"content-range": "bytes 4-9/10", "etag": '"a"'}, '"a"', False),
        ({"content-range": "bytes 5-8/10", "etag": '"a"'}, '"a"', False),
        ({"content-range": "bytes 5-9/*", "etag": '"a"'}, '"a"', False),
        ({"content-range": "bytes 5-10/11", "etag": '"a"'}, '"a"', False),
        ({"content-range": "lines 5-9/10", "etag": '"a"'}, '"a"', False),
        ({"content-range": "bytes 5-9/10, 3", "etag": '"a"'}, '"a"', False),
        ({"content-type": "multipart/byteranges; boundary=x", "etag": '"a"'}, '"a"', False),
        ({"content-range": "bytes 5-9/10"}, MODIFIED, True),
        ({"content-range": "bytes 5-9/10", "last-modified": MODIFIED}, MODIFIED, True),
        ({"content-range": "bytes 5-9/10", "last-modified": LATER}, MODIFIED, False),
    ],
)
def test_a_part_is_gone_on_with_by_the_rest_of_the_same_version_alone(headers, validator, goes_on):
    assert continues(headers, 5, validator, 10) is goes_on
