"""Holds an exporter to its promises: every record once, in order, whenever the process is killed."""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from scrapekit.model import Item
from scrapekit.parts import Exporter, KeepsEarlier, Position
from scrapekit.testing.killing import Step, play, play_and_be_killed
from scrapekit.testing.trial import (
    BREAK_OFF,
    FINISH,
    SIZES,
    Record,
    Trial,
    all_of,
    demand,
    groups_of,
    steps_of,
)
from scrapekit.writing.strict_json import json_writer


def as_json(item: Item) -> Record:
    """The record as JSON brings it back: dates as text, decimals as numbers."""
    record: Record = json.loads(json_writer()(item.fields))
    return record


def check_exporter(
    make: Callable[[Path], Exporter],
    read: Callable[[Path], Sequence[Record]],
    *,
    expected: Callable[[Item], Record] = as_json,
    name: str = "records.out",
    in_place: bool = False,
) -> None:
    """Check every promise of an exporter; AssertionError says which one is broken, and how.

    *make* gives a new exporter that writes `sample_items` to a path named *name* in an empty
    folder; *read* gives the records in the published file, in order; *expected* says how a
    record is read back. With *in_place* the exporter may write under the final name at once.
    An exporter that declares "at least once" may bring records twice after a crash, but must not
    lose one. Processes are forked and killed, so it runs where there is os.fork::

        def test_the_exporter_keeps_its_promises():
            check_exporter(partial(make_exporter, MyExporter), read_my_file)
    """
    # A kill is no power cut: in memory it shows the same, without a thousand waits for a disk.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - only a base folder
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        trial = Trial(make, read, expected, Path(folder), name)
        for promise in _PROMISES + (_PROMISES_OF_ADDING if in_place else _PROMISES_OF_REPLACING):
            _keep(promise, trial)


def _keep(promise: Callable[[Trial], None], trial: Trial) -> None:
    try:
        promise(trial)
    except AssertionError:
        raise
    except Exception as error:
        name = promise.__name__.strip("_").replace("_", " ")
        raise AssertionError(f"{name}: it raised {type(error).__name__}: {error}") from error


def _a_guarantee_is_declared(trial: Trial) -> None:
    guarantee = trial.make(trial.path()).guarantee
    demand(
        guarantee in ("exactly once", "at least once"),
        "it declares its guarantee",
        f"{guarantee!r} is neither 'exactly once' nor 'at least once'",
    )


def _making_it_touches_nothing(trial: Trial) -> None:
    path = trial.path()
    trial.make(path)
    demand(not any(path.parent.iterdir()), "making it touches no file", "the folder is not empty")


def _records_come_back_in_order(trial: Trial) -> None:
    path = trial.path()
    trial.play(path, *steps_of(groups_of()), FINISH)
    trial.holds("records come back as they were, in order", path, all_of(*groups_of()))


def _missing_folders_are_made(trial: Trial) -> None:
    path = trial.path().parent / "deep" / "er" / trial.name
    trial.play(path, *steps_of(groups_of()), FINISH)
    trial.holds("missing folders are made", path, all_of(*groups_of()))


def _no_records_make_a_valid_file(trial: Trial) -> None:
    path = trial.path()
    trial.play(path, ("open", None), FINISH)
    trial.holds("an export without records is a valid file", path, [])
    path = trial.path()
    position = trial.play(path, *steps_of([[], []]), BREAK_OFF)[-1]
    trial.play(path, ("open", position), FINISH)
    trial.holds("an export without records can be resumed", path, [])


def _nothing_has_its_name_before_it_is_whole(trial: Trial) -> None:
    path = trial.path()
    trial.play(path, *steps_of(groups_of()), BREAK_OFF)
    demand(not path.exists(), "nothing has its name before it is whole", f"{path.name} is there")


def _yesterdays_file_stays_until_todays_is_whole(trial: Trial) -> None:
    promise = "the old file stays whole until the new one is"
    old, new, path = groups_of(edition=1), groups_of(edition=2), trial.path()
    trial.play(path, *steps_of(old), FINISH)
    position = trial.play(path, *steps_of(new), BREAK_OFF)[-1]
    trial.holds(promise, path, all_of(*old))
    trial.play(path, ("open", position), FINISH)
    trial.holds("a new run replaces the old file", path, all_of(*new))


def _an_earlier_file_can_be_kept(trial: Trial) -> None:
    promise, path = "keep_earlier leaves the earlier file, and nothing else", trial.path()
    if not isinstance(trial.make(path), KeepsEarlier):
        return
    demand(not _kept(trial, path), promise, "there was no earlier file, and it kept one")
    trial.play(path, *steps_of(groups_of()), FINISH)
    there = sorted(path.parent.iterdir())
    demand(_kept(trial, path), promise, "it kept none")
    trial.holds(promise, path, all_of(*groups_of()))
    demand(sorted(path.parent.iterdir()) == there, promise, "the folder is not as it was")


def _kept(trial: Trial, path: Path) -> bool:
    """Whether an earlier file is kept by a run without records; what it began is broken off when not."""
    exporter = trial.make(path)
    exporter.open(None)
    assert isinstance(exporter, KeepsEarlier)
    if exporter.keep_earlier():
        return True
    exporter.close(finished=False)
    return False


def _a_file_that_is_added_to_is_never_kept_from_it(trial: Trial) -> None:
    path = trial.path()
    if isinstance(trial.make(path), KeepsEarlier):
        trial.play(path, *steps_of(groups_of()), FINISH)
        demand(
            not _kept(trial, path), "keep_earlier is False where the file itself is written", "it was True"
        )


def _a_broken_off_run_goes_on(trial: Trial) -> None:
    groups, path = groups_of(), trial.path()
    position = None
    for group in groups:
        position = trial.play(path, *steps_of([group], position), BREAK_OFF)[-1]
    trial.play(path, ("open", position), FINISH)
    trial.holds("a run that is broken off goes on where it was", path, all_of(*groups))


def _beginning_anew_forgets_a_broken_off_run(trial: Trial) -> None:
    path = trial.path()
    trial.play(path, *steps_of(groups_of(edition=1)), BREAK_OFF)
    trial.play(path, *steps_of(groups_of(edition=2)), FINISH)
    trial.holds("beginning anew forgets what was not published", path, all_of(*groups_of(edition=2)))


def _a_kill_loses_and_doubles_nothing(trial: Trial) -> None:
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


def _a_kill_at_any_moment_loses_and_doubles_nothing(trial: Trial) -> None:
    # Long enough that a kill falls into a write, a sync or a commit, and not between them.
    groups, path = groups_of([5] * 300), trial.path()
    known: list[Position] = []
    for _ in range(8):
        rest = steps_of(groups[len(known) :], known[-1] if known else None)
        pause = random.uniform(0.001, 0.03)  # noqa: S311 - the moment need not be a secret
        known += play_and_be_killed(partial(trial.make, path), rest, after=pause)
    trial.play(path, *steps_of(groups[len(known) :], known[-1] if known else None), FINISH)
    trial.holds("killed at any moment, it goes on", path, all_of(*groups), crashed=True)


def _any_course_of_events_keeps_every_record(trial: Trial) -> None:
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


def _a_kill_after_publishing_changes_nothing(trial: Trial) -> None:
    groups, path = groups_of(), trial.path()
    position = play_and_be_killed(partial(trial.make, path), [*steps_of(groups), FINISH])[-1]
    for _ in range(2):
        trial.play(path, ("open", position), FINISH)
        trial.holds("published again after a kill, the file is the same", path, all_of(*groups))


def _a_published_export_can_go_on(trial: Trial) -> None:
    first, more, path = groups_of(), groups_of(first=sum(SIZES)), trial.path()
    position = trial.play(path, *steps_of(first), FINISH)[-1]
    trial.play(path, *steps_of(more, position), FINISH)
    trial.holds("a published export can go on", path, all_of(*first, *more))


def _another_thread_may_use_it(trial: Trial) -> None:
    path = trial.path()
    exporter = trial.make(path)
    with ThreadPoolExecutor(1) as other:
        other.submit(play, exporter, [*steps_of(groups_of()), FINISH], lambda _: None).result()
    trial.holds("it may be made in one thread and used in another", path, all_of(*groups_of()))


_PROMISES: tuple[Callable[[Trial], None], ...] = (
    _a_guarantee_is_declared,
    _making_it_touches_nothing,
    _records_come_back_in_order,
    _missing_folders_are_made,
    _no_records_make_a_valid_file,
    _a_broken_off_run_goes_on,
    _a_kill_loses_and_doubles_nothing,
    _a_kill_at_any_moment_loses_and_doubles_nothing,
    _a_kill_after_publishing_changes_nothing,
    _a_published_export_can_go_on,
    _another_thread_may_use_it,
    _any_course_of_events_keeps_every_record,
)

_PROMISES_OF_REPLACING: tuple[Callable[[Trial], None], ...] = (
    _nothing_has_its_name_before_it_is_whole,
    _yesterdays_file_stays_until_todays_is_whole,
    _beginning_anew_forgets_a_broken_off_run,
    _an_earlier_file_can_be_kept,
)

_PROMISES_OF_ADDING: tuple[Callable[[Trial], None], ...] = (_a_file_that_is_added_to_is_never_kept_from_it,)
