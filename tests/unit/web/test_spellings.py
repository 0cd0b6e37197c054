from __future__ import annotations

import pytest

from scrapekit.web.spellings import spellings


@pytest.mark.parametrize(
    ("url", "others"),
    [
        (
            "https://a.test/x",
            ["http://a.test/x", "https://www.a.test/x", "https://a.test/x/"],
        ),
        (
            "http://www.a.test/x/?q=1",
            [
                "https://www.a.test/x/?q=1",
                "http://a.test/x/?q=1",
                "http://www.a.test/x?q=1",
                "http://www.a.test/x/",
            ],
        ),
        ("https://a.test/", ["http://a.test/", "https://www.a.test/"]),
        ("https://a.test:8443/", ["http://a.test:8443/", "https://www.a.test:8443/"]),
    ],
)
def test_an_address_is_taken_for_one_that_differs_in_one_thing(url, others):
    assert list(spellings(url)) == others
