"""What the recipe tests share: recorded sites, and the program run on a recipe."""

from __future__ import annotations

import sys
from pathlib import Path

# Test folders are no packages here, so their helpers are found by the folder.
sys.path.append(str(Path(__file__).parents[1]))

from recorded_site import command, run_recipe, served

__all__ = ["command", "run_recipe", "served"]
