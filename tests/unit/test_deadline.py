"""One time limit for many tasks."""

from __future__ import annotations

import asyncio

import pytest

from scrapekit.web.deadline import Deadlines


async def limited(deadlines, work):
    """Do *work* within the limit; gives its result, or the word "late"."""
    task = asyncio.current_task()
    deadlines.start(task)
    try:
        return await work
    except asyncio.CancelledError:
        if deadlines.stop(task) and not task.cancelling():
            return "late"
        raise
    finally:
        deadlines.stop(task)


async def test_a_task_that_takes_too_long_is_late_and_the_others_are_not():
    deadlines = Deadlines(0.05)
    results = await asyncio.gather(
        limited(deadlines, asyncio.sleep(0, "quick")),
        limited(deadlines, asyncio.sleep(60)),
        limited(deadlines, asyncio.sleep(0.01, "in time")),
    )

    assert results == ["quick", "late", "in time"]


async def test_each_task_has_the_whole_limit():
    deadlines = Deadlines(0.1)
    early = asyncio.create_task(limited(deadlines, asyncio.sleep(60)))
    await asyncio.sleep(0.06)
    later = asyncio.create_task(limited(deadlines, asyncio.sleep(0.06, "in time")))

    assert await early == "late"
    assert await later == "in time"


async def test_a_task_can_go_on_after_it_was_late():
    deadlines = Deadlines(0.02)

    assert await limited(deadlines, asyncio.sleep(60)) == "late"
    assert await limited(deadlines, asyncio.sleep(0, "again")) == "again"
    assert asyncio.current_task().cancelling() == 0


async def test_a_cancellation_from_outside_stays_one():
    deadlines = Deadlines(60)
    task = asyncio.create_task(limited(deadlines, asyncio.sleep(60)))
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task


async def test_nothing_is_cancelled_after_closing():
    deadlines = Deadlines(0.01)
    task = asyncio.create_task(limited(deadlines, asyncio.sleep(0.05, "in time")))
    await asyncio.sleep(0)
    deadlines.close()

    assert await task == "in time"


async def test_a_task_whose_time_is_extended_is_late_after_all_others():
    deadlines, order = Deadlines(0.05), []

    async def late(name):
        assert await limited(deadlines, asyncio.sleep(60)) == "late"
        order.append(name)

    first, second = asyncio.create_task(late("first")), asyncio.create_task(late("second"))
    await asyncio.sleep(0)
    deadlines.extend(first)
    await asyncio.gather(first, second)

    assert order == ["second", "first"]
