"""The inside of a process that reads pages: what it lets go of, what it may use, and its one loop."""

from __future__ import annotations

import gc
import logging
import os
import pickle
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from scrapekit.crawl.packing import Callback, Logged, Read, failed, packed
from scrapekit.page import Page

_GRACE = 5.0
"""Seconds after which a page that should have ended the process ends it, where no parent is left to."""


def memory_for(size: int) -> int:
    """How many bytes reading a body of *size* bytes may take.

    A tree of nothing but short elements takes 40 times its markup, and what selects from it as much again.
    """
    return 2**30 + 100 * size


def serve(callback: Callable[[str], Callback], pipe: Connection, patience: float) -> NoReturn:
    """Read pages until the other end is gone. Nothing of the parent's may run here: no clean-up, no flush."""
    try:
        _leave_to_the_parent(pipe.fileno())
        logged: Logged = []
        logging.getLogger().handlers[:] = [_Collecting(logged)]
        while True:
            page = pickle.loads(pipe.recv_bytes())  # noqa: S301 - from our own parent
            # The system ends a process that its parent, killed meanwhile, cannot end any more.
            signal.setitimer(signal.ITIMER_REAL, patience + _GRACE)
            _limit_memory(memory_for(len(page.body)))
            answer = _answered(callback, page, logged)
            signal.setitimer(signal.ITIMER_REAL, 0)
            pipe.send_bytes(answer)
            logged.clear()
    except (EOFError, OSError):
        os._exit(0)
    except BaseException:
        os._exit(1)


def _answered(callback: Callable[[str], Callback], page: Page, logged: Logged) -> bytes:
    try:
        return packed(_read(callback, page), logged)
    except MemoryError:
        room = memory_for(len(page.body)) // 2**20
        return packed(failed(page, f"reading it took more than {room} MiB of memory"), logged)


def _read(callback: Callable[[str], Callback], page: Page) -> Read | BaseException:
    try:
        return callback(page.request.page)(page)
    except MemoryError:
        raise
    except BaseException as bug:
        bug.add_note(f"in a process apart:\n{''.join(traceback.format_tb(bug.__traceback__))}")
        return bug


def _leave_to_the_parent(pipe: int) -> None:
    """Let go of what is the parent's: a lock of its that lives on here would outlive a kill of the parent."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Ctrl-C reaches the whole group; what is being read is finished, as the parent wants it.
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    # Those that are open, not those that could be: a system may allow a thousand million.
    for each in [int(entry.name) for entry in Path("/dev/fd").iterdir()]:
        if each > 2 and each != pipe:
            with suppress(OSError):
                os.close(each)
    with suppress(OSError):
        # Linux: where memory runs out, one page is lost and not the run.
        Path("/proc/self/oom_score_adj").write_text("1000")
    # What the parent had thrown away but not collected is not ours to finish.
    gc.freeze()


def _limit_memory(more: int) -> None:
    """From now on take at most *more* bytes of memory. Only where the system tells what is taken: Linux."""
    import resource

    with suppress(OSError, ValueError):
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most == resource.RLIM_INFINITY or taken + more < most:
            resource.setrlimit(resource.RLIMIT_AS, (taken + more, most))


class _Collecting(logging.Handler):
    """Keeps what is logged, for the parent to log."""

    def __init__(self, logged: Logged) -> None:
        super().__init__()
        self._logged = logged

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        error: Any = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line += f" ({type(error).__name__}: {error})"
        self._logged.append((record.name, record.levelno, line))
