"""Seeds from files, sitemaps and feeds in real runs of the command: all of them, each once, killed or not."""

from __future__ import annotations

import gzip
import json
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loopback import Answer, Asked, serving

pytestmark = pytest.mark.slow

RECIPE = """\
scrapekit: 1
name: r
inputs: {{ site: {{ type: string }} }}
seeds:
  page: {seeds}
pages:
  page:
    item: page
    fields: {{ title: h1{more} }}
crawl: {{ delay: 0, per_host: 16 }}
http: {{ retries: 0 }}
export: out.jsonl
"""
ROBOTS = "User-agent: *\nDisallow: /robots.txt\nDisallow: /p/forbidden\nSitemap: {site}/index.xml\n"
INDEX = """<?xml version="1.0" encoding="UTF-8"?>
<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>{site}/one.xml.gz</loc></sitemap><sitemap><loc>{site}/two.txt</loc></sitemap>
<sitemap><loc>{site}/broken.xml</loc></sitemap><sitemap><loc>http://elsewhere.test/s.xml</loc></sitemap>
</sitemapindex>"""
ONE = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>{site}/p/1</loc></url><url><loc>{site}/p/2</loc></url><url><loc>{site}/p/forbidden</loc></url>
<url><loc>http://elsewhere.test/</loc></url></urlset>"""
FEED = """<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Seven</title><link href="p/7"/></entry>
<entry><title>Eight</title><link href="/p/8"/></entry></feed>"""


class Site:
    """A site on the loopback that counts what it is asked for."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.reached = threading.Event()
        self.wanted = 10**9
        self.url = ""

    def answer(self, asked: Asked) -> Answer:
        path = asked.path
        self.asked[path] += 1
        if sum(self.asked.values()) >= self.wanted:
            self.reached.set()
        fixed = {
            "/robots.txt": ROBOTS,
            "/index.xml": INDEX,
            "/two.txt": "{site}/p/2\n{site}/p/3\n",
            "/feed": FEED,
        }
        if path in fixed:
            return Answer(fixed[path].replace("{site}", self.url), headers={"Content-Type": "text/plain"})
        if path == "/one.xml.gz":
            packed = gzip.compress(ONE.replace("{site}", self.url).encode())
            return Answer(packed, headers={"Content-Type": "application/gzip"})
        if path == "/broken.xml":
            return Answer("<urlset><url>", headers={"Content-Type": "text/xml"})
        return Answer(f"<h1>{path}</h1>") if path.startswith("/p/") else Answer(status=404)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    with serving(site.answer) as site.url:
        yield site


def command(folder: Path, seeds: str, site: Site) -> list[str]:
    more = ', from: "{{ parent.from }}"' if "carry" in seeds else ""
    (folder / "r.yaml").write_text(RECIPE.format(seeds=seeds, more=more))
    return [sys.executable, "-m", "scrapekit", "run", "-q", "r.yaml", "-i", f"site={site.url}"]


def run(folder: Path, seeds: str, site: Site) -> subprocess.CompletedProcess[str]:
    words = command(folder, seeds, site)
    return subprocess.run(words, capture_output=True, text=True, cwd=folder, check=False, timeout=60)


def titles(folder: Path) -> list[str]:
    lines = (folder / "out.jsonl").read_text().splitlines()
    return sorted(json.loads(line)["title"] for line in lines)


def report(folder: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((folder / ".scrapekit" / "r" / "report.json").read_text())
    return found


def test_a_site_is_crawled_by_the_sitemaps_its_robots_txt_names(tmp_path, site):
    result = run(tmp_path, '{ sitemap: "{{ inputs.site }}/robots.txt" }', site)

    assert titles(tmp_path) == ["/p/1", "/p/2", "/p/3"]
    found = report(tmp_path)
    assert found["verdicts"] == {"ok": 7, "robots": 1, "failed": 1}
    assert [(each["url"], each["page"], each["reason"]) for each in found["failures"]] == [
        (
            f"{site.url}/broken.xml",
            "sitemap: seeds.page",
            "not well-formed XML: no element found, line 1, column 14",
        ),
        (f"{site.url}/p/forbidden", "page", "robots.txt does not allow it (Disallow: /p/forbidden, line 3)"),
    ]
    assert found["notes"] == {"links out of scope": 2, "links to pages already known": 1}
    assert (result.returncode, max(site.asked.values())) == (1, 2)


def test_the_entries_of_a_feed_are_crawled(tmp_path, site):
    result = run(tmp_path, '{ feed: "{{ inputs.site }}/feed", carry: { from: "{{ each.title }}" } }', site)

    records = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted((each["title"], each["from"]) for each in records) == [("/p/7", "Seven"), ("/p/8", "Eight")]


def test_an_address_that_fails_gives_way_to_the_next(tmp_path, site):
    seeds = '{ any: ["{{ inputs.site }}/gone", "{{ inputs.site }}/p/9", "{{ inputs.site }}/p/10"] }'
    result = run(tmp_path, seeds, site)

    assert (result.returncode, result.stderr) == (0, "")
    assert titles(tmp_path) == ["/p/9"]
    assert report(tmp_path)["notes"] == {"an address of any failed, the next was tried": 1}
    assert site.asked["/p/10"] == 0


def lines_of(site: Site) -> str:
    """20,000 lines: 2,400 addresses five times each, and 8,000 lines that are none."""
    lines = [f"{site.url}/p/{n % 4_000},{n}" if n % 5 < 3 else f"nothing,{n}" for n in range(20_000)]
    return "url,from\n" + "\n".join(lines) + "\n"


def test_a_file_of_many_lines_is_drawn_once_however_often_the_run_is_killed(tmp_path, site):
    (tmp_path / "urls.csv").write_text(lines_of(site))
    seeds = '{ file: urls.csv, carry: { from: "{{ each.from }}" } }'
    kills = 0
    for wanted in (300, 1_100, 1_900):
        site.wanted, words = wanted, command(tmp_path, seeds, site)
        site.reached.clear()
        with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert site.reached.wait(20)
            process.kill()
            kills += process.wait() == -9
    site.wanted = 10**9

    result = run(tmp_path, seeds, site)

    assert (kills, result.returncode, result.stderr) == (3, 0, "")
    expected = sorted({f"/p/{n % 4_000}" for n in range(20_000) if n % 5 < 3})
    assert titles(tmp_path) == expected
    notes = report(tmp_path)["notes"]
    assert isinstance(notes, dict)
    assert notes["urls.csv: line 5 skipped, it holds no http(s) address"] == 1
    assert notes["urls.csv: further lines skipped"] == 8_000 - 10
    assert notes["seeds whose address is known already"] == 12_000 - len(expected)


def test_an_unfinished_job_does_not_go_on_with_another_file(tmp_path, site):
    path, seeds = tmp_path / "urls.txt", "{ file: urls.txt }"
    path.write_text("".join(f"{site.url}/p/{n}\n" for n in range(2_000)))
    site.wanted = 100
    with subprocess.Popen(command(tmp_path, seeds, site), cwd=tmp_path) as process:
        assert site.reached.wait(20)
        process.kill()
    before = path.read_text()
    path.write_text(f"{site.url}/p/new\n{before}")

    refused = run(tmp_path, seeds, site)
    path.write_text(before)
    result = run(tmp_path, seeds, site)

    assert refused.returncode == 2
    assert "holds an unfinished job whose file of seeds was changed since" in refused.stderr
    assert (result.returncode, len(titles(tmp_path))) == (0, 2_000)


def test_a_job_goes_on_with_the_days_of_the_day_on_which_it_began(tmp_path, site):
    seeds = (
        '{ url: "{{ inputs.site }}/p/{{ each.day }}",'
        " each: { day: { dates: { from: 2024-01-01, to: today } } } }"
    )
    site.wanted = 50
    with subprocess.Popen(command(tmp_path, seeds, site), cwd=tmp_path) as process:
        assert site.reached.wait(20)
        process.kill()
    began = datetime.now(UTC) - timedelta(days=10)
    with closing(sqlite3.connect(tmp_path / ".scrapekit" / "r" / "job.sqlite")) as store, store:
        store.execute("UPDATE meta SET value = ? WHERE key = 'began'", (repr(began.timestamp()),))

    result = run(tmp_path, seeds, site)

    found = titles(tmp_path)
    assert (result.returncode, found[0], found[-1]) == (0, "/p/2024-01-01", f"/p/{began.date()}")
    assert len(found) == (began.date() - datetime(2024, 1, 1).date()).days + 1
