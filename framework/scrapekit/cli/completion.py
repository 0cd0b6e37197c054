"""``scrapekit completion``: the script that teaches a shell our commands and options."""

from __future__ import annotations

import os
from pathlib import PurePath

import click

from scrapekit.cli.output import say
from scrapekit.errors import ExitCode, UsageError

SHELLS = ("bash", "zsh", "fish")


@click.command("completion", short_help="Print a script that completes commands in your shell.")
@click.argument("shell", type=click.Choice(SHELLS), required=False)
@click.pass_context
def command(context: click.Context, shell: str | None) -> int:
    """Print a script that completes commands in your shell; without SHELL, in the one you use.

    \b
    bash:  scrapekit completion bash >> ~/.bashrc
    zsh:   scrapekit completion zsh >> ~/.zshrc
    fish:  scrapekit completion fish > ~/.config/fish/completions/scrapekit.fish
    """  # noqa: D301 - click looks for the character itself
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell or _own_shell())
    assert found is not None
    say(found(context.find_root().command, {}, "scrapekit", "_SCRAPEKIT_COMPLETE").source().strip())
    return ExitCode.COMPLETE


def _own_shell() -> str:
    name = PurePath(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        raise UsageError("cannot tell which shell you use", hint="name it: scrapekit completion bash")
    return name
