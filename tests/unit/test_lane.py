"""One host's queue: a window in memory, the rest in the store."""

from __future__ import annotations

import random

from scrapekit import Request
from scrapekit.crawl.entries import Entry
from scrapekit.crawl.lane import Lane
from scrapekit.crawl.lane_words import next_due
from scrapekit.crawl.politeness import Pace


def entry(seq, rank=0):
    return Entry(Request(f"http://a.test/{seq}"), "a.test", rank, seq, seq)


def drain(lane):
    found = []
    while lane.due(0.0) is not None:
        found.append(lane.pop(0.0).seq)
    return found


def test_requests_leave_by_rank_and_then_in_the_order_they_came():
    lane = Lane("a.test", Pace(delay=0.0))
    for seq, rank in [(1, 2), (2, 0), (3, 1), (4, 0)]:
        lane.offer(entry(seq, rank))

    assert drain(lane) == [2, 4, 3, 1]


def test_what_lies_behind_the_horizon_stays_in_the_store():
    lane = Lane("a.test", Pace(delay=0.0))
    for seq in range(1, 9):
        lane.offer(entry(seq))
    lane.shrink(3)
    lane.offer(entry(9))
    lane.offer(entry(10, rank=-1))

    assert (lane.waiting, len(lane.window), lane.stored) == (10, 4, 6)
    assert drain(lane) == [10, 1, 2, 3]


def test_loading_goes_on_behind_the_horizon():
    lane = Lane("a.test", Pace(delay=0.0))
    lane.remember_stored(5)
    lane.load([entry(1), entry(2)], 2, set())
    assert lane.more_stored

    lane.load([entry(3), entry(4), entry(5)], 4, set())

    assert not lane.more_stored
    assert drain(lane) == [1, 2, 3, 4, 5]


def test_what_is_in_flight_already_is_not_loaded_again():
    lane = Lane("a.test", Pace(delay=0.0))
    lane.remember_stored(3)
    lane.load([entry(1), entry(2), entry(3)], 9, {2})

    assert drain(lane) == [1, 3]


def test_no_request_is_lost_or_doubled_whatever_is_kept_in_memory():
    """A store and a lane against each other, over many random histories."""
    for seed in range(200):
        rng = random.Random(seed)
        lane, stored, taken, left = Lane("a.test", Pace(delay=0.0)), {}, set(), []
        for seq in range(1, 60):
            one = entry(seq, rng.choice([0, 0, 1, 2, -1]))
            stored[seq] = one
            lane.offer(one)
            if len(lane.window) > 12:
                lane.shrink(6)
            if rng.random() < 0.6 and lane.due(0.0) is not None:
                popped = lane.pop(0.0)
                taken.add(popped.seq)
                left.append(popped.seq)
            if rng.random() < 0.3 and taken:
                gone = rng.choice(sorted(taken))
                taken.discard(gone)
                del stored[gone]
        while lane.due(0.0) is not None or lane.more_stored:
            if lane.due(0.0) is None:
                behind = sorted(e for e in stored.values() if e.place > lane.horizon)[:5]
                lane.load(behind, 5, taken)
                continue
            popped = lane.pop(0.0)
            taken.add(popped.seq)
            left.append(popped.seq)

        assert sorted(left) == list(range(1, 60)), f"seed {seed}"


def test_a_retry_waits_for_its_time_while_others_go():
    lane = Lane("a.test", Pace(delay=0.0))
    lane.offer(entry(1))
    lane.delayed.append((5.0, entry(2)))

    assert lane.pop(0.0).seq == 1
    assert lane.due(0.0) == 5.0
    assert lane.pop(5.0).seq == 2


def test_a_host_with_many_retries_waiting_gets_no_new_request():
    lane = Lane("a.test", Pace(delay=0.0))
    lane.offer(entry(1))
    lane.delayed.extend((9.0, entry(seq)) for seq in range(2, 70))

    assert lane.due(0.0) == 9.0


def test_a_pause_holds_for_everything_and_is_never_shortened():
    lane = Lane("a.test", Pace(delay=0.0))
    lane.offer(entry(1))
    lane.pause(8.0, "Retry-After")
    lane.pause(3.0, "shorter")

    assert lane.due(0.0) == 8.0
    assert lane.reason == "Retry-After"


def test_people_read_which_setting_a_host_waits_for():
    lane = Lane("a.test", Pace(delay=0.5))
    lane.offer(entry(1))
    lane.start(entry(0), now=10.0)

    assert next_due([lane], 10.1) == "a.test in 0.4 s (crawl.delay 0.5 s)"


def test_people_read_that_a_host_wants_to_be_asked_more_slowly():
    lane = Lane("a.test", Pace(delay=0.5))
    lane.delay = 1.3122
    lane.offer(entry(1))
    lane.start(entry(0), now=10.0)

    assert next_due([lane], 10.1) == "a.test in 1.2 s (one request in 1.3 s, as the host wants it)"


def test_people_read_that_a_request_waits_to_be_tried_again():
    lane = Lane("a.test", Pace(delay=0.0))
    lane.delayed.append((12.0, entry(1)))

    assert next_due([lane], 10.0) == "a.test in 2.0 s (before it is tried again)"
