"""Python imports this before the command under test: its names misbehave."""

import strange_names

strange_names.install()
