"""Dates and times as pages write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit import RecipeError
from scrapekit.testing import make_filter
from scrapekit_filters.dates import date_, datetime_, epoch, timestamp

NOON = datetime(2026, 11, 10, 12, 0)
WRITTEN = [
    # ISO 8601
    ("2026-11-10", datetime(2026, 11, 10)),
    ("20261110", datetime(2026, 11, 10)),
    ("2026-W46-2", datetime(2026, 11, 10)),
    ("2026-11-10T12:00", NOON),
    ("2026-11-10 12:00:00", NOON),
    ("20261110T120000", NOON),
    ("2026-11-10T12:00:00.500", NOON.replace(microsecond=500000)),
    ("2026-11-10T12:00:00Z", NOON.replace(tzinfo=UTC)),
    ("2026-11-10t12:00:00z", NOON.replace(tzinfo=UTC)),
    ("2026-11-10T12:00:00+0130", NOON.replace(tzinfo=timezone(timedelta(minutes=90)))),
    ("2026-11-10T12:00:00-08:00", NOON.replace(tzinfo=timezone(timedelta(hours=-8)))),
    ("  2026-11-10\n", datetime(2026, 11, 10)),
    ("2024-02-29", datetime(2024, 2, 29)),
    # nearly ISO 8601
    ("2026/11/10", datetime(2026, 11, 10)),
    ("2026.11.10", datetime(2026, 11, 10)),
    ("2026-11-10 12:00:00 UTC", NOON.replace(tzinfo=UTC)),
    ("2026-11-10 9:05", datetime(2026, 11, 10, 9, 5)),
    ("2026-11-10 12:00 pm", NOON),
    # mail (RFC 5322) and HTTP (RFC 9110)
    ("Tue, 10 Nov 2026 12:00:00 GMT", NOON.replace(tzinfo=UTC)),
    ("Tue, 10 Nov 2026 12:00:00 +0000", NOON.replace(tzinfo=UTC)),
    ("10 Nov 2026 12:00:00 -0500", NOON.replace(tzinfo=timezone(timedelta(hours=-5)))),
    ("Tue, 10 Nov 2026 12:00 EST", NOON.replace(tzinfo=timezone(timedelta(hours=-5)))),
    ("Tue, 10 Nov 2026 12:00:00 +0200 (CEST)", NOON.replace(tzinfo=timezone(timedelta(hours=2)))),
    ("Tue, 10 Nov 2026 23:59:60 GMT", datetime(2026, 11, 10, 23, 59, 59, tzinfo=UTC)),
    # English
    ("10 November 2026", datetime(2026, 11, 10)),
    ("10 NOV 2026", datetime(2026, 11, 10)),
    ("10-Nov-2026", datetime(2026, 11, 10)),
    ("10th of November, 2026", datetime(2026, 11, 10)),
    ("1st May 2026", datetime(2026, 5, 1)),
    ("Nov 10, 2026", datetime(2026, 11, 10)),
    ("Nov. 10 2026", datetime(2026, 11, 10)),
    ("November 10th, 2026", datetime(2026, 11, 10)),
    ("Sept 3, 2026", datetime(2026, 9, 3)),
    ("Tuesday, November 10, 2026", datetime(2026, 11, 10)),
    ("November 10, 2026 at 3:04 pm", datetime(2026, 11, 10, 15, 4)),
    ("November 10, 2026, 3:04 p.m.", datetime(2026, 11, 10, 15, 4)),
    ("November 10, 2026 12:30 AM", datetime(2026, 11, 10, 0, 30)),
    ("November 10, 2026 3pm", datetime(2026, 11, 10, 15)),
]


@pytest.mark.parametrize(("text", "moment"), WRITTEN)
def test_a_moment_is_read(text: str, moment: datetime):
    found = make_filter(datetime_)(text)

    assert found.isoformat() == moment.isoformat()


@pytest.mark.parametrize(("text", "moment"), WRITTEN)
def test_the_day_of_a_moment_is_the_one_that_was_written(text: str, moment: datetime):
    assert make_filter(date_)(text) == moment.date()


AMBIGUOUS = ["01/02/2026", "1.2.2026", "13/02/2026", "01-02-26", "1/2/26 12:00"]
NO_DATES = [
    *("today", "now", "yesterday", "2 hours ago", "May", "2026", "May 2026", "12:30", "10.11", "1794312000"),
    *(
        "2026-02-30",
        "2025-02-29",
        "30 February 2026",
        "0 May 2026",
        "2026-13-01",
        "2026-11-10 25:00",
        "10 Brumaire 2026",
    ),
    *(
        "10 Nov 2026 12:00 CET",
        "10 Nov 2026 13:00 pm",
        "Nov 10, 2026 12",
        "Nov 10 2026 foo",
        "2026-11-10 or so",
    ),
    *("10 November 20261:30", "2026-11-10 12:00 +99:99", "10 Nov 26", "0000-01-01"),
]


@pytest.mark.parametrize("text", AMBIGUOUS)
def test_what_could_be_several_dates_is_refused_with_what_to_write(text: str):
    with pytest.raises(ValueError) as caught:
        make_filter(date_)(text)

    assert str(caught.value) == f'"{text}" could be more than one date; name its format with formats'


@pytest.mark.parametrize("text", NO_DATES)
def test_nothing_becomes_a_date_by_guessing(text: str):
    with pytest.raises(ValueError) as caught:
        make_filter(date_)(text)

    assert str(caught.value) == f'"{text}" is no date'


@pytest.mark.parametrize(
    ("options", "text", "moment"),
    [
        ('"%d.%m.%Y"', "10.11.2026", datetime(2026, 11, 10)),
        ('["%d/%m/%Y", "%d %B %Y"]', "10 November 2026", datetime(2026, 11, 10)),
        ('"%d/%m/%y"', " 10/11/26 ", datetime(2026, 11, 10)),
        ('"%Y-%j"', "2026-314", datetime(2026, 11, 10)),
        ('"%d.%m.%Y, %H:%M Uhr"', "10.11.2026, 12:00 Uhr", NOON),
        ('"%Y%m%d%H%M%S%z"', "20261110120000+0000", NOON.replace(tzinfo=UTC)),
        ('{formats: "%d.%m.%Y %H:%M", timezone: "+02:00"}', "10.11.2026 12:00",
         NOON.replace(tzinfo=timezone(timedelta(hours=2)))),
    ],
)  # fmt: skip
def test_formats_say_how_a_date_is_written(options: str, text: str, moment: datetime):
    assert make_filter(datetime_, options)(text).isoformat() == moment.isoformat()


def test_with_formats_nothing_else_is_a_date():
    with pytest.raises(ValueError) as caught:
        make_filter(date_, '["%d.%m.%Y", "%d.%m.%y"]')("2026-11-10")

    assert str(caught.value) == '"2026-11-10" does not fit the formats "%d.%m.%Y", "%d.%m.%y"'


@pytest.mark.parametrize(
    ("options", "text", "result"),
    [
        ("{timezone: Europe/Berlin}", "2026-11-10T23:30:00Z", "2026-11-11T00:30:00+01:00"),
        ("{timezone: Europe/Berlin}", "2026-07-10T12:00", "2026-07-10T12:00:00+02:00"),
        ("{timezone: UTC}", "2026-11-10T12:00:00+05:30", "2026-11-10T06:30:00+00:00"),
        ('{timezone: "-05:00"}', "2026-11-10", "2026-11-10T00:00:00-05:00"),
    ],
)
def test_a_time_zone_moves_moments_that_have_one_and_marks_those_that_have_none(
    options: str, text: str, result: str
):
    assert make_filter(datetime_, options)(text).isoformat() == result


def test_a_day_is_taken_after_the_moment_was_moved():
    assert make_filter(date_, "{timezone: Asia/Tokyo}")("2026-11-10T23:30:00Z") == date(2026, 11, 11)


def test_a_moment_moved_out_of_the_calendar_is_refused():
    with pytest.raises(ValueError) as caught:
        make_filter(datetime_, "{timezone: '+14:00'}")("9999-12-31T23:59:59Z")

    assert str(caught.value) == '"9999-12-31T23:59:59+00:00" is no date'


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ('"%d.%m."', 'options:1:9: filter.formats: the format "%d.%m." has no year (%Y or %y)'),
        ('"%Y-%d"', 'options:1:9: filter.formats: the format "%Y-%d" has no month (%m, %b or %B)'),
        ('"%Y-%m"', 'options:1:9: filter.formats: the format "%Y-%m" has no day (%d)'),
        ('["%Y-%m-%d", "%d %Q %Y"]', 'options:1:26: filter.formats: unknown directive "%Q" in a date format'),
        ('"%d.%m.%Y %Z"', 'options:1:19: filter.formats: unknown directive "%Z" in a date format'),
        ('"%Y-%m-%d %"', 'options:1:19: filter.formats: unknown directive "%" in a date format'),
        ("{timezone: Berlin}", 'options:1:20: filter.timezone: unknown time zone "Berlin"'),
        (
            "{timezone: ../../etc/passwd}",
            'options:1:20: filter.timezone: unknown time zone "../../etc/passwd"',
        ),
    ],
)
def test_a_format_that_cannot_name_one_day_is_a_mistake_in_the_recipe(options: str, problem: str):
    with pytest.raises(RecipeError) as caught:
        make_filter(date_, options)

    assert str(caught.value).split("\n")[0] == problem


@pytest.mark.parametrize(
    ("options", "value", "result"),
    [
        (None, 1794312000, "2026-11-10T12:00:00+00:00"),
        (None, "1794312000", "2026-11-10T12:00:00+00:00"),
        (None, 1794312000.25, "2026-11-10T12:00:00.250000+00:00"),
        (None, 0, "1970-01-01T00:00:00+00:00"),
        (None, -1, "1969-12-31T23:59:59+00:00"),
        ("ms", 1794312000250, "2026-11-10T12:00:00.250000+00:00"),
        ("us", "1794312000000001", "2026-11-10T12:00:00.000001+00:00"),
        ("{timezone: Europe/Berlin}", 1794312000, "2026-11-10T13:00:00+01:00"),
    ],
)
def test_unix_time_becomes_a_moment(options: str | None, value: Any, result: str):
    assert make_filter(timestamp, options)(value).isoformat() == result


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1794312000000, '"1794312000000" is past the year 5000 in s; milliseconds are unit: ms'),
        (-(10**15), '"-1000000000000000" is before the year 1'),
        ("2026-11-10", '"2026-11-10" is no Unix time'),
        (True, "expected a number, found the truth value true"),
    ],
)
def test_what_is_no_unix_time_is_refused(value: Any, reason: str):
    with pytest.raises(ValueError) as caught:
        make_filter(timestamp)(value)

    assert str(caught.value) == reason


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(4999, 12, 31), timezones=st.just(UTC)))
def test_every_moment_survives_the_way_to_unix_time_and_back(moment: datetime):
    assert make_filter(timestamp, "us")(make_filter(epoch, "us")(moment)) == moment


@given(st.datetimes())
def test_every_moment_reads_back_from_iso_8601(moment: datetime):
    assert make_filter(datetime_)(moment.isoformat()) == moment


def test_epoch_takes_moments_without_a_zone_as_utc_unless_told():
    assert make_filter(epoch)(NOON) == 1794312000
    assert make_filter(epoch, "{timezone: Europe/Berlin}")(NOON) == 1794308400
