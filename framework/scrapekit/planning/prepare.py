"""From the command's words to a recipe that was checked completely and can run."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scrapekit.errors import Problems, StuckError, UsageError
from scrapekit.planning.pins import check_pins
from scrapekit.planning.plan import Plan, compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.load import load_recipe
from scrapekit.recipe.model import Recipe


@dataclass(frozen=True, slots=True)
class RunSettings:
    """What the command line asks for; everything else is in the recipe."""

    recipe: Path
    inputs: Mapping[str, str] = field(default_factory=dict)
    overrides: Sequence[tuple[str, str]] = ()
    outputs: Sequence[str] = ()
    job: Path | None = None
    fresh: bool = False
    cookies_from: Path | None = None
    """A cookies.txt whose cookies for the seeds' hosts are sent along."""
    cache: bool = False
    """Keep answers in the job folder, and use those that are there."""
    offline: bool = False
    """Ask nobody: use kept answers alone."""
    limit: int | None = None
    disabled: Sequence[str] = ()
    out_dir: Path = field(default_factory=Path)
    sends: bool = True
    """False for a command that sends nothing: secrets may be missing then."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A recipe that was checked completely and can run; nothing has been opened yet."""

    settings: RunSettings
    recipe: Recipe
    plan: Plan
    plugins: Plugins
    job: Path

    @property
    def asked(self) -> str:
        """What this command asks for, as one text: only to the same question an earlier report is the answer.

        Unlike the recipe's fingerprint it holds what decides how a job ends: the limit, what is
        expected, where the records go.
        """
        recipe, settings = self.recipe, self.settings
        expected = sorted((kind, repr(expect)) for kind, expect in recipe.expect.items())
        wanted = [
            settings.limit,
            expected,
            sorted(recipe.expect_any),
            recipe.crawl.allow_failed,
            settings.offline,
        ]
        return json.dumps([recipe.fingerprint, sorted(export.name for export in self.plan.exports), *wanted])


def prepare(settings: RunSettings) -> Prepared:
    """Load and check everything; opens no connection and writes no file.

    Raises RecipeError with every problem found, UsageError for a missing file or plugin.
    """
    problems = Problems()
    recipe = load_recipe(
        settings.recipe,
        inputs=settings.inputs,
        overrides=settings.overrides,
        outputs=settings.outputs,
        environ=os.environ,
        problems=problems,
        sends=settings.sends,
    )
    plugins, plan = Plugins(settings.disabled), None
    # First, for compiling imports the parts that the recipe names.
    if recipe is not None and check_pins(recipe.pins, problems):
        plan = compile_plan(recipe, plugins, problems, output=settings.out_dir)
    problems.raise_if_any()
    if recipe is None or plan is None:
        raise StuckError("the recipe could not be read, and no problem was found: this is a bug")
    job = settings.job or settings.out_dir / ".scrapekit" / recipe.name
    for path in (job, *(export.path for export in plan.exports)):
        _check_name(path)
    _check_below(settings, plan, job)
    return Prepared(settings, recipe, plan, plugins, job)


def _check_below(settings: RunSettings, plan: Plan, job: Path) -> None:
    """A folder from a stranger may hold symbolic links; only the command line may name places elsewhere."""
    root = settings.out_dir.resolve()
    # Exporters never follow a link in the place of their file, but the job's store would.
    places = [] if settings.outputs else [(export.path, export.path.parent, "-o") for export in plan.written]
    places += [] if settings.job else [(job, path, "--job") for path in (job, *job.glob("*"))]
    for path, place, option in places:
        if not place.resolve().is_relative_to(root):
            message = f"{path} leads out of the output folder by a symbolic link"
            raise UsageError(message, hint=f"where that is meant, name the place with {option}")


def _check_name(path: Path) -> None:
    """Outside UTF-8 locales there are names that no file can have."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError as error:
        encoding = sys.getfilesystemencoding()
        message = f"no file here can be named {path}: names are in {encoding}"
        raise UsageError(message, hint="set LC_ALL=C.UTF-8, or choose a plain name") from error
