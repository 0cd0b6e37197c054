"""Addresses that only a trap makes: endless, ever deeper, or going round in a circle.

A calendar without an end is no matter of one address; it is bounded by ``crawl.depth`` and by how
much of a host's turn one pattern of addresses gets.
"""

from __future__ import annotations

from collections import Counter

from scrapekit.recipe.model import Traps


def trap(url: str, limits: Traps) -> str:
    """What makes *url* look like a trap, in the words of a remark; ``""`` when nothing does."""
    if len(url) > limits.length:
        return "longer than crawl.traps.length"
    # Most addresses are too short for the rest: a scheme and a host have three slashes of their own.
    if url.count("/") - 2 <= limits.repeats:
        return ""
    path = url.partition("?")[0].split("/")[3:]
    parts = [part for part in path if part]
    if len(parts) > limits.segments:
        return "with more parts than crawl.traps.segments"
    if len(parts) > limits.repeats and max(Counter(parts).values()) > limits.repeats:
        return "that repeat a part more often than crawl.traps.repeats"
    return ""
