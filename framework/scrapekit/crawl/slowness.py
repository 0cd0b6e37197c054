"""Which page rules hold the loop too long: decided from how long each of their pages held it."""

from __future__ import annotations

SLOW_CALLBACK = 0.05
"""A callback that holds the loop longer than this many seconds is named in the report."""

FAR_TOO_LONG = 0.25
"""After a callback held the loop so many seconds once, its page rule's pages are read apart.

A busy machine stretches a callback of 20 ms to that much hardly ever; what takes it takes it again.
"""

LONG = 0.1
"""So long the loop may be held by one page in a hundred of a rule, and no longer by more of them."""

_OFTEN = 300
"""Three in a row are too many, so that one alone may be the machine's fault."""


class Slowness:
    """Told of each page of each rule that was read in the loop."""

    def __init__(self) -> None:
        self.longest: dict[str, float] = {}
        """Page rule → the longest time in seconds that its callback held the loop, where that was slow."""
        self.too_slow: set[str] = set()
        """The rules whose pages are to be read apart."""
        self._weights: dict[str, int] = {}

    def note(self, rule: str, held: float) -> None:
        """A page of the rule held the loop so many seconds."""
        if held > SLOW_CALLBACK:
            self.longest[rule] = max(held, self.longest.get(rule, 0.0))
        # A long one weighs as much as a hundred that are not.
        weight = self._weights.get(rule, 0)
        if held > LONG:
            weight += 100
            self._weights[rule] = weight
        elif weight:
            self._weights[rule] = weight - 1
        if held > FAR_TOO_LONG or weight >= _OFTEN:
            self.too_slow.add(rule)
