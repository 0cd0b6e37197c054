"""Time zones by name or offset, as an option of the filters that read dates."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from scrapekit import Options
from scrapekit_filters._words import shown

_OFFSET = re.compile(r"([+-])([01][0-9]|2[0-3]):?([0-5][0-9])\Z")
TIMEZONE = (
    "a name such as Europe/Berlin, UTC, or an offset such as +02:00: "
    "moments without a zone are in it, others {}"
)
"""What the option is for; to be completed by what becomes of moments that have a zone."""


def read_zone(options: Options) -> tzinfo | None:
    """The zone that the option ``timezone`` names; None when it names none, or none that is known."""
    name = options.text("timezone")
    if not name:
        return None
    if offset := _OFFSET.match(name):
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-span if offset[1] == "-" else span)
    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = 'names are those of the IANA database, such as "Europe/Berlin"; the package tzdata brings it'
        options.problem("timezone", f"unknown time zone {shown(name)}", hint)
        return None
