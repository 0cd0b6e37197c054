"""Faults 69 to 71: cookies that are too many, that are another's, and that stay on disk.

The site stands in as a proxy here: so it can be every host, and see what each is sent.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from functools import partial

from catalogue.fault import Fault, Ground, Happened, Right, gives_all
from fault_site import Wire, answer, book
from job_runner import Job, recipe

_fault = partial(Fault, group="cookies")

_LONGEST_LINE = 8190
"""What a common server takes of one header, its name included."""


def _job(ground: Ground, seed: str, keep: str = "true") -> Job:
    http = f"retries: 0, keep_cookies: {keep}, proxy: '{ground.site.url('', ground.host)}'"
    return ground.job(recipe([seed], http=http, crawl="delay: 0, per_host: 1, robots: ignore"))


def _sent(ground: Ground) -> Mapping[str, str]:
    """URL → the names of the cookies that came with its last request, in order."""
    found = {}
    for exchange in ground.site.asked(host=ground.host):
        pairs = exchange.headers.get("cookie", "").split("; ")
        found[exchange.path] = " ".join(pair.partition("=")[0] for pair in pairs)
    return found


def _page(title: str, *links: str, cookies: tuple[str, ...] = ()) -> bytes:
    body = f"<h1>{title}</h1>" + "".join(f'<a href="{link}">go</a>' for link in links)
    return answer(body, "200 OK", *(f"Set-Cookie: {cookie}" for cookie in cookies))


def _bomb(ground: Ground) -> Happened:
    """Pages set 67 KB of cookies; from then on the host refuses a line that is too long, as servers do."""
    bomb = tuple(f"c{n}={'x' * 670}; Path=/" for n in range(100))
    crumbs = tuple(f"d{n}=1; Path=/" for n in range(100))

    async def strict(wire: Wire) -> None:
        line = "Cookie: " + wire.exchange.headers.get("cookie", "")
        too_much = len(line) > _LONGEST_LINE or line.count(";") >= 50
        await wire.send(answer("", "431 Too Much") if too_much else _page(wire.exchange.path[-1], "/2", "/3"))

    shop = "http://shop.example"
    ground.site.serve(f"{shop}/0", _page("0", "/1", cookies=bomb), ground.host)
    ground.site.serve(f"{shop}/1", _page("1", "/2", cookies=crumbs), ground.host)
    for path in ("/2", "/3"):
        ground.site.serve(shop + path, strict, ground.host)
    job = _job(ground, f"{shop}/0")
    ended = ground.run(job)
    return Happened(ended, str(ended.report["failures"] or ""), tuple(job.records()))


_SET = (
    "own=1",
    "whole=1; Domain=shop.co.uk",
    "suffix=1; Domain=co.uk",
    "top=1; Domain=uk",
    "other=1; Domain=evil.co.uk",
    "below=1; Domain=deep.www.shop.co.uk",
    "path=1; Path=/in",
    "safe=1; Secure",
    "__Host-a=1; Path=/",
    "__Secure-a=1",
)
_WHERE = {
    "http://www.shop.co.uk/": "",
    "http://www.shop.co.uk/out": "own whole",
    "http://www.shop.co.uk/in/x": "path own whole",
    "http://www.shop.co.uk/inn": "own whole",
    "http://shop.co.uk/": "whole",
    "http://deep.www.shop.co.uk/": "whole",
    "http://evil.co.uk/": "",
    "http://myshop.co.uk/": "",
}


def _strangers(ground: Ground) -> Happened:
    """A page sets cookies for itself and for hosts that are not its own; then all of them are asked."""
    first, *others = _WHERE
    ground.site.serve(first, _page("first", *others, cookies=_SET), ground.host)
    for url in others:
        ground.site.serve(url, book("other"), ground.host)
    ended = ground.run(_job(ground, first))
    wrong = {url: names for url, names in _sent(ground).items() if names != _WHERE[url]}
    return Happened(ended, f"wrong: {wrong}", asked=len(_sent(ground)))


def _on_disk(ground: Ground) -> Happened:
    """Two runs of one recipe: what a host set for itself alone in the first is its own in the second."""
    first, below = "http://shop.example/", "http://www.shop.example/"
    cookies = ("own=1", "whole=1; Domain=shop.example", "late=1; Max-Age=0")
    ground.site.serve(first, _page("first", below, cookies=cookies), ground.host)
    ground.site.serve(below, book("below"), ground.host)
    job = _job(ground, first, keep="between_runs")
    ground.run(job)
    path = job.state / "cookies.txt"
    mode = oct(stat.S_IMODE(path.stat().st_mode))
    ended = ground.run(job)
    sent = _sent(ground)
    kept = " ".join(line.replace("\t", ",") for line in path.read_text().splitlines()[1:])
    return Happened(ended, f"{mode}; first: {sent[first]}; below: {sent[below]}; {kept}")


_KEPT = (
    "0o600; first: own whole; below: whole; "
    "shop.example,FALSE,/,FALSE,0,own,1 .shop.example,TRUE,/,FALSE,0,whole,1"
)

FAULTS = [
    _fault(69, "cookie-bomb", right=gives_all("0", "1", "2", "3"), alone=_bomb),
    _fault(
        70,
        "cookies-of-strangers",
        right=Right("each host its own", lambda h: (h.told, h.asked) == ("wrong: {}", len(_WHERE))),
        alone=_strangers,
    ),
    _fault(
        71,
        "cookies-on-disk",
        right=Right("a file of text, 0600, host-only kept", lambda h: h.told == _KEPT),
        alone=_on_disk,
    ),
]
