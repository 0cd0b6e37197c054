"""How hard property tests try: a little with every change, ``pytest --hypothesis-profile=long`` by night.

The long profile tries each property fifty times as often as it says itself, in all rooms and plugins,
and prints a line of code that repeats what it finds.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, settings

_USUAL, _LONG = "usual", "long"
_TIMES = 50

# A busy machine is no fault of the code: what has to be quick is shown in tests/bench.
settings.register_profile(_USUAL, deadline=None)
settings.load_profile(_USUAL)
settings.register_profile(_LONG, print_blob=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def pytest_collection_modifyitems(config: pytest.Config, items: Iterable[pytest.Item]) -> None:
    """Let each property be tried longer; a profile alone counts only where a test says no number."""
    if config.getoption("--hypothesis-profile") != _LONG:
        return
    tests = {getattr(item, "obj", None) for item in items}
    for test in {getattr(test, "__func__", test) for test in tests}:
        own = getattr(test, "_hypothesis_internal_use_settings", None)
        if own is not None:
            longer = settings(own, max_examples=_TIMES * own.max_examples, deadline=None)
            test._hypothesis_internal_use_settings = longer
    for machine in {getattr(item, "cls", None) for item in items}:
        if isinstance(own := getattr(machine, "settings", None), settings):
            machine.settings = settings(own, max_examples=_TIMES * own.max_examples)
