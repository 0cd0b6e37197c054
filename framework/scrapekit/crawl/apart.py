"""A process that reads pages, and is killed when one of them takes it too long.

Nothing stops libxml2 in the middle of an XPath, and nothing a part that goes round in a circle,
when it runs in a thread. A process can be killed. It is forked when the first page needs it, so it
knows all page rules as they are; it is handed one page at a time and hands back what became of it.
"""

from __future__ import annotations

import gc
import logging
import os
import pickle
import signal
import threading
import traceback
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from typing import Any, NoReturn, TypeAlias

from scrapekit.errors import FetchError
from scrapekit.model import Outcome, Verdict
from scrapekit.page import Page

Read: TypeAlias = Outcome | FetchError
"""What became of a page: an error where its page rule says that the answer is no page after all."""

Callback: TypeAlias = Callable[[Page], Read]

CAN_BE_APART = hasattr(os, "fork")
"""False where processes cannot be copied; there pages are read in threads, without a time limit."""

_Logged: TypeAlias = list[tuple[str, int, str]]


class ApartReader:
    """One such process. `read` blocks, so it is called in a thread, and by one at a time."""

    def __init__(self, callback: Callable[[str], Callback], patience: float) -> None:
        """*patience*: how many seconds a page may take."""
        self._callback = callback
        self._patience = patience
        self._lock = threading.Lock()
        self._pid = 0
        self._pipe: Connection | None = None
        self._closed = False

    def read(self, page: Page) -> Read:
        """What became of the page; failed when it took too long, or the process fell over it."""
        pipe = self._begun()
        try:
            pipe.send_bytes(pickle.dumps(page))
            if not pipe.poll(self._patience):
                self._end(pipe)
                return _failed(page, f"reading it took longer than {self._patience:g} s")
            answer, logged = pickle.loads(pipe.recv_bytes())  # noqa: S301 - from our own child
        except (EOFError, OSError):
            return _failed(page, f"reading it broke off: its process ended with {_how(self._end(pipe))}")
        for name, level, line in logged:
            logging.getLogger(name).log(level, "%s", line)
        if isinstance(answer, Outcome | FetchError):
            return answer
        raise answer

    def close(self) -> None:
        """End the process, wherever it is; a page that is being read fails."""
        self._closed = True
        # The pipe is left to the thread that waits at it.
        self._kill()

    def _begun(self) -> Connection:
        with self._lock:
            if self._closed:
                raise RuntimeError("pages are read no more")
            if self._pipe is None:
                self._pid, self._pipe = _forked(self._callback, self._patience)
            return self._pipe

    def _end(self, pipe: Connection) -> int:
        """Let the next page find a new process; how the old one ended."""
        code = self._kill()
        pipe.close()
        self._pipe = None
        return code

    def _kill(self) -> int:
        """End the process; how it ended, as `os.waitstatus_to_exitcode` says it."""
        with self._lock:
            if not self._pid:
                return -signal.SIGKILL
            os.kill(self._pid, signal.SIGKILL)
            _, status = os.waitpid(self._pid, 0)
            self._pid = 0
            return os.waitstatus_to_exitcode(status)


def _failed(page: Page, reason: str) -> Outcome:
    return Outcome(page.request, Verdict.FAILED, reason=reason, status=page.status)


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _forked(callback: Callable[[str], Callback], patience: float) -> tuple[int, Connection]:
    """A child that serves, and our end of the pipe to it."""
    ours, theirs = Pipe()
    with warnings.catch_warnings():
        # Python warns of threads when it forks; the child touches none of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        _serve(callback, theirs, patience)
    theirs.close()
    return pid, ours


def _serve(callback: Callable[[str], Callback], pipe: Connection, patience: float) -> NoReturn:
    """Read pages until the other end is gone. Nothing of the parent's may run here: no clean-up, no flush."""
    try:
        _leave_to_the_parent(pipe.fileno())
        logged: _Logged = []
        logging.getLogger().handlers[:] = [_Collecting(logged)]
        while True:
            page = pickle.loads(pipe.recv_bytes())  # noqa: S301 - from our own parent
            _let_it_run(patience)
            pipe.send_bytes(_packed(_answer(callback, page), logged))
            logged.clear()
    except (EOFError, OSError):
        os._exit(0)
    except BaseException:
        os._exit(1)


def _answer(callback: Callable[[str], Callback], page: Page) -> Read | BaseException:
    try:
        return callback(page.request.page)(page)
    except BaseException as bug:
        bug.add_note(f"in a process apart:\n{''.join(traceback.format_tb(bug.__traceback__))}")
        return bug


def _packed(answer: Read | BaseException, logged: _Logged) -> bytes:
    try:
        return pickle.dumps((answer, logged), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        # An exception with state of its own, or a record nested deeper than calls may be.
        kind = type(answer).__name__
        return pickle.dumps((RuntimeError(f"cannot hand on {kind}: {error!r}: {answer!r:.500}"), []))


def _leave_to_the_parent(pipe: int) -> None:
    """Let go of what is the parent's: a lock of its that lives on here would outlive a kill of the parent."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Ctrl-C reaches the whole group; what is being read is finished, as the parent wants it.
        signal.signal(number, signal.SIG_IGN)
    os.closerange(3, pipe)
    os.closerange(pipe + 1, os.sysconf("SC_OPEN_MAX"))
    # What the parent had thrown away but not collected is not ours to finish.
    gc.freeze()


def _let_it_run(patience: float) -> None:
    """Let the system end this process some time after it should have been killed, where nobody is left to."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime + 2 * patience + 5)
    if most == resource.RLIM_INFINITY or until < most:
        resource.setrlimit(resource.RLIMIT_CPU, (until, most))


class _Collecting(logging.Handler):
    """Keeps what is logged, for the parent to log."""

    def __init__(self, logged: _Logged) -> None:
        super().__init__()
        self._logged = logged

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        error: Any = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line += f" ({type(error).__name__}: {error})"
        self._logged.append((record.name, record.levelno, line))
