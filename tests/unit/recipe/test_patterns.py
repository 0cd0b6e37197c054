import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit.recipe.patterns import glob_regex


@pytest.mark.parametrize(
    ("glob", "url", "found"),
    [
        ("/product/", "https://a.test/product/1", True),
        ("/product/", "https://a.test/products/1", False),
        ("/product/*", "https://a.test/product/1?x=2", True),
        ("*.pdf", "https://a.test/x.pdf", True),
        ("*.pdf", "https://a.test/x.pdf?download", False),
        ("/p*.html", "https://a.test/p/1.html", True),
        ("/p*.html", "https://a.test/p/1.html#x", False),
        ("?page=", "https://a.test/list?page=2", True),
        ("?page=", "https://a.test/listxpage=2", False),
        ("https://a.test/", "https://a.test/", True),
        ("https://a.test/", "https://a.test/x", False),
        ("https://a.test/*", "https://a.test/x/y", True),
        ("https://a.test/*", "http://b.test/?u=https://a.test/x", False),
        ("https://*.a.test/*/x", "https://b.a.test/1/2/x", True),
        ("a**b", "zzaxxb", True),
        ("*", "anything", True),
        ("a.b", "axb", False),
    ],
)
def test_a_glob_finds_an_address(glob: str, url: str, found: bool):
    assert (re.search(glob_regex(glob), url) is not None) is found


@given(st.text(alphabet="ab*/."), st.text(alphabet="ab/."))
def test_a_glob_means_what_the_plain_way_of_writing_it_means(glob: str, text: str):
    plain = ".*".join(re.escape(part) for part in re.split(r"\*+", glob)) + (r"\Z" if "*" in glob else "")

    assert (re.search(glob_regex(glob), text) is None) == (re.search(plain, text) is None)


def test_a_glob_of_many_stars_is_not_slow():
    pattern = re.compile(glob_regex("*a" * 50 + "b"))
    started = time.process_time()

    assert pattern.search("a" * 2000) is None
    assert time.process_time() - started < 0.25
