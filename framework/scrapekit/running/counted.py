"""What the counters of a job say: of its pages, its files, its kept answers, and what was known already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from scrapekit.job.contracts import named
from scrapekit.report import DOWNLOAD

if TYPE_CHECKING:
    pass


def by_rule(counters: Mapping[str, int], prefix: str) -> dict[str, dict[str, int]]:
    """Counters named ``prefix what:rule``, by rule."""
    found: dict[str, dict[str, int]] = {}
    for name, count in named(counters, prefix).items():
        what, _, rule = name.partition(":")
        found.setdefault(rule, {})[what] = count
    return found


def of_downloads(counters: Mapping[str, int], over: bool) -> dict[str, dict[str, int]]:
    """What is known of the files, by rule; at the end also how many came that no record names."""
    found = by_rule(counters, "file:")
    for rule, counts in by_rule(counters, "join:").items() if over else ():
        if rule.startswith(DOWNLOAD) and counts.get("answered"):
            mine = found.setdefault(rule, {"files": 0, "bytes": 0})
            if unused := counts["answered"] - mine["files"]:
                mine["unused"] = unused
    return found


def of_pages(counters: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Page rule → its requests, which add up: seen = those of each verdict + waiting."""
    found = {}
    for rule, counts in by_rule(counters, "page:").items():
        seen = counts.pop("seen", 0)
        waiting = seen - sum(counts.values())
        found[rule] = {"seen": seen, **counts} | ({"waiting": waiting} if waiting else {})
    return found


def of_cache(counters: Mapping[str, int]) -> dict[str, int]:
    """What became of answers; empty where none were to be kept."""
    found = named(counters, "cache:")
    every = dict.fromkeys(("hits", "misses", "unchanged", "stored", "evicted", "withheld"), 0)
    return every | found if found else {}


def of_duplicates(counters: Counter[str]) -> dict[str, int]:
    """What was found and known already, as remarks."""
    known = {
        "links to pages already known": counters["duplicates"],
        "seeds whose address is known already": counters["duplicate_seeds"],
    }
    return {text: number for text, number in known.items() if number}
