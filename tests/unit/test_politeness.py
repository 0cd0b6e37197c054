"""When a host may be asked again, and what a failed fetch asks of us."""

from __future__ import annotations

import random

import pytest

from scrapekit import FetchError, Verdict
from scrapekit.crawl.politeness import (
    LONGEST_PAUSE,
    MOST_THROTTLES,
    GiveUp,
    Pace,
    Retry,
    after_error,
    backoff,
    delay_floor,
    faster,
    slower,
    too_slow,
)
from scrapekit.errors import Patience

RNG = random.Random(1)


def decide(error, *, tries=1, throttles=0, **pace):
    return after_error(error, tries=tries, throttles=throttles, pace=Pace(**pace), rng=RNG)


@pytest.mark.parametrize(
    ("delay", "crawl_delay", "floor"), [(0.5, None, 0.5), (0.5, 2.0, 2.0), (3.0, 2.0, 3.0), (0.0, None, 0.0)]
)
def test_the_longer_of_recipe_and_robots_delay_holds(delay, crawl_delay, floor):
    assert delay_floor(Pace(delay=delay), crawl_delay) == floor


@pytest.mark.parametrize(
    ("max_delay", "delay", "asked", "slow"),
    [
        (300, 1, 300, False),
        (300, 1, 301, True),
        (300, 1, None, False),
        (0, 1, 1e9, False),
        (300, 900, 600, False),
    ],
)
def test_a_delay_that_is_longer_than_any_sensible_one_is_too_slow(max_delay, delay, asked, slow):
    assert too_slow(Pace(delay=delay, max_delay=max_delay), asked) is slow


def test_backoff_doubles_and_is_capped_at_a_minute():
    longest = [max(backoff(tries, RNG) for _ in range(300)) for tries in range(1, 9)]

    for tries, wait in enumerate(longest, start=1):
        bound = min(60.0, 2.0 ** (tries - 1))
        assert 0.8 * bound < wait <= bound


def test_backoff_never_retries_at_once():
    assert min(backoff(1, RNG) for _ in range(300)) >= 0.25


def test_an_error_that_another_try_may_mend_is_tried_again():
    decision = decide(FetchError("connection reset", retry=True))

    assert isinstance(decision, Retry)
    assert not decision.whole_host
    assert decision.reason == "connection reset"


def test_the_number_of_retries_does_not_count_the_first_try():
    error = FetchError("connection reset", retry=True)

    assert isinstance(decide(error, tries=3, retries=3), Retry)
    assert decide(error, tries=4, retries=3) == GiveUp(Verdict.FAILED, "connection reset (4 tries)")


def test_no_retries_means_one_try():
    assert decide(FetchError("reset", retry=True), retries=0) == GiveUp(Verdict.FAILED, "reset (1 try)")


def test_an_error_that_no_try_mends_ends_the_request_with_its_own_verdict():
    error = FetchError("status 403", verdict=Verdict.BLOCKED)

    assert decide(error) == GiveUp(Verdict.BLOCKED, "status 403")


def test_a_throttled_answer_pauses_the_whole_host_for_as_long_as_it_asked():
    error = FetchError("status 429", retry=True, throttled=True, retry_after=7.0)

    assert decide(error, tries=99, throttles=1) == Retry(7.0, True, "status 429")


def test_an_absurd_retry_after_is_capped():
    error = FetchError("status 429", retry=True, throttled=True, retry_after=1e9)

    assert decide(error, throttles=1) == Retry(LONGEST_PAUSE, True, "status 429")


def test_a_host_that_only_ever_says_429_is_given_up():
    error = FetchError("status 429", retry=True, throttled=True)
    decision = decide(error, throttles=MOST_THROTTLES + 1)

    assert decision == GiveUp(Verdict.BLOCKED, "status 429; the host said so 9 times in a row")


def test_retry_after_on_a_server_error_holds_for_the_host_and_costs_a_try():
    error = FetchError("status 503", retry=True, retry_after=5.0)

    assert decide(error, tries=1) == Retry(5.0, True, "status 503")
    assert isinstance(decide(error, tries=4), GiveUp)


def test_a_slowed_host_speeds_up_again_but_never_below_the_floor():
    delay = slower(slower(slower(0.0)))
    assert delay == 4.0

    for _ in range(60):
        delay = faster(delay, 0.5)
        assert delay >= 0.5
    assert delay == 0.5


def test_a_host_is_never_slowed_beyond_a_minute():
    delay = 0.5
    for _ in range(20):
        delay = slower(delay)

    assert delay == 60.0


@pytest.mark.parametrize(
    ("delay", "asked", "slowed"),
    [(0.0, 1.0, 1.0), (1.0, 1.0, 1.0), (0.5, 0.0, 1.0), (4.0, 1.0, 4.0), (4.0, 30.0, 8.0), (45.0, 1e9, 60.0)],
)
def test_a_host_that_says_how_long_is_not_asked_more_slowly_than_that(delay, asked, slowed):
    assert slower(delay, asked) == slowed


def test_a_host_that_says_so_again_is_asked_more_slowly_whatever_it_asks_for():
    assert [slower(1.0, 1.0, throttles) for throttles in (2, 3, 9, 10**9)] == [4.0, 8.0, 60.0, 60.0]
    assert slower(8.0, 1.0, throttles=2) == 16.0


def test_a_recipe_may_say_how_long_one_page_waits_and_how_often():
    error = FetchError("busy", retry=True, patience=Patience(wait=300.0, times=5))

    assert decide(error, tries=5, retries=0) == Retry(300.0, False, "busy")
    assert decide(error, tries=6, retries=9) == GiveUp(Verdict.FAILED, "busy (6 tries)")


def test_a_recipe_may_let_the_whole_host_wait_or_the_page_alone():
    alone = FetchError("busy", retry=True, retry_after=3.0, patience=Patience(whole_host=False))

    assert decide(alone) == Retry(3.0, False, "busy")
    assert decide(FetchError("busy", retry=True, patience=Patience(9.0, True))) == Retry(9.0, True, "busy")


def test_a_wait_that_a_recipe_reads_from_the_answer_is_not_cut_short():
    error = FetchError("busy", retry=True, throttled=True, patience=Patience(wait=600.0))

    assert decide(error, throttles=1) == Retry(600.0, True, "busy")


def test_a_host_that_asks_for_patience_may_ask_as_often_as_the_recipe_says():
    error = FetchError("busy", retry=True, throttled=True, patience=Patience(wait=1.0, times=20))

    assert decide(error, tries=20, throttles=MOST_THROTTLES + 5) == Retry(1.0, True, "busy")
    assert decide(error, tries=21, throttles=1) == GiveUp(Verdict.FAILED, "busy (21 tries)")
