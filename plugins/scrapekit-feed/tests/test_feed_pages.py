"""Feeds of every kind are read into the same names, and what is broken is mended or refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scrapekit import PageError, SelectorError
from scrapekit.testing import check_parser, make_page, make_parser
from scrapekit_feed.feed import FeedParser

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"
     xmlns:it="http://www.itunes.com/dtds/podcast-1.0.dtd">
<channel>
  <title>Tea news</title><link>/</link><description>All about tea</description>
  <atom:link rel="self" href="https://tea.example/feed"/>
  <atom:link rel="next" href="/feed?page=2"/>
  <lastBuildDate>Sat, 07 Sep 2024 00:00:01 GMT</lastBuildDate>
  <image><url>https://tea.example/logo.png</url></image>
  <item>
    <title>Darjeeling &amp; co.</title><link>/1</link>
    <guid isPermaLink="false">tag:1</guid>
    <pubDate>Fri, 06 Sep 2024 10:00:00 +0200</pubDate>
    <dc:creator>Ada</dc:creator>
    <category>black</category><category>india</category>
    <description>short</description>
    <content:encoded><![CDATA[<p>long &nbsp; & broad</p>]]></content:encoded>
    <enclosure url="/1.mp3" type="audio/mpeg" length="1200"/>
    <it:duration>12:30</it:duration>
  </item>
  <item><title>Second</title><guid>https://tea.example/2</guid></item>
</channel></rss>"""

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en" xml:base="https://tea.example/blog/">
  <title>Tea blog</title><subtitle>More tea</subtitle><updated>2024-09-06T10:00:00Z</updated>
  <link href="index.html"/><link rel="next" href="feed2.xml"/>
  <entry>
    <id>urn:1</id><title type="html">A &lt;b&gt;bold&lt;/b&gt; tea</title>
    <link rel="alternate" href="1.html"/><link rel="enclosure" href="1.ogg" type="audio/ogg" length="5"/>
    <updated>2024-09-05T10:00:00Z</updated>
    <author><name>Bo</name></author><category term="green" label="Green tea"/>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hi</p></div></content>
  </entry>
</feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
   xmlns:dc="http://purl.org/dc/elements/1.1/">
  <channel><title>Old</title><link>https://old.example/</link></channel>
  <item><title>One</title><link>https://old.example/1</link><dc:date>2024-01-02</dc:date></item>
</rdf:RDF>"""

JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Tea JSON",
        "home_page_url": "/",
        "next_url": "/feed2.json",
        "items": [
            {
                "id": "1",
                "url": "/1",
                "title": "One",
                "content_text": "text",
                "date_published": "2024-09-06T10:00:00Z",
                "authors": [{"name": "Cy"}],
                "tags": ["white"],
                "attachments": [{"url": "/1.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 7}],
            }
        ],
    }
)


def feed(body: str | bytes, url: str = "https://tea.example/feed") -> dict[str, Any]:
    root = make_parser(FeedParser).parse(make_page(body, url=url)).root
    assert isinstance(root, dict)
    return root


@pytest.mark.parametrize("body", [RSS, ATOM, RDF, JSON], ids=["rss", "atom", "rdf", "json"])
def test_the_parser_keeps_its_promises(body: str) -> None:
    title = feed(body)["title"]
    check_parser(
        FeedParser,
        make_page(body, url="https://tea.example/feed"),
        {"title": [title], "itunes:summary": [], "comments": []},
        refused=["", "titel", "entries.", "entries[0]", "a b"],
    )


def test_rss_is_read_whole() -> None:
    found = feed(RSS)
    first, second = found.pop("entries")
    assert found == {
        "title": "Tea news",
        "link": "https://tea.example/",
        "description": "All about tea",
        "next": "https://tea.example/feed?page=2",
        "updated": "2024-09-07T00:00:01+00:00",
        "image": "https://tea.example/logo.png",
    }
    assert first == {
        "title": "Darjeeling & co.",
        "link": "https://tea.example/1",
        "id": "tag:1",
        "published": "2024-09-06T10:00:00+02:00",
        "author": "Ada",
        "categories": ["black", "india"],
        "summary": "short",
        "content": "<p>long &nbsp; & broad</p>",
        "enclosures": [{"url": "https://tea.example/1.mp3", "type": "audio/mpeg", "length": 1200}],
        "itunes:duration": "12:30",
    }
    assert (second["id"], second["link"]) == ("https://tea.example/2", "https://tea.example/2")


def test_atom_is_read_whole() -> None:
    found = feed(ATOM)
    (entry,) = found.pop("entries")
    assert found == {
        "language": "en",
        "title": "Tea blog",
        "description": "More tea",
        "updated": "2024-09-06T10:00:00Z",
        "link": "https://tea.example/blog/index.html",
        "next": "https://tea.example/blog/feed2.xml",
    }
    assert entry == {
        "id": "urn:1",
        "title": "A <b>bold</b> tea",
        "link": "https://tea.example/blog/1.html",
        "updated": "2024-09-05T10:00:00Z",
        "published": "2024-09-05T10:00:00Z",
        "author": "Bo",
        "categories": ["Green tea"],
        "content": '<p xmlns="http://www.w3.org/1999/xhtml">Hi</p>',
        "enclosures": [{"url": "https://tea.example/blog/1.ogg", "type": "audio/ogg", "length": 5}],
    }


def test_rss_1_has_its_items_beside_the_channel() -> None:
    found = feed(RDF)
    assert found["title"] == "Old"
    assert [entry["link"] for entry in found["entries"]] == ["https://old.example/1"]
    assert found["entries"][0]["published"] == "2024-01-02"


def test_a_json_feed_is_read_whole() -> None:
    found = feed(JSON)
    assert found["link"] == "https://tea.example/"
    assert found["next"] == "https://tea.example/feed2.json"
    assert found["entries"] == [
        {
            "id": "1",
            "link": "https://tea.example/1",
            "title": "One",
            "published": "2024-09-06T10:00:00Z",
            "categories": ["white"],
            "content": "text",
            "author": "Cy",
            "enclosures": [{"url": "https://tea.example/1.mp3", "type": "audio/mpeg", "length": 7}],
        }
    ]


def test_names_reach_into_lists() -> None:
    parser = make_parser(FeedParser)
    root = parser.parse(make_page(RSS, url="https://tea.example/feed")).root
    assert parser.compile("entries.enclosures.url", "name", False)(root) == ["https://tea.example/1.mp3"]


def test_a_mistyped_name_is_refused_with_its_place() -> None:
    with pytest.raises(SelectorError, match='a feed has no "titel"') as caught:
        make_parser(FeedParser).compile("entries.titel", "name", False)
    assert (caught.value.offset, caught.value.width, caught.value.hint) == (8, 5, 'did you mean "title"?')


@pytest.mark.parametrize(
    ("broken", "title"),
    [
        ("Tea & cake", "Tea & cake"),
        ("Caf&eacute;&nbsp;Zoë", "Café\u00a0Zoë"),
        ("&lt;b&gt; &#233; &unknown;", "<b> é &unknown;"),
        ("a\x08b", "ab"),
    ],
)
def test_what_feeds_usually_get_wrong_is_mended(broken: str, title: str) -> None:
    text = (
        f"<rss><channel><title>{broken}</title><item><title><![CDATA[&nbsp;]]></title></item></channel></rss>"
    )
    found = feed(text)
    assert found["title"] == title
    assert found["entries"][0]["title"] == "&nbsp;"


@pytest.mark.parametrize("body", [RSS, ATOM, RDF, JSON], ids=["rss", "atom", "rdf", "json"])
def test_a_feed_that_was_cut_short_is_never_read(body: str) -> None:
    whole = body.encode()
    for end in range(len(whole) - 1):
        with pytest.raises(PageError):
            feed(whole[:end])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "not a feed: not well-formed XML: Document is empty, line 1, column 1"),
        ("<html><body>x</body></html>", "not a feed: its first element is <html>"),
        ("<rss/>", "not a feed: there is no <channel>"),
        ('{"a": 1}', "not a feed: the JSON has no list of items"),
        ("{", "not a feed: not JSON: Expecting property name enclosed in double quotes"),
    ],
)
def test_what_is_no_feed_is_refused(body: str, reason: str) -> None:
    with pytest.raises(PageError) as caught:
        feed(body)
    assert str(caught.value).startswith(reason)


def test_entities_of_the_feed_s_own_are_refused() -> None:
    text = '<!DOCTYPE rss [<!ENTITY a "b">]><rss><channel><title>&a;</title></channel></rss>'
    with pytest.raises(PageError, match="it uses an entity of its own, &a;"):
        feed(text)


def test_a_million_laughs_are_not_heard() -> None:
    lines = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    text = f'<!DOCTYPE rss [<!ENTITY a0 "ha">{lines}]><rss><channel><title>&a9;</title></channel></rss>'
    with pytest.raises(PageError, match="it declares entities of its own"):
        feed(text)


def test_a_dtd_that_a_feed_names_is_not_read(tmp_path: Path) -> None:
    """Were it read, it would be no DTD, and the feed not well-formed; old feeds name one on the net."""
    file = tmp_path / "secret"
    file.write_text("canary")
    for place in (file.as_uri(), "http://127.0.0.1:9/rss-0.91.dtd"):
        body = f'<!DOCTYPE rss SYSTEM "{place}"><rss><channel><title>T</title></channel></rss>'
        assert make_parser(FeedParser).parse(make_page(body)).root["title"] == "T"
