"""When an answer comes too slowly, told from how much had come at each look."""

from __future__ import annotations

from scrapekit.web.slowness import LOOKS, Floor, is_too_slow, moved_on

FLOOR = Floor(rate=100, over=30)
WHOLE_WINDOW = FLOOR.rate * FLOOR.over


def looks_until_too_slow(received):
    """How many looks an answer survives of which *received* has so many bytes each time; None: all."""
    window = None
    for look, so_far in enumerate(received):
        if is_too_slow(window, so_far, FLOOR):
            return look
        window = moved_on(window, so_far)
    return None


def test_an_answer_that_trickles_is_too_slow_after_one_window():
    assert looks_until_too_slow(range(1, 100)) == LOOKS


def test_an_answer_that_has_not_begun_may_take_its_time():
    assert looks_until_too_slow([0] * 1000) is None


def test_an_answer_that_begins_late_has_a_whole_window_from_then_on():
    assert looks_until_too_slow([0] * 50 + [1] * 50) == 50 + LOOKS


def test_an_answer_at_the_floor_is_fast_enough_for_ever():
    step = WHOLE_WINDOW // LOOKS

    assert looks_until_too_slow(range(1, 1000 * step, step)) is None
    assert looks_until_too_slow([1, *[1 + WHOLE_WINDOW - 1] * LOOKS]) == LOOKS


def test_an_answer_that_falls_silent_is_too_slow_though_it_was_fast_before():
    fast = [WHOLE_WINDOW * look for look in range(1, 2 + 3 * LOOKS)]

    assert looks_until_too_slow(fast + [fast[-1]] * 100) == len(fast) + LOOKS - 1


def test_looks_are_so_far_apart_that_they_fill_the_window():
    assert FLOOR.pause * LOOKS == FLOOR.over
