"""The conformance kit for exporters accepts an honest one and catches each way to break a promise."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from scrapekit import ExportContext, Item, Options, Position, RecipeError, RecordFile, json_writer
from scrapekit.testing import check_exporter, make_exporter, sample_items


class Lines:
    """An honest exporter, as short as they get."""

    guarantee: ClassVar[Any] = "exactly once"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file = RecordFile(path)
        self.write_json = json_writer()

    def open(self, position: Position | None) -> None:
        self.file.open(position)

    def write(self, items: Sequence[Item]) -> None:
        for item in items:
            self.file.write(self.write_json(item.fields) + b"\n")

    def checkpoint(self) -> Position:
        return self.file.checkpoint()

    def close(self, finished: bool) -> None:
        self.file.close(finished)


def read(path: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


class Undeclared(Lines):
    guarantee = "sometimes"


class Hasty(Lines):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        path.write_bytes(b"")


class Backwards(Lines):
    def write(self, items: Sequence[Item]) -> None:
        super().write(items[::-1])


class Shy(Lines):
    def close(self, finished: bool) -> None:
        super().close(finished=False)


class Early(Lines):
    def checkpoint(self) -> Position:
        position = super().checkpoint()
        self.path.write_bytes(self.path.with_name(self.path.name + ".part").read_bytes())
        return position


class Overwriting(Lines):
    def open(self, position: Position | None) -> None:
        if position is None:
            self.path.unlink(missing_ok=True)
        super().open(position)


class Rounding(Lines):
    def write(self, items: Sequence[Item]) -> None:
        super().write([Item(i.kind, {**i.fields, "share": 0.1}, i.origin) for i in items])


class Buffering(Lines):
    """Says that records are durable while they are still its own."""

    held: bytes = b""

    def write(self, items: Sequence[Item]) -> None:
        self.held += b"".join(self.write_json(item.fields) + b"\n" for item in items)

    def checkpoint(self) -> Position:
        return self.file.checkpoint()

    def close(self, finished: bool) -> None:
        self.file.write(self.held)
        self.file.checkpoint()
        self.file.close(finished)


class Remembering(Lines):
    """Goes on at the end of the file, wherever the position is."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.part = path.with_name(path.name + ".part")
        self.handle = -1

    def open(self, position: Position | None) -> None:
        self.part.parent.mkdir(parents=True, exist_ok=True)
        if position is not None and not self.part.exists():
            self.part.write_bytes(self.path.read_bytes())
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if position is None else 0)
        self.handle = os.open(self.part, flags)

    def write(self, items: Sequence[Item]) -> None:
        os.write(self.handle, b"".join(self.write_json(item.fields) + b"\n" for item in items))

    def checkpoint(self) -> Position:
        return {"bytes": self.part.stat().st_size}

    def close(self, finished: bool) -> None:
        os.close(self.handle)
        if finished:
            self.part.replace(self.path)


class RememberingButHonest(Remembering):
    """Says that records can come twice; only a line that was cut short must go."""

    guarantee = "at least once"

    def open(self, position: Position | None) -> None:
        super().open(position)
        lines = self.part.read_bytes().rpartition(b"\n")
        os.ftruncate(self.handle, len(lines[0] + lines[1]))


class Unrepeatable(Lines):
    def open(self, position: Position | None) -> None:
        if position is not None and self.path.exists():
            raise RuntimeError("published already")
        super().open(position)


class BytesForPosition(Lines):
    def checkpoint(self) -> Position:
        return {**super().checkpoint(), "mark": b"\x00"}


class Keeping(Lines):
    def keep_earlier(self) -> bool:
        return self.file.keep_earlier()


class Littering(Lines):
    def keep_earlier(self) -> bool:
        self.close(finished=False)
        return self.path.exists()


class Pretending(Lines):
    def keep_earlier(self) -> bool:
        self.close(finished=False)
        return True


class Forgetful(Lines):
    def keep_earlier(self) -> bool:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("exporter", [Lines, Keeping])
def test_an_honest_exporter_passes(exporter):
    check_exporter(exporter, read)


@pytest.mark.slow
def test_an_exporter_that_writes_the_file_itself_keeps_none_from_it():
    class Adding(Pretending):
        def __init__(self, path: Path) -> None:
            super().__init__(path)
            self.file = RecordFile(path, in_place=True)

    with pytest.raises(
        AssertionError, match="keep_earlier is False where the file itself is written: it was True"
    ):
        check_exporter(Adding, read, in_place=True)


@pytest.mark.slow
def test_an_exporter_that_promises_at_least_once_may_double_but_not_lose():
    check_exporter(RememberingButHonest, read)

    with pytest.raises(AssertionError, match="goes on where it was"):
        check_exporter(type("Losing", (Buffering,), {"guarantee": "at least once"}), read)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "promise"),
    [
        (Undeclared, "it declares its guarantee: 'sometimes' is neither"),
        (Hasty, "making it touches no file: the folder is not empty"),
        (Backwards, "records come back as they were, in order: record 1 is"),
        (Rounding, "records come back as they were, in order: record 0 is"),
        (Shy, "records come back as they were, in order: there is no records.out"),
        (Early, "nothing has its name before it is whole: records.out is there"),
        (Overwriting, "the old file stays whole until the new one is: there is no records.out"),
        (Buffering, "a run that is broken off goes on where it was"),
        (Remembering, "killed after step 4, resumed at checkpoint 1: record 1 is"),
        (Unrepeatable, "a kill after publishing changes nothing: it raised RuntimeError: published already"),
        (Littering, "keep_earlier leaves the earlier file, and nothing else: the folder is not as it was"),
        (Pretending, "keep_earlier leaves the earlier file, and nothing else: there was no earlier file"),
        (Forgetful, "keep_earlier leaves the earlier file, and nothing else: it kept none"),
        (BytesForPosition, "records come back in order: it raised TypeError: Object of type bytes"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_broken_promise_is_named(broken, promise):
    with pytest.raises(AssertionError) as told:
        check_exporter(broken, read)

    assert str(told.value).startswith(promise)


def test_an_exporter_is_made_with_the_options_of_a_recipe(tmp_path):
    class Choosy:
        def __init__(self, options: Options, context: ExportContext) -> None:
            self.size = options.integer("size", least=1)
            options.close()

    assert make_exporter(Choosy, tmp_path / "x", {"size": 3}).size == 3

    with pytest.raises(RecipeError) as refused:
        make_exporter(Choosy, tmp_path / "x", {"size": 0, "colour": "red"})

    assert str(refused.value) == (
        "options:1:7: export.size: must be at least 1\n"
        "    1 | size: 0\n"
        "      |       ^\n"
        'options:2:1: export.colour: unknown key "colour"\n'
        "    2 | colour: red\n"
        "      | ^\n"
        "  hint: known here: size"
    )


def test_sample_records_differ_by_number_and_edition():
    one, two = sample_items(2)
    (other,) = sample_items(1, edition=2)

    assert one.fields != two.fields
    assert one.fields != other.fields
    assert one.fields["number"] == other.fields["number"]
