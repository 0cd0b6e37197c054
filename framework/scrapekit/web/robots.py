"""May this URL be fetched, as far as its host's robots.txt (RFC 9309) says? The door to protego.

The lines that concern us are picked here and protego judges by them. Its own grouping would take a
group whose name ours merely begins with, and needs agents × rules steps: 23 s for one hostile file.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import unquote

from protego import Protego

from scrapekit.web.url import target_of

LARGEST_ROBOTS = 500 * 1024
"""Bytes of a robots.txt that are read (RFC 9309 2.5); what follows is ignored."""

_LINE = re.compile(
    # The misspellings are those that protego and Google's parser know.
    r"^[^\S\n]*+(user[- ]?agent|diss?all?ow|diasllow|disallaw|allow|crawl[- ]delay"
    r"|request[- ]rate|site-?maps?)(?:[^\S\n]*+:|[^\S\n])[^\S\n]*+([^#\n]*+)",
    re.IGNORECASE | re.MULTILINE,
)
_PRODUCT = re.compile(r"\*(?=\s|\Z)|[A-Za-z_-]+")
_LONGEST_VALUE = 4096
_EXPLAINED = 65_536
"""Characters of the lines that are looked through for the one that forbids an address."""


class RobotsNotNow(Exception):
    """The file could not be had right now, so nothing may be fetched (RFC 9309 2.3.1.4).

    ``retry_after`` is the wait in seconds that the host asked for; None when it did not. With ``final``
    another try would not help.
    """

    def __init__(self, reason: str, *, retry_after: float | None = None, final: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.final = final


@dataclass(slots=True)
class _Picked:
    """The lines for one agent and for everyone, and the sitemaps, which are for all."""

    ours: list[str] = field(default_factory=list)
    everyones: list[str] = field(default_factory=list)
    sitemaps: dict[str, None] = field(default_factory=dict)
    named: bool = False


class Robots:
    """What one robots.txt says to one agent.

    Only the lines that concern the agent are kept. Parsed rules are twenty times as large as their
    text, so those asked last are shared by all: a crawl of many hosts must not keep them all.
    """

    def __init__(self, text: str, agent: str) -> None:
        picked = _pick(text, agent.lower())
        self._lines = "\n".join(["User-agent: *", *(picked.ours if picked.named else picked.everyones)])
        self.sitemaps = tuple(picked.sitemaps)
        """The sitemaps the file names, as written, in order, each once."""

    @property
    def _rules(self) -> Protego:
        return _parsed(self._lines)

    def allows(self, url: str) -> bool:
        """True when *url*, an absolute http(s) address, may be fetched."""
        try:
            # RFC 9309 2.2.2: the file itself is always allowed; seeds may be read from it.
            return self._rules.can_fetch(url, "*") or target_of(url) == "/robots.txt"
        except ValueError:  # no address at all; whoever fetches it says so in better words
            return True

    def line_against(self, url: str) -> str:
        """The line that forbids *url*, as written; "" where that cannot be told quickly.

        It is the longest that fits (RFC 9309 2.2.2), found anew: protego does not tell.
        """
        if len(self._lines) > _EXPLAINED:
            return ""
        target = unquote(target_of(url))
        fitting = [line for line in self._lines.split("\n")[1:] if _forbids(line, target)]
        return max(fitting, key=len, default="")

    @cached_property
    def crawl_delay(self) -> float | None:
        """Seconds asked for between two requests, from Crawl-delay and Request-rate; None if neither."""
        rate = self._rules.request_rate("*")
        delays = [self._rules.crawl_delay("*"), rate.seconds / rate.requests if rate else None]
        return max((delay for delay in delays if delay is not None), default=None)


def _forbids(line: str, target: str) -> bool:
    """True when the line is a Disallow whose pattern, with its ``*`` and final ``$``, fits *target*."""
    name, _, value = line.partition(":")
    pattern = unquote(value.strip())
    if not name.startswith(("d", "D")) or not pattern:
        return False
    first, *others = pattern.removesuffix("$").split("*")
    if not target.startswith(first):
        return False
    # The last part must stand at the end; the others anywhere, one after the other.
    anchored = pattern.endswith("$")
    last = others.pop() if anchored and others else None
    position = len(first)
    for part in others:
        position = target.find(part, position)
        if position < 0:
            return False
        position += len(part)
    if last is not None:
        return target.endswith(last, position)
    return position == len(target) if anchored else True


@lru_cache(maxsize=512)
def _parsed(lines: str) -> Protego:
    return Protego.parse(lines)


def _pick(text: str, agent: str) -> _Picked:
    """Sort a file's lines by whom they are for (RFC 9309 2.2.1).

    Only rules end a list of agents: other records must not interfere with it (2.2.4).
    """
    picked = _Picked()
    agents: set[str] = set()
    listing = False
    for match in _LINE.finditer(text):
        name, value = match[1][:1].lower(), match[2].strip()
        if name == "u":
            if not listing:
                agents, listing = set(), True
            product = _PRODUCT.match(value)
            agents.add(product[0].lower() if product else "")
            picked.named = picked.named or agent in agents
            continue
        if name == "s":
            picked.sitemaps[value] = None
            continue
        listing = listing and name not in "ad"
        line = f"{match[1]}: {value}"
        if not value.isprintable() or len(value) > _LONGEST_VALUE:
            continue
        if agent in agents:
            picked.ours.append(line)
        if "*" in agents:
            picked.everyones.append(line)
    return picked


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
        return Robots(_text(body), agent)
    # RFC 9309 2.3.1.3: "unavailable" means no restrictions. 429 is "unreachable", as Google reads it.
    if 400 <= status < 500 and status != 429:
        return ALLOW_ALL
    raise RobotsNotNow(f"HTTP {status}", retry_after=retry_after)


def _text(body: bytes) -> str:
    """The first 500 KiB as text, up to a whole line; CR and CRLF count as newlines."""
    kept = body[:LARGEST_ROBOTS]
    if len(body) > LARGEST_ROBOTS:
        kept = kept[: max(kept.rfind(b"\n"), kept.rfind(b"\r")) + 1]
    # RFC 9309 2.2: it is UTF-8. One that begins with UTF-16's mark was saved so by mistake, and is meant.
    coding = "utf-16" if kept[:2] in (BOM_UTF16_LE, BOM_UTF16_BE) else "utf-8-sig"
    return kept.decode(coding, "replace").replace("\r\n", "\n").replace("\r", "\n")
