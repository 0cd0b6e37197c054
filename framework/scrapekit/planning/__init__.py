"""From the command's words and a recipe to a plan that can run, and how a recipe is held to its tests."""
