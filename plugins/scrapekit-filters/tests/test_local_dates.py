"""Dates by locale: what the filters ask of scrapekit-dates, and what they say without it."""

# ruff: noqa: E501 - a table of texts is read in rows
from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest

from scrapekit import RecipeError
from scrapekit.testing import make_filter
from scrapekit_filters.compose import compose
from scrapekit_filters.dates import date_, datetime_


@pytest.mark.parametrize(
    ("options", "text", "moment"),
    [
        ("{locale: de, timezone: Europe/Berlin}", "10. Nov. 2026, 14:30 Uhr", "2026-11-10T14:30:00+01:00"),
        ("{locale: de}", "2026-11-10T14:30:00Z", "2026-11-10T14:30:00+00:00"),
        ("{locale: fr, formats: '%A %d %B %Y'}", "mardi 10 novembre 2026", "2026-11-10T00:00:00"),
        ("{locale: de, formats: '%d. %b %y'}", "10. Mär 26", "2026-03-10T00:00:00"),
        ("{locale: en, order: dmy}", "03/04/2026", "2026-04-03T00:00:00"),
        ("{relative: true}", "2 hours ago", "2026-11-22T10:00:00+00:00"),
        ("{relative: true, timezone: Asia/Tokyo}", "yesterday", "2026-11-21T00:00:00+09:00"),
        ("{relative: true, timezone: Pacific/Kiritimati}", "today", "2026-11-23T00:00:00+14:00"),
        ("{locale: sv, guess_year: past}", "30 nov.", "2025-11-30T00:00:00"),
        ("{order: mdy}", "03/04/26 2:30 pm", "2026-03-04T14:30:00"),
        ("{order: ymd}", "26-11-10", "2026-11-10T00:00:00"),
        ("{order: dmy}", "2026-11-10", "2026-11-10T00:00:00"),
    ],
)
def test_a_moment_is_read_as_its_page_means_it(options: str, text: str, moment: str):
    assert make_filter(datetime_, options)(text).isoformat() == moment


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ("{locale: xx}", 'options:1:18: filter.locale: unknown locale "xx"'),
        ("{order: ydm}", 'options:1:17: filter.order: expected one of dmy, mdy, ymd, found the text "ydm"'),
        ("{guess_year: now}", "options:1:22: filter.guess_year: expected one of past, future, nearest, found the "
         'text "now"'),
        ("{formats: '%d.%m.%Y', relative: true}", "options:1:19: filter.formats: with formats there is nothing "
         "left to guess"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_a_mistake(options: str, problem: str):
    with pytest.raises(RecipeError) as caught:
        make_filter(date_, options)

    assert str(caught.value).split("\n")[0] == problem


@pytest.mark.parametrize("option", ["locale: de", "relative: true", "guess_year: past"])
def test_without_scrapekit_dates_the_recipe_is_told_what_to_install(
    option: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "scrapekit_dates", None)
    with pytest.raises(RecipeError) as caught:
        make_filter(date_, f"{{{option}}}")

    key = option.partition(":")[0]
    first, *_, last = str(caught.value).split("\n")
    assert first.endswith(f'filter.{key}: "{key}" needs scrapekit-dates, which is not installed')
    assert last == "  hint: pip install scrapekit-dates"


def test_a_recipe_that_asks_for_no_locale_imports_none():
    code = (
        "import sys; from scrapekit.testing import make_filter; from scrapekit_filters.dates import date_;"
        "make_filter(date_)('2026-11-10'); print('babel' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert printed.stdout == "False\n"


@pytest.mark.parametrize(
    ("options", "value", "moment"),
    [
        ("{locale: pl}", {"day": "10", "month": "listopada", "year": "2026"}, "2026-11-10T00:00:00"),
        (
            "{timezone: Europe/Berlin}",
            {"day": "1st", "month": "May", "year": 2026},
            "2026-05-01T00:00:00+02:00",
        ),
        ('{time: "20:00", day: 1}', {"month": "12", "year": "2026", "time": ""}, "2026-12-01T20:00:00"),
    ],
)
def test_a_moment_is_made_of_its_parts(options: str, value: Any, moment: str):
    assert make_filter(compose, options)(value).isoformat() == moment


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"day": 1, "month": 1, "year": "26"}, '"26" is no year'),
        ({"day": 1, "month": "Brumaire", "year": 2026}, '"Brumaire" is no month'),
        ({"day": "one", "month": 1, "year": 2026}, '"one" is no day'),
        ({"day": 1, "month": 1, "year": 2026, "time": "late"}, '"late" is no time of day'),
        ({"day": [1], "month": 1, "year": 2026}, "expected text, found a list"),
    ],
)
def test_parts_that_make_no_date_are_refused(value: Any, reason: str):
    with pytest.raises(ValueError) as caught:
        make_filter(compose)(value)

    assert str(caught.value) == reason


def test_a_default_time_that_is_none_is_a_mistake():
    with pytest.raises(RecipeError) as caught:
        make_filter(compose, "{time: noonish}")

    assert str(caught.value).split("\n")[0] == 'options:1:16: filter.time: "noonish" is no time of day'


def test_dates_that_are_dates_already_pass():
    assert make_filter(datetime_, "{relative: true}")(datetime(2026, 1, 2)) == datetime(2026, 1, 2)
