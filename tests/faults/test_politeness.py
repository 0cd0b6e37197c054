"""How polite a run was, read from nothing but the log of the servers it asked."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from fault_site import HOSTS, after, answer, book, in_turn, links, redirect
from job_runner import Job, recipe

pytestmark = pytest.mark.slow

SLACK = 0.08
"""How much the server's view of the time between two starts may differ from the client's."""
ONE, TWO, THREE, FOUR = HOSTS[:4]


def robots(*rules: str) -> bytes:
    return answer("\n".join(["User-agent: *", *rules]), kind="text/plain")


class TestPace:
    """One crawl over three hosts: pages that take longer than the delay, retries and redirects."""

    delay, crawl_delay = 0.4, 0.7

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, own_site, tmp_path_factory):
        site = own_site
        site.forget()
        site.serve("/robots.txt", redirect("/rules.txt"), ONE)
        site.serve("/rules.txt", after(0.2, robots("Disallow: /private")), ONE)
        site.serve("/robots.txt", robots(f"Crawl-delay: {cls.crawl_delay}"), TWO)
        site.serve("/robots.txt", after(0.3, robots("Disallow: /secret")), THREE)
        names = ["/slow/1", "/slow/2", "/slow/3", "/slow/4", "/hop", "/again", "/away", "/private/x"]
        site.serve("/", links(*names, site.url("/b", TWO)), ONE)
        site.patterns.append(lambda _, path: after(1.0, book(path)) if path.startswith("/slow") else None)
        site.serve("/hop", redirect("/hop2"), ONE)
        site.serve("/hop2", book("hop"), ONE)
        site.serve("/again", in_turn(answer("", "500 Oops"), book("again")), ONE)
        site.serve("/away", redirect(site.url("/landed", THREE)), ONE)
        site.serve("/landed", book("landed"), THREE)
        site.serve("/b", links("/b1", "/b2", site.url("/secret/y", THREE)), TWO)
        site.patterns.append(lambda host, path: book(path) if host == TWO else None)
        crawl = f"delay: {cls.delay}s, per_host: 2"
        job = Job(
            tmp_path_factory.mktemp("pace"),
            recipe([site.url("/")], crawl=crawl, http=f'retries: 2, allow_hosts: ["{TWO}", "{THREE}"]'),
        )
        return job, job.run("-q")

    def test_every_page_comes_in_the_end(self, run):
        job, ended = run

        assert ended.code == 0
        assert job.titles() == [
            "/b1", "/b2", "/slow/1", "/slow/2", "/slow/3", "/slow/4", "again", "hop", "landed",
        ]  # fmt: skip

    def test_no_two_starts_are_closer_than_the_delay(self, run, own_site):
        assert own_site.closest_starts(ONE) >= self.delay - SLACK
        assert own_site.closest_starts(THREE) >= self.delay - SLACK

    def test_no_two_starts_are_closer_than_the_crawl_delay_of_robots_txt(self, run, own_site):
        assert len(own_site.asked(host=TWO)) == 4
        assert own_site.closest_starts(TWO) >= self.crawl_delay - SLACK

    def test_no_more_than_per_host_are_in_flight(self, run, own_site):
        assert own_site.most_at_once(ONE) == 2

    def test_robots_txt_comes_before_the_first_page_of_each_origin(self, run, own_site):
        for host, rules in ((ONE, "/rules.txt"), (TWO, "/robots.txt"), (THREE, "/robots.txt")):
            (read,) = own_site.asked(rules, host)
            pages = [e for e in own_site.asked(host=host) if e.path not in ("/robots.txt", "/rules.txt")]
            assert min(e.start for e in pages) >= read.end

    def test_what_robots_txt_disallows_is_never_fetched(self, run, own_site):
        _, ended = run

        assert own_site.asked("/private/x") == own_site.asked("/secret/y") == []
        for url in (own_site.url("/private/x"), own_site.url("/secret/y", THREE)):
            assert ended.failure(url).startswith("robots: robots.txt does not allow it (Disallow: /")


_PNG = b"\x89PNG\r\n\x1a\n"
_FILES = """\
scrapekit: 1
name: books
seeds: {{ page: {{ sitemap: "{sitemap}" }} }}
pages:
  page:
    item: book
    fields: {{ title: h1, picture: {{ css: img, download: {{ types: image/png, give: url }} }} }}
crawl: {{ delay: 0.3s, per_host: 2 }}
http: {{ retries: 1 }}
export: out/books.jsonl
"""


class TestFilesAndSitemaps:
    """One crawl that begins with an index of sitemaps, and fetches the files that its pages name."""

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, own_site, tmp_path_factory):
        site = own_site
        site.forget()

        def sitemap(kind, entry, *paths):
            found = "".join(f"<{entry}><loc>{site.url(path)}</loc></{entry}>" for path in paths)
            return answer(f"<{kind}>{found}</{kind}>", kind="application/xml")

        site.serve("/index.xml", sitemap("sitemapindex", "sitemap", "/a.xml", "/b.xml"))
        site.serve("/a.xml", after(0.5, sitemap("urlset", "url", "/p1", "/p2")))
        site.serve("/b.xml", in_turn(answer("", "503 Busy"), sitemap("urlset", "url", "/p3", "/p4")))
        for n in range(1, 5):
            site.serve(f"/p{n}", answer(f'<h1>{n}</h1><img src="/{n}.png">'))
            site.serve(f"/{n}.png", after(0.6, answer(_PNG + bytes([n]), kind="image/png")))
        site.serve("/2.png", redirect("/moved.png"))
        site.serve("/moved.png", answer(_PNG + b"2", kind="image/png"))
        site.serve("/3.png", in_turn(answer("", "500 Oops"), answer(_PNG + b"3", kind="image/png")))
        job = Job(tmp_path_factory.mktemp("files"), _FILES.format(sitemap=site.url("/index.xml")))
        return job, job.run("-q")

    def test_every_record_has_its_file(self, run, own_site):
        job, ended = run

        assert ended.code == 0
        found = {record["title"]: record["picture"] for record in job.records()}
        assert set(found) == {"1", "2", "3", "4"}
        assert all(found.values())
        assert len(list((job.folder / "out" / "files").iterdir())) == 4

    def test_no_two_starts_are_closer_than_the_delay(self, run, own_site):
        # robots.txt, three sitemaps, four pages, four files, two retries and a redirect.
        assert len(own_site.asked(host=ONE)) == 15
        assert own_site.closest_starts(ONE) >= 0.3 - SLACK
        assert own_site.most_at_once(ONE) <= 2


class TestThrottling:
    """One crawl over hosts that ask for patience, and one that goes on meanwhile."""

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, own_site, tmp_path_factory):
        site = own_site
        site.forget()
        site.serve("/", links("/1", "/2"), ONE)
        site.serve("/1", in_turn(answer("", "429 Slow", "Retry-After: 2"), book("one")), ONE)
        site.serve("/2", book("two"), ONE)

        async def until_a_date(wire):
            # A date has whole seconds: it lies between two and three seconds ahead.
            date = formatdate(int(time.time()) + 3, usegmt=True)
            await wire.send(answer("", "503 Busy", f"Retry-After: {date}"))

        site.serve("/", in_turn(until_a_date, links("/3")), TWO)
        site.serve("/3", book("three"), TWO)
        site.serve("/", links(*[f"/free/{n}" for n in range(8)]), THREE)
        site.patterns.append(lambda host, path: book(path) if path.startswith("/free") else None)
        # robots.txt itself can ask for patience.
        site.serve("/robots.txt", in_turn(answer("", "429 Slow", "Retry-After: 2"), robots()), FOUR)
        site.serve("/", book("four"), FOUR)
        seeds = [site.url("/", host) for host in (ONE, TWO, THREE, FOUR)]
        job = Job(tmp_path_factory.mktemp("throttled"), recipe(seeds, crawl="delay: 200ms, per_host: 1"))
        return job, job.run("-q")

    def test_the_url_is_fetched_in_the_end_although_no_retries_are_allowed(self, run):
        job, ended = run

        assert (ended.code, ended.report["verdicts"]) == (0, {"ok": 15})
        assert {"one", "two", "three", "four"} <= set(job.titles())

    @pytest.mark.parametrize(
        ("host", "path", "least"), [(ONE, "/1", 2), (TWO, "/", 2), (FOUR, "/robots.txt", 2)]
    )
    def test_nothing_goes_to_the_host_for_as_long_as_it_asked(self, run, own_site, host, path, least):
        asked = own_site.asked(host=host)
        at = next(n for n, e in enumerate(asked) if e.path == path)

        assert asked[at + 1].start - asked[at].end >= least - SLACK

    def test_another_host_goes_on_meanwhile(self, run, own_site):
        first, again = own_site.asked("/1", ONE)
        others = [e for e in own_site.asked(host=THREE) if first.end < e.start < again.start]

        assert len(others) >= 5


def test_the_delay_holds_across_a_kill(site, tmp_path):
    delay = 1.3
    site.serve("/", links("/1"))
    site.serve("/1", book("one"))
    job = Job(tmp_path, recipe([site.url("/")], crawl=f"delay: {delay}s"))

    job.run_until(lambda: site.wait_for(lambda: len(site.log) == 2))
    job.run_until(lambda: site.wait_for(lambda: len(site.log) == 4))

    assert site.closest_starts(ONE) >= delay - SLACK


def test_a_host_that_always_fails_is_asked_ever_more_slowly(site, tmp_path):
    site.serve("/", links(*[f"/{n}" for n in range(20)]))
    site.patterns.append(lambda _, path: answer("", "503 Busy") if path != "/robots.txt" else None)
    job = Job(tmp_path, recipe([site.url("/")], http="retries: 1"))

    ended = job.run("-q")

    assert ended.report["verdicts"] == {"ok": 1, "failed": 20}
    for n in range(20):
        first, second = site.asked(f"/{n}")
        assert second.start - first.end >= 0.25 - SLACK


def test_the_pages_of_a_host_that_went_down_wait_for_the_next_run(site, tmp_path):
    """Ten fail in a row, the last of them is kept like the ninety behind it, and nothing is published."""
    down = True
    site.serve("/", links(*[f"/{n}" for n in range(100)]))
    site.patterns.append(
        lambda _, path: answer("", "503 Busy") if down and path[1:].isdigit() else book(path)
    )
    crawl = "delay: 1ms, allow_failed: 20%, per_host: 1, park_after: 10, park_probes: 0"
    job = Job(tmp_path, recipe([site.url("/")], crawl=crawl))

    ended = job.run("-q")

    host = f"{ONE}:{site.port}"
    assert (ended.code, ended.report["outcome"], ended.report["waiting"]) == (3, "stuck", 91)
    assert ended.report["parked"] == {host: "HTTP 503 Service Unavailable; 91 requests wait"}
    assert ended.report["notes"]["times that a host was parked, for it kept failing"] == 1
    assert len(site.asked(host=ONE)) == 12

    down = False
    ended = job.run("-q")

    assert (ended.code, ended.report["verdicts"]) == (0, {"ok": 92, "failed": 9})


def test_a_host_that_says_429_to_everything_is_parked_and_none_of_its_pages_ends_by_it(site, tmp_path):
    """Twelve at a time, so that they say it often enough in a row at once."""
    site.serve("/", links(*[f"/{n}" for n in range(40)]))
    slow = after(0.3, answer("", "429 Too Many Requests", "Retry-After: 1"))
    site.patterns.append(lambda _, path: slow if path[1:].isdigit() else None)
    crawl = "delay: 0, allow_failed: 20%, per_host: 12, park_after: 10, park_probes: 0, robots: ignore"
    job = Job(tmp_path, recipe([site.url("/")], crawl=crawl))

    ended = job.run("-q")

    said = "HTTP 429 Too Many Requests; 40 requests wait"
    assert (ended.code, ended.report["verdicts"]) == (3, {"ok": 1})
    assert ended.report["parked"] == {f"{ONE}:{site.port}": said}
    assert len(site.asked(host=ONE)) == 13
