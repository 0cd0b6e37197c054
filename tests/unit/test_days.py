"""Days from one to another: counted from the day a job began, and the same whenever they are drawn."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from scrapekit.recipe.model import Day, Days, Span
from scrapekit.sources.days import count_days, draw_days

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC).timestamp()


def fixed(text: str) -> Day:
    return Day(date.fromisoformat(text))


def away(count: int, unit: str = "d") -> Day:
    return Day(away=Span(count, unit))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days", "texts"),
    [
        (Days(away(-2), away(0)), ["2024-02-28", "2024-02-29", "2024-03-01"]),
        (Days(away(0), away(-1)), ["2024-03-01", "2024-02-29"]),
        (Days(away(-1, "w"), away(0), Span(4)), ["2024-02-23", "2024-02-27"]),
        (
            Days(fixed("2024-01-31"), fixed("2024-05-01"), Span(1, "mo")),
            ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"],
        ),
        (Days(fixed("2024-02-29"), away(0), Span(-1, "y")), []),
        (Days(away(0), away(-2, "y"), Span(-1, "y")), ["2024-03-01", "2023-03-01", "2022-03-01"]),
        (Days(fixed("9999-12-30"), fixed("9999-12-31")), ["9999-12-30", "9999-12-31"]),
    ],
)
def test_days_go_from_the_first_to_the_last_both_included(days: Days, texts: list[str]):
    assert list(draw_days(days, NOON)) == texts


def test_today_is_the_day_in_the_time_zone():
    late = datetime(2024, 3, 1, 23, 30, tzinfo=UTC).timestamp()

    found = [
        next(draw_days(Days(away(0), away(0), zone=zone), late))
        for zone in ("UTC", "Asia/Tokyo", "America/New_York")
    ]

    assert found == ["2024-03-01", "2024-03-02", "2024-03-01"]


def test_a_format_writes_every_part_of_a_day():
    days = Days(
        fixed("2024-03-05"), fixed("2024-03-05"), format="%Y %y %m %-m %d %-d %j %b %B %a %A %u %G-W%V %s %%"
    )

    assert list(draw_days(days, NOON)) == [
        "2024 24 03 3 05 5 065 Mar March Tue Tuesday 2 2024-W10 1709596800 %"
    ]


def test_the_unix_time_of_a_day_is_its_midnight_in_the_time_zone():
    days = Days(fixed("2024-03-05"), fixed("2024-03-05"), format="%s", zone="Europe/Berlin")

    assert list(draw_days(days, NOON)) == ["1709593200"]


@pytest.mark.parametrize(
    ("days", "count"),
    [
        (Days(away(-7), away(0)), 8),
        (Days(away(-2, "w"), away(0), Span(1, "w")), 3),
        (Days(fixed("2024-01-01"), fixed("2024-12-31")), 366),
        (Days(fixed("2024-01-01"), fixed("2024-12-31"), Span(1, "mo")), 12),
        (Days(fixed("2024-01-01"), away(0)), None),
        (Days(away(-1, "mo"), away(0)), None),
    ],
)
def test_how_many_days_there_are_is_known_unless_it_depends_on_the_day(days: Days, count: int | None):
    assert count_days(days) == count
