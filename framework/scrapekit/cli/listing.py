"""``scrapekit plugins``: every part and listener that is installed, without importing any."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence

import click

from scrapekit.cli.commands import OWN
from scrapekit.cli.output import say
from scrapekit.cli.settings import part_option
from scrapekit.cli.words import columns, printable
from scrapekit.errors import ExitCode
from scrapekit.plugins import PartInfo, Plugins
from scrapekit.plugins.hashes import Installed, installed
from scrapekit.plugins.loading import SINGULAR


@click.command("plugins", short_help="List every part and listener that is installed.")
@part_option
@click.option("--hashes", is_flag=True, help="List packages with a hash of their files, to be pinned.")
@click.option("as_json", "--json", is_flag=True, help="Print JSON instead of a table.")
def command(disabled: Sequence[str], hashes: bool, as_json: bool) -> int:
    """List every part and listener that is installed, and from which package it comes.

    Nothing is imported. "broken" cannot be loaded, "clash" is offered by several packages, "off"
    was switched off with -p.
    """
    infos = [_beside_own_commands(info) for info in Plugins(disabled).all()]
    if hashes:
        # Every file is read for them; the list alone needs none.
        packages = [found for dist in sorted({info.dist for info in infos}) if (found := installed(dist))]
        facts = [dataclasses.asdict(package) for package in packages]
        say(json.dumps(facts, indent=2) if as_json else "\n".join(hash_table(packages)))
    elif as_json:
        say(json.dumps([dataclasses.asdict(info) for info in infos], indent=2))
    else:
        say("\n".join(table(infos)))
    return ExitCode.COMPLETE


def table(infos: Iterable[PartInfo]) -> list[str]:
    """The list as aligned lines under a heading."""
    rows = [
        tuple(map(printable, (SINGULAR.get(i.kind, "?"), i.name, i.dist, i.version, _said(i)))) for i in infos
    ]
    if not rows:
        return ["nothing is installed; scrapekit-framework[standard] brings the usual parts"]
    return columns([("KIND", "NAME", "PACKAGE", "VERSION", "STATE"), *rows])


def hash_table(packages: Iterable[Installed]) -> list[str]:
    """Each package with its version and hash, or why it has none."""
    rows = [tuple(map(printable, (p.dist, p.version, p.sha256 or f"- ({p.note})"))) for p in packages]
    return columns([("PACKAGE", "VERSION", "SHA256"), *rows])


def _said(info: PartInfo) -> str:
    return f"{info.state}: {info.note}" if info.note else info.state


def _beside_own_commands(info: PartInfo) -> PartInfo:
    """Our own commands keep their names, so that installing a package never changes what they do."""
    if info.kind != "commands" or info.name not in OWN or info.state != "ok":
        return info
    note = f'"{info.name}" is a command of scrapekit; type {info.dist}:{info.name}'
    return dataclasses.replace(info, state="clash", note=note)
