"""Are these the records the benchmark's shop holds, each once?"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import bench_shop


def differences(path: Path, count: int) -> str:
    """What is wrong with a file of JSON lines, in words; empty when it holds every record once."""
    if not path.is_file():
        return "it wrote no file"
    with path.open("rb") as lines:
        found = sorted(_digest(_normal(json.loads(line))) for line in lines)
    expected = _expected(count)
    if found == expected:
        return ""
    known = set(expected)
    strangers = sum(digest not in known for digest in found)
    return f"{len(found)} records instead of {count}, {strangers} of them wrong"


@cache
def _expected(count: int) -> list[bytes]:
    return sorted(_digest(bench_shop.record(number)) for number in range(count))


def _digest(record: dict[str, Any]) -> bytes:
    # Sixteen bytes a record: this process stays small, or its size would show in its children's peak.
    return hashlib.blake2b(json.dumps(record, sort_keys=True).encode(), digest_size=16).digest()


def _normal(record: dict[str, Any]) -> dict[str, Any]:
    """Whether the price is written as a number or as decimal text, and the image absolute, is taste."""
    return record | {
        "price": float(record["price"]),
        "image": "/media/" + record["image"].rpartition("/media/")[2],
    }
