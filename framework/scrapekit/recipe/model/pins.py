"""The installed packages that a recipe was made with."""

from __future__ import annotations

from dataclasses import dataclass

from scrapekit.mark import Mark


@dataclass(frozen=True, slots=True)
class Pin:
    """One distribution, and what it must be for the recipe to run; "" where anything will do."""

    dist: str
    mark: Mark
    version: str
    version_mark: Mark
    sha256: str
    """Hexadecimal digits, as ``scrapekit plugins --hashes`` shows them."""
    sha256_mark: Mark
