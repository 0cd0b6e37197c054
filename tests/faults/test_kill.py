"""A run that is really interrupted, and gone on with, loses nothing and doubles nothing, in any export."""

from __future__ import annotations

import pytest
from once import ways
from once.exports import driven
from once.job import DrivenJob
from once.moments import Commit, Export, LastPage, Noted, Requests, Seconds
from once.shop import Shop

pytestmark = pytest.mark.slow

PAGES = 100


@pytest.fixture(scope="module")
def shop():
    with Shop(PAGES).served() as shop:
        yield shop


def test_every_installed_exporter_is_driven_in_every_mode():
    """One that is new has to be given a reader before this passes again."""
    lines = {(export.exporter, export.options) for export in driven()}

    assert {("jsonl", ", append: true"), ("sqlite", ""), ("sqlite", ", mode: update"), ("csv", "")} <= lines


@pytest.mark.parametrize(
    "moments",
    [
        [Seconds(0.4), Requests(40), Commit(3)],
        [Export(4), LastPage(0.02), Noted(0.0)],
    ],
    ids=["early", "late"],
)
def test_killed_at_any_moment_every_record_is_in_every_export_exactly_once(shop, tmp_path, moments):
    score = DrivenJob(shop, tmp_path / "job").interrupted(moments, "kill")

    assert score.interruptions >= 2
    assert score.whole, score


def test_killed_while_large_records_are_exported_every_one_is_whole(tmp_path):
    with Shop(24, size=300_000).served() as shop:
        score = DrivenJob(shop, tmp_path / "job").interrupted([Export(3)], "kill")

    assert score.whole, score


def test_killed_again_and_again_every_record_from_several_pages_is_there_whole(shop, tmp_path):
    moments = [Requests(30), Commit(4), Requests(80)]
    score = DrivenJob(shop, tmp_path / "job", joined=True).interrupted(moments, "kill")

    assert score.interruptions == 3
    assert score.whole, score


@pytest.mark.parametrize("how", ["kill", "power"])
def test_killed_again_and_again_every_file_is_there_that_a_record_names_and_no_other(shop, tmp_path, how):
    moments = [Requests(40), Commit(3), LastPage(0.02)]
    score = DrivenJob(shop, tmp_path / "job", files=True).interrupted(moments, how)

    assert score.interruptions >= 2
    assert score.whole, score


def test_killed_while_it_keeps_answers_it_loses_nothing_and_what_was_kept_is_whole(shop, tmp_path):
    job = DrivenJob(shop, tmp_path / "job", joined=True, options=["--cache"])
    score = job.interrupted([Requests(30), Requests(80)], "kill")
    assert score.interruptions == 2
    assert score.whole, score
    once = len(shop.log)

    again = ways.start(job.folder, options=["--cache", "--fresh"])
    said = again.communicate(timeout=60)[0].decode()

    assert (again.returncode, score.whole) == (0, True), said
    # Only the answers of a killed run's last moment may be missing.
    assert len(shop.log) - once < once / 2


@pytest.mark.parametrize(("how", "joined"), [("term", False), ("int", True)])
def test_asked_to_stop_it_drains_and_nothing_is_fetched_twice(shop, tmp_path, how, joined):
    score = DrivenJob(shop, tmp_path / "job", joined=joined).interrupted([Requests(60)], how)

    assert (score.interruptions, score.refetched) == (1, 0)
    assert score.whole, score


def test_out_of_disk_again_and_again_it_goes_on_when_there_is_room(shop, tmp_path):
    room = iter([9_000, 60_000])
    job = DrivenJob(shop, tmp_path / "job")
    score = job.interrupted([Seconds(0), Seconds(0)], "disk", room=lambda: next(room))

    assert score.interruptions == 2
    assert score.whole, score


def test_a_copy_of_its_files_at_any_instant_goes_on_elsewhere(shop, tmp_path):
    """Also when it is what a power cut leaves: what was not durable yet is damaged."""
    score = DrivenJob(shop, tmp_path / "job").interrupted([Requests(50), Export(3)], "power")

    assert score.interruptions == 2
    assert score.whole, score


def test_with_a_clock_that_is_wrong_and_set_anew_it_goes_on(shop, tmp_path):
    score = DrivenJob(shop, tmp_path / "job").interrupted([Requests(60)], "clock")

    assert score.interruptions == 1
    assert score.whole, score
