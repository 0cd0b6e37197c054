"""Holds an exporter to its promises: every record once, in order, whenever the process is killed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeAlias

from scrapekit.model import Item
from scrapekit.parts import Exporter, Position
from scrapekit.strict_json import json_writer
from scrapekit.testing.killing import Step, play, play_and_be_killed
from scrapekit.testing.samples import sample_items

Record: TypeAlias = Mapping[str, Any]
Groups: TypeAlias = Sequence[Sequence[Item]]

_SIZES = (1, 3, 0, 2, 6)
"""Records in each group that is written; one group has none."""


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
    with tempfile.TemporaryDirectory() as folder:
        trial = _Trial(make, read, expected, Path(folder), name, in_place)
        for promise in _PROMISES if in_place else _PROMISES + _PROMISES_OF_REPLACING:
            _keep(promise, trial)


def _keep(promise: Callable[[_Trial], None], trial: _Trial) -> None:
    try:
        promise(trial)
    except AssertionError:
        raise
    except Exception as error:
        name = promise.__name__.strip("_").replace("_", " ")
        raise AssertionError(f"{name}: it raised {type(error).__name__}: {error}") from error


@dataclass
class _Trial:
    """One exporter under test, and a fresh folder for every attempt."""

    make: Callable[[Path], Exporter]
    read: Callable[[Path], Sequence[Record]]
    expected: Callable[[Item], Record]
    folder: Path
    name: str
    in_place: bool
    attempts: Iterator[int] = field(default_factory=count)

    def path(self) -> Path:
        folder = self.folder / str(next(self.attempts))
        folder.mkdir()
        return folder / self.name

    def play(self, path: Path, *steps: Step) -> list[Position]:
        """Play the steps here, checking that positions are JSON."""
        positions: list[Position] = []
        play(self.make(path), steps, positions.append)
        return [json.loads(json.dumps(position)) for position in positions]

    def holds(self, promise: str, path: Path, items: Sequence[Item], *, crashed: bool = False) -> None:
        """Fail, naming the promise, unless the published file has exactly these records."""
        wanted = [dict(self.expected(item)) for item in items]
        _demand(path.exists(), promise, f"there is no {path.name}")
        found = [dict(record) for record in self.read(path)]
        if crashed and self.make(path).guarantee == "at least once":
            lost = [record for record in wanted if record not in found]
            _demand(not lost, promise, f"lost: {lost[:1]}")
        else:
            _demand(found == wanted, promise, _difference(found, wanted))


def _demand(kept: bool, promise: str, detail: str) -> None:
    if not kept:
        raise AssertionError(f"{promise}: {detail}")


def _difference(found: Sequence[Record], wanted: Sequence[Record]) -> str:
    for number, (one, other) in enumerate(zip(found, wanted, strict=False)):
        if one != other:
            return f"record {number} is\n  {one}\ninstead of\n  {other}"
    return f"{len(found)} records instead of {len(wanted)}"


def _groups(edition: int = 1, first: int = 0) -> Groups:
    items = iter(sample_items(sum(_SIZES), edition, first))
    return [[next(items) for _ in range(size)] for size in _SIZES]


def _steps(groups: Groups, position: Position | None = None) -> list[Step]:
    steps: list[Step] = [("open", position)]
    for group in groups:
        steps += [("write", group), ("checkpoint", None)]
    return steps


def _all(*groups: Sequence[Item]) -> list[Item]:
    return list(chain.from_iterable(groups))


_FINISH: Step = ("close", True)
_BREAK_OFF: Step = ("close", False)


def _a_guarantee_is_declared(trial: _Trial) -> None:
    guarantee = trial.make(trial.path()).guarantee
    _demand(
        guarantee in ("exactly once", "at least once"),
        "it declares its guarantee",
        f"{guarantee!r} is neither 'exactly once' nor 'at least once'",
    )


def _making_it_touches_nothing(trial: _Trial) -> None:
    path = trial.path()
    trial.make(path)
    _demand(not any(path.parent.iterdir()), "making it touches no file", "the folder is not empty")


def _records_come_back_in_order(trial: _Trial) -> None:
    path = trial.path()
    trial.play(path, *_steps(_groups()), _FINISH)
    trial.holds("records come back as they were, in order", path, _all(*_groups()))


def _missing_folders_are_made(trial: _Trial) -> None:
    path = trial.path().parent / "deep" / "er" / trial.name
    trial.play(path, *_steps(_groups()), _FINISH)
    trial.holds("missing folders are made", path, _all(*_groups()))


def _no_records_make_a_valid_file(trial: _Trial) -> None:
    path = trial.path()
    trial.play(path, ("open", None), _FINISH)
    trial.holds("an export without records is a valid file", path, [])
    path = trial.path()
    position = trial.play(path, *_steps([[], []]), _BREAK_OFF)[-1]
    trial.play(path, ("open", position), _FINISH)
    trial.holds("an export without records can be resumed", path, [])


def _nothing_has_its_name_before_it_is_whole(trial: _Trial) -> None:
    path = trial.path()
    trial.play(path, *_steps(_groups()), _BREAK_OFF)
    _demand(not path.exists(), "nothing has its name before it is whole", f"{path.name} is there")


def _yesterdays_file_stays_until_todays_is_whole(trial: _Trial) -> None:
    promise = "the old file stays whole until the new one is"
    old, new, path = _groups(1), _groups(2), trial.path()
    trial.play(path, *_steps(old), _FINISH)
    position = trial.play(path, *_steps(new), _BREAK_OFF)[-1]
    trial.holds(promise, path, _all(*old))
    trial.play(path, ("open", position), _FINISH)
    trial.holds("a new run replaces the old file", path, _all(*new))


def _a_broken_off_run_goes_on(trial: _Trial) -> None:
    groups, path = _groups(), trial.path()
    position = None
    for group in groups:
        position = trial.play(path, *_steps([group], position), _BREAK_OFF)[-1]
    trial.play(path, ("open", position), _FINISH)
    trial.holds("a run that is broken off goes on where it was", path, _all(*groups))


def _beginning_anew_forgets_a_broken_off_run(trial: _Trial) -> None:
    path = trial.path()
    trial.play(path, *_steps(_groups(1)), _BREAK_OFF)
    trial.play(path, *_steps(_groups(2)), _FINISH)
    trial.holds("beginning anew forgets what was not published", path, _all(*_groups(2)))


def _a_kill_loses_and_doubles_nothing(trial: _Trial) -> None:
    # Written again after a kill, the pages may give other records: nothing of the first may stay.
    first, again = _groups(1), _groups(2)
    for alive in range(1, len(_steps(first)) + 1):
        for unknown in (0, 1):
            path = trial.path()
            known = play_and_be_killed(partial(trial.make, path), _steps(first)[:alive])
            known = known[: len(known) - unknown]
            kept = len(known)
            rest = _steps(again[kept:], known[-1] if known else None)
            trial.play(path, *rest, _FINISH)
            where = f"killed after step {alive}, resumed at checkpoint {kept}"
            trial.holds(where, path, _all(*first[:kept], *again[kept:]), crashed=True)


def _a_kill_after_publishing_changes_nothing(trial: _Trial) -> None:
    groups, path = _groups(), trial.path()
    position = play_and_be_killed(partial(trial.make, path), [*_steps(groups), _FINISH])[-1]
    for _ in range(2):
        trial.play(path, ("open", position), _FINISH)
        trial.holds("published again after a kill, the file is the same", path, _all(*groups))


def _a_published_export_can_go_on(trial: _Trial) -> None:
    first, more, path = _groups(), _groups(first=sum(_SIZES)), trial.path()
    position = trial.play(path, *_steps(first), _FINISH)[-1]
    trial.play(path, *_steps(more, position), _FINISH)
    trial.holds("a published export can go on", path, _all(*first, *more))


def _another_thread_may_use_it(trial: _Trial) -> None:
    path = trial.path()
    exporter = trial.make(path)
    with ThreadPoolExecutor(1) as other:
        other.submit(play, exporter, [*_steps(_groups()), _FINISH], lambda _: None).result()
    trial.holds("it may be made in one thread and used in another", path, _all(*_groups()))


_PROMISES: tuple[Callable[[_Trial], None], ...] = (
    _a_guarantee_is_declared,
    _making_it_touches_nothing,
    _records_come_back_in_order,
    _missing_folders_are_made,
    _no_records_make_a_valid_file,
    _a_broken_off_run_goes_on,
    _a_kill_loses_and_doubles_nothing,
    _a_kill_after_publishing_changes_nothing,
    _a_published_export_can_go_on,
    _another_thread_may_use_it,
)

_PROMISES_OF_REPLACING: tuple[Callable[[_Trial], None], ...] = (
    _nothing_has_its_name_before_it_is_whole,
    _yesterdays_file_stays_until_todays_is_whole,
    _beginning_anew_forgets_a_broken_off_run,
)
