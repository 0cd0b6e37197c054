"""Brings what the rooms log onto the display, as one line each."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from scrapekit.cli.output import say
from scrapekit.cli.progress import Progress
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


class _ToProgress(logging.Handler):
    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            line += f" ({type(record.exc_info[1]).__name__}: {record.exc_info[1]})"
        try:
            self._progress.note(line, level=record.levelname.lower(), source=record.name)
        except Exception:  # what is to be told may be that the display broke
            say(printable(masked(line, self._progress.secrets)), to_stderr=True)
