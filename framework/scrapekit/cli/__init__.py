"""The command line: arguments in, words and an exit code out. Only these rooms print."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence

import click

from scrapekit.cli.commands import maker_of, root
from scrapekit.cli.output import ready_streams, tell_bug, tell_error, tell_os_error
from scrapekit.errors import ExitCode, ScrapekitError, UsageError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (`ExitCode`); *arguments* default to the program's own."""
    ready_streams()
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        result = root.main(words, prog_name="scrapekit", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return ExitCode.WRONG
    except click.ClickException as error:
        return tell_error(_in_our_words(error))
    except (click.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except ScrapekitError as error:
        return tell_error(error)
    except OSError as error:
        # Without a file name it is no file that a user could mend, unless a disk is full.
        mendable = error.filename is not None or error.errno in (errno.ENOSPC, errno.EDQUOT)
        return tell_os_error(error) if mendable else tell_bug(error, maker_of(words))
    except Exception as error:  # the outermost border: the bug is shown whole, and ends the program
        return tell_bug(error, maker_of(words))
    # Another package's command may return anything.
    return result if isinstance(result, int) else ExitCode.COMPLETE


def _in_our_words(error: click.ClickException) -> UsageError:
    context = getattr(error, "ctx", None)
    hint = f"{context.command_path} --help shows what there is" if context is not None else ""
    message = error.format_message().rstrip(".")
    return UsageError(message[:1].lower() + message[1:], hint=hint)
