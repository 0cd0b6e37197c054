"""Regular expressions from a recipe, compiled when it is loaded or refused with the place of the mistake."""

from __future__ import annotations

import re
import warnings

LONGEST = 4_000


class RegexError(ValueError):
    """A regular expression that does not compile; ``offset`` counts characters from its start."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


def compile_regex(text: str) -> re.Pattern[str]:
    """The compiled expression. Raises RegexError, and nothing else, for whatever is wrong with it."""
    if len(text) > LONGEST:
        raise RegexError(f"the regular expression is longer than {LONGEST:,} characters", LONGEST)
    try:
        with warnings.catch_warnings():
            # "Possible nested set" is about a future Python; what is meant today is clear.
            warnings.simplefilter("ignore")
            return re.compile(text)
    except re.error as error:
        raise RegexError(f"not a regular expression: {error.msg}", error.pos or 0) from error
    except (OverflowError, RecursionError) as error:
        raise RegexError("not a regular expression: it is too large") from error
