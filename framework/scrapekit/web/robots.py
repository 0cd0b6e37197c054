"""May this URL be fetched, as far as its host's robots.txt (RFC 9309) says?

Only what concerns one agent is kept of a file, as it is written; it is read when it is first asked.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, pairwise
from typing import NamedTuple

from scrapekit.web.robots_rules import RULE, SPACE, Rules, record, spelled
from scrapekit.web.url import target_of

LARGEST_ROBOTS = 500 * 1024
"""Bytes of a robots.txt that are read (RFC 9309 2.5); what follows is ignored."""

_AGENT = record(r"user(?:-?agent|\ agent(?=[^\n#]*:))")
_DELAY = record("crawl[- ]?delay|request[- ]?rate")
_SITEMAP = re.compile(rf"\n{SPACE}(?i:site-?maps?)(?:{SPACE}:|[ \t]){SPACE}([^#\n]++)")
_PRODUCT = re.compile(r"\*(?=\s|\Z)|[A-Za-z_-]+", re.ASCII)
_NUMBER = re.compile(r"(?:\d++(?:\.\d*+)?|\.\d++)(?!\w)", re.ASCII)
_RATE = re.compile(r"(\d++)/(\d++)([smh]?)(?!\w)", re.ASCII | re.IGNORECASE)
_LONGEST_DELAY = 1e9
"""Seconds, thirty years: any longer one says the same."""
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600}
_LARGE = 16_384
"""Characters of text whose rules are a matter of megabytes, once they are read."""


class RobotsNotNow(Exception):
    """The file could not be had right now, so nothing may be fetched (RFC 9309 2.3.1.4).

    ``retry_after`` is the wait in seconds that the host asked for; None when it did not. With ``final``
    another try would not help.
    """

    def __init__(self, reason: str, *, retry_after: float | None = None, final: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.final = final


class Line(NamedTuple):
    """A line of the file, counted from 1, without the white space around it and its comment."""

    number: int
    text: str


class Robots:
    """What one robots.txt says to one agent.

    Only the text that concerns the agent is kept. Rules that are ready to be asked are many times as
    large, so those asked last are shared by all: a crawl of many hosts must not keep them all.
    """

    def __init__(self, text: str, agent: str) -> None:
        """*text* is the file, its octets as characters and its lines ending in newlines."""
        text = f"\n{text}"
        self.sitemaps = tuple(dict.fromkeys(_text(each).strip() for each in _SITEMAP.findall(text)))
        """The sitemaps the file names, as written, in order, each once."""
        spans = _spans(text, agent.lower())
        kept = [text[start:end] for start, end in spans]
        self._text = "".join(kept)
        self._places = tuple(_places(text, spans))
        self.crawl_delay = max((delay for span in kept for delay in _delays(span)), default=None)
        """Seconds asked for between two requests, from Crawl-delay and Request-rate; None if neither."""

    def allows(self, url: str) -> bool:
        """True when *url*, an absolute http(s) address, may be fetched."""
        target = target_of(url)
        # RFC 9309 2.2.2: the file itself is always allowed; seeds may be read from it.
        return target == "/robots.txt" or _rules(self._text).decide(target).allowed

    def line_against(self, url: str) -> Line | None:
        """The line that forbids *url*; None where nothing does, or where to tell would take too long."""
        allowed, rule = _rules(self._text).decide(target_of(url))
        if allowed or rule is None:
            return None
        text = spelled(self._text)
        match = next(islice(RULE.finditer(text), rule, None))
        line = text.count("\n", 0, match.start() + 1)
        place, number = max(each for each in self._places if each[0] < line)
        return Line(number + line - place, _text(self._text.split("\n")[line]).partition("#")[0].strip())


def _text(line: str) -> str:
    return line.encode("latin-1").decode("utf-8", "replace")


@lru_cache(maxsize=512)
def _small(text: str) -> Rules:
    return Rules(spelled(text))


@lru_cache(maxsize=8)
def _large(text: str) -> Rules:
    return Rules(spelled(text))


def _rules(text: str) -> Rules:
    return _small(text) if len(text) < _LARGE else _large(text)


def _spans(text: str, agent: str) -> list[tuple[int, int]]:
    """Where *text* speaks to *agent*, else to everyone: from its name to the end of the group.

    RFC 9309 2.2.1: groups of the same agent are one. Only rules end a list of agents: other records
    must not interfere with it (2.2.4).
    """
    found: dict[str, list[tuple[int, int]]] = {agent: [], "*": []}
    starts: dict[str, int] = {}
    matches = list(_AGENT.finditer(text))
    ends = [match.start() for match in matches[1:]] + [len(text)]
    for match, end in zip(matches, ends, strict=False):
        product = _PRODUCT.match(match[1])
        name = product[0].lower() if product else ""
        if name in found:
            starts.setdefault(name, match.end())
        if starts and (end == len(text) or RULE.search(text, match.end(), end)):
            for listed, start in starts.items():
                found[listed].append((start, end))
            starts = {}
    return found[agent] or found["*"]


def _places(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """For each span, how many newlines stand before it in the kept text, and in the file."""
    kept, line = 0, 0
    for (_, before), (start, end) in pairwise([(0, 0), *spans]):
        line += text.count("\n", before, start)
        yield kept, line
        inside = text.count("\n", start, end)
        kept, line = kept + inside, line + inside


def _delays(span: str) -> Iterator[float]:
    """The delays of a group; those behind further agents are theirs, though no rule stands between."""
    first = _DELAY.search(span)
    if first is None:
        return
    following = _AGENT.search(span, first.end())
    for match in _DELAY.finditer(span, 0, following.start() if following else len(span)):
        value = match[1]
        if (rate := _RATE.match(value)) and float(rate[1]):
            requests, seconds = (min(_LONGEST_DELAY, float(each)) for each in rate.group(1, 2))
            yield seconds * _UNITS[rate[3].lower()] / requests
        elif number := _NUMBER.match(value):
            yield min(_LONGEST_DELAY, float(number[0]))


ALLOW_ALL = Robots("", "*")
"""No restrictions: there is no robots.txt (RFC 9309 2.3.1.3)."""

DENY_ALL = Robots("User-agent: *\nDisallow: /", "*")
"""Nothing may be fetched: robots.txt was out of reach all the time (RFC 9309 2.3.1.4)."""


def read_robots(status: int, body: bytes, agent: str, *, retry_after: float | None = None) -> Robots:
    """What the answer to a request for robots.txt means to *agent*, a product token.

    Any bytes are read. Raises RobotsNotNow for 429, 5xx and whatever is no final answer, with the
    wait in seconds that the answer asked for.
    """
    if 200 <= status < 300:
        return Robots(_lines(body), agent)
    # RFC 9309 2.3.1.3: "unavailable" means no restrictions. 429 is "unreachable", as Google reads it.
    if 400 <= status < 500 and status != 429:
        return ALLOW_ALL
    raise RobotsNotNow(f"HTTP {status}", retry_after=retry_after)


def _lines(body: bytes) -> str:
    """The octets of the first 500 KiB, up to a whole line; CR and CRLF count as newlines."""
    kept = body[:LARGEST_ROBOTS]
    if len(body) > LARGEST_ROBOTS:
        kept = kept[: max(kept.rfind(b"\n"), kept.rfind(b"\r")) + 1]
    # RFC 9309 2.2: it is UTF-8. One that begins with UTF-16's mark was saved so by mistake, and is meant.
    if kept[:2] in (BOM_UTF16_LE, BOM_UTF16_BE):
        kept = kept.decode("utf-16", "replace").encode("utf-8", "surrogatepass")
    kept = kept.removeprefix(BOM_UTF8)
    return kept.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
