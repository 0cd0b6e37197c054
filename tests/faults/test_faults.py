"""Every fault of the catalogue comes to what is right: some by the real command, the rest in process."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest
import score
from behaviours import book
from catalogue.every import FAULTS
from catalogue.fault import Happened
from catalogue.rows import ROWS
from job_runner import Ended
from trial import Trials, by_command, in_process

pytestmark = pytest.mark.slow

TESTED = ("transport", "bodies")
"""Groups in which what is right is never what comes of a good page."""


def how(fault):
    """By the command where the memory it takes is a matter: large bodies, and heads without measure."""
    large = (fault.group == "bodies" and not fault.alone) or fault.number == 16
    return by_command if large else in_process


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """Where faults are tried, many in one crawl."""
    return Trials(FAULTS, tmp_path_factory.mktemp("faults"), how)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.id for fault in FAULTS])
def test_a_fault_comes_to_what_is_right(fault, trial):
    happened = trial.happened(fault)

    assert fault.is_right(happened), (fault.right.words, str(happened))


def test_every_fault_has_a_name_of_its_own():
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)


def test_every_number_is_tried():
    assert {fault.number for fault in FAULTS} == set(ROWS) == set(range(1, 86))


def test_the_scorer_prints_a_line_for_each_number(capsys):
    code = score.main(["--only", "22", "--rows"])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[1].split() == ["22", "ten", "tebibytes", "announced", "2/2", "ok"]
    assert len(lines) == 3


def test_the_scorer_prints_a_line_for_each_fault_and_the_sum(capsys):
    code = score.main(["--group", "bodies", "--only", "22"])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert [line.split()[:2] for line in lines[1:3]] == [
        ["22", "ten-tebibytes-announced"],
        ["22", "a-byte-too-many-announced"],
    ]
    assert all(line.endswith(" ok") for line in lines[1:3])
    assert lines[3].startswith("2 of 2 right; 1 runs in ")


def test_nothing_is_right_where_nothing_happened():
    nothing = Happened(Ended(-1, "", 0, 0, report=defaultdict(dict)))
    # One with a run of its own may look for itself whether that was right.
    faults = [fault for fault in FAULTS if fault.group in TESTED or not fault.alone]

    assert [fault.id for fault in faults if fault.right.holds(nothing)] == []


def test_a_server_that_does_nothing_wrong_satisfies_no_fault(tmp_path):
    page = book("nothing wrong")
    tame = [replace(fault, behaviour=page) for fault in FAULTS if fault.group in TESTED and not fault.alone]
    tame = [fault for fault in tame if not fault.door and not fault.beside]

    trial = Trials(tame, tmp_path, lambda _: in_process)
    happened = [(fault, trial.happened(fault)) for fault in tame]

    assert [what.records[0]["title"] for _, what in happened] == ["nothing wrong"] * len(tame)
    assert [fault.id for fault, what in happened if fault.is_right(what)] == []
