"""A JSONPath as it is used: compiled by the parser, and asked of a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scrapekit import SelectorError
from scrapekit.testing import make_parser
from scrapekit_json.parser import JsonParser


@pytest.fixture(scope="session")
def select() -> Callable[..., list[Any]]:
    """What a path selects from a value."""

    def selected(path: str, value: Any, *, first: bool = False) -> list[Any]:
        return list(make_parser(JsonParser).compile(path, "jsonpath", first)(value))

    return selected


@pytest.fixture(scope="session")
def refusal() -> Callable[[str], tuple[str, int, int, str]]:
    """How a path is refused: the words, the offset, the width, the hint."""

    def refused(path: str) -> tuple[str, int, int, str]:
        with pytest.raises(SelectorError) as caught:
            make_parser(JsonParser).compile(path, "jsonpath", False)
        return str(caught.value), caught.value.offset, caught.value.width, caught.value.hint

    return refused
