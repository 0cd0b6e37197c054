"""Bodies that take long to read hold up nobody; what is wrong with them is in the catalogue of faults."""

from __future__ import annotations

from itertools import pairwise

import pytest
from fault_site import answer, book, links
from job_runner import Job, recipe

pytestmark = pytest.mark.slow


def test_small_pages_go_on_while_a_large_one_is_read(site, tmp_path):
    rows = "".join(f"<li><b>{n}</b><i>{n}</i></li>" for n in range(120_000))
    site.serve("/large", answer(rows))
    site.patterns.append(lambda _, path: book(path) if path.startswith("/small") else None)
    site.serve("/", links("/large", *[f"/small/{n}" for n in range(1500)]))
    fields = "{ css: h1, required: true }\n"
    text = recipe([site.url("/")], crawl="delay: 0, per_host: 2").replace(
        fields, fields + "      rows: { each: li, fields: { b: b, i: i } }\n"
    )
    text = text.replace("required: true", 'default: "-"')

    ended = Job(tmp_path, text).run("-q")

    assert ended.report["verdicts"] == {"ok": 1502}
    (large,) = site.asked("/large")
    small = [e.start for e in site.log if e.start > large.end]
    assert max(later - earlier for earlier, later in pairwise(small)) < 0.4


def test_pages_made_to_be_slow_are_read_or_refused_at_once(site, tmp_path):
    pages = {
        "/nesting": "<div>" * 200_000,
        "/attributes": "<p " + " ".join(f"a{n}" for n in range(100_000)) + ">",
        "/formatting": "".join(f"<b {n}><i {n}>" for n in range(60_000)),
        "/comments": "<!--" * 250_000,
        "/links": "".join(f"<a href=/n{n}>" for n in range(60_000)),
        "/address": "<a href='" + "../" * 300_000 + "'>up</a>",
        "/entities": "<h1>" + "&amp;" * 200_000,
    }
    for path, body in pages.items():
        site.serve(path, answer(body))

    ended = Job(tmp_path, recipe([site.url(path) for path in pages], crawl="delay: 0, depth: 0")).run("-q")

    assert ended.report["seen"] == len(pages)
    assert ended.report["elapsed"] < 5
    assert max(ended.report["slow_callbacks"].values(), default=0) < 0.5
