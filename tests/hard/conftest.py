"""What the hard cases share: recorded sites, and the program run on a recipe."""

from __future__ import annotations

from recorded_site import command, run_recipe, served

__all__ = ["command", "run_recipe", "served"]
