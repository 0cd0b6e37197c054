"""Which subcommands there are: our own, and those that installed packages add; each loaded when named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

import click

import scrapekit
from scrapekit.cli.words import printable
from scrapekit.errors import PluginError, did_you_mean
from scrapekit.interrupts import raise_again
from scrapekit.plugins.offers import may_be_offered

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from scrapekit.plugins import PartInfo

OWN: Mapping[str, tuple[str, str]] = {
    "run": ("scrapekit.cli.run", "Run a recipe, or go on where it was stopped."),
    "check": ("scrapekit.cli.check", "Check recipes without sending a request."),
    "test": ("scrapekit.cli.test", "Hold recipes to their recorded pages."),
    "resolve": ("scrapekit.cli.resolve", "Print a recipe with all it extends and uses."),
    "why": ("scrapekit.cli.why", "Say what became of an address, and why."),
    "plugins": ("scrapekit.cli.listing", "List every part and listener that is installed."),
    "demo": ("scrapekit.cli.demo", "Run a recipe against a small bookshop on this machine."),
    "completion": ("scrapekit.cli.completion", "Print a script that completes commands in your shell."),
}
"""Our own subcommands: name → the module whose ``command`` it is, and the line that help shows."""


class Commands(click.Group):
    """The root command. Help and completion name other packages' commands without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Our own in the order of `OWN`, then what installed packages add, sorted."""
        return [*OWN, *added_commands()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now; None when there is none.

        Raises PluginError for another package's command that cannot be loaded, except while a
        shell asks for completions.
        """
        if cmd_name in OWN:
            command: click.Command = import_module(OWN[cmd_name][0]).command
            return command
        try:
            return _load_added(cmd_name)
        except PluginError:
            if ctx.resilient_parsing:
                return None
            raise

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, but an unknown command gets our hint."""
        name = args[0]
        command = self.get_command(ctx, name)
        if command is None and not ctx.resilient_parsing and not name.startswith("-"):
            raise PluginError(f'no command is called "{name}"', hint=_unknown_hint(name))
        return super().resolve_command(ctx, args) if command is None else (name, command, args[1:])

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands for ``--help``."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in OWN.items()])
        if added := added_commands():
            with formatter.section("Commands of installed packages"):
                formatter.write_dl([(printable(name), _from(info)) for name, info in added.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names for a shell; click's own way would import every command."""
        from click.shell_completion import CompletionItem

        helped = {name: text for name, (_, text) in OWN.items()}
        helped |= {name: _from(info) for name, info in added_commands().items()}
        names = [CompletionItem(n, help=text) for n, text in helped.items() if n.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)


def added_commands() -> dict[str, PartInfo]:
    """Other packages' commands by the name to type: ``dist:name`` where the plain name is taken."""
    if not may_be_offered("commands"):
        return {}
    from scrapekit.plugins import Plugins

    found: dict[str, PartInfo] = {}
    for info in Plugins().all():
        if info.kind == "commands":
            taken = info.name in OWN or info.state == "clash"
            found[f"{info.dist}:{info.name}" if taken else info.name] = info
    return dict(sorted(found.items()))


def maker_of(words: Sequence[str]) -> str:
    """Who wrote the command that *words* call, for the report of a bug: a package, or scrapekit."""
    name = next((word for word in words if not word.startswith("-")), "")
    info = None if name in OWN else added_commands().get(name)
    return "scrapekit" if info is None else f"{info.dist} {info.version}"


def _load_added(name: str) -> click.Command | None:
    from scrapekit.plugins import Plugins

    plugins = Plugins()
    # An unknown command is not a missing package: it gets a hint of its own.
    if name.rpartition(":")[2] not in plugins.names("commands"):
        return None
    command = plugins.load("commands", name)
    if not isinstance(command, click.Command):
        info = plugins.about("commands", name)
        message = f'command "{info.name}" of {info.dist} {info.version} is not a click command'
        raise PluginError(message, hint=f"this is for the makers of {info.dist} to mend")
    raise_again()  # what it has to clear away at Ctrl-C, it alone knows
    return command


def _unknown_hint(name: str) -> str:
    if name.endswith((".yaml", ".yml")):
        return f"to run a recipe: scrapekit run {name}"
    return did_you_mean(name, [*OWN, *added_commands()])


def _from(info: PartInfo) -> str:
    return printable(f"from {info.dist} {info.version}")


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="A recipe is a YAML file; scrapekit demo shows one at work.",
)
@click.version_option(scrapekit.__version__, prog_name="scrapekit", message="%(prog)s %(version)s")
def root() -> None:
    """Web scraping by recipe: YAML in, records out, nothing lost on the way."""
