"""The soak of tests/bench, small: killed half-way a crawl of many hosts is whole, and stays small."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "bench"))

from soak import Soak, soaked
from soak_site import KINDS, Site

pytestmark = pytest.mark.slow

URLS, HOSTS = 3_000, 60
_MB = 1_000_000


def test_every_kind_of_fault_is_among_the_pages():
    site = Site(HOSTS, URLS // HOSTS)

    assert {site.fault(page) for page in range(site.pages)} == {"", *KINDS}


def test_a_crawl_of_many_hosts_that_is_killed_half_way_is_whole_and_stays_small(tmp_path):
    soak = Soak(Site(HOSTS, URLS // HOSTS), tmp_path, time.monotonic() + 240, files=1024)

    holds = {bar.name: (bar.holds, bar.measured) for bar in soaked(soak)}
    promised = (
        "records lost / doubled",
        "pages fetched again",
        "summary",
        "store a URL, bytes",
        "open files at most",
    )
    last = [sample for sample in soak.samples if sample.pid == soak.samples[-1].pid]
    assert {name: holds[name] for name in promised if not holds[name][0]} == {}
    assert len({sample.pid for sample in soak.samples}) == 2
    assert max(sample.rss for sample in soak.samples) < 150 * _MB
    # From its first quarter on the run that goes on grows by no more than its connections.
    assert last[-1].rss - last[len(last) // 4].rss < 12 * _MB
    assert max(sample.tasks for sample in soak.samples) < 64 + 16
    assert max(sample.threads for sample in soak.samples) <= 4
