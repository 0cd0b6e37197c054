"""Compares the records of recipes/python-docs.yaml with the documentation's own index, objects.inv.

    docs=/usr/share/doc/python3.11/html
    python3 -m http.server --bind 127.0.0.1 8000 --directory $docs
    scrapekit run recipes/python-docs.yaml -i site=http://127.0.0.1:8000 --set crawl.delay=0
    python tests/realworld/compare_python_docs.py out/python-docs.jsonl $docs/objects.inv

Ends with status 1 when the two differ under ``library/``.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

Entry = tuple[str, str, str]
"""Kind, page from the documentation's root, anchor."""

_LINE = re.compile(r"(?P<name>.+?)\s+py:(?P<kind>\w+)\s+-?\d+\s+(?P<place>\S+)\s+.*")
_ANCHOR_OF_MODULE = "module-"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("records", type=Path)
    parser.add_argument("inventory", type=Path)
    options = parser.parse_args()
    found = list(recorded(options.records))
    indexed = set(inventory(options.inventory))
    library = {entry for entry in indexed if is_ours(entry)}
    _print_table(Counter(kind for kind, _, _ in found), Counter(kind for kind, _, _ in library))
    _print_rest(indexed - library)
    missing, extra = library - set(found), set(found) - library
    _print_entries("in the index, not found", missing)
    _print_entries("found, not in the index", extra)
    _print_entries("found twice", {entry for entry, times in Counter(found).items() if times > 1})
    return 1 if missing or extra or len(found) != len(set(found)) else 0


def recorded(path: Path) -> Iterator[Entry]:
    """What the recipe found."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            url = urlsplit(record["url"])
            page = re.sub(r".*/(?=library/|distutils/)", "", url.path)
            yield record["kind"], page, url.fragment


def inventory(path: Path) -> Iterator[Entry]:
    """What the documentation says it describes in the domain of Python (C and plain labels aside).

    The format is Sphinx's inventory, version 2: four lines of text, then zlib. A place that ends
    in ``$`` ends in the name.
    """
    *_, packed = path.read_bytes().split(b"\n", 4)
    for line in zlib.decompress(packed).decode().splitlines():
        if match := _LINE.fullmatch(line):
            page, _, anchor = match["place"].partition("#")
            yield match["kind"], page, anchor.replace("$", match["name"])


def is_ours(entry: Entry) -> bool:
    """Whether the recipe should find it: all of the library reference, and every module anywhere."""
    kind, page, _ = entry
    return page.startswith("library/") or kind == "module"


def _print_table(found: Counter[str], indexed: Counter[str]) -> None:
    print(f"{'kind':<12}{'index':>8}{'found':>8}")
    for kind in sorted(found | indexed):
        print(f"{kind:<12}{indexed[kind]:>8}{found[kind]:>8}")
    print(f"{'all':<12}{indexed.total():>8}{found.total():>8}")


def _print_rest(rest: set[Entry]) -> None:
    places = Counter(page for _, page, _ in rest)
    print(f"\n{len(rest)} more in the index, outside the library reference:")
    for page, count in places.most_common():
        print(f"  {count:>5} {page}")


def _print_entries(heading: str, entries: set[Entry]) -> None:
    print(f"\n{heading}: {len(entries)}")
    for kind, page, anchor in sorted(entries)[:50]:
        print(f"  {kind} {page}#{anchor}")


if __name__ == "__main__":
    sys.exit(main())
