"""What a job remembers of each lane, so that a host notices nothing of a restart."""

from __future__ import annotations

from collections.abc import Collection

from scrapekit.crawl.entries import LaneMark, LaneState
from scrapekit.crawl.lane import Lane

_LONGEST_PAUSE = 3600.0
"""A host that would have to wait longer was not asked so: the clock was set back meanwhile."""


def restore_lane(lane: Lane, state: LaneState, *, now: float, now_unix: float) -> None:
    """Go on where the job left the lane: its pause holds, and so does the delay that was in force."""
    lane.remember_stored(state.waiting)
    lane.delay = max(lane.delay, state.delay)
    pause = state.not_before - now_unix
    # A run that was killed may have asked just before, without a word to the store.
    pause = lane.delay if pause > _LONGEST_PAUSE else max(lane.delay, pause)
    lane.next_start = now + pause
    lane.known = state.not_before > 0
    lane.noted = bool(state.delay or state.parks)


def mark_lanes(lanes: Collection[Lane], *, now: float, now_unix: float) -> dict[str, LaneMark]:
    """What to remember of those lanes of which there is anything to say, or was when it was said last."""
    marks = {}
    for lane in lanes:
        until = max(lane.next_start, lane.paused_until)
        delay = lane.delay if lane.delay > lane.pace.delay else 0.0
        parks = lane.trouble.parks if lane.trouble is not None else 0
        if until > now or delay or parks or lane.noted:
            marks[lane.name] = LaneMark(now_unix + until - now, delay, parks)
            lane.noted = bool(delay or parks)
    return marks
