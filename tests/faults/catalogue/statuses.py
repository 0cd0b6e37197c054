"""Faults 56 to 60: what a status and its headers ask for, and what they may not."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

from catalogue.fault import Fault, Ground, Happened, Right, fails, gives, gives_all
from catalogue.own import HEADING, by_rule
from fault_site import Behaviour, Wire, answer, book, by_turn, links
from job_runner import recipe


def _asks(*headers: str, status: str = "429 Too Many Requests") -> bytes:
    return answer("", status, *headers)


async def _until_a_date(wire: Wire) -> None:
    # A date has whole seconds: it lies between one and two seconds ahead.
    date = formatdate(int(time.time()) + 2, usegmt=True)
    await wire.send(_asks(f"Retry-After: {date}", status="503 Busy"))


def _left_in_peace(behaviour: Behaviour, least: float) -> Any:
    """The host is not asked again for so long, though the recipe allows no retries."""

    def run(ground: Ground) -> Happened:
        happened = by_rule(HEADING, by_turn(behaviour, book("late")), http="retries: 0")(ground)
        first, second = ground.site.asked("/page", ground.host)
        assert second.start - first.end >= least - 0.08, second.start - first.end
        return happened

    return run


def _whole_host(ground: Ground) -> Happened:
    """What one page was told holds for all others of its host, and for no other host."""
    site, other = ground.site, ground.host.rpartition(".")[0] + ".254"
    names = [f"/n{n}" for n in range(4)]
    with site.another_port(other) as port:
        site.serve("/page", by_turn(_asks("Retry-After: 1"), book("late")), ground.host)
        for name in names:
            site.serve(name, book(name))
        seeds = [site.url("/page", ground.host), *(site.url(name, ground.host) for name in names)]
        seeds += [f"http://{other}:{port}{name}" for name in names]
        crawl = "delay: 0, robots: ignore, per_host: 1"
        job = ground.job(recipe(seeds, crawl=crawl, http="retries: 0"))
        ended = ground.run(job)
    told = site.asked("/page", ground.host)[0].end
    during = [e.path for e in site.asked(host=ground.host) if told < e.start < told + 0.92]
    assert during == [], during
    assert all(exchange.start < told + 0.9 for exchange in site.asked(host=other))
    return Happened(ended, "", tuple(job.records()), len(site.asked("/page", ground.host)))


def _parked(value: str) -> Any:
    """Two seconds into it the run is ended by its budget: the host was asked once, and waits."""

    def run(ground: Ground) -> Happened:
        happened = by_rule(
            HEADING, _asks(f"Retry-After: {value}"), crawl="robots: ignore, budget: { time: 2s }"
        )(ground)
        report = happened.ended.report
        assert (report["outcome"], report["waiting"]) == ("limit reached", 1), report
        return happened

    return run


_ONCE = Right("asked once, the run ends", lambda h: h.asked == 1 and not h.records)

_PATIENCE = [
    Fault(56, "seconds", "statuses", gives("late", 2), alone=_left_in_peace(_asks("Retry-After: 1"), 1.0)),
    Fault(
        56,
        "the-whole-host",
        "statuses",
        gives_all("late", *(f"/n{n}" for n in range(4)), *(f"/n{n}" for n in range(4))),
        alone=_whole_host,
    ),
    Fault(56, "date", "statuses", gives("late", 2), alone=_left_in_peace(_until_a_date, 1.0)),
    *(
        Fault(57, name, "statuses", _ONCE, alone=_parked(value))
        for name, value in [
            ("a-week", "604800"),
            ("a-number-without-end", "9" * 400),
            ("far-future", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ]
    ),
    *(
        Fault(
            57,
            name,
            "statuses",
            gives("late", 2),
            by_turn(_asks(f"Retry-After: {value}"), book("late")),
            http="retries: 0",
        )
        for name, value in [
            ("negative", "-5"),
            ("text", "soon"),
            ("nan", "NaN"),
            ("past", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ]
    ),
]


def _storm(ground: Ground) -> Happened:
    """Every second page of 100 answers 503: each is asked for; beyond some sixty, retries are put off."""

    def serve(host: str, path: str) -> Behaviour | None:
        if host != ground.host or not path.startswith("/n"):
            return None
        return book(path) if int(path[2:]) % 2 else answer("", "503 Busy")

    ground.site.patterns.append(serve)
    rule = "{ item: book, fields: { title: { css: h1, required: true } }, links: { page: a } }"
    run = by_rule(
        rule, links(*[f"/n{n}" for n in range(100)]), http="retries: 2", crawl="robots: ignore, per_host: 4"
    )
    happened = run(ground)
    asked = [e for e in ground.site.log if e.path.startswith("/n")]
    assert len({e.path for e in asked}) == 100
    again = [entry.start for n, entry in enumerate(asked) if entry.path in {e.path for e in asked[:n]}]
    # 50 and a tenth of 100 to 200 requests; then a tenth of fifty a second, the least pace of a host.
    late = again[72:]
    assert len(late) > 10
    assert late[-1] - late[0] >= 0.2 * (len(late) - 2), late
    return happened


_HALF = Right("50 records, retries put off", lambda h: len(h.records) == 50)

FAULTS = [
    *_PATIENCE,
    Fault(58, "storm-of-503", "statuses", _HALF, alone=_storm),
    *(
        Fault(
            59,
            status[:3],
            "statuses",
            fails(f"HTTP {status[:3]}", verdict=verdict),
            answer("<h1>never</h1>", status),
        )
        for status, verdict in [
            ("404 Not Found", "failed"),
            ("410 Gone", "failed"),
            ("400 Bad", "failed"),
            ("403 No", "blocked"),
        ]
    ),
    Fault(
        60,
        "referrer-policy-names-a-function",
        "statuses",
        gives("T"),
        answer("<h1>T</h1>", "200 OK", "Referrer-Policy: os.abort", "Content-Security-Policy: os.abort"),
    ),
]
