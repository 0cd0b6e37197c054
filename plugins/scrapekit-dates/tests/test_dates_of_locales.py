"""Dates as pages of each country write them; every text means one day, or none."""

# ruff: noqa: E501 - a table of texts is read in rows
from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timezone

import pytest
from babel import Locale
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from scrapekit_dates import Reading, UnknownLocale, open_locale

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)  # noqa: UP017
DAY = "2026-11-10T00:00:00"
HALF_PAST_TWO = "2026-11-10T14:30:00"

# 10 November 2026 is a Tuesday.
TEXTS: Mapping[str, Mapping[str, list[str]]] = {
    "en-US": {
        DAY: ["Nov 10, 2026", "November 10th, 2026", "Tuesday, November 10, 2026", "11/10/2026", "11/10/26",
              "Tue Nov 10 2026", "Nov. 10, 2026", "NOVEMBER 10 2026", "2026-11-10"],
        HALF_PAST_TWO: ["November 10, 2026 at 2:30 PM", "11/10/2026, 2:30 p.m.", "Tue, Nov 10, 2026 14:30"],
        "2026-11-10T00:05:00": ["Nov 10, 2026 12:05 am"],
        "2026-11-10T14:00:00": ["Nov 10, 2026 2 pm"],
    },
    "en-GB": {
        DAY: ["10 November 2026", "10th November 2026", "10/11/2026", "Tue 10 Nov 2026", "10-Nov-2026"],
        HALF_PAST_TWO: ["10 November 2026, 14:30", "14:30 on 10 November 2026", "10/11/26 14:30"],
        "2026-05-01T00:00:00": ["1st May 2026", "Fri 1 May 2026"],
        "2026-09-03T00:00:00": ["3 Sept 2026", "3 Sep. 2026", "3rd of September 2026"],
    },
    "de": {
        DAY: ["10. November 2026", "10. Nov. 2026", "10.11.2026", "10.11.26", "Di., 10.11.2026", "10 NOV 2026",
              "Dienstag, den 10. November 2026", "am 10.11.2026", "10.11. 2026"],
        HALF_PAST_TWO: ["10. November 2026, 14:30 Uhr", "Di., 10. Nov. 2026 um 14:30", "14:30 Uhr, 10.11.2026"],
        "2026-11-10T14:00:00": ["10.11.2026, 14 Uhr"],
        "2026-03-03T00:00:00": ["3. März 2026", "3. Mär. 2026", "3. Marz 2026", "3.3.2026"],
    },
    "de-AT": {"2026-01-05T00:00:00": ["5. Jänner 2026", "5. Jän. 2026", "5.1.2026"]},
    "fr": {
        DAY: ["10 novembre 2026", "mardi 10 novembre 2026", "mar. 10 nov. 2026", "le 10/11/2026", "10.11.2026"],
        HALF_PAST_TWO: ["10 novembre 2026 à 14h30", "mardi 10 nov. 2026, 14 h 30", "10/11/2026 14:30"],
        "2026-02-01T00:00:00": ["1er février 2026", "1er févr. 2026", "1 fev 2026", "1er FÉVRIER 2026"],
        "2026-08-10T00:00:00": ["10 août 2026", "10 aout 2026"],
    },
    "es": {
        DAY: ["10 de noviembre de 2026", "martes, 10 de noviembre de 2026", "10 nov 2026", "10/11/2026",
              "mar, 10 nov 2026"],
        HALF_PAST_TWO: ["10 de noviembre de 2026 a las 14:30", "10/11/2026, 2:30 p. m."],
        "2026-03-10T00:00:00": ["10 mar 2026", "10 de marzo del 2026", "mar, 10 mar 2026"],
    },
    "it": {
        DAY: ["10 novembre 2026", "martedì 10 novembre 2026", "mar 10 nov 2026", "10/11/2026", "10.11.2026"],
        HALF_PAST_TWO: ["10 novembre 2026 alle ore 14.30", "10/11/2026 ore 14:30", "10 nov 2026 alle 14:30"],
        "2026-05-01T00:00:00": ["1º maggio 2026", "1 mag 2026"],
    },
    "nl": {
        DAY: ["10 november 2026", "dinsdag 10 november 2026", "di 10 nov. 2026", "10-11-2026"],
        HALF_PAST_TWO: ["10 november 2026 om 14:30 uur", "10-11-2026 14:30"],
        "2026-03-03T00:00:00": ["3 maart 2026", "3 mrt 2026", "3 mrt. 2026"],
    },
    "pl": {
        DAY: ["10 listopada 2026", "10 listopada 2026 r.", "wtorek, 10 listopada 2026", "10 lis 2026", "10.11.2026",
              "dnia 10 listopada 2026 roku", "Listopad 10, 2026"],
        HALF_PAST_TWO: ["10 listopada 2026, 14:30", "10.11.2026 o godz. 14:30"],
        "2026-10-03T00:00:00": ["3 października 2026", "3 paź 2026", "3 pazdziernika 2026"],
    },
    "pt-BR": {
        DAY: ["10 de novembro de 2026", "terça-feira, 10 de novembro de 2026", "ter., 10 de nov. de 2026",
              "10/11/2026"],
        HALF_PAST_TWO: ["10 de novembro de 2026 às 14h30", "10/11/2026 às 14:30", "10/11/2026 14h30"],
        "2026-03-01T00:00:00": ["1º de março de 2026", "1 de marco de 2026"],
    },
    "ru": {
        DAY: ["10 ноября 2026 г.", "10 ноября 2026", "вторник, 10 ноября 2026 г.", "10 нояб. 2026", "10 ноя 2026",
              "10.11.2026", "вт, 10 ноя. 2026 года"],
        HALF_PAST_TWO: ["10 ноября 2026 г., 14:30", "10.11.2026 в 14:30"],
        "2026-05-01T00:00:00": ["1 мая 2026", "1 май 2026"],
    },
    "tr": {
        DAY: ["10 Kasım 2026", "10 KASIM 2026", "10 Kasım 2026 Salı", "10 Kas 2026", "10.11.2026"],
        HALF_PAST_TWO: ["10 Kasım 2026 14:30", "10.11.2026 saat 14:30"],
        "2026-02-03T00:00:00": ["3 Şubat 2026", "3 Şub 2026", "3 ŞUBAT 2026"],
    },
    "ja": {
        DAY: ["2026年11月10日", "2026年11月10日(火)", "2026年11月10日火曜日", "2026/11/10", "２０２６年１１月１０日",
              "令和8年11月10日", "2026.11.10"],
        HALF_PAST_TWO: ["2026年11月10日 14:30", "2026年11月10日14時30分", "2026年11月10日(火) 午後2時30分"],
    },
    "zh": {
        DAY: ["2026年11月10日", "2026年11月10日星期二", "2026-11-10", "2026/11/10", "2026年11月10日 周二"],
        HALF_PAST_TWO: ["2026年11月10日 14:30", "2026年11月10日 下午2:30", "2026年11月10日14时30分"],
    },
    "ko": {
        DAY: ["2026년 11월 10일", "2026. 11. 10.", "2026년 11월 10일 화요일", "2026.11.10"],
        HALF_PAST_TWO: ["2026년 11월 10일 오후 2:30", "2026. 11. 10. 14:30"],
    },
    "ar": {
        DAY: ["10 نوفمبر 2026", "١٠ نوفمبر ٢٠٢٦", "الثلاثاء، 10 نوفمبر 2026", "١٠\u200f/١١\u200f/٢٠٢٦"],
        HALF_PAST_TWO: ["10 نوفمبر 2026 2:30 م", "١٠ نوفمبر ٢٠٢٦، ٢:٣٠ م"],
    },
    "sv": {
        DAY: ["10 november 2026", "tisdag 10 november 2026", "den 10 november 2026", "tis 10 nov. 2026", "2026-11-10"],
        HALF_PAST_TWO: ["10 november 2026 kl. 14.30", "10 november 2026 kl 14:30", "2026-11-10 14:30"],
    },
    "da": {
        DAY: ["10. november 2026", "tirsdag den 10. november 2026", "10. nov. 2026", "10.11.2026"],
        HALF_PAST_TWO: ["10. november 2026 kl. 14.30", "10.11.2026 14.30"],
    },
    "fi": {
        DAY: ["10. marraskuuta 2026", "tiistai 10. marraskuuta 2026", "10.11.2026", "ti 10.11.2026"],
        HALF_PAST_TWO: ["10.11.2026 klo 14.30", "10. marraskuuta 2026 14.30"],
    },
    "cs": {
        DAY: ["10. listopadu 2026", "úterý 10. listopadu 2026", "10. 11. 2026", "10.11.2026", "út 10. 11. 2026"],
        HALF_PAST_TWO: ["10. listopadu 2026 v 14:30", "10.11.2026 14:30"],
        "2026-09-01T00:00:00": ["1. září 2026", "1. zari 2026"],
        "2026-06-02T00:00:00": ["2. června 2026"],
        "2026-07-02T00:00:00": ["2. července 2026"],
    },
    "hu": {DAY: ["2026. november 10.", "2026. nov. 10., kedd"], HALF_PAST_TWO: ["2026. november 10. 14:30"]},
    "th": {DAY: ["10 พฤศจิกายน 2569", "วันอังคารที่ 10 พฤศจิกายน พ.ศ. 2569", "10 พ.ย. 2026"]},
    "el": {DAY: ["10 Νοεμβρίου 2026", "Τρίτη 10 Νοεμβρίου 2026", "10/11/2026"]},
    "uk": {DAY: ["10 листопада 2026 р.", "вівторок, 10 листопада 2026 р."]},
}  # fmt: skip


def cases() -> Iterator[tuple[str, str, str]]:
    for locale, moments in TEXTS.items():
        for moment, texts in moments.items():
            yield from ((locale, text, moment) for text in texts)


@pytest.mark.parametrize(("locale", "text", "moment"), list(cases()))
def test_a_page_of_that_locale_says_this_moment(locale: str, text: str, moment: str):
    assert open_locale(locale).read(text, Reading()).isoformat() == moment


REFUSED = {
    "en": ["03/04/2026", "3/4/26", "1.2.2026"],
    "sv": ["10/11/2026", "26-11-10"],
    "ja": ["10/11/2026", "11月10日は休み"],
    "en-US": ["13/02/2026", "Monday, November 10, 2026", "02/30/2026", "Nov 10 26"],
    "en-GB": ["02/13/2026", "10", "10 11 2026", "May 2026", "12:30", "Version 10.2", "10 November 2026 or so",
              "10 Nov 2026 25:00", "10 Nov 2026 13:00 pm", "10 Brumaire 2026", "10.11", "10 Nov 20261", "a" * 5000,
              "10 Nov 2026 10 Nov 2026", "10 Nov 2026 - 12 Nov 2026", "1 " * 3000, "2026", "", "\ud800"],
    "de": ["02/13/2026", "10. Brumaire 2026", "Mo., 10.11.2026", "10. Nov", "10.11.2026 CET", "31.02.2026"],
    "fr": ["10 jui 2026", "32 mars 2026"],
    "es": ["mar 2026", "10 mar mar 2026"],
    "fa": ["1405/08/19", "1405-08-19"],
    "ar": ["1448/05/19"],
    "zh": ["民國115年11月10日"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "text"), [(locale, text) for locale, texts in REFUSED.items() for text in texts]
)
def test_what_could_be_two_days_or_is_none_is_refused(locale: str, text: str):
    with pytest.raises(ValueError) as caught:
        open_locale(locale).read(text, Reading())

    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("locale", "text", "reason"),
    [
        (
            "en",
            "03/04/2026",
            "could be more than one date; say which number is the day with order: dmy or mdy",
        ),
        ("de", "Mo., 10.11.2026", "names a weekday on which that date does not fall"),
        ("de", "10. November", "has no year; guess it with guess_year: past"),
        ("de", "gestern", "counts from now; allow that with relative: true"),
        ("de", "demnächst", "is no date"),
    ],
)
def test_the_reason_says_what_to_write(locale: str, text: str, reason: str):
    with pytest.raises(ValueError) as caught:
        open_locale(locale).read(text, Reading())

    assert str(caught.value) == f'"{text}" {reason}'


@pytest.mark.parametrize(
    ("locale", "order", "text", "day"),
    [
        ("en", "dmy", "03/04/2026", "2026-04-03"),
        ("en", "mdy", "03/04/2026", "2026-03-04"),
        ("de", "mdy", "03/04/2026", "2026-03-04"),
        ("sv", "dmy", "10/11/26", "2026-11-10"),
        ("en", "", "13/02/2026", "2026-02-13"),
        ("en", "", "05/05/2026", "2026-05-05"),
        ("de", "", "10.11.69", "1969-11-10"),
        ("de", "", "10.11.68", "2068-11-10"),
    ],
)
def test_an_order_says_which_number_is_which(locale: str, order: str, text: str, day: str):
    assert open_locale(locale).read(text, Reading(order=order)).date().isoformat() == day


@pytest.mark.parametrize(
    ("locale", "text", "moment"),
    [
        ("en", "2 hours ago", "2026-11-22T10:00:00+00:00"),
        ("en", "an hour ago", "2026-11-22T11:00:00+00:00"),
        ("en", "3 days ago", "2026-11-19T00:00:00"),
        ("en", "in 2 weeks", "2026-12-06T00:00:00"),
        ("en", "3 mo. ago", "2026-08-22T00:00:00"),
        ("en", "Yesterday at 3:04 pm", "2026-11-21T15:04:00"),
        ("de", "vor 3 Tagen", "2026-11-19T00:00:00"),
        ("de", "vor einer Stunde", "2026-11-22T11:00:00+00:00"),
        ("de", "gestern, 14:30 Uhr", "2026-11-21T14:30:00"),
        ("de", "Heute", "2026-11-22T00:00:00"),
        ("fr", "il y a 2 jours", "2026-11-20T00:00:00"),
        ("fr", "hier à 14h30", "2026-11-21T14:30:00"),
        ("es", "hace 5 minutos", "2026-11-22T11:55:00+00:00"),
        ("es", "mañana", "2026-11-23T00:00:00"),
        ("pt-BR", "há 2 horas", "2026-11-22T10:00:00+00:00"),
        ("it", "2 giorni fa", "2026-11-20T00:00:00"),
        ("nl", "3 dagen geleden", "2026-11-19T00:00:00"),
        ("pl", "2 dni temu", "2026-11-20T00:00:00"),
        ("pl", "wczoraj", "2026-11-21T00:00:00"),
        ("ru", "5 минут назад", "2026-11-22T11:55:00+00:00"),
        ("ru", "вчера в 14:30", "2026-11-21T14:30:00"),
        ("tr", "2 saat önce", "2026-11-22T10:00:00+00:00"),
        ("ja", "3日前", "2026-11-19T00:00:00"),
        ("ja", "昨日", "2026-11-21T00:00:00"),
        ("zh", "3天前", "2026-11-19T00:00:00"),
        ("ar", "قبل 3 أيام", "2026-11-19T00:00:00"),
        ("sv", "för 2 timmar sedan", "2026-11-22T10:00:00+00:00"),
        ("sv", "igår", "2026-11-21T00:00:00"),
        ("cs", "před 2 dny", "2026-11-20T00:00:00"),
        ("da", "for 2 dage siden", "2026-11-20T00:00:00"),
        ("de", "10.11.2026", "2026-11-10T00:00:00"),
    ],
)
def test_words_that_count_from_now_are_read_where_they_are_allowed(locale: str, text: str, moment: str):
    found = open_locale(locale).read(text, Reading(now=NOW, relative=True))

    assert found.isoformat() == moment


@pytest.mark.parametrize(
    "text", ["soon", "now", "99999999 days ago", "20000 years ago", "9000 years ago", "ago"]
)
def test_not_every_word_about_time_is_a_moment(text: str):
    with pytest.raises(ValueError):
        open_locale("en").read(text, Reading(now=NOW, relative=True))


@pytest.mark.parametrize(
    ("locale", "text", "guess", "day"),
    [
        ("en", "Nov 10", "past", "2026-11-10"),
        ("en", "Nov 22", "past", "2026-11-22"),
        ("en", "Nov 30", "past", "2025-11-30"),
        ("en", "Nov 10", "future", "2027-11-10"),
        ("en", "Jan 5", "nearest", "2027-01-05"),
        ("de", "Mo, 10. November", "past", "2025-11-10"),
        ("de", "29. Feb.", "past", "2024-02-29"),
        ("ja", "11月10日", "past", "2026-11-10"),
    ],
)
def test_a_year_is_guessed_only_the_way_that_was_asked_for(locale: str, text: str, guess: str, day: str):
    found = open_locale(locale).read(text, Reading(now=NOW, guess_year=guess))

    assert found.date().isoformat() == day


@pytest.mark.parametrize("name", ["xx", "", "de_DE_x_y_z", "../de", "a" * 300, "de\x00"])
def test_a_locale_that_is_none_is_refused(name: str):
    with pytest.raises(UnknownLocale):
        open_locale(name)


NAMES = ["en-US", "en-GB", "de", "fr", "es", "it", "nl", "pl", "pt-BR", "pt-PT", "ru", "tr", "sv", "da", "nb", "fi", "cs",
         "sk", "hu", "ro", "bg", "hr", "sl", "uk", "el", "ja", "zh", "ko", "id", "ca", "et", "lt", "lv", "hi"]  # fmt: skip


@given(
    st.sampled_from(NAMES), st.dates(date(1950, 1, 1), date(2199, 12, 31)), st.sampled_from(["long", "full"])
)
def test_what_cldr_writes_in_words_reads_back(name: str, day: date, style: str):
    text = format_date(day, style, locale=Locale.parse(name.replace("-", "_")))

    assert open_locale(name).read(text, Reading()).date() == day


@given(
    st.sampled_from(NAMES), st.text(st.characters() | st.sampled_from("0123456789./-: ,年月日"), max_size=40)
)
def test_any_text_is_a_moment_or_a_value_error(name: str, text: str):
    try:
        found = open_locale(name).read(text, Reading(now=NOW, relative=True, guess_year="past"))
    except ValueError:
        return

    assert isinstance(found, datetime)
