"""Plays an exporter in a process of its own and kills it: what is left is what a crash leaves."""

from __future__ import annotations

import json
import os
import signal
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal, TypeAlias

from scrapekit.parts import Exporter, Position

Step: TypeAlias = tuple[Literal["open", "write", "checkpoint", "close"], Any]
"""A method of an exporter and its argument; ``checkpoint`` takes None."""

_FAULT = "!"


def play(exporter: Exporter, steps: Sequence[Step], report: Callable[[Position], object]) -> None:
    """Call the methods in turn, handing on every position."""
    for name, argument in steps:
        match name:
            case "open":
                exporter.open(argument)
            case "write":
                exporter.write(argument)
            case "checkpoint":
                report(exporter.checkpoint())
            case "close":
                exporter.close(argument)


def play_and_be_killed(
    make: Callable[[], Exporter], steps: Sequence[Step], after: float | None = None
) -> list[Position]:
    """Play the steps in a child process and kill it; the positions it reported until then.

    SIGKILL comes *after* so many seconds, wherever the child is, or right behind the last step.
    Raises RuntimeError with the child's traceback when the exporter itself failed.
    """
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # Python warns of threads when it forks; the child touches none of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        _be_killed(make, steps, writing)
    os.close(writing)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    if said.partition(_FAULT)[1]:
        raise RuntimeError(f"in a process of its own:\n{said.partition(_FAULT)[2]}")
    return [json.loads(line) for line in said.splitlines()]


def _be_killed(make: Callable[[], Exporter], steps: Sequence[Step], pipe: int) -> None:
    def report(position: Position) -> None:
        os.write(pipe, json.dumps(position).encode() + b"\n")

    # Nothing of the parent's may run here: no handler, no flush, no clean-up.
    try:
        play(make(), steps, report)
        os.kill(os.getpid(), signal.SIGKILL)
    except BaseException:
        os.write(pipe, (_FAULT + traceback.format_exc()).encode())
    finally:
        os._exit(1)
