"""A run that is really killed, and started again, loses nothing and doubles nothing."""

from __future__ import annotations

import importlib.util
import random
import signal
import sys
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("kill_driver", Path(__file__).with_name("kill_driver.py"))
driver = importlib.util.module_from_spec(_SPEC)
sys.modules["kill_driver"] = driver
_SPEC.loader.exec_module(driver)


@pytest.fixture(scope="module")
def site():
    with driver.Site(300).served() as site:
        yield site


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_killed_at_random_moments_every_record_is_there_exactly_once(site, tmp_path, seed):
    rng = random.Random(seed)
    score = driver.run_job(site, tmp_path, [rng.randint(1, 100) for _ in range(3)], signal.SIGKILL)

    assert score.kills == 3
    assert (dict(score.lost), dict(score.doubled)) == ({}, {})
    assert score.refetched <= driver.CONCURRENCY * score.kills
    assert score.slowest_start <= 5.0


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_killed_at_random_moments_every_record_from_several_pages_is_there_whole(site, tmp_path, seed):
    rng = random.Random(seed)
    moments = [rng.randint(1, 180) for _ in range(3)]
    score = driver.run_job(site, tmp_path, moments, signal.SIGKILL, joined=True)

    assert score.kills == 3
    assert (dict(score.lost), dict(score.doubled), score.incomplete) == ({}, {}, [])
    assert score.refetched <= driver.CONCURRENCY * score.kills


@pytest.mark.slow
@pytest.mark.parametrize("after", [0.0, 0.01])
def test_killed_when_all_is_done_but_the_telling_nothing_is_fetched_twice(site, tmp_path, after):
    score = driver.run_job(site, tmp_path, [50, driver.Late(after)], signal.SIGKILL)

    assert (dict(score.lost), dict(score.doubled), score.unheard) == ({}, {}, 0)
    assert score.refetched <= driver.CONCURRENCY


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_drains_and_nothing_is_fetched_twice(site, tmp_path, how):
    score = driver.run_job(site, tmp_path, [60, 60], how)

    assert score.kills == 2
    assert (dict(score.lost), dict(score.doubled), score.refetched) == ({}, {}, 0)


@pytest.mark.slow
def test_asked_to_stop_it_leaves_the_records_that_wait_and_goes_on_with_them(site, tmp_path):
    score = driver.run_job(site, tmp_path, [60, 120], signal.SIGTERM, joined=True)

    assert score.kills == 2
    assert (dict(score.lost), dict(score.doubled), score.incomplete, score.refetched) == ({}, {}, [], 0)
