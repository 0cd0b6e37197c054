"""Faults 66 to 68: references that all mean one page, that mean none, or that mean another site."""

from __future__ import annotations

import socket
from functools import partial

from catalogue.addresses import FORBIDDEN, forbidden, plain_recipe
from catalogue.fault import Fault, Ground, Happened, Right, gives_all
from fault_site import answer, book, links

_fault = partial(Fault, group="references")


def spellings(host: str, port: int) -> list[str]:
    """Twelve ways to write the address ``/same/page?x=1`` of a host."""
    number = int.from_bytes(socket.inet_aton(host), "big")
    origin = f"http://{host}:{port}"
    return [
        f"{origin}/same/page?x=1",
        f"HTTP://{host}:{port}/same/page?x=1",
        f"http://{number}:{port}/same/page?x=1",
        f"http://{host}:0{port}/same/page?x=1",
        f"http://me:word@{host}:{port}/same/page?x=1",
        f"{origin}/same/./page?x=1",
        f"{origin}/other/../same/page?x=1",
        f"{origin}/%73ame/page?x=1",
        f"{origin}/same/page?x=%31",
        f"{origin}/same/page?x=1#top",
        f"http:\\\\{host}:{port}\\same\\page?x=1",
        "  /sa\tme/page?x=1 ",
    ]


def _twelve(ground: Ground) -> Happened:
    for path in ("/same/page?x=1", "/%73ame/page?x=1", "/same/page?x=%31"):
        ground.site.serve(path, book("same"), ground.host)
    ground.site.serve("/", links(*spellings(ground.host, ground.site.port)), ground.host)
    ended = ground.run(ground.job(plain_recipe(ground)))
    exchanges = [e for e in ground.site.asked(host=ground.host) if e.path != "/"]
    return Happened(ended, "", (), len(exchanges))


_BAD = (
    *(
        "javascript:void(0)",
        "mailto:a@b.example",
        "tel:1",
        "data:,x",
        "file:///etc/passwd",
        "ws://b.example/",
    ),
    *(
        "ftp://b.example/",
        "http://",
        "http://[::1",
        "http://a b/",
        "http://b.example:99999/",
        "//",
        "http:///",
    ),
    *(
        "http://a..b/",
        "http://256.256.256.256/",
        "http://xn--/",
        "&#0;",
        "http://b.example:x/",
        "about:blank",
    ),
    *("%", "http://[v1.x]/", "\\\\", "?" + "q" * 100_000, "/" + "a" * 100_000, "http://" + "a" * 100_000),
)


def _bad(ground: Ground) -> Happened:
    """A page with a record of its own, bad references of every kind, and one good link at its end."""
    body = "".join(f'<a href="{each}">x</a>' for each in _BAD)
    ground.site.serve("/", answer(f"<h1>page</h1>{body}<a href='/good'>x</a>"), ground.host)
    ground.site.serve("/good", book("good"), ground.host)
    job = ground.job(plain_recipe(ground))
    ended = ground.run(job)
    return Happened(ended, "", tuple(job.records()))


def _off_site(ground: Ground) -> Happened:
    """``<base>`` leads to another host, which the crawl's scope leaves out; one link is absolute."""
    with forbidden() as (port, knocks):
        here = ground.site.url("/here", ground.host)
        page = f'<base href="http://{FORBIDDEN}:{port}/"><h1>page</h1><a href="a">a</a><a href="{here}">b</a>'
        ground.site.serve("/", answer(page), ground.host)
        ground.site.serve("/here", book("here"), ground.host)
        job = ground.job(plain_recipe(ground).replace("scope: any", "scope: host"))
        ended = ground.run(job)
        notes = ended.report["notes"]
        return Happened(ended, f"{notes.get('links out of scope')} left out", tuple(job.records()), knocks())


FAULTS = [
    _fault(66, "twelve-spellings", right=Right("one fetch", lambda h: h.asked == 1), alone=_twelve),
    _fault(67, "bad-references", right=gives_all("page", "good"), alone=_bad),
    _fault(
        68,
        "base-off-site",
        right=gives_all("page", "here")
        & Right("1 left out", lambda h: (h.told, h.asked) == ("1 left out", 0)),
        alone=_off_site,
    ),
]
