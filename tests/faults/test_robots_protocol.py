"""What every behaviour of a robots.txt comes to (RFC 9309 2.3 to 2.5): one crawl, one origin for each."""

from __future__ import annotations

import gzip
import math
from dataclasses import dataclass
from itertools import pairwise

import pytest
from fault_site import Behaviour, FaultSite, answer, book, hang, redirect, reset, then_close
from job_runner import Job, recipe

pytestmark = pytest.mark.slow

RULES = "User-agent: *\nDisallow: /private\n"
OBEYED, ALL, NONE = {"/"}, {"/", "/private"}, set[str]()
REFUSED = "http://10.255.255.1/robots.txt"


def text(body: str | bytes, *headers: str) -> bytes:
    return answer(body, "200 OK", *headers, kind="text/plain")


def padded(size: int, last: str) -> bytes:
    """Rules that end with *last* after so many bytes."""
    return text(RULES + "#\n" * ((size - len(RULES) - len(last)) // 2) + last)


async def endless(wire) -> None:
    wire.writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while not wire.writer.is_closing():
        await wire.send(RULES.encode() * 1000)


def chain(hops: int, last: Behaviour) -> dict[str, Behaviour]:
    """So many redirects from /robots.txt, then *last*."""
    paths = ["/robots.txt", *[f"/hop/{n}" for n in range(1, hops + 1)]]
    steps = {path: redirect(target) for path, target in pairwise(paths)}
    return {**steps, paths[-1]: last}


@dataclass
class Case:
    """One origin: what it serves, which pages are asked for then, and why no others."""

    name: str
    serves: Behaviour | dict[str, Behaviour]
    pages: set[str]
    reason: str = ""

    def __str__(self) -> str:
        return self.name

    def __post_init__(self) -> None:
        if not isinstance(self.serves, dict):
            self.serves = {"/robots.txt": self.serves}


UNREADABLE = "robots.txt could not be read: "
CASES = [
    Case("200", text(RULES), OBEYED),
    Case("404", answer("", "404 Not Found"), ALL),
    Case("401", answer(RULES, "401 Unauthorized"), ALL),
    Case("403", answer(RULES, "403 Forbidden"), ALL),
    Case("404 with a body that breaks off", then_close(answer(RULES, "404 Not Found")[:-5]), ALL),
    Case("404 without end", answer(b"x" * 2**21, "404 Not Found"), ALL),
    Case("404 in no gzip", answer(RULES, "404 Not Found", "Content-Encoding: gzip"), ALL),
    Case("410", answer(RULES, "410 Gone"), ALL),
    Case("429", answer("", "429 Slow"), NONE, f"{UNREADABLE}HTTP 429"),
    Case("500", answer("", "500 Oops"), NONE, f"{UNREADABLE}HTTP 500"),
    Case("503", answer("", "503 Busy"), NONE, f"{UNREADABLE}HTTP 503"),
    Case("hang", hang, NONE, f"{UNREADABLE}no answer within 0.5 s"),
    Case("reset", reset, NONE, f"{UNREADABLE}connection reset by "),
    Case("cut", then_close(text(RULES)[:-5]), NONE, f"{UNREADABLE}the body broke off"),
    Case("endless", endless, NONE, f"{UNREADABLE}body larger than 1 MiB"),
    Case("490 KiB", padded(490 * 1024, "Disallow: /"), NONE),
    Case("over 500 KiB", padded(510 * 1024, "Disallow: /"), OBEYED),
    Case("five redirects", chain(5, text(RULES)), OBEYED),
    Case("six redirects", chain(6, text(RULES)), ALL),
    Case("redirect loop", redirect("/robots.txt"), ALL),
    Case("redirect to another origin", redirect("OTHER"), OBEYED),
    Case("redirect to a refused address", redirect(REFUSED), NONE, f"{UNREADABLE}10.255.255.1 is not public"),
    Case("redirect to a file", redirect("file:///robots.txt"), NONE, f'{UNREADABLE}redirected to a "file:"'),
    Case("redirect to what is not there", chain(1, answer(RULES, "404 Not Found")), ALL),
    Case("redirect to what fails", chain(2, answer("", "500 Oops")), NONE, f"{UNREADABLE}HTTP 500"),
    Case("redirect to nowhere", answer("", "302 Found"), NONE, f"{UNREADABLE}HTTP 302 Found without"),
    Case("html", book(RULES), ALL),
    Case("utf-8 with a mark", text(RULES.encode("utf-8-sig")), OBEYED),
    Case("utf-16", text(RULES.encode("utf-16")), OBEYED),
    Case("gzip", text(gzip.compress(RULES.encode()), "Content-Encoding: gzip"), OBEYED),
    Case("no gzip", text(RULES, "Content-Encoding: gzip"), NONE, f"{UNREADABLE}the body is damaged"),
    Case("empty", text(""), ALL),
    Case("our name", text("User-agent: *\n\nUser-agent: ScrapeKit/2\nDisallow: /private"), OBEYED),
    Case("a delay of a day", text("User-agent: *\nCrawl-delay: 86400"), NONE, "robots.txt asks for 86400 s"),
    Case(
        "a delay of years", text(f"User-agent: *\nCrawl-delay: {10**15}"), NONE, "robots.txt asks for 1e+09 s"
    ),
    Case("no delay at all", text("User-agent: *\nCrawl-delay: inf\nCrawl-delay: nan\nCrawl-delay: -3"), ALL),
]
HOSTS = {case.name: f"127.0.1.{number}" for number, case in enumerate(CASES, start=1)}
OTHER = "127.0.1.200"


@pytest.fixture(scope="module")
def asked():
    """The site after the crawl, and how that ended."""
    with FaultSite().served([OTHER, *HOSTS.values()]) as site:
        yield site


@pytest.fixture(scope="module")
def run(asked, tmp_path_factory):
    asked.serve("/rules", text(RULES), OTHER)
    for case in CASES:
        for path, behaviour in case.serves.items():
            if behaviour == redirect("OTHER"):
                behaviour = redirect(asked.url("/rules", OTHER))
            asked.serve(path, behaviour, HOSTS[case.name])
    asked.patterns.append(lambda host, path: book(path) if path in ALL else None)
    seeds = [asked.url(path, host) for host in HOSTS.values() for path in sorted(ALL)]
    http = f'retries: 0, timeout: 500ms, max_body: 100KiB, allow_hosts: ["{OTHER}"]'
    crawl = "delay: 20ms, per_host: 1, concurrency: 64"
    return Job(tmp_path_factory.mktemp("robots"), recipe(seeds, crawl=crawl, http=http)).run("-q")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_pages_are_asked_for_as_robots_txt_says_and_after_it_has_ended(run, asked, case):
    exchanges = asked.asked(host=HOSTS[case.name])
    pages = [each for each in exchanges if each.path in ALL]
    rules = [each for each in exchanges if each.path not in ALL]
    rules += asked.asked("/rules", OTHER) if case.name == "redirect to another origin" else []

    assert {each.path for each in pages} == case.pages
    assert max(each.end for each in rules) <= min((page.start for page in pages), default=math.inf)


@pytest.mark.parametrize("case", [case for case in CASES if case.pages != ALL], ids=str)
def test_what_is_not_asked_for_ends_with_the_verdict_robots_and_says_why(run, asked, case):
    url = asked.url("/private", HOSTS[case.name])

    assert run.failure(url).startswith(f"robots: {case.reason or 'robots.txt does not allow it'}")


def test_an_unreadable_robots_txt_is_asked_for_a_few_times_and_one_that_cannot_be_had_only_once(run, asked):
    times = {name: len(asked.asked("/robots.txt", host)) for name, host in HOSTS.items()}

    assert {times[name] for name in ("429", "500", "503", "hang", "reset", "endless", "no gzip")} == {4}
    assert times["redirect to a refused address"] == 1


def test_an_endless_one_is_read_no_further_than_any_page(run):
    assert run.peak_memory < 200 * 2**20
