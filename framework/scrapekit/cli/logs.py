"""Brings what the rooms log onto the display, as one line each."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from scrapekit.cli.output import say
from scrapekit.cli.progress import JsonLines, PlainLines, Progress
from scrapekit.cli.words import masked, printable


@contextmanager
def logs_shown_by(progress: Progress, level: int) -> Iterator[None]:
    """Show every log record of *level* and above, and other libraries' warnings, while inside."""
    handler = _ToProgress(progress)
    ours, everyone = logging.getLogger("scrapekit"), logging.getLogger()
    before = ours.level
    ours.setLevel(level)
    everyone.addHandler(handler)
    try:
        yield
    finally:
        everyone.removeHandler(handler)
        ours.setLevel(before)


@contextmanager
def late_logs_shown(secrets: Collection[str], *, as_json: bool) -> Iterator[None]:
    """Show what is logged when no display is left to show it, such as while the loop is closed.

    Python's own way writes tracebacks, and whatever text a server made the logger say.
    """
    before = logging.lastResort
    logging.lastResort = _ToProgress((JsonLines if as_json else PlainLines)(secrets), logging.WARNING)
    try:
        yield
    finally:
        logging.lastResort = before


class _ToProgress(logging.Handler):
    def __init__(self, progress: Progress, level: int = logging.NOTSET) -> None:
        super().__init__(level)
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        line = _said(record)
        try:
            self._progress.note(line, level=record.levelname.lower(), source=record.name)
        except Exception:  # what is to be told may be that the display broke
            say(printable(masked(line, self._progress.secrets)), to_stderr=True)


def _said(record: logging.LogRecord) -> str:
    """The message, and what error it is about: a traceback helps nobody where a server is to blame."""
    try:
        line = record.getMessage()
    except Exception:  # the arguments do not fit the message: whoever logged it made a mistake
        line = str(record.msg)
    error = record.exc_info[1] if record.exc_info else None
    return line if error is None else f"{line} ({type(error).__name__}: {error})"
