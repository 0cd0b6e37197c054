"""Dates in the words of any language, read without a guess: what could be two dates is refused."""

from scrapekit_dates.given import Reading
from scrapekit_dates.locales import LocalDates, UnknownLocale, open_locale

__all__ = ["LocalDates", "Reading", "UnknownLocale", "open_locale"]
