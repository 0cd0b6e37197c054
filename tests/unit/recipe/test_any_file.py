"""Our own recipes, spoilt byte by byte: still recipes, or refused with the place of each mistake, soon."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapekit.errors import Problems, UsageError
from scrapekit.recipe.load import load_recipe
from scrapekit.recipe.model import Recipe

ROOT = Path(__file__).parents[3]
OURS = sorted([*ROOT.glob("recipes/*.yaml"), *ROOT.glob("tests/hard/*/recipe.yaml")])
BODIES = [path.read_bytes() for path in OURS]


def spoil(body: bytes, pick: random.Random) -> bytes:
    """A few of the things that happen to files."""
    for _ in range(pick.randint(1, 4)):
        at = pick.randrange(len(body) + 1)
        until = min(len(body), at + pick.choice([1, 1, 2, 7, 40]))
        other = pick.choice(BODIES)
        start = pick.randrange(len(other))
        body = pick.choice(
            [
                body[:at] + pick.randbytes(until - at) + body[until:],
                body[:at] + body[until:],
                body[:at] + body[at:until] * pick.choice([2, 3, 30]) + body[until:],
                body[:at] + other[start : start + pick.choice([5, 60, 400])] + body[until:],
                body[:at],
                body.replace(b"\n", b"\r\n", pick.randint(1, 9)),
                body[:at] + bytes([pick.choice(b"{}[]:,&*!|>#%@`'\"-?\t\n\0\\~<=")]) + body[at:],
            ]
        )
    return body


def load(path: Path) -> tuple[Recipe | None, Problems]:
    problems = Problems()
    environ = dict.fromkeys(("SCRAPEKIT_SHOP_TOKEN", "TOKEN"), "x")
    return load_recipe(path, inputs={}, overrides=[], environ=environ, problems=problems), problems


def test_there_are_recipes_to_spoil():
    assert len(OURS) >= 25


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(which=st.integers(0, len(OURS) - 1), seed=st.integers(0, 2**64))
def test_our_recipes_spoilt_are_recipes_or_refused_with_line_and_column(
    tmp_path_factory, which: int, seed: int
):
    path = tmp_path_factory.getbasetemp() / "spoilt.yaml"
    body = spoil(BODIES[which], random.Random(seed))
    path.write_bytes(body)
    began = time.process_time()

    recipe, problems = load(path)

    took = time.process_time() - began
    lines = body.decode("utf-8", "replace").count("\n") + body.count(b"\r") + 2
    assert recipe is not None or len(problems) > 0
    for problem in problems:
        assert 1 <= problem.mark.line <= lines, problem
        assert problem.mark.column >= 1, problem
        assert problem.message
    assert took < 5


@pytest.mark.parametrize("body", [b"", b"\0", b"\xff\xfe", b"a" * 2**21, b"[" * 10_000, b"- " * 5_000])
def test_what_is_no_recipe_at_all_is_refused(tmp_path: Path, body: bytes):
    path = tmp_path / "x.yaml"
    path.write_bytes(body)
    try:
        recipe, problems = load(path)
    except UsageError:
        return

    assert recipe is None
    assert len(problems) > 0
