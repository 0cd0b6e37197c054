"""What an exporter promises whenever its process is killed: nothing is lost, nothing doubled."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

from scrapekit.model import Item
from scrapekit.parts import Position
from scrapekit.testing.killing import Step, play_and_be_killed
from scrapekit.testing.trial import (
    BREAK_OFF,
    FINISH,
    Trial,
    all_of,
    groups_of,
    steps_of,
)


def a_kill_loses_and_doubles_nothing(trial: Trial) -> None:
    """Killed after any step, it goes on from the last position known, and from the one before."""
    # Written again after a kill, the pages may give other records: nothing of the first may stay.
    first, again = groups_of(edition=1), groups_of(edition=2)
    for alive in range(1, len(steps_of(first)) + 1):
        for unknown in (0, 1):
            path = trial.path()
            known = play_and_be_killed(partial(trial.make, path), steps_of(first)[:alive])
            known = known[: len(known) - unknown]
            kept = len(known)
            rest = steps_of(again[kept:], known[-1] if known else None)
            trial.play(path, *rest, FINISH)
            where = f"killed after step {alive}, resumed at checkpoint {kept}"
            trial.holds(where, path, all_of(*first[:kept], *again[kept:]), crashed=True)


def a_kill_at_any_moment_loses_and_doubles_nothing(trial: Trial) -> None:
    """Killed inside a write, a sync or a commit, it goes on."""
    # Long enough that a kill falls into a write, a sync or a commit, and not between them.
    groups, path = groups_of([5] * 300), trial.path()
    known: list[Position] = []
    for _ in range(8):
        rest = steps_of(groups[len(known) :], known[-1] if known else None)
        pause = random.uniform(0.001, 0.03)  # noqa: S311 - the moment need not be a secret
        known += play_and_be_killed(partial(trial.make, path), rest, after=pause)
    trial.play(path, *steps_of(groups[len(known) :], known[-1] if known else None), FINISH)
    trial.holds("killed at any moment, it goes on", path, all_of(*groups), crashed=True)


def any_course_of_events_keeps_every_record(trial: Trial) -> None:
    """Kills, breaks and ends in any order leave every record that was known to be written, once."""
    for seed in range(12):
        chance, path = random.Random(seed), trial.path()  # noqa: S311 - the same courses every time
        kept: list[Item] = []
        position: Position | None = None
        for life in range(chance.randrange(1, 7)):
            groups = groups_of([chance.randrange(4) for _ in range(chance.randrange(5))], life, len(kept))
            known = _live(trial, path, chance, steps_of(groups, position))
            position = known[-1] if known else position
            kept += all_of(*groups[: len(known)])
        trial.play(path, ("open", position), FINISH)
        trial.holds(f"course of events {seed}", path, kept, crashed=True)


def _live(trial: Trial, path: Path, chance: random.Random, steps: list[Step]) -> list[Position]:
    """One run, to one of its possible ends; the positions the job came to know."""
    end = chance.choice(("killed", "killed unknown", "broken off", "published"))
    if end == "broken off" or (end == "published" and len(steps) > 1):
        return trial.play(path, *steps, FINISH if end == "published" else BREAK_OFF)
    known = play_and_be_killed(partial(trial.make, path), steps[: chance.randrange(len(steps)) + 1])
    return known[:-1] if end == "killed unknown" else known


def a_kill_after_publishing_changes_nothing(trial: Trial) -> None:
    """Published, killed and published again, the file is the same."""
    groups, path = groups_of(), trial.path()
    position = play_and_be_killed(partial(trial.make, path), [*steps_of(groups), FINISH])[-1]
    for _ in range(2):
        trial.play(path, ("open", position), FINISH)
        trial.holds("published again after a kill, the file is the same", path, all_of(*groups))
