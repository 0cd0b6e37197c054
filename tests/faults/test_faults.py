"""Every fault of the catalogue comes to what is right: all in process, some by the real command."""

from __future__ import annotations

import pytest
from catalogue.every import FAULTS
from trial import by_command, in_process, tried

pytestmark = pytest.mark.slow

BY_COMMAND = [fault for fault in FAULTS if fault.number in (1, 7, 22)]


@pytest.fixture(scope="module")
def happened(tmp_path_factory):
    """What happened to each fault, by its id."""
    folder = tmp_path_factory.mktemp("faults")
    return {fault.id: what for fault, what in tried(FAULTS, folder, in_process)}


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.id for fault in FAULTS])
def test_a_fault_comes_to_what_is_right(fault, happened):
    assert fault.is_right(happened[fault.id]), (fault.right.words, str(happened[fault.id]))


def test_the_real_command_comes_to_the_same(tmp_path):
    for fault, what in tried(BY_COMMAND, tmp_path, by_command):
        assert fault.is_right(what), (fault.id, fault.right.words, str(what))


def test_every_fault_has_a_name_of_its_own():
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)
