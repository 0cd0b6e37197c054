"""Makes the public suffix list that scrapekit ships from the list as it is published.

python .ci/compact_suffixes.py public_suffix_list.dat

The published list is at https://publicsuffix.org/list/public_suffix_list.dat, and in the package
`publicsuffixlist`. Comments go, the licence stays, names are written in the ASCII form that addresses
have, and rules are sorted, so that a new version shows as the lines that changed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from scrapekit.web.host import read_host

TARGET = Path(__file__).parents[1] / "framework" / "scrapekit" / "web" / "public_suffixes.txt"
_LICENCE = """\
// This Source Code Form is subject to the terms of the Mozilla Public
// License, v. 2.0. If a copy of the MPL was not distributed with this
// file, You can obtain one at https://mozilla.org/MPL/2.0/.
//
// The rules of the Public Suffix List (https://publicsuffix.org), both sections, without its comments,
// in ASCII and sorted: what .ci/compact_suffixes.py made of this version.
"""


def main() -> int:
    """Write the compact list; 2 when no list was named."""
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()
    version = next(line for line in lines if line.startswith("// VERSION: "))
    # A rule ends at the first white space (https://github.com/publicsuffix/list/wiki/Format).
    rules = {in_ascii(line.split()[0]) for line in lines if line.strip() and not line.startswith("//")}
    TARGET.write_text(_LICENCE + version + "\n" + "\n".join(sorted(rules)) + "\n", encoding="ascii")
    print(f"{len(rules)} rules in {TARGET}")
    return 0


def in_ascii(rule: str) -> str:
    """The rule with its name as `scrapekit.web.host` writes names. Raises ValueError for one it cannot."""
    mark = "!" if rule[0] == "!" else "*." if rule[:2] == "*." else ""
    name = read_host(rule.removeprefix(mark))
    if name is None or "*" in name:
        raise ValueError(f"not a rule that scrapekit understands: {rule}")
    return mark + name


if __name__ == "__main__":
    sys.exit(main())
