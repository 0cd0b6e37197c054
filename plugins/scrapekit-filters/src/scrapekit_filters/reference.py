"""The reference page of the filters, rendered from what each filter says about itself.

``python -m scrapekit_filters.reference docs/filters.md`` writes it.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from scrapekit_filters._declare import DeclaredFilter, Example

_ROOMS: Mapping[str, str] = {
    "text": "Cleaning up text",
    "shape": "Reshaping text",
    "patterns": "Regular expressions",
    "number": "Reading numbers",
    "price": "Reading prices",
    "measure": "Reading units",
    "units": "Converting units",
    "arithmetic": "Calculating",
    "computed": "Templates and formulas",
    "dates": "Dates and times",
    "compose": "Dates made of parts",
    "lists": "Lists",
    "ordering": "Comparing and adding up",
    "urls": "Addresses",
    "data": "Any value",
    "tables": "Choosing",
    "codes": "Codes",
}

_ELSEWHERE: Mapping[str, tuple[tuple[str, ...], str]] = {
    "Markup": (
        ("scrapekit_html", "scrapekit_markdown"),
        """A field whose pipe begins with one of these reads the markup of what its selector finds, not its
text: `{ css: .description, pipe: [{ remove: .ad }, markdown] }`. They come with `scrapekit-html`, `markdown`
with [scrapekit-markdown](../plugins/scrapekit-markdown/README.md).
""",
    ),
    "JSON": (("scrapekit_json",), "It comes with `scrapekit-json`.\n"),
}

_INTRODUCTION = """# Filters

A filter changes a value that a selector read. Filters stand in a field's `pipe`, one after the other, and
work on expressions and templates alike: `{{ item.title | lower }}`. A filter that needs no options is a
name; otherwise its options follow the name. Where a filter has a *short* option (in **bold** below), that
option's value may follow the name alone:

```yaml
scrapekit: 1
name: teas
seeds: https://shop.example/
pages:
  listing:
    item: tea
    each: .tea
    fields:
      name: { css: h3, pipe: [collapse, { truncate: 60 }] }
      tags: { css: .tags, pipe: [{ split: "," }, trim, unique] }
      weight: { css: .weight, pipe: [{ regex: '(\\\\d+) ?g' }, int] }
      price: { css: .price, type: price }
      added: { css: time@datetime, type: date }
export: out/teas.jsonl
```

- A filter that takes anything but a list works on each value of a list by itself.
- An empty value (nothing, `""`, `[]`) passes by every filter unseen, save those that say *also empty values*.
- *empty* as a result means that the field has no value; a `default` or an `else` may give it one.
- *refused* means that the value is none of that kind. The field is then empty, the report counts it, and with
  `type:` the record is invalid.
- The filters `string int float decimal number price bool date datetime url email enum` are also the field
  types of the same names.
"""

_NOTES: Mapping[str, str] = {
    "number": """Numbers are read as people write them, in the digits of Latin, Arabic, Persian, Indian,
Thai and full-width scripts. Without `decimal` and `thousands` the separators are told apart number by number:

1. Spaces and apostrophes group digits: `1 234`, `1'234`.
2. Of a point and a comma, the last starts the decimals: `1.234,56` and `1,234.56` are the same number.
3. One that comes several times groups, in threes or as in India: `1.234.567`, `12,34,567`. `1.2.3` is
   refused.
4. One that comes once starts the decimals: `12,50`, `0.125`, `1234.567`. Only where exactly three digits
   follow one to three others it could be either: `1,234` groups everywhere; `1.234` groups for `int` and
   `price` (1234) and starts the decimals for all others (1.234). A site that writes it the other way needs
   `decimal`.
""",
    "price": """A price is given exactly, as a decimal number without its currency; `currency` reads that.
Where a text holds several numbers, those beside a currency count. The separators are told apart as for the
other numbers.
""",
    "dates": """Nothing is guessed: a date that could be two (`01/02/2026`) is refused until `formats`,
`order` or `locale` says how it is written, words such as "today" are no dates without `relative`, a date
without a year is none without `guess_year`, and a format that leaves a gap for the year is a mistake in the
recipe. Month names are English; with `locale` they are the page's, also in `formats`. `locale`, `relative`
and `guess_year` need [scrapekit-dates](../plugins/scrapekit-dates/README.md).
""",
    "patterns": """Regular expressions are Python's. They are best written in single quotes, where YAML leaves
backslashes alone. One that does not compile is a mistake in the recipe, shown with its column. One that
takes longer than a second on a value is stopped, the field is empty, and the report counts it.
""",
}


def filters() -> dict[str, DeclaredFilter]:
    """Every filter of this distribution by its name, in alphabetical order."""
    return {name: part for name, part in _published() if isinstance(part, DeclaredFilter)}


def _published(*packages: str) -> Iterator[tuple[str, Any]]:
    """The filters of these packages, of this one where none is named, in alphabetical order."""
    for point in sorted(entry_points(group="scrapekit.filters"), key=lambda point: point.name):
        if point.value.partition(":")[0].partition(".")[0] in (packages or (__package__,)):
            part = point.load()
            yield point.name, part() if isinstance(part, type) else part


def render() -> str:
    """The whole reference page in Markdown."""
    parts = filters()
    pages = [_INTRODUCTION.replace("\\\\", "\\")]
    for room, heading in _ROOMS.items():
        inside = {name: part for name, part in parts.items() if part.room == room}
        pages.append(f"## {heading}\n\n{_NOTES[room]}" if room in _NOTES else f"## {heading}\n")
        pages += [_section(name, part) for name, part in inside.items()]
    for heading, (packages, note) in _ELSEWHERE.items():
        pages.append(f"## {heading}\n\n{note}")
        pages += [_section(name, part) for name, part in _published(*packages)]
    return "\n".join(pages)


def _section(name: str, part: Any) -> str:
    about = inspect.cleandoc(part.__doc__ or "").replace("\n", " ")
    takes_empty, uses_page = getattr(part, "takes_empty", False), getattr(part, "uses_page", False)
    notes = ", also empty values" * takes_empty + ", uses the page's address" * uses_page
    lines = [f"### {name}", "", f"{about} *{part.takes} → {part.gives}{notes}*", ""]
    for option, meaning in part.options.items():
        shown = f"**`{option}`**" if option == getattr(part, "short", "") else f"`{option}`"
        lines.append(f"- {shown}: {meaning}")
    if part.options:
        lines.append("")
    return "\n".join([*lines, *_table(name, part.example), ""])


def _table(name: str, examples: Iterable[Example]) -> list[str]:
    rows = ["| recipe | value | result |", "|---|---|---|"]
    for options, value, result in examples:
        recipe = name if options is None else f"{name}: {options}"
        rows.append(f"| {_code(recipe)} | {_code(_json(value))} | {_result(result)} |")
    return rows


def _result(result: Any) -> str:
    if result is None:
        return "*empty*"
    return f"*refused:* {_escaped(str(result))}" if isinstance(result, ValueError) else _code(_json(result))


def _json(value: Any) -> str:
    """A value as JSON shows it; a date as bare text, a decimal as a number with all its places."""
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def _code(text: str) -> str:
    # Inside a table a "|" ends the cell even within code; characters without a shape show their number.
    visible = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    return "`" + visible.replace("|", "\\|") + "`"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write the page to the file named, or to standard output."""
    if not arguments:
        sys.stdout.write(render())
        return 0
    Path(arguments[0]).write_text(render(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
