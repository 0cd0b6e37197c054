"""The following pages of a page rule: how each kind finds the next one, and why it stops."""
