"""When the pages of a rule are read in a process apart because it held the loop too long."""

from __future__ import annotations

import pytest

from scrapekit.crawl.slowness import FAR_TOO_LONG, LONG, SLOW_CALLBACK, Slowness

QUICK, SLOW, BAD = 0.002, LONG - 0.01, LONG + 0.01


def after(*held: float) -> Slowness:
    slowness = Slowness()
    for each in held:
        slowness.note("p", each)
    return slowness


@pytest.mark.parametrize(
    ("held", "is_too_slow"),
    [
        ([SLOW] * 1000, False),
        ([FAR_TOO_LONG + 0.01], True),
        ([BAD] * 2, False),
        ([BAD] * 3, True),
        # One in a hundred and one may be long, however many there are.
        ([BAD, *[QUICK] * 100] * 50, False),
        # One in fifty may not.
        ([BAD, *[QUICK] * 49] * 5, True),
    ],
)
def test_a_rule_is_too_slow_after_one_page_that_takes_far_too_long_or_some_that_take_long(held, is_too_slow):
    assert ("p" in after(*held).too_slow) is is_too_slow


def test_the_longest_time_is_kept_of_rules_that_were_slow_once():
    slowness = after(QUICK, SLOW_CALLBACK + 0.02, SLOW_CALLBACK + 0.01)
    slowness.note("quick", QUICK)

    assert slowness.longest == {"p": SLOW_CALLBACK + 0.02}


def test_a_rule_is_judged_by_its_own_pages():
    slowness = after(BAD, BAD)
    slowness.note("other", BAD)

    assert slowness.too_slow == set()
