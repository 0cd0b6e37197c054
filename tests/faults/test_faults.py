"""Every fault of the catalogue comes to what is right: some by the real command, the rest in process."""

from __future__ import annotations

import pytest
from catalogue.every import FAULTS
from trial import by_command, in_process, trials

pytestmark = pytest.mark.slow


def how(fault):
    """By the command where the memory it takes is a matter: large bodies, and heads without measure."""
    large = (fault.group == "bodies" and not fault.alone) or fault.number == 16
    return by_command if large else in_process


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """Where faults are tried, many in one crawl."""
    with trials(FAULTS, tmp_path_factory.mktemp("faults"), how) as trial:
        yield trial


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.id for fault in FAULTS])
def test_a_fault_comes_to_what_is_right(fault, trial):
    happened = trial.happened(fault)

    assert fault.is_right(happened), (fault.right.words, str(happened))


def test_every_fault_has_a_name_of_its_own():
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)
