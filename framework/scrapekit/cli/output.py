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
    """Write one line (or several) at once; a reader who has gone away is no error."""
    stream = sys.stderr if to_stderr else sys.stdout
    try:
        stream.write(text + "\n")
        stream.flush()
    except BrokenPipeError:
        _silence(stream)


def say_event(event: str, *, to_stderr: bool = True, **facts: Any) -> None:
    """Write one line of JSON that begins with the event's name."""
    say(json.dumps({"event": event} | facts, default=str), to_stderr=to_stderr)


def soften_streams() -> None:
    """Let a character that the terminal's encoding lacks be shown as an escape instead of raising."""
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
    """Tell that a file could not be used: which one, and what the system said."""
    said = (error.strerror or str(error) or type(error).__name__).lower()
    say(f"error: {printable(str(error.filename))}: {said}", to_stderr=True)
    return ExitCode.STUCK


def tell_bug(error: BaseException, maker: str = "scrapekit") -> ExitCode:
    """Show a traceback and ask for a report to the *maker*: this should never be seen."""
    trace = "".join(traceback.format_exception(error))
    say(printable(trace, lines=True).rstrip(), to_stderr=True)
    say(f"\nThis is a bug in {printable(maker)}, not a mistake of yours.", to_stderr=True)
    say("Please report it with the lines above. Nothing that was committed is lost.", to_stderr=True)
    return ExitCode.STUCK
