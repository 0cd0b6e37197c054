"""A process that reads pages, and is killed when one of them takes it too long.

Nothing stops libxml2 in the middle of an XPath, and nothing a part that goes round in a circle,
when it runs in a thread. A process can be killed. It is forked when the first page needs it, so it
knows all page rules as they are: one that is spawned would have to read the recipe again, which may
be another one by now. It is handed one page at a time and hands back what became of it.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import threading
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe

from scrapekit.crawl.apart_child import serve
from scrapekit.crawl.packing import Callback, Read, failed
from scrapekit.errors import FetchError
from scrapekit.model import Outcome
from scrapekit.page import Page

_CAN_FORK = hasattr(os, "fork")
"""False on Windows; there pages are read in threads, without a time limit."""


class ApartReader:
    """One such process. `read` blocks, so it is called in a thread, and by one at a time."""

    def __init__(self, callback: Callable[[str], Callback], patience: float) -> None:
        """*patience*: how many seconds a page may take."""
        self._callback = callback
        self._patience = patience
        self._lock = threading.Lock()
        self._pid = 0
        self._code = 0
        self._pipe: Connection | None = None

    def begin(self) -> None:
        """Fork the process where there is none, in the thread that runs page rules. Raises OSError.

        What another thread is in the middle of stays so for ever in the copy. lxml keeps an XPath locked
        while it runs and lets other threads go on: a copy made then waits for it in vain.
        """
        if self._pipe is None and _CAN_FORK:
            self._pid, self._pipe = _forked(self._callback, self._patience)

    def read(self, page: Page) -> Read:
        """What became of the page; failed when it took too long, or the process fell over it."""
        if (pipe := self._pipe) is None:
            return self._callback(page.request.page)(page)
        try:
            pipe.send_bytes(pickle.dumps(page))
            if not pipe.poll(self._patience):
                self._end(pipe)
                return failed(page, f"reading it took longer than {self._patience:g} s")
            answer, logged = pickle.loads(pipe.recv_bytes())  # noqa: S301 - from our own child
        except (EOFError, OSError):
            return failed(page, f"reading it broke off: its process ended with {_how(self._end(pipe))}")
        for name, level, line in logged:
            logging.getLogger(name).log(level, "%s", line)
        if isinstance(answer, Outcome | FetchError):
            return answer
        raise answer

    def close(self) -> None:
        """End the process, wherever it is; a page that is being read fails."""
        # The pipe is left to the thread that waits at it.
        self._kill()

    def _end(self, pipe: Connection) -> int:
        """Leave nothing of the process; how it ended."""
        code = self._kill()
        pipe.close()
        self._pipe = None
        return code

    def _kill(self) -> int:
        """End the process; how it ended, as `os.waitstatus_to_exitcode` says it."""
        with self._lock:
            if self._pid:
                os.kill(self._pid, signal.SIGKILL)
                _, status = os.waitpid(self._pid, 0)
                self._pid, self._code = 0, os.waitstatus_to_exitcode(status)
            return self._code


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _forked(callback: Callable[[str], Callback], patience: float) -> tuple[int, Connection]:
    """A child that serves, and our end of the pipe to it."""
    ours, theirs = Pipe()
    with warnings.catch_warnings():
        # Python warns of threads when it forks: see `ApartReader.begin`. The child needs nothing that
        # the journal's, the files' and the names' threads may be holding.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        serve(callback, theirs, patience)
    theirs.close()
    return pid, ours
