"""Dates in other languages and such as count from now: the door to scrapekit-dates, opened when asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Any

from scrapekit import FilterContext, Options

if TYPE_CHECKING:
    from scrapekit_dates import LocalDates

LOCAL_OPTIONS = {
    "order": "which number of 03/04/2026 is which: dmy, mdy or ymd; without it such a date is refused",
    "locale": "the language of the page, such as de or pt-BR; its words are read, and numbers in its order "
    "(needs scrapekit-dates)",
    "relative": "true: also read such as yesterday and 2 hours ago, counted from when the page was read, in "
    "`timezone` or UTC (needs scrapekit-dates)",
    "guess_year": "the year of a date without one: past (the latest day until then), future or nearest "
    "(needs scrapekit-dates)",
}
ORDERS = ("dmy", "mdy", "ymd")
_GUESSES = ("past", "future", "nearest")


class OnPage:
    """A function of a value and the page; with only some options a filter needs one."""

    uses_page = True

    def __init__(self, function: Callable[[Any, FilterContext], Any]) -> None:
        self._function = function

    def __call__(self, value: Any, context: FilterContext) -> Any:
        """The filtered value."""
        return self._function(value, context)


def read_locale(options: Options, *also: str) -> LocalDates | None:
    """The dates of the option ``locale``; English where *also* names an option that needs one.

    None when nothing asks for a locale, and after a problem.
    """
    asked = next((key for key in ("locale", *also) if key in options), "")
    name = options.text("locale") or "en"
    if not asked:
        return None
    try:
        from scrapekit_dates import UnknownLocale, open_locale
    except ImportError:
        message = f'"{asked}" needs scrapekit-dates, which is not installed'
        options.problem(asked, message, "pip install scrapekit-dates")
        return None
    try:
        return open_locale(name)
    except UnknownLocale as error:
        options.problem("locale", str(error), "locales are written as de, en-GB, pt-BR, zh-Hant")
        return None


def local_reader(
    options: Options, zone: tzinfo | None
) -> tuple[Callable[[str, float], datetime] | None, bool]:
    """How text is read by locale, given when the page was read; and whether that is needed at all."""
    order = options.choice("order", ORDERS)
    relative = options.flag("relative")
    guess = options.choice("guess_year", _GUESSES)
    dates = read_locale(options, "relative", "guess_year")
    if dates is None:
        return None, False
    from scrapekit_dates import Reading

    if not (relative or guess):
        reading = Reading(order=order)
        return lambda text, time: dates.read(text, reading), False

    def read(text: str, time: float) -> datetime:
        now = datetime.fromtimestamp(time, zone or UTC)
        return dates.read(text, Reading(order=order, now=now, guess_year=guess, relative=relative))

    return read, True
