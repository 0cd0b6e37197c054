"""A file of records forgets what came after a position, and takes no other file for its own."""

from __future__ import annotations

import errno
import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scrapekit import StuckError
from scrapekit.writing.record_file import RecordFile


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "out" / "books.jsonl"


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """No file may grow beyond *size*: what a full disk does, on any disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def part_of(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def interrupted(path: Path, data: bytes = b"one\n") -> dict[str, int]:
    """What an interrupted run leaves: a part and the position of its end."""
    file = RecordFile(path)
    file.open(None)
    file.write(data)
    position = file.checkpoint()
    file.close(finished=False)
    return dict(position)


def test_bytes_are_published_under_the_final_name(path):
    file = RecordFile(path)
    file.open(None)
    file.write(b"one\n")
    file.write(b"two\n")
    file.checkpoint()
    file.close(finished=True, ending=b"end\n")

    assert path.read_bytes() == b"one\ntwo\nend\n"
    assert names_in(path.parent) == ["books.jsonl"]


def test_a_position_is_json_and_small(path):
    position = interrupted(path, b"x" * 100_000)

    assert json.loads(json.dumps(position)) == position
    assert position["bytes"] == 100_000
    assert len(json.dumps(position)) < 60


def test_what_came_after_a_position_is_forgotten(path):
    position = interrupted(path)
    with part_of(path).open("ab") as part:
        part.write(b"half a li")

    file = RecordFile(path)
    file.open(position)
    file.write(b"two\n")
    file.close(finished=True)

    assert path.read_bytes() == b"one\ntwo\n"


def test_a_checkpoint_without_news_is_the_same_position(path):
    file = RecordFile(path)
    file.open(None)
    file.write(b"one\n")
    first = file.checkpoint()

    assert file.checkpoint() is first
    file.close(finished=False)


def test_more_than_the_buffer_goes_to_the_disk_before_a_checkpoint(path):
    file = RecordFile(path)
    file.open(None)
    for _ in range(40):
        file.write(b"x" * 100_000)

    assert part_of(path).stat().st_size > 3_000_000
    assert file.size == 4_000_000
    file.close(finished=True)
    assert path.stat().st_size == 4_000_000


def test_a_part_that_is_gone_stops_the_run(path):
    position = interrupted(path)
    part_of(path).unlink()

    with pytest.raises(StuckError) as stuck:
        RecordFile(path).open(position)

    assert str(stuck.value) == "out/books.jsonl.part is gone; run with --fresh to begin anew"


def test_a_part_that_was_cut_stops_the_run(path):
    position = interrupted(path, b"x" * 4096)
    os.truncate(part_of(path), 1024)

    with pytest.raises(StuckError) as stuck:
        RecordFile(path).open(position)

    assert str(stuck.value) == (
        "out/books.jsonl.part is shorter than the job remembers (1,024 of 4,096 bytes); "
        "it was changed from outside; run with --fresh to begin anew"
    )


def test_a_part_that_was_changed_stops_the_run(path):
    position = interrupted(path, b"one\ntwo\n")
    part_of(path).write_bytes(b"one\nTWO\n")

    with pytest.raises(StuckError) as stuck:
        RecordFile(path).open(position)

    assert (
        str(stuck.value) == "out/books.jsonl.part is not as the job left it; run with --fresh to begin anew"
    )


def test_the_published_file_of_another_run_is_not_taken_for_ours(path):
    position = interrupted(path, b"one\n")
    part_of(path).unlink()
    path.write_bytes(b"yesterday's\n")

    with pytest.raises(StuckError, match=r"is not as the job left it"):
        RecordFile(path).open(position)

    assert path.read_bytes() == b"yesterday's\n"


def test_a_copy_that_a_crash_cut_short_is_made_anew(path):
    position = interrupted(path)
    file = RecordFile(path)
    file.open(position)
    file.close(finished=True)
    part_of(path).with_name("books.jsonl.part.copy").write_bytes(b"o")

    file.open(position)
    file.write(b"two\n")
    file.close(finished=True)

    assert path.read_bytes() == b"one\ntwo\n"
    assert names_in(path.parent) == ["books.jsonl"]


def test_a_link_in_place_of_the_part_is_not_followed_when_resuming(path):
    position = interrupted(path)
    precious = path.parent / "precious"
    part_of(path).rename(precious)
    part_of(path).symlink_to(precious)

    with pytest.raises(StuckError) as stuck:
        RecordFile(path).open(position)

    assert str(stuck.value) == "out/books.jsonl.part is a symbolic link, which is not followed; remove it"
    assert precious.read_bytes() == b"one\n"


def test_a_link_in_place_of_the_part_is_replaced_when_beginning_anew(path):
    path.parent.mkdir()
    precious = path.parent / "precious"
    precious.write_bytes(b"precious")
    part_of(path).symlink_to(precious)

    interrupted(path)

    assert precious.read_bytes() == b"precious"
    assert not part_of(path).is_symlink()


def test_a_link_under_the_final_name_is_replaced_not_followed(path):
    path.parent.mkdir()
    precious = path.parent / "precious"
    precious.write_bytes(b"precious")
    path.symlink_to(precious)

    file = RecordFile(path)
    file.open(None)
    file.close(finished=True)

    assert precious.read_bytes() == b"precious"
    assert path.read_bytes() == b""


def test_a_pipe_in_place_of_the_part_does_not_hold_the_run(path):
    position = interrupted(path)
    part_of(path).unlink()
    os.mkfifo(part_of(path))

    with pytest.raises(StuckError) as stuck:
        RecordFile(path).open(position)

    assert str(stuck.value) == "out/books.jsonl.part is not a regular file; remove it"


def test_a_folder_under_the_final_name_is_told_before_the_crawl(path):
    path.mkdir(parents=True)

    with pytest.raises(IsADirectoryError):
        RecordFile(path).open(None)


def test_two_runs_cannot_write_one_file(path):
    first = RecordFile(path)
    first.open(None)

    with pytest.raises(StuckError) as stuck:
        RecordFile(path).open(None)

    assert str(stuck.value) == "out/books.jsonl.part is being written by another run"
    first.write(b"one\n")
    first.close(finished=True)
    assert path.read_bytes() == b"one\n"


def test_a_full_disk_stops_a_checkpoint_and_a_second_try_goes_on(path):
    file = RecordFile(path)
    file.open(None)
    file.write(b"x" * 10_000)
    with files_limited_to(4_000), pytest.raises(OSError, match="too large"):
        file.checkpoint()

    position = file.checkpoint()

    assert position["bytes"] == 10_000
    file.close(finished=True)
    assert path.read_bytes() == b"x" * 10_000


def test_after_a_full_disk_the_last_position_heals_what_was_written_in_part(path):
    position = interrupted(path, b"one\n")
    file = RecordFile(path)
    file.open(position)
    file.write(b"x" * 10_000)
    with files_limited_to(4_000), pytest.raises(OSError, match="too large"):
        file.checkpoint()
    file.close(finished=False)
    assert part_of(path).stat().st_size == 4_000

    file.open(position)
    file.write(b"two\n")
    file.close(finished=True)

    assert path.read_bytes() == b"one\ntwo\n"


def test_a_full_disk_while_publishing_leaves_the_old_file_and_can_be_mended(path):
    position = interrupted(path, b"one\n")
    path.write_bytes(b"yesterday's\n")
    file = RecordFile(path)
    file.open(position)
    with files_limited_to(4), pytest.raises(OSError, match="too large"):
        file.close(finished=True, ending=b"end\n")
    assert path.read_bytes() == b"yesterday's\n"

    file.open(position)
    file.close(finished=True, ending=b"end\n")

    assert path.read_bytes() == b"one\nend\n"


def test_after_a_failed_sync_no_checkpoint_claims_to_be_durable(path, monkeypatch):
    file = RecordFile(path)
    file.open(None)
    file.write(b"one\n")
    with monkeypatch.context() as broken_disk:
        broken_disk.setattr("scrapekit.writing.record_file._sync", _fail_to_sync)
        with pytest.raises(OSError, match="I/O"):
            file.checkpoint()

    with pytest.raises(StuckError) as stuck:
        file.checkpoint()

    assert str(stuck.value) == ("out/books.jsonl.part could not be made durable; run the same command again")
    with pytest.raises(StuckError):
        file.close(finished=True)
    assert not path.exists()


def _fail_to_sync(descriptor: int) -> None:
    raise OSError(errno.EIO, "I/O error")


def test_nothing_stays_open_when_opening_fails(path):
    position = interrupted(path)
    os.truncate(part_of(path), 0)
    before = len(names_in(Path("/proc/self/fd")))

    for _ in range(3):
        with pytest.raises(StuckError):
            RecordFile(path).open(position)

    assert len(names_in(Path("/proc/self/fd"))) == before


def test_an_earlier_file_is_kept_and_nothing_is_left_beside_it(path):
    file = RecordFile(path)
    file.open(None)
    assert not file.keep_earlier()
    file.write(b"yesterday")
    file.close(finished=True)
    file.open(None)
    file.write(b"head")
    file.checkpoint()

    assert file.keep_earlier()
    assert [(one.name, one.read_bytes()) for one in path.parent.iterdir()] == [(path.name, b"yesterday")]


def test_in_place_no_file_is_earlier_than_the_one_that_is_written(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"yesterday")
    file = RecordFile(path, in_place=True)
    file.open(None)

    assert not file.keep_earlier()
    file.close(finished=True)


def test_in_place_what_was_there_stays(path):
    path.parent.mkdir()
    path.write_bytes(b"old\n")
    file = RecordFile(path, in_place=True)
    file.open(None)
    file.write(b"one\n")
    file.checkpoint()

    assert path.read_bytes() == b"old\none\n"
    file.close(finished=True)
    assert names_in(path.parent) == ["books.jsonl"]


def test_in_place_a_job_killed_before_it_knew_a_position_leaves_nothing(path):
    path.parent.mkdir()
    path.write_bytes(b"old\n")
    killed = RecordFile(path, in_place=True)
    killed.open(None)
    killed.write(b"one\n")
    killed.checkpoint()
    killed.close(finished=False)

    file = RecordFile(path, in_place=True)
    file.open(None)
    file.write(b"ONE\n")
    file.close(finished=True)

    assert path.read_bytes() == b"old\nONE\n"
    assert names_in(path.parent) == ["books.jsonl"]


def test_in_place_beginning_anew_keeps_what_an_earlier_job_had_stored(path):
    earlier = RecordFile(path, in_place=True)
    earlier.open(None)
    for _ in range(2):
        earlier.write(b"one\n")
        earlier.checkpoint()
    earlier.close(finished=False)

    file = RecordFile(path, in_place=True)
    file.open(None)
    file.write(b"two\n")
    file.close(finished=True)

    assert path.read_bytes() == b"one\none\ntwo\n"


def test_in_place_a_note_that_was_cut_short_changes_nothing(path):
    path.parent.mkdir()
    path.write_bytes(b"old\n")
    path.with_name("books.jsonl.start").write_bytes(b'{"byt')

    file = RecordFile(path, in_place=True)
    file.open(None)
    file.close(finished=True)

    assert path.read_bytes() == b"old\n"


def test_in_place_a_link_is_not_followed(path):
    path.parent.mkdir()
    precious = path.parent / "precious"
    precious.write_bytes(b"precious")
    path.symlink_to(precious)

    with pytest.raises(StuckError) as stuck:
        RecordFile(path, in_place=True).open(None)

    assert str(stuck.value) == "out/books.jsonl is a symbolic link, which is not followed; remove it"
