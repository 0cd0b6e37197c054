"""What a locale's dates are made of: its words with their meanings, and the order of numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from scrapekit_dates import grammar, relative
from scrapekit_dates.given import Reading
from scrapekit_dates.plain import plain
from scrapekit_dates.shapes import COUNTERS, Meaning, Rules, Token, number
from scrapekit_dates.words import (
    AFTER_TIME,
    COUNTED,
    ERAS,
    FILLERS,
    HOURS,
    ORDINALS,
    TIME,
    day_words,
    words_of,
)

_SHORTEST = 3
"""A month may be cut to so many letters, where no other begins with them."""
_WRITTEN_TOGETHER = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PLAIN_LETTERS = re.compile(r"[^\W\d_]")
# Languages whose years are often those of another calendar: what is no year of ours there is refused.
_OTHER_CALENDARS = frozenset({"ar", "ckb", "fa", "mzn", "ps", "ur", "uz"})
_HALVES = {"am": 0, "a.m": 0, "a. m": 0, "pm": 12, "p.m": 12, "p. m": 12}


class UnknownLocale(ValueError):
    """A name that no locale has."""


@lru_cache(maxsize=64)
def open_locale(name: str) -> LocalDates:
    """The dates of a locale such as ``de``, ``en-GB`` or ``pt-BR``; raises UnknownLocale."""
    try:
        locale = Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError, TypeError) as error:
        raise UnknownLocale(f'unknown locale "{name[:40]}"') from error
    return LocalDates(locale)


class LocalDates:
    """Reads the dates of one locale."""

    def __init__(self, locale: Locale) -> None:
        self.language: str = locale.language
        self.order = _order_of(locale)
        self._lexicon = _Lexicon(locale)
        self._relative = relative.patterns_of(locale)
        self._english = _to_english(locale)
        points = "H.mm" in locale.time_formats["short"].pattern
        self._rules = Rules(points, locale.language == "th", locale.language in _OTHER_CALENDARS)

    def read(self, text: str, reading: Reading) -> datetime:
        """The moment *text* names; a date without a time is its midnight.

        Raises ValueError with a reason for what is no date, and for what could be two.
        """
        bare = plain(text)
        if (
            reading.relative
            and reading.now is not None
            and (found := relative.read(bare, self._relative, reading.now))
        ):
            return found
        tokens = self._lexicon.tokens(bare)
        return grammar.read(tokens, text, reading, reading.order or self.order, self._rules)

    def in_english(self, text: str, form: str) -> str:
        """The text with the names of months and weekdays in English, as ``strptime`` reads *form*."""
        return self._english(plain(text), form)


def _order_of(locale: Locale) -> str:
    if locale.language == "en" and not locale.territory:
        # English alone says nothing: it is written in both orders.
        return ""
    letters = re.findall("[dMy]", re.sub("'[^']*'", "", locale.date_formats["short"].pattern))
    order = "".join(dict.fromkeys(letters)).lower()
    return order if order in ("dmy", "mdy", "ymd") else ""


class _Lexicon:
    """The words of a locale, each with everything it can mean."""

    def __init__(self, locale: Locale) -> None:
        self._meanings: dict[str, set[Meaning]] = {}
        for word, kind, value in _words(locale):
            self._add(word.rstrip("."), kind, value)
        ordinals = "|".join(map(re.escape, words_of(ORDINALS, locale.language)))
        self._ordinal = re.compile(rf"(?<=[0-9])(?:{ordinals})(?![^\W\d_])") if ordinals else None
        longest = sorted(self._meanings, key=len, reverse=True)
        self._token = re.compile(
            "|".join(_bounded(word) for word in longest)
            + r"|(?P<number>[0-9]+)|(?P<sign>[^\s\w])|(?P<blank>\s+)"
        )

    def _add(self, word: str, kind: str, value: int) -> None:
        if word:
            self._meanings.setdefault(word, set()).add(Meaning(kind, value))

    def tokens(self, bare: str) -> list[Token]:
        """The text's tokens; a word that nobody knows is one without a meaning."""
        if self._ordinal is not None:
            bare = self._ordinal.sub("", bare)
        found, position = [], 0
        while position < len(bare):
            match = self._token.match(bare, position)
            if match is None:
                return [Token(bare[position:], frozenset())]
            position = match.end()
            if match.lastgroup != "blank":
                found.append(self._token_of(match))
        return found

    def _token_of(self, match: re.Match[str]) -> Token:
        text = match[0]
        if match.lastgroup == "number":
            return number(text)
        if match.lastgroup == "sign":
            return Token(text, frozenset({Meaning(text, 0)}))
        return Token(text, frozenset(self._meanings[text.rstrip(". ")]))


def _bounded(word: str) -> str:
    """The word as a pattern: not inside another, save in scripts that set no spaces."""
    pattern = re.escape(word)
    if _WRITTEN_TOGETHER.search(word):
        return pattern
    start = r"(?<![^\W\d_])" if _PLAIN_LETTERS.match(word) else ""
    return rf"{start}{pattern}(?![^\W\d_])\.?"


def _words(locale: Locale) -> Iterator[tuple[str, str, int]]:
    language = locale.language
    yield from ((word, "M", month) for word, month in _months(locale))
    for style in ("wide", "abbreviated", "short"):
        for context in ("format", "stand-alone"):
            days = locale.days.get(context, {}).get(style, {})
            yield from ((plain(name), "W", day) for day, name in days.items())
    yield from ((word, "H", half) for word, half in {**_HALVES, **_halves(locale)}.items())
    yield from ((word, "R", distance) for word, distance in day_words(language))
    yield from ((word, " ", 0) for word in words_of(FILLERS, language))
    yield from ((word, "T", 0) for word in words_of(TIME, language))
    yield from ((word, "U", 0) for word in words_of(AFTER_TIME, language))
    yield from ((word, "h", 0) for word in words_of(HOURS, language))
    yield from ((word, "Z", 0) for word in ("z", "utc", "gmt"))
    yield ("t", "T", 0)
    if language in ("ja", "ko", "zh", "yue"):
        yield from ((sign, COUNTERS[unit], 0) for sign, unit in COUNTED.items())
    if language == "ja":
        yield from ((plain(era), "E", years) for era, years in ERAS.items())


def _months(locale: Locale) -> Iterator[tuple[str, int]]:
    """Names and abbreviations of months; and their beginnings, where they are those of one month."""
    names: dict[str, set[int]] = {}
    for context in ("format", "stand-alone"):
        for style in ("wide", "abbreviated"):
            for month, name in locale.months.get(context, {}).get(style, {}).items():
                word = plain(name).rstrip(".")
                if not word.isdigit() and not (word[:1].isdigit() and _WRITTEN_TOGETHER.search(word)):
                    names.setdefault(word, set()).add(month)
    beginnings: dict[str, set[int]] = {}
    for name, months in names.items():
        for end in range(_SHORTEST, len(name)):
            if not _WRITTEN_TOGETHER.search(name) and name[:end].isalpha():
                beginnings.setdefault(name[:end], set()).update(months)
    for word, months in {**beginnings, **names}.items():
        if len(months) == 1:
            yield word, next(iter(months))


def _halves(locale: Locale) -> Mapping[str, int]:
    found = {}
    for styles in locale.day_periods.values():
        for words in styles.values():
            for key, hours in (("am", 0), ("pm", 12)):
                word = plain(words.get(key, "")).rstrip(".")
                if word:
                    found[word] = found[word.replace(" ", "").replace(".", "")] = hours
    return found


def _to_english(locale: Locale) -> Callable[[str, str], str]:
    """A function that writes a plain text's names as English has them, as long as the format asks."""
    english = Locale.parse("en")
    months = dict(_months(locale))
    days = {word: number for word, kind, number in _words(locale) if kind == "W"}
    words = sorted({*months, *days}, key=len, reverse=True)
    finder = re.compile("|".join(_bounded(word) for word in words))

    def write(text: str, form: str) -> str:
        def name(found: re.Match[str]) -> str:
            word = found[0].rstrip(".")
            if word in months and ("%b" in form or "%B" in form):
                style = "wide" if "%B" in form else "abbreviated"
                return str(english.months["format"][style][months[word]])
            if word in days and ("%a" in form or "%A" in form):
                style = "wide" if "%A" in form else "abbreviated"
                return str(english.days["format"][style][days[word]])
            return found[0]

        return finder.sub(name, text)

    return write
