"""Holds an exporter to its promises: every record once, in order, whenever the process is killed."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scrapekit.model import Item
from scrapekit.parts import Exporter, KeepsEarlier
from scrapekit.testing.demand import demand, hold_to
from scrapekit.testing.exporter_kills import (
    a_kill_after_publishing_changes_nothing,
    a_kill_at_any_moment_loses_and_doubles_nothing,
    a_kill_loses_and_doubles_nothing,
    any_course_of_events_keeps_every_record,
)
from scrapekit.testing.killing import play
from scrapekit.testing.trial import BREAK_OFF, FINISH, SIZES, Record, Trial, all_of, groups_of, steps_of
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
            hold_to(promise, trial)


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
    a_kill_loses_and_doubles_nothing,
    a_kill_at_any_moment_loses_and_doubles_nothing,
    a_kill_after_publishing_changes_nothing,
    _a_published_export_can_go_on,
    _another_thread_may_use_it,
    any_course_of_events_keeps_every_record,
)

_PROMISES_OF_REPLACING: tuple[Callable[[Trial], None], ...] = (
    _nothing_has_its_name_before_it_is_whole,
    _yesterdays_file_stays_until_todays_is_whole,
    _beginning_anew_forgets_a_broken_off_run,
    _an_earlier_file_can_be_kept,
)

_PROMISES_OF_ADDING: tuple[Callable[[Trial], None], ...] = (_a_file_that_is_added_to_is_never_kept_from_it,)
