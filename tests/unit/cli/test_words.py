"""Numbers, durations and strangers' text as people read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapekit.cli.words import columns, counted, duration, masked, printable, short_path, size


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Käse 書籍 ✓", "Käse 書籍 ✓"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("a\r\nb", "a\\r\\nb"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("12\xa0€ and\u3000wide", "12\xa0€ and\u3000wide"),
        ("\x9b2J", "\\x9b2J"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_what_could_drive_a_terminal_is_shown_as_an_escape(text, shown):
    assert printable(text) == shown


def test_line_breaks_stay_where_lines_are_wanted():
    assert printable("a\nb\tc\x07", lines=True) == "a\nb\\tc\\x07"


def test_secrets_are_hidden_however_deep_they_stand():
    value = {"url": "https://a.test/?token=s3cret", "list": ["s3cret", 7, ("x", "s3")], "s3cret": None}

    assert masked(value, ["s3", "s3cret"]) == {
        "url": "https://a.test/?token=•••",
        "list": ["•••", 7, ["x", "•••"]],
        "•••": None,
    }


def test_an_empty_secret_hides_nothing():
    assert masked("abc", [""]) == "abc"


@pytest.mark.parametrize(("number", "text"), [(0, "0 pages"), (1, "1 page"), (4210, "4,210 pages")])
def test_a_number_has_its_noun(number, text):
    assert counted(number, "page") == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (12.34, "12.3 s"),
        (99.94, "99.9 s"),
        (99.96, "1 min 40 s"),
        (125, "2 min 05 s"),
        (3599.6, "1 h 00 min"),
        (3780, "1 h 03 min"),
        (4_000_000, "1,111 h 06 min"),
    ],
)
def test_a_duration_has_the_unit_people_would_say(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_960, "1.0 MB"),
        (12_340_000, "12.3 MB"),
        (5 * 10**15, "5,000.0 TB"),
    ],
)
def test_a_size_has_the_unit_people_would_say(number, text):
    assert size(number) == text


def test_a_path_below_the_working_directory_is_shown_from_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert short_path(tmp_path / "out" / "a.jsonl") == "out/a.jsonl"
    assert short_path("/elsewhere/a.jsonl") == "/elsewhere/a.jsonl"


def test_a_path_is_shown_whole_when_the_working_directory_is_gone(tmp_path, monkeypatch):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()

    assert short_path(Path("out/a.jsonl")) == "out/a.jsonl"


def test_columns_are_aligned():
    assert columns([("a", "1,000", "x"), ("bcd", "5", "")], right=(1,), indent="  ") == [
        "  a    1,000  x",
        "  bcd      5",
    ]


def test_no_rows_are_no_lines():
    assert columns([]) == []
