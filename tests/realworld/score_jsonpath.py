"""Holds the JSONPath reader against the JSONPath Compliance Test Suite (BSD-2-Clause), a copy of it; by hand.

    python tests/realworld/score_jsonpath.py jsonpath-compliance-test-suite/cts.json

At its 703 cases of May 2026: 703 of 703, the 247 that must be refused among them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from scrapekit import SelectorError
from scrapekit.testing import make_parser
from scrapekit_json.parser import JsonParser


def main(suite: Path) -> int:
    """Print every deviation and the figure; 0 when there is none."""
    cases = json.loads(suite.read_text(encoding="utf-8"))["tests"]
    faults = [(case["name"], case["selector"], fault) for case in cases if (fault := fault_of(case))]
    for name, selector, fault in faults:
        print(f"{name}: {selector!r}: {fault}")
    print(f"{len(cases) - len(faults)} of {len(cases)}")
    return 1 if faults or not cases else 0


def fault_of(case: dict[str, Any]) -> str:
    """What is wrong with a case; empty where nothing is."""
    try:
        select = make_parser(JsonParser).compile(case["selector"], "jsonpath", False)
    except SelectorError as error:
        return "" if case.get("invalid_selector") else f"refused at {error.offset}: {error}"
    if case.get("invalid_selector"):
        return "accepted"
    wanted = case.get("results") or [case["result"]]
    found = _exact(list(select(case["document"])))
    return "" if found in map(_exact, wanted) else f"found {found}"


def _exact(value: Any) -> str:
    """In order, and with 1 told from true and from 1.0."""
    return json.dumps(value, sort_keys=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
