"""What Ctrl-C and SIGTERM do to a run: once it drains, twice it stops at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from scrapekit.interrupts import raise_again

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop(Protocol):
    """The way to tell a run to end; `scrapekit.run.StopSignal` is one."""

    def drain(self) -> None:
        """Start nothing new; end when what is in flight has ended."""
        ...

    def now(self) -> None:
        """End at once; what is in flight is fetched again on resume."""
        ...


@contextmanager
def signals_stop(stop: Stop, note: Callable[[str], None]) -> Iterator[None]:
    """Inside a running loop: turn signals into *stop*, telling through *note* what comes next.

    After the second the system's own handling is back, so that a third always ends the process.
    """
    loop = asyncio.get_running_loop()
    asked = False

    def on_signal() -> None:
        nonlocal asked
        if asked:
            note("stopping at once")
            release()
            stop.now()
            return
        asked = True
        note("stopping: what is in flight is finished first; Ctrl-C again stops at once")
        stop.drain()

    def release() -> None:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

    for number in _SIGNALS:
        loop.add_signal_handler(number, on_signal)
    try:
        yield
    finally:
        release()


@contextmanager
def sigterm_interrupts() -> Iterator[None]:
    """Before the loop runs: let SIGTERM end the program as Ctrl-C does, with exit code 130."""
    as_ctrl_c = signal.getsignal(signal.SIGINT)
    before = signal.signal(signal.SIGTERM, as_ctrl_c if callable(as_ctrl_c) else signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def interrupts_raise() -> Iterator[None]:
    """Around a loop: Ctrl-C and SIGTERM are exceptions, so that all that was opened is closed."""
    raise_again()
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
