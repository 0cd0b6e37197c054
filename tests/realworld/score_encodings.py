"""Holds the encoding sniffer against html5lib-tests' encoding data (MIT), in a checkout of theirs; by hand.

    python tests/realworld/score_encodings.py html5lib-tests/encoding

At 224991e: 82 of 82. Each case gets a byte behind it that is no UTF-8: where everything fits UTF-8 we
say so, and the data, written for browsers that have not read the whole page, says windows-1252; the text
is the same.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from scrapekit.web.encoding import encoding_named, sniff

_CASE = re.compile(rb"#data\r?\n(.*?)\n#encoding\r?\n([^\n]*)", re.DOTALL)
_NO_UTF_8 = b"\n\xff\xe9"


def main(folder: Path) -> int:
    """Print every deviation and the figure; 0 when there is none."""
    cases = [case for path in sorted(folder.glob("*.dat")) for case in _CASE.findall(path.read_bytes())]
    right = 0
    for data, name in cases:
        wanted, found = encoding_named(name.decode()), sniff(data + _NO_UTF_8, "text/html")
        right += wanted == found
        if wanted != found:
            print(f"wanted {wanted}, found {found}: {data[:100]!r}")
    print(f"{right} of {len(cases)}")
    return 0 if cases and right == len(cases) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
