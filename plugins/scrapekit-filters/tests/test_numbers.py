"""Numbers, units and arithmetic."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapekit.testing import make_filter
from scrapekit_filters.arithmetic import add, multiply, round_
from scrapekit_filters.measure import duration, percent, size
from scrapekit_filters.number import decimal, float_, int_, number
from scrapekit_filters.price import currency, price


def result_of(part: Any, value: Any, options: str | None = None) -> Any:
    """What the filter gives, or its reason to refuse as text after "!"."""
    try:
        return make_filter(part, options)(value)
    except ValueError as error:
        return f"! {error}"


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("42", 42),
        (" 42 ", 42),
        ("+7", 7),
        ("-7", -7),
        ("−7", -7),
        ("(7)", -7),
        ("1,234", 1234),
        ("1.234", 1234),
        ("1 000 000", 1000000),
        ("12,34,567", 1234567),
        ("1'234", 1234),
        ("12.0", 12),
        ("1e3", 1000),
        ("٤٢", 42),
        ("007", 7),
        (12.0, 12),
        (Decimal(5), 5),
        ("12.5", '! "12.5" is not a whole number'),
        (12.5, '! "12.5" is not a whole number'),
        ("(-7)", '! "(-7)" is not a whole number'),
        ("(7", '! "(7" is not a whole number'),
        ("5 pcs", '! "5 pcs" is not a whole number'),
        ("1 2", '! "1 2" is not a whole number'),
        ("0x10", '! "0x10" is not a whole number'),
        ("1_000", '! "1_000" is not a whole number'),
        ("²", '! "²" is not a whole number'),
        ("1e999", '! "1e999" is too large for a number'),
        (True, "! expected a number, found the truth value true"),
        ([1], "! expected a number, found a list"),
        pytest.param(10**5000, '! "about 10^5000" is too large for a number', id="huge"),
    ],
)
def test_int_reads_whole_numbers_only(value: Any, result: Any):
    assert result_of(int_, value) == result


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("1.234", 1.234),
        ("1,234", 1234.0),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1 234.5", 1234.5),
        ("0,125", 0.125),
        ("0.125", 0.125),
        (".5", 0.5),
        ("6.02e23", 6.02e23),
        (3, 3.0),
        ("nan", '! "nan" is not a number'),
        ("inf", '! "inf" is not a number'),
        ("12.", '! "12." is not a number'),
        ("£5", '! "£5" is not a number'),
        ("1e309", '! "1e309" is too large for a floating-point number'),
        (float("inf"), '! "inf" is not a finite number'),
    ],
)
def test_float_reads_numbers_and_nothing_about_them(value: Any, result: Any):
    assert result_of(float_, value) == result


def test_decimal_keeps_every_digit():
    assert str(result_of(decimal, "1.234,5000")) == "1234.5000"
    assert str(result_of(decimal, "0." + "1" * 60)) == "0." + "1" * 60
    assert str(result_of(decimal, "-" + "7" * 60)) == "-" + "7" * 60
    assert str(result_of(decimal, 0.1)) == "0.1"


@pytest.mark.parametrize(
    ("value", "options", "result"),
    [
        ("1,234 reviews", None, 1234),
        ("Rated 4.5", None, 4.5),
        ("-3 °C", None, -3),
        ("COVID-19", None, 19),
        ("5 of 5", None, 5),
        ("12.50", None, 12.5),
        ("12,00 kg", None, 12.0),
        ("4.5 out of 5", "{take: first}", 4.5),
        ("4.5 out of 5", "{take: last}", 5),
        ("1.2K", "{abbreviated: true}", 1200),
        ("1.2345K", "{abbreviated: true}", 1234.5),
        ("3M views", "{abbreviated: true}", 3000000),
        ("1.5B", "{abbreviated: true}", 1500000000),
        (7, None, 7),
        (7.5, None, 7.5),
        (Decimal("7.50"), None, 7.5),
        ("none", None, '! no number in "none"'),
        ("10-20", None, '! several numbers in "10-20"; say which with take: first'),
        ("1.2K likes", None, '! "1.2K" is abbreviated; expand it with abbreviated: true'),
        ("v1.2.3", None, '! the separators in "1.2.3" make no number'),
    ],
)
def test_number_finds_the_one_number_in_a_text(value: Any, options: str | None, result: Any):
    found = result_of(number, value, options)

    assert (type(found), found) == (type(result), result)


@pytest.mark.parametrize(
    ("value", "options", "result"),
    [
        ("20%", None, 20),
        ("12,5 %", None, 12.5),
        ("-20% today", None, -20),
        ("5 reviews, 80% good", None, 80),
        ("20", None, 20),
        ("٢٠٪", None, 20),
        (20, None, 20),
        ("20%", "{fraction: true}", 0.2),
        (20, "{fraction: true}", 0.2),
        ("20% or 30%", None, '! several percentages in "20% or 30%"'),
        ("none", None, '! no percentage in "none"'),
        ("20 pcs", None, '! no percentage in "20 pcs"'),
    ],
)
def test_percent_finds_the_percentage(value: Any, options: str | None, result: Any):
    assert result_of(percent, value, options) == result


@pytest.mark.parametrize(
    ("value", "options", "result"),
    [
        ("512", None, 512),
        ("512 bytes", None, 512),
        ("1.5 GB", None, 1500000000),
        ("1,5 Go", None, 1500000000),
        ("700MB", None, 700000000),
        ("700mb", None, 700000000),
        ("2 KiB", None, 2048),
        ("1.4 KiB", None, 1434),
        ("1K", None, 1000),
        ("1 MB", "{binary: true}", 1048576),
        (512, None, 512),
        ("10 Mb", None, '! unknown unit in "10 Mb"'),
        ("10 Mbit", None, '! unknown unit in "10 Mbit"'),
        ("big", None, '! no size in "big"'),
        (-1, None, '! "-1" is no size'),
    ],
)
def test_size_gives_bytes(value: Any, options: str | None, result: Any):
    assert result_of(size, value, options) == result


@pytest.mark.parametrize(
    ("value", "options", "result"),
    [
        ("90 min", None, 5400),
        ("1h 30m 5s", None, 5405),
        ("1h30", None, 5400),
        ("1.5 hours", None, 5400),
        ("1 hour, 20 minutes and 5 seconds", None, 4805),
        ("2 days", None, 172800),
        ("500ms", None, 0.5),
        ("03:25", None, 205),
        ("1:03:25", None, 3805),
        ("PT1H30M", None, 5400),
        ("P1DT12H", None, 129600),
        ("PT0.5S", None, 0.5),
        ("90", "{unit: min}", 5400),
        (90, "{unit: s}", 90),
        ("90", None, '! "90" has no unit; name one with unit: s'),
        ("PT", None, '! "PT" is no duration'),
        ("2 months", None, '! "months" in "2 months" is no unit of time'),
        ("5 min ago", None, '! "5 min ago" is no duration'),
    ],
)
def test_duration_gives_seconds(value: Any, options: str | None, result: Any):
    assert result_of(duration, value, options) == result


@pytest.mark.parametrize(
    ("part", "options", "value", "result"),
    [
        (round_, None, 0.5, 1),
        (round_, None, -0.5, -1),
        (round_, "2", 2.675, 2.68),
        (round_, "2", Decimal("2.5"), Decimal("2.50")),
        (round_, "{mode: up}", 1.1, 2),
        (round_, "{mode: cut}", -1.9, -1),
        (round_, "-2", 1250, 1300),
        (add, "0.2", 0.1, 0.3),
        (add, "-1", 5, 4),
        (add, "0x10", 1, 17),
        (multiply, "0.01", 1999, 19.99),
        (multiply, "3", Decimal("1.10"), Decimal("3.30")),
        (multiply, "1000", 1.001, 1001.0),
        (multiply, "10", 1e308, '! "1e+308" is too large for a floating-point number'),
        (add, "1", "5", '! expected a number, found the text "5"'),
    ],
)
def test_arithmetic_is_exact_in_decimals(part: Any, options: str | None, value: Any, result: Any):
    found = result_of(part, value, options)

    assert (type(found), str(found)) == (type(result), str(result))


@given(st.integers(min_value=-(10**30), max_value=10**30))
def test_every_whole_number_reads_back_as_itself_however_it_is_grouped(value: int):
    read = make_filter(int_)

    assert read(str(value)) == read(f"{value:,}") == read(f"{value:,}".replace(",", " ")) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**12), max_value=10**12))
def test_every_price_reads_back_in_english_german_and_french(value: Decimal):
    read = make_filter(price)
    english = f"{value:,.2f}"
    german = english.translate(str.maketrans(",.", ".,"))
    french = english.translate(str.maketrans({",": "\u202f", ".": ","}))

    assert read(f"{english} £") == read(f"{german} €") == read(f"{french} €") == value


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_every_float_that_python_writes_reads_back_with_a_point_for_decimals(value: float):
    assert make_filter(float_, '{decimal: "."}')(repr(value)) == value


@pytest.mark.slow
@pytest.mark.parametrize("part", [int_, float_, number, price, percent, size, duration, currency])
@pytest.mark.parametrize("text", ["9", "1,", "1 000 ", "1.", "- ", "$", "(", "€5", "1 %x", "12€5"])
def test_reading_takes_time_in_proportion_to_the_text(part: Any, text: str):
    started = time.process_time()
    result_of(part, text * (200_000 // len(text)))

    # Time by the square of the length would be minutes.
    assert time.process_time() - started < 5
