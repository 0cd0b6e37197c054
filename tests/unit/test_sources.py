"""What seeds are drawn from: rows of files, sitemaps and feeds of every kind, whole or broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapekit.errors import PageError, StuckError
from scrapekit.mark import Mark, SourceText
from scrapekit.recipe.model import FileSource
from scrapekit.sources.feed import read_feed
from scrapekit.sources.moments import as_iso, span_of
from scrapekit.sources.rows import LONGEST_LINE, digest_of, read_header, read_rows
from scrapekit.sources.sitemap import read_sitemap

SITEMAP = "https://a.test/maps/sitemap.xml"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def rows(path: Path, content: bytes, format: str = "csv", **more: object) -> list[object]:
    path.write_bytes(content)
    mark = Mark(SourceText.of("r.yaml", ""), 1, 1)
    return list(read_rows(FileSource(path, path.name, mark, format, **more)))  # type: ignore[arg-type]


def test_rows_of_csv_have_the_columns_of_the_header(tmp_path):
    found = rows(
        tmp_path / "x.csv",
        '\ufeffsku,url\n1,"https://a.test/?a=1,2"\n\n2,\n3\n'.encode(),
        columns=("sku", "url"),
    )

    assert found == [
        (2, {"sku": "1", "url": "https://a.test/?a=1,2"}),
        (4, {"sku": "2", "url": None}),
        (5, {"sku": "3", "url": None}),
    ]


def test_a_file_without_header_has_the_columns_it_is_given(tmp_path):
    found = rows(tmp_path / "x.csv", b"1;u\n2;v\n", columns=("a", "b"), headed=False, delimiter=";")

    assert found == [(1, {"a": "1", "b": "u"}), (2, {"a": "2", "b": "v"})]


def test_a_line_that_cannot_be_used_is_told_and_the_next_one_is_read(tmp_path):
    long = b"x" * (LONGEST_LINE + 10)
    content = b"a,b\n1,2,3\n\xff\xfe,1\n" + long + b",1\nlast,one\n"

    assert rows(tmp_path / "x.csv", content, columns=("a", "b")) == [
        (2, "has more values than there are columns"),
        (3, "is too long, or not in the file's encoding"),
        (4, "is too long, or not in the file's encoding"),
        (5, {"a": "last", "b": "one"}),
    ]


def test_a_quote_that_is_never_closed_does_not_take_the_rest_of_the_file(tmp_path):
    content = b'a\n"open\n' + b"row\n" * 50_000 + b"last\n"

    found = rows(tmp_path / "x.csv", content, columns=("a",))

    assert found[0][1] == "is no row of CSV"  # type: ignore[index]
    assert found[-1] == (50_003, {"a": "last"})


def test_rows_of_json_lines_keep_their_types(tmp_path):
    content = b'{"id": 7, "on": true, "in": {"a": [1]}}\n\n"https://a.test/"\n[1]\n{oops\n'

    assert rows(tmp_path / "x.jsonl", content, "jsonl") == [
        (1, {"id": 7, "on": True, "in": {"a": [1]}}),
        (3, {"url": "https://a.test/"}),
        (4, "is no object"),
        (5, "is not JSON"),
    ]


def test_a_plain_text_is_one_address_a_line(tmp_path):
    content = b"# mine\nhttps://a.test/1\r\n\r\n  https://a.test/2\nhttps://a.test/\xff\n"

    assert rows(tmp_path / "x.txt", content, "text") == [
        (2, {"url": "https://a.test/1"}),
        (4, {"url": "https://a.test/2"}),
        (5, "is too long, or not in the file's encoding"),
    ]


def test_a_file_is_read_in_the_encoding_asked_for(tmp_path):
    found = rows(tmp_path / "x.csv", "имя\nчай\n".encode("cp1251"), columns=("имя",), encoding="windows-1251")

    assert found == [(2, {"имя": "чай"})]


def test_a_file_that_went_away_stops_the_run_in_words(tmp_path):
    mark = Mark(SourceText.of("r.yaml", ""), 1, 1)

    with pytest.raises(StuckError, match=r"cannot read x\.csv: No such file or directory"):
        list(read_rows(FileSource(tmp_path / "x.csv", "x.csv", mark, "csv")))


@pytest.mark.parametrize(
    ("line", "header"),
    [
        ("sku,url", (("sku", "url"), ",")),
        ("sku;url;a,b", (("sku", "url", "a,b"), ";")),
        ("sku\turl", (("sku", "url"), "\t")),
        ('"a,b,c"|url', (("a,b,c", "url"), "|")),
        (" url ", (("url",), ",")),
        ("", ((), ",")),
    ],
)
def test_the_delimiter_is_the_one_that_stands_most_often_in_the_header(tmp_path, line, header):
    (tmp_path / "x.csv").write_text(f"\n{line}\n" if line else "")

    assert read_header(tmp_path / "x.csv", "utf-8", "") == header


def test_a_file_that_changed_has_another_digest(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a\n")
    before = digest_of(path)
    path.write_text("b\n")

    assert digest_of(path) != before


def test_a_sitemap_lists_its_pages_and_nothing_of_its_extensions():
    listed = read_sitemap(
        f"""<?xml version="1.0" encoding="UTF-8"?>
        <urlset {NAMESPACE} xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
          <url>
            <image:image><image:loc>https://cdn.test/a.jpg</image:loc><loc>https://cdn.test/no</loc></image:image>
            <loc> https://a.test/?a=1&amp;b=2 </loc><lastmod>2024-03-05</lastmod>
            <changefreq>daily</changefreq><priority>0.8</priority>
          </url>
          <url><loc><![CDATA[/relative]]></loc><priority>high</priority></url>
          <url><lastmod>2024</lastmod></url>
        </urlset>""",
        SITEMAP,
    )

    assert listed.entries == [
        {"url": "https://a.test/?a=1&b=2", "lastmod": "2024-03-05", "priority": 0.8},
        {"url": "https://a.test/relative", "lastmod": None, "priority": None},
    ]
    assert (listed.further, listed.notes) == ([], {"entry without an address": 1})


def test_an_index_lists_further_sitemaps_whatever_its_prefix():
    listed = read_sitemap(
        f"""<s:sitemapindex {NAMESPACE.replace("xmlns", "xmlns:s")}>
          <s:sitemap><s:loc>a.xml.gz</s:loc><s:lastmod>2024-03-05T10:00:00Z</s:lastmod></s:sitemap>
        </s:sitemapindex>""",
        SITEMAP,
    )

    assert listed.entries == []
    assert listed.further == [
        {"url": "https://a.test/maps/a.xml.gz", "lastmod": "2024-03-05T10:00:00Z", "priority": None}
    ]


def test_a_text_sitemap_is_one_address_a_line():
    listed = read_sitemap("\ufeffhttps://a.test/1\r\n\nnot one\nhttps://a.test/2\n", SITEMAP)

    assert [entry["url"] for entry in listed.entries] == ["https://a.test/1", "https://a.test/2"]
    assert listed.notes == {"line without an address": 1}


def test_a_feed_may_stand_for_a_sitemap():
    listed = read_sitemap(
        "<rss><channel><item><link>https://a.test/1</link>"
        "<pubDate>Tue, 05 Mar 2024 10:00:00 +0100</pubDate></item></channel></rss>",
        SITEMAP,
    )

    assert listed.entries == [
        {"url": "https://a.test/1", "lastmod": "2024-03-05T10:00:00+01:00", "priority": None}
    ]


def test_a_sitemap_with_common_mistakes_is_mended():
    listed = read_sitemap(
        f"\n\n<urlset {NAMESPACE}><url><loc>https://a.test/?a=1&b=2&copy=3&eacute;\x0b</loc>"
        "<news:news><news:title>A &nbsp; B</news:title></news:news></url></urlset>",
        SITEMAP,
    )

    assert [entry["url"] for entry in listed.entries] == ["https://a.test/?a=1&b=2&copy=3%C3%A9"]
    assert listed.notes == {"mended XML": 1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<urlset><url><loc>https://a.test/</url>", "not well-formed XML: mismatched tag, line 1, column 36"),
        ("<html><body>gone</body></html>", "no sitemap: the document is <html>"),
        ("gone fishing", "no sitemap: the document is neither XML nor a list of addresses"),
        (
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>',
            "the document defines entities of its own, which are not expanded",
        ),
        (
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset/>',
            "the document defines entities of its own, which are not expanded",
        ),
        ("<a>" * 100_000, "not well-formed XML: no element found, line 1, column 300001"),
    ],
)
def test_what_is_no_sitemap_is_refused_with_its_reason(text: str, reason: str):
    with pytest.raises(PageError) as caught:
        read_sitemap(text, SITEMAP)

    assert str(caught.value) == reason


def test_what_is_beyond_the_protocols_limit_is_left_out_and_counted():
    listed = read_sitemap(f"<urlset>{'<url><loc>/1</loc></url>' * 50_002}</urlset>", SITEMAP)

    assert (len(listed.entries), listed.notes) == (50_000, {"more than 50000 entries in one sitemap": 2})


RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
  <title>News</title><link>https://a.test/</link><atom:link href="https://a.test/feed" rel="self"/>
  <item>
    <title>Tea &amp; cake</title><link>/1</link><guid isPermaLink="false">id-1</guid>
    <pubDate>Tue, 05 Mar 2024 10:00:00 GMT</pubDate><dc:creator>Ann</dc:creator>
    <category>Food</category><category>Tea</category><description>&lt;p&gt;Good</description>
  </item>
  <item><title>By its id</title><guid>https://a.test/2</guid></item>
  <item><title>Nowhere</title><guid isPermaLink="false">https://a.test/3</guid></item>
</channel></rss>"""


def test_an_rss_feed_gives_its_entries():
    entries, remarks = read_feed(RSS, "https://a.test/feed")

    assert entries[0] == {
        "url": "https://a.test/1",
        "title": "Tea & cake",
        "date": "2024-03-05T10:00:00+00:00",
        "id": "id-1",
        "author": "Ann",
        "summary": "<p>Good",
        "categories": ["Food", "Tea"],
    }
    assert [entry["url"] for entry in entries] == ["https://a.test/1", "https://a.test/2"]
    assert remarks == {"entry without an address": 1}


def test_an_rss_1_feed_gives_its_entries():
    entries, _ = read_feed(
        """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
        <channel rdf:about="https://a.test/"><title>News</title><link>https://a.test/</link></channel>
        <item rdf:about="https://a.test/1"><title>One</title><link>https://a.test/1?x</link>
        <dc:date>2024-03-05</dc:date></item>
        <item rdf:about="https://a.test/2"><title>Two</title></item></rdf:RDF>""",
        "https://a.test/feed",
    )

    assert [(each["url"], each["title"], each["date"]) for each in entries] == [
        ("https://a.test/1?x", "One", "2024-03-05"),
        ("https://a.test/2", "Two", None),
    ]


def test_an_atom_feed_gives_its_entries_and_resolves_against_its_bases():
    entries, _ = read_feed(
        """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.test/x/">
        <link rel="self" href="/feed"/>
        <entry xml:base="y/"><title>One</title><id>tag:1</id>
          <link rel="edit" href="/no"/><link rel="enclosure" href="/no.mp3"/><link href="1"/>
          <updated>2024-03-06T00:00:00Z</updated><published>2024-03-05T10:00:00Z</published>
          <author><name>Ann</name><uri>https://ann.test/</uri></author><category term="tea"/>
        </entry></feed>""",
        "https://a.test/feed",
    )

    assert entries == [
        {
            "url": "https://b.test/x/y/1",
            "title": "One",
            "date": "2024-03-05T10:00:00+00:00",
            "id": "tag:1",
            "author": "Ann",
            "summary": None,
            "categories": ["tea"],
        }
    ]


def test_a_json_feed_gives_its_entries():
    entries, remarks = read_feed(
        """{"version": "https://jsonfeed.org/version/1.1", "items": [
        {"id": 7, "url": "/1", "title": "One", "date_published": "2024-03-05T10:00:00+01:00",
         "authors": [{"name": "Ann"}], "tags": ["tea"], "content_html": "<p>"},
        {"id": "https://a.test/2"}, {"id": "x"}, 3]}""",
        "https://a.test/feed.json",
    )

    assert entries[0] == {
        "url": "https://a.test/1",
        "title": "One",
        "date": "2024-03-05T10:00:00+01:00",
        "id": "7",
        "author": "Ann",
        "summary": "<p>",
        "categories": ["tea"],
    }
    assert [entry["url"] for entry in entries] == ["https://a.test/1", "https://a.test/2"]
    assert remarks == {"entry without an address": 1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html></html>", "no feed: the document is <html>"),
        ('{"a": 1}', 'no feed: the JSON has no "items"'),
        ("", "not well-formed XML: no element found, line 1, column 1"),
    ],
)
def test_what_is_no_feed_is_refused_with_its_reason(text: str, reason: str):
    with pytest.raises(PageError) as caught:
        read_feed(text, "https://a.test/feed")

    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("text", "iso", "span"),
    [
        ("2024-03-05", "2024-03-05", (1709596800, 1709683199)),
        ("2024-03", "2024-03", (1709251200, 1711929599)),
        ("2024", "2024", (1704067200, 1735689599)),
        ("2024-03-05T10:00:00Z", "2024-03-05T10:00:00+00:00", (1709632800, 1709632800)),
        ("2024-03-05T10:00", "2024-03-05T10:00:00", (1709632800, 1709632800)),
        ("Tue, 05 Mar 2024 10:00:00 GMT", "2024-03-05T10:00:00+00:00", (1709632800, 1709632800)),
        ("soon", None, None),
        ("2024-13-05", None, None),
        ("", None, None),
    ],
)
def test_a_date_is_the_span_of_time_that_it_may_mean(text: str, iso: str | None, span: object):
    assert (as_iso(text), span_of(text)) == (iso, span)
