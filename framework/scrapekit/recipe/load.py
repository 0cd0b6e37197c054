"""A recipe's file to a checked Recipe: the one way in for commands and tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from scrapekit.errors import Problems
from scrapekit.node import MapNode
from scrapekit.recipe.extend import load_extended
from scrapekit.recipe.fragments import put_in_fragments
from scrapekit.recipe.model import Recipe
from scrapekit.recipe.overlay import overlay
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.version import check_version


def load_merged(path: Path, overrides: Sequence[tuple[str, str]], problems: Problems) -> MapNode | None:
    """The tree of the recipe at *path* over all that it extends, with *overrides* put in."""
    tree = load_extended(path, problems)
    for key, text in overrides:
        if tree is not None:
            tree = overlay(tree, key, text, f"--set {key}={text}", problems)
    return tree


def load_resolved(path: Path, overrides: Sequence[tuple[str, str]], problems: Problems) -> MapNode | None:
    """The tree that `load_recipe` reads, its fragments put in, its inputs as they are written."""
    tree = load_merged(path, overrides, problems)
    if tree is None or not check_version(tree, problems):
        return None
    return put_in_fragments(tree, problems)


def load_recipe(
    path: Path,
    *,
    inputs: Mapping[str, str],
    overrides: Sequence[tuple[str, str]],
    outputs: Sequence[str] = (),
    environ: Mapping[str, str],
    problems: Problems,
    sends: bool = True,
) -> Recipe | None:
    """The recipe in the file at *path*, as far as it can be read; what is wrong goes into *problems*.

    *inputs* are the ``-i NAME=VALUE``, *overrides* the ``--set KEY=VALUE`` in the order given,
    *outputs* are the ``-o``, and *environ* holds the variables that inputs may name. Where
    nothing *sends* anything, secrets may be missing. None when there is nothing to go on with.
    Raises UsageError when the file is missing or cannot be read.
    """
    tree = load_merged(path, overrides, problems)
    if tree is None:
        return None
    return read_recipe(
        tree, problems, file=str(path), inputs=inputs, environ=environ, outputs=outputs, sends=sends
    )
