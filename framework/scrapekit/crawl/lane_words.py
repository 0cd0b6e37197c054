"""What people are told about lanes: which hosts are busy, what each waits for, and why."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable

from scrapekit.crawl.lane import Lane
from scrapekit.report import HostState

_BUSIEST = 8


def busiest_hosts(lanes: Collection[Lane], now: float) -> list[HostState]:
    """The busiest hosts, at most eight, the busiest first."""
    running = [lane for lane in lanes if lane.in_flight]
    # Those that run something go first anyway; counting what waits is dear with many thousand hosts.
    among = running if len(running) >= _BUSIEST else lanes
    busiest = heapq.nlargest(_BUSIEST, among, key=lambda lane: (lane.in_flight, lane.waiting))
    return [_state(lane, now) for lane in busiest]


def next_due(lanes: Iterable[Lane], now: float) -> str:
    """Which host can be asked next, when and why not now; empty when one can be asked at once."""
    due = [(moment, lane) for lane in lanes if (moment := lane.due(now)) is not None]
    if not due:
        return ""
    moment, lane = min(due, key=lambda pair: pair[0])
    return f"{lane.name} in {moment - now:.1f} s ({_why(lane, now)})" if moment > now else ""


def _state(lane: Lane, now: float) -> HostState:
    due = lane.due(now)
    wait = 0.0 if due is None else due - now
    return HostState(lane.name, lane.waiting, lane.in_flight, wait, _why(lane, now))


def _why(lane: Lane, now: float) -> str:
    """Why the lane's next request does not start; empty when nothing holds it."""
    if lane.reading_robots:
        return "reading robots.txt"
    if lane.lost and lane.trouble is not None:
        return f"left alone: {lane.trouble.reason}"
    if lane.paused_until > now:
        return f"paused {lane.paused_until - now:.1f} s: {lane.reason}"
    if lane.waiting and lane.next_start > now:
        return _delay(lane)
    if lane.waiting and lane.in_flight >= lane.pace.per_host:
        return f"{lane.in_flight} requests at a time"
    if lane.delayed and (due := lane.due(now)) is not None and due > now:
        return "before it is tried again"
    return ""


def _delay(lane: Lane) -> str:
    """The pause between two requests, with the name of the setting where it is the recipe's own."""
    if lane.delay <= lane.pace.delay:
        return f"crawl.delay {lane.delay:g} s"
    # A Crawl-delay, or what is left of a slowing down after 429 and 503.
    return f"one request in {lane.delay:.2g} s, as the host wants it"
