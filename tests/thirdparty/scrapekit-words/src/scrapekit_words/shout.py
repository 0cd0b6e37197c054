"""A filter: text in capitals, with a mark at its end."""

from __future__ import annotations

from collections.abc import Callable

from scrapekit import Options


class Shout:
    """``shout``, ``shout: "?"`` or ``shout: {mark: "?"}``."""

    takes = "text"
    gives = "text"
    short = "mark"
    example = ((None, "tea", "TEA!"), ('"?"', "tea", "TEA?"))

    def make(self, options: Options) -> Callable[[str], str]:
        """The function that shouts with the mark of the options."""
        mark = options.text("mark", "!")
        options.close()
        return lambda text: text.upper() + mark
