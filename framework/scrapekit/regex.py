"""Regular expressions from a recipe: compiled when it is loaded, and stopped where they take too long.

Most expressions are Python's own. One whose time can grow faster than the text it searches (see
`scrapekit.regex_cost`) runs on the library ``regex``, which can be told when to stop: on long
texts it is as fast, on short ones it costs a quarter of a microsecond more. Which of the two it is
depends on the expression alone, never on the text.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, TypeVar, cast

from scrapekit.regex_cost import longest_quick

LONGEST = 4_000
PATIENCE = 1.0
"""How many seconds one search may take."""

_LESS_PATIENCE = ((5, 0.1), (25, 0.005))
"""How many seconds a search may take with an expression that took too long so many times before.

A page may hold thousands of texts that one expression takes too long with.
"""

Result = TypeVar("Result")


class Match(Protocol):
    """What was found, as `re.Match` gives it."""

    def __getitem__(self, key: int | str, /) -> Any:
        """A group; None where it has no part in the match."""
        ...

    def groupdict(self) -> dict[str, Any]:
        """The named groups."""
        ...

    def start(self) -> int:
        """Where the match begins."""
        ...

    def end(self) -> int:
        """Where it ends."""
        ...


class Regex(Protocol):
    """A compiled expression, used as `re.Pattern` is. Each method may raise RegexTooSlow."""

    @property
    def pattern(self) -> str:
        """The expression as it was written."""
        ...

    @property
    def groups(self) -> int:
        """How many groups it has."""
        ...

    @property
    def groupindex(self) -> Mapping[str, int]:
        """The named groups' numbers."""
        ...

    def search(self, text: str, /) -> Match | None:
        """The first match anywhere."""
        ...

    def match(self, text: str, /) -> Match | None:
        """The match that begins where the text begins."""
        ...

    def fullmatch(self, text: str, /) -> Match | None:
        """The match that is the whole text."""
        ...

    def finditer(self, text: str, /) -> Iterator[Match]:
        """Every match, one after the other."""
        ...

    def findall(self, text: str, /) -> list[Any]:
        """What every match found, as a list."""
        ...

    def sub(self, new: str, text: str, /) -> str:
        r"""The text with every match replaced; ``\1`` and ``\g<name>`` are groups."""
        ...


class RegexError(ValueError):
    """A regular expression that does not compile; ``offset`` counts characters from its start."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset


class RegexTooSlow(ValueError):
    """A search that was stopped. Its text names no data, so that it can be a remark in the report."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"its regular expression took longer than {seconds:g} s")


def compile_regex(text: str, *, longest: int = LONGEST) -> Regex:
    """The compiled expression. Raises RegexError, and nothing else, for whatever is wrong with it.

    One that was not written but translated may be *longest* characters long.
    """
    if len(text) > longest:
        raise RegexError(f"the regular expression is longer than {longest:,} characters", longest)
    try:
        with warnings.catch_warnings():
            # "Possible nested set" is about a future Python; what is meant today is clear.
            warnings.simplefilter("ignore")
            pattern = re.compile(text)
            quick = longest_quick(text)
    except re.error as error:
        raise RegexError(f"not a regular expression: {error.msg}", error.pos or 0) from error
    except (OverflowError, RecursionError) as error:
        raise RegexError("not a regular expression: it is too large") from error
    return cast(Regex, pattern) if quick is None else _TimedRegex(text, quick)


# What `regex` reads in a way of its own: {e<=1} allows mistakes, [[:alpha:]] is a class.
_OPEN_BRACE = re.compile(r"(\\N\{|\\.)|\{(?![0-9]*(?:,[0-9]*)?\})", re.DOTALL)
_OPEN_CLASS = re.compile(r"(\\.)|\[\[:", re.DOTALL)


def _as_python_means(text: str) -> str:
    braces = _OPEN_BRACE.sub(lambda found: found[1] or r"\{", text)
    return _OPEN_CLASS.sub(lambda found: found[1] or r"[\[:", braces)


class _TimedRegex:
    """An expression that is stopped; up to *quick* characters nobody need look at the clock."""

    __slots__ = ("_pattern", "_quick", "_strikes", "groupindex", "groups", "pattern")

    def __init__(self, text: str, quick: int) -> None:
        import regex

        try:
            self._pattern = regex.compile(_as_python_means(text), regex.V0)
        except regex.error as error:
            raise RegexError(f"not a regular expression: {error.msg}", error.pos or 0) from error
        self.pattern = text
        self._quick = quick
        self._strikes = 0
        self.groups: int = self._pattern.groups
        self.groupindex: Mapping[str, int] = self._pattern.groupindex

    def search(self, text: str, /) -> Match | None:
        if len(text) <= self._quick:
            return cast("Match | None", self._pattern.search(text))
        return cast("Match | None", self._timed(self._pattern.search, text))

    def match(self, text: str, /) -> Match | None:
        return cast("Match | None", self._timed(self._pattern.match, text))

    def fullmatch(self, text: str, /) -> Match | None:
        return cast("Match | None", self._timed(self._pattern.fullmatch, text))

    def findall(self, text: str, /) -> list[Any]:
        return cast("list[Any]", self._timed(self._pattern.findall, text))

    def finditer(self, text: str, /) -> Iterator[Match]:
        return iter(cast("list[Match]", self._timed(self._every, text)))

    def sub(self, new: str, text: str, /) -> str:
        import regex

        try:
            return cast(str, self._timed(self._pattern.sub, new, text))
        except regex.error as error:
            raise re.error(error.msg, new, error.pos) from error

    def _every(self, text: str, **limits: Any) -> list[Any]:
        return list(self._pattern.finditer(text, **limits))

    def _timed(self, function: Callable[..., Result], *arguments: str) -> Result:
        seconds = PATIENCE
        for strikes, less in _LESS_PATIENCE:
            seconds = less if self._strikes >= strikes else seconds
        try:
            # Concurrent: in a worker thread the loop need not wait for the end of the search.
            return function(*arguments, timeout=seconds, concurrent=True)
        except TimeoutError as error:
            self._strikes += 1
            raise RegexTooSlow(seconds) from error
