"""Writes lines to the terminal or a pipe, and errors in the words people can act on."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from scrapekit.cli.words import counted, printable
from scrapekit.errors import ExitCode, Problem, RecipeError, ScrapekitError


def say(text: str = "", *, to_stderr: bool = False) -> None:
    """Write one line (or several) at once; a reader who has gone away is no error.

    What cannot be written otherwise (to a full disk) ends no run either: it is told once.
    """
    stream = sys.stderr if to_stderr else sys.stdout
    try:
        stream.write(text + "\n")
        stream.flush()
    except OSError as error:
        _silence(stream)
        if not to_stderr and not isinstance(error, BrokenPipeError):
            say(f"error: cannot write to standard output: {_said(error)}", to_stderr=True)


def say_event(event: str, *, to_stderr: bool = True, **facts: Any) -> None:
    """Write one line of JSON that begins with the event's name."""
    say(json.dumps({"event": event} | facts, default=str), to_stderr=to_stderr)


def ready_streams() -> None:
    """Let both streams take whatever we write.

    A stream that was closed before we began leads nowhere, and its number is taken, so that no
    file of ours gets it. A character that the encoding lacks is shown as an escape.
    """
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def _silence(stream: TextIO) -> None:
    # Python flushes the streams once more at its end, and would complain then.
    with contextlib.suppress(OSError, ValueError), Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


def tell_error(error: ScrapekitError, *, as_json: bool = False) -> ExitCode:
    """Tell a person (or a log) what went wrong, on standard error; the exit code it means."""
    if as_json:
        say_event("error", **_error_facts(error))
    else:
        say("\n".join(error_lines(error)), to_stderr=True)
    return error.exit_code


def error_lines(error: ScrapekitError) -> Iterator[str]:
    """The error as a person reads it: for a recipe every problem, else what is wrong and a hint."""
    if isinstance(error, RecipeError):
        yield printable(str(error), lines=True)
        yield ""
        yield f"{counted(len(error.problems) + error.more, 'problem')} in {_where(error)}"
        return
    yield f"error: {printable(str(error), lines=True)}"
    if error.hint:
        yield f"hint: {printable(error.hint, lines=True)}"


def _where(error: RecipeError) -> str:
    names = dict.fromkeys(printable(problem.mark.source.name) for problem in error.problems)
    return " and ".join(names)


def _error_facts(error: ScrapekitError) -> dict[str, Any]:
    if isinstance(error, RecipeError):
        problems = [_problem_facts(problem) for problem in error.problems]
        return {"exit_code": int(error.exit_code), "problems": problems}
    return {"exit_code": int(error.exit_code), "message": str(error), "hint": error.hint}


def _problem_facts(problem: Problem) -> dict[str, Any]:
    mark = problem.mark
    return {
        "file": mark.source.name,
        "line": mark.line,
        "column": mark.column,
        "path": problem.path,
        "message": problem.message,
        "hint": problem.hint,
    }


def tell_os_error(error: OSError) -> ExitCode:
    """Tell that a file could not be used: which one (if it has a name), and what the system said."""
    what = "cannot write" if error.filename is None else printable(str(error.filename))
    say(f"error: {what}: {_said(error)}", to_stderr=True)
    return ExitCode.STUCK


def _said(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()


def tell_bug(error: BaseException, maker: str = "scrapekit") -> ExitCode:
    """Show a traceback and ask for a report to the *maker*: this should never be seen."""
    trace = "".join(traceback.format_exception(error))
    say(printable(trace, lines=True).rstrip(), to_stderr=True)
    say(f"\nThis is a bug in {printable(maker)}, not a mistake of yours.", to_stderr=True)
    say("Please report it with the lines above. Nothing that was committed is lost.", to_stderr=True)
    return ExitCode.STUCK
