"""``scrapekit test``: does a recipe still read its recorded pages as it should? Nothing is sent."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from scrapekit.cli.output import say, tell_error, tell_os_error
from scrapekit.cli.settings import input_option, part_option, recipe_argument, set_option
from scrapekit.cli.words import counted, masked, printable
from scrapekit.errors import ExitCode, ScrapekitError, UsageError

_WIDEST = 500


@click.command("test", short_help="Hold recipes to their recorded pages.")
@recipe_argument(several=True)
@input_option
@set_option
@part_option
def command(recipes: Sequence[Path], **choices: Any) -> int:
    """Read the recorded pages under each RECIPE's tests, and compare the records that come out.

    The exit code is 0 when all are as the tests say, 1 when one is not, 2 when a recipe is wrong or has
    no tests.
    """
    # Not scrapekit.run, which brings the engine and the store.
    from scrapekit.planning.prepare import RunSettings, prepare

    worst = ExitCode.COMPLETE
    for recipe in recipes:
        try:
            worst = max(worst, _test(recipe, prepare(RunSettings(recipe=recipe, sends=False, **choices))))
        except ScrapekitError as error:
            worst = max(worst, tell_error(error))
        except OSError as error:
            worst = max(worst, tell_os_error(error))
    return worst


def _test(recipe: Path, prepared: Any) -> ExitCode:
    from scrapekit.planning.recorded import differences

    tests = prepared.recipe.tests
    if not tests:
        raise UsageError(f"{recipe} has no tests", hint="write tests: [{ page: …, file: …, records: […] }]")
    failed = 0
    for test in tests:
        found = differences(prepared.plan, test)
        if found:
            failed += 1
            say(printable(f"{test.mark}: {test.page} read from {test.shown} is not as it should be"))
        for line in masked(found, prepared.recipe.secrets):
            say(printable(f"  {line if len(line) <= _WIDEST else line[: _WIDEST - 1] + '…'}"))
    number = counted(len(tests), "test")
    say(printable(f"{recipe}: " + (f"{failed} of {number} failed" if failed else f"{number} passed")))
    return ExitCode.BROKEN_CONTRACT if failed else ExitCode.COMPLETE
