"""``sitemap`` and ``feed``: documents on the web whose entries are seeds."""

from __future__ import annotations

from typing import Literal

from scrapekit.node import ScalarNode, shown
from scrapekit.options import Options
from scrapekit.recipe.model import Day, Listing
from scrapekit.recipe.patterns import read_patterns
from scrapekit.recipe.reading.dates import read_day, read_zone

SITEMAP_NAMES = ("url", "lastmod", "priority")
FEED_NAMES = ("url", "title", "date", "id", "author", "summary", "categories")
_ROBOTS_HINT = "write the address of the site's robots.txt: https://…/robots.txt"


def read_sitemap(options: Options) -> Listing | None:
    """What is written for a ``sitemap``."""
    url = _address(options, "sitemap")
    day = options.section("lastmod")
    after, before, zone = _between(day)
    priority = options.section("priority", short="min")
    least = priority.number("min")
    if least is not None and not 0 <= least <= 1:
        priority.problem("min", "a priority is a number from 0 to 1")
    priority.close()
    follow = read_patterns(options, "follow")
    return _listing(
        options, "sitemap", url, follow=follow, after=after, before=before, zone=zone, least=least
    )


def read_feed(options: Options) -> Listing | None:
    """What is written for a ``feed``."""
    url = _address(options, "feed")
    after, before, zone = _between(options.section("date"))
    return _listing(options, "feed", url, after=after, before=before, zone=zone)


def _address(options: Options, key: str) -> ScalarNode | None:
    node = options.scalar(key, "an address")
    if node is not None and str(node.value) == "robots":
        options.problem(key, f'expected an address, found the text "{shown(node.value)}"', _ROBOTS_HINT)
        return None
    return node


def _between(day: Options) -> tuple[Day | None, Day | None, str]:
    found = read_day(day, "after"), read_day(day, "before"), read_zone(day)
    if "timezone" in day and not any(found[:2]):
        day.problem("timezone", "a time zone says what after and before mean")
    day.close()
    return found


def _listing(
    options: Options, kind: Literal["sitemap", "feed"], url: ScalarNode | None, **more: object
) -> Listing | None:
    allow, deny = read_patterns(options, "allow"), read_patterns(options, "deny")
    most = options.integer("max", least=1)
    if url is None:
        return None
    return Listing(kind, url, allow=allow, deny=deny, max=most, **more)  # type: ignore[arg-type]
