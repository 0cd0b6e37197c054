"""Every error scrapekit raises, and the exit code each one ends the program with.

ScrapekitError
├── UsageError          2   the command is wrong: a missing file, an unknown option value
│   ├── RecipeError     2   the recipe is wrong; carries every problem with its mark
│   ├── PluginError     2   a part is missing, broken or clashes; names its distribution
│   └── JobError        2   the job folder is in use or belongs to another recipe
├── StuckError          3   the run could not go on: full disk, broken store; resumable
├── FetchError          -   one request failed; becomes an Outcome, never ends a run
├── PageError           -   one page could not be read; becomes an Outcome, never ends a run
├── TakesLong           -   one page is not read in a moment; it is read apart
├── SelectorError       -   a selector does not compile; becomes a problem of the recipe
└── ExpressionError     -   an expression or template does not compile; becomes a problem of the recipe
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from scrapekit.habits import called_here
from scrapekit.mark import Mark
from scrapekit.model import Verdict
from scrapekit.page import Stamp


class ExitCode(IntEnum):
    """What the program's exit status means; documented in the guide."""

    COMPLETE = 0
    BROKEN_CONTRACT = 1
    WRONG = 2
    STUCK = 3
    INTERRUPTED = 130


class ScrapekitError(Exception):
    """The root: its text is one clear sentence for the person who ran the command."""

    exit_code: ExitCode = ExitCode.STUCK
    hint: str = ""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(ScrapekitError):
    """The command cannot be carried out as given."""

    exit_code = ExitCode.WRONG


class PluginError(UsageError):
    """A part or listener is missing, broken, or offered twice."""


class JobError(UsageError):
    """The job folder cannot be used: another run holds it, or another recipe made it."""


class StuckError(ScrapekitError):
    """The run had to stop although nothing was wrong with the recipe; it can be resumed."""

    exit_code = ExitCode.STUCK


@dataclass(frozen=True, slots=True)
class Patience:
    """How a recipe wants an answer tried again, instead of what its status and headers ask for."""

    wait: float | None = None
    """Seconds; None: as the server asked, else with growing pauses."""
    whole_host: bool | None = None
    """Whether the whole host waits; None: where the server asked for it."""
    times: int | None = None
    """How often at most; None: as often as any request."""


class FetchError(ScrapekitError):
    """A request that brought no usable page.

    ``verdict`` is what the request ends as when it is not tried again; ``retry`` says whether
    another try may help; ``retry_after`` is the wait in seconds the server asked for, for the whole
    host; ``status`` is the HTTP status where one was received.
    """

    def __init__(
        self,
        message: str,
        *,
        verdict: Verdict = Verdict.FAILED,
        retry: bool = False,
        retry_after: float | None = None,
        status: int | None = None,
        throttled: bool = False,
        patience: Patience | None = None,
        expired: bool = False,
        rotates: bool = False,
        session: Stamp = (),
    ) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.retry = retry
        self.retry_after = retry_after
        self.status = status
        self.throttled = throttled
        """True for 429 and the like: the host asked us to slow down, the URL is not at fault."""
        self.patience = patience
        """What the recipe itself says about the retry, where it says anything."""
        self.expired = expired
        """True where the answer itself says that we are logged out, whatever its status."""
        self.rotates = rotates
        """True where the recipe wants it tried by way of the next proxy."""
        self.session = session


class PageError(ScrapekitError):
    """A page that arrived but could not be read as its page rule says."""


class TakesLong(ScrapekitError):
    """Raised by a parser for a page that is ``hurried``, and not read in a moment: it is asked again.

    The second time the page is read in a process of its own, nothing waits for it, and it is not hurried.
    """


class SelectorError(ScrapekitError):
    """A selector that does not compile; ``offset`` counts characters from its start."""

    def __init__(self, message: str, *, offset: int = 0, width: int = 1, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.offset = offset
        self.width = width


class ExpressionError(ScrapekitError):
    """An expression or template that does not compile; ``offset`` counts characters from its start."""

    def __init__(self, message: str, *, offset: int = 0, width: int = 1, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.offset = offset
        self.width = width


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a recipe: where, in which setting, what, and what to do about it."""

    mark: Mark
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        path = f"{_printable(self.path, 200)}: " if self.path else ""
        lines = [f"{_printable(str(self.mark))}: {path}{_printable(self.message)}"]
        if excerpt := self.mark.excerpt():
            lines += ["  " + line for line in excerpt.split("\n")]
        if self.hint:
            lines.append(f"  hint: {_printable(self.hint)}")
        return "\n".join(lines)


def _printable(text: str, most: int = 1000) -> str:
    # A recipe from a stranger may hold terminal escapes in a key, and a key as long as the file.
    cut = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c.isprintable() else "?" for c in cut)


class RecipeError(UsageError):
    """A recipe that cannot be run; ``problems`` holds all that was found, in the order written."""

    def __init__(self, problems: Iterable[Problem], *, more: int = 0) -> None:
        self.problems = sorted(
            dict.fromkeys(problems), key=lambda p: (p.mark.source.name, p.mark.line, p.mark.column)
        )
        self.more = more
        """How many problems were left out because there were too many to be of use."""
        texts = [str(problem) for problem in self.problems]
        super().__init__("\n".join(texts + [f"and {more} more problems"] * bool(more)))


class Problems:
    """Gathers what is wrong with a recipe, so that all of it is reported together."""

    most = 200
    """How many are kept; the rest are counted."""

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._more = 0

    @property
    def full(self) -> bool:
        """True when no further problem is kept, so that making up its words is wasted work."""
        return len(self._found) >= self.most

    def __bool__(self) -> bool:
        return bool(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Problem]:
        return iter(self._found)

    def add(self, mark: Mark, path: str, message: str, hint: str = "") -> None:
        """Note one problem and go on."""
        if self.full:
            self._more += 1
            return
        problem = Problem(mark, path, message, hint)
        # What several page rules use is compiled for each of them.
        if problem not in self._found:
            self._found.append(problem)

    def near(self, word: str, known: Iterable[str]) -> str:
        """The hint of `did_you_mean`; empty when nobody would read it."""
        return "" if self.full else did_you_mean(word, known)

    def raise_if_any(self) -> None:
        """Raise RecipeError with everything noted so far; return when there is nothing."""
        if self._found:
            raise RecipeError(self._found, more=self._more)


_LISTED = 30
_COMPARED = 300


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the known word nearest to *word*, else listing what is known."""
    names = sorted(known)
    listed = ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
    return nearest(word, names) or (f"known here: {listed}" if names else "")


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint naming the known word nearest to *word*; empty when none is near."""
    names = sorted(known)[:_COMPARED]
    if ours := called_here(word, names):
        return f'did you mean "{ours}"?'
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6) if len(word) <= 60 else []
    return f'did you mean "{near[0]}"?' if near else ""
