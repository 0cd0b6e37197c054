"""The recipe: its shape, its YAML, and how one becomes the other."""
