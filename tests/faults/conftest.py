"""What the fault tests share: the site that misbehaves, and jobs that run the real command."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

# Test folders are no packages here, so their helpers are found by the folder.
sys.path += [str(Path(__file__).parent), str(Path(__file__).parent / "names")]

from fault_site import FaultSite


@pytest.fixture(scope="session")
def _served():
    with FaultSite().served() as site:
        yield site


@pytest.fixture
def site(_served):
    """The site, with nothing served yet and nothing logged."""
    _served.forget()
    return _served


@pytest.fixture(scope="module")
def own_site():
    """A site that all tests of a module look at, after one run."""
    with FaultSite().served() as site:
        yield site
