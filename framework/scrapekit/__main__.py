"""The command ``scrapekit``, and ``python -m scrapekit``: Ctrl-C ends it in peace, from the first line on."""

import sys


def main() -> int:
    """Run one command and return its exit code."""
    try:
        from scrapekit.interrupts import leave_at_once

        leave_at_once()
        from scrapekit.cli import main as command

        try:
            return command()
        finally:
            # What is to be said was said and flushed: what is left is Python's own end.
            leave_at_once()
    except KeyboardInterrupt:  # in the few lines that nothing guards
        return 130


if __name__ == "__main__":
    sys.exit(main())
