"""The plugin guide shows a plugin that works, and names everything a plugin may use."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import scrapekit
from scrapekit import Options, hookspecs, testing
from scrapekit.hookspecs import MOMENTS
from scrapekit.parts import GROUPS, filter_traits

ROOT = Path(__file__).resolve().parents[2]
PROJECT = ROOT / "tests" / "thirdparty" / "scrapekit-words"
PAGE = "docs/plugins.md"


def code_in(text: str) -> list[str]:
    """The words that stand in backticks, without what follows in brackets."""
    return [word.partition("(")[0] for word in re.findall(r"`([^`]+)`", text)]


def first_column(table) -> list[str]:
    """The words in the first column's backticks, row by row."""
    return [word for row in table.rows for word in code_in(next(iter(row.values())))]


def test_the_files_shown_are_those_of_the_tested_project(blocks):
    shown = {block.comment["file"]: block.text for block in blocks(PAGE) if "file" in block.comment}

    assert shown == {name: (ROOT / name).read_text(encoding="utf-8") for name in shown}


def test_every_file_of_the_project_with_anything_in_it_is_shown(blocks):
    shown = {block.comment.get("file") for block in blocks(PAGE)}
    written = [PROJECT / "pyproject.toml", *PROJECT.glob("src/*/*.py"), *PROJECT.glob("tests/*.py")]
    full = {str(path.relative_to(ROOT)) for path in written if len(path.read_text().splitlines()) > 1}

    assert full - shown == set()


@pytest.mark.slow
def test_the_project_s_own_tests_pass():
    environment = os.environ | {"PYTHONPATH": str(PROJECT / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(PROJECT),
        "tests",
    ]

    result = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout
    assert "5 passed" in result.stdout


def test_every_group_is_on_the_page(tables):
    (table,) = tables(PAGE, "groups")

    assert first_column(table) == list(GROUPS.values())


def test_every_moment_is_on_the_page_with_its_arguments(tables):
    (table,) = tables(PAGE, "moments")
    signatures = {name: inspect.signature(getattr(hookspecs, name)) for name in MOMENTS}

    assert {row["moment"].strip("`"): code_in(row["arguments"]) for row in table.rows} == {
        name: list(signature.parameters) for name, signature in signatures.items()
    }
    assert [row["moment"].strip("`") for row in table.rows] == list(MOMENTS)


def test_every_method_of_options_is_on_the_page(tables):
    (table,) = tables(PAGE, "options")
    methods = {
        name for name, _ in inspect.getmembers(Options, inspect.isfunction) if not name.startswith("_")
    }

    assert set(first_column(table)) == methods | {"problems", "path", "mark"}


def test_every_argument_of_a_method_of_options_is_one_it_takes(tables):
    (table,) = tables(PAGE, "options")
    for row in table.rows:
        for name, arguments in re.findall(r"`(\w+)\(([^)]*)\)`", next(iter(row.values()))):
            taken = [str(p) for p in inspect.signature(getattr(Options, name)).parameters.values()]
            known = {p.partition(":")[0].strip() for p in taken}
            said = {word.partition("=")[0].strip() for word in arguments.split(",") if word.strip()}
            assert said <= known, name


@pytest.mark.parametrize("module", [scrapekit, testing])
def test_every_public_name_is_on_the_page(module, tables):
    found = [table for table in tables(PAGE, "names of") if table.comment["names of"] == module.__name__]

    assert [sorted(first_column(table)) for table in found] == [sorted(module.__all__)]


def test_errors_to_raise_are_public(tables):
    (table,) = tables(PAGE, "errors")

    assert set(first_column(table)) - set(scrapekit.__all__) == {"ValueError"}


def test_every_trait_of_a_filter_is_on_the_page(tables):
    (table,) = tables(PAGE, "filter attributes")

    class Traits:
        takes_empty, uses_page, short = True, True, "x"

    assert filter_traits(Traits) == (True, True, "x")
    assert {"takes", "gives", "takes_empty", "uses_page", "short", "example"} == set(first_column(table))
