"""``plugins``: at which version, and with which hash, packages must be installed."""

from __future__ import annotations

import re

from scrapekit.node import shown
from scrapekit.options import Options
from scrapekit.recipe.model import Pin

_DIST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


def read_pins(top: Options) -> tuple[Pin, ...]:
    """The section ``plugins``, one pin for each package that it names."""
    options = top.section("plugins")
    pins = []
    for dist in list(options.keys()):
        own = options.section(dist, short="version")
        version, digits = own.text("version"), own.text("sha256").lower().removeprefix("sha256:")
        if not _DIST.match(dist):
            options.problem(dist, f'"{shown(dist)}" is not the name of a package')
        if not version and not digits:
            hint = "scrapekit plugins --hashes shows both"
            options.problem(dist, "a version is missing, or a sha256, or both", hint)
        if digits and not _SHA256.match(digits):
            own.problem("sha256", "a sha256 has 64 hexadecimal digits", "scrapekit plugins --hashes shows it")
        own.close()
        marks = own.where("version"), own.where("sha256")
        pins.append(Pin(dist, options.key_mark(dist), version, marks[0], digits, marks[1]))
    options.close()
    return tuple(pins)
