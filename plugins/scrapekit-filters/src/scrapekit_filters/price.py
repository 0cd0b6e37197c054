"""Filters that read money: the amount, exactly, and the currency."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from scrapekit import Options
from scrapekit_filters._currencies import CODES, CURRENCY, SIGNS, sign_pattern
from scrapekit_filters._declare import Function, declare
from scrapekit_filters._numerals import (
    MINUS,
    NOTATION_OPTIONS,
    NUMERAL,
    Notation,
    bounded,
    decimal_of,
    digits_of,
    read_notation,
    to_ascii,
)
from scrapekit_filters._words import shown

# What follows is only looked at: in "2 EUR 6" the currency may belong to either number.
_AMOUNT = re.compile(
    rf"(?P<sign>(?<![\w)])[{MINUS}](?=\S)|\A\s*[{MINUS}]\s)?"
    rf"(?:(?P<before>{CURRENCY})\s?(?P<sign_after>[{MINUS}](?=\S))?\s?)?"
    rf"(?P<numeral>{NUMERAL})(?(before)|(?:€(?P<cents>[0-9]{{2}})(?![0-9.,]))?)(?P<letter>[kKMB](?!\w))?"
    rf"(?:[.,]\s?[-–—]{{1,2}}(?![0-9]))?(?:(?=\s?(?P<after>{CURRENCY}(?![0-9])|[¢%])))?"
)
# What most shops write, told apart in a fraction of the time: £51.77, 1.234,56 €, 12,50.
_PLAIN = re.compile(
    r"\s*[$€£]?\s?"
    r"(?:(?P<bare>[0-9]{1,9})|(?P<grouped>[1-9][0-9]{0,2}(?P<group>[.,])[0-9]{3}(?:(?P=group)[0-9]{3})*+))"
    r"(?:(?!(?P=group))(?P<point>[.,])(?P<cents>[0-9]{2}))?\s?[$€£]?\s*\Z"
)
_IN_PARENTHESES = re.compile(rf"\s*\(\s*((?:{CURRENCY}\s?)?{NUMERAL}\s?{CURRENCY}?)\s*\)\s*\Z")
# Between two numbers of which one currency is said: a range, or what may be one number or two.
_JOINED = re.compile(r"\s*(?:[-–—~～]|to|till|bis|à|a|do|až|до|tot|til|から)\s*\Z", re.IGNORECASE)
# Swedish and Norwegian: 12:50 kr.
_CROWNS = re.compile(
    r"(?<![0-9:])([0-9]+):([0-9]{2})(?![0-9:])(?=\s?kr)|(?<=kr )([0-9]+):([0-9]{2})(?![0-9:])"
)
_CLOCK = re.compile("[0-9]:[0-9]")
_PENCE = re.compile(r"\s*([0-9]{1,3})p\s*\Z")
_TAKE: Mapping[str, Callable[[Sequence[Decimal]], Decimal]] = {
    "first": lambda found: found[0],
    "last": lambda found: found[-1],
    "lowest": min,
    "highest": max,
}


@declare(
    "any",
    "number",
    options={
        **NOTATION_OPTIONS,
        "take": "which one to take when there are several: first, last, lowest or highest",
        "free": "the words that stand for 0, such as [free, kostenlos]; refused without it",
    },
    example=[
        (None, "£51.77", Decimal("51.77")),
        (None, "1.234,56 €", Decimal("1234.56")),
        (None, "CHF 1'234.50", Decimal("1234.50")),
        (None, "₹1,23,456.00", Decimal("123456.00")),
        (None, "2 x 1 234,50 zł", Decimal("1234.50")),
        (None, "1.234 €", Decimal("1234")),
        ('{decimal: "."}', "1.859 € per litre", Decimal("1.859")),
        ("{take: lowest}", "£20 £15", Decimal("15")),
        (None, "£20 £15", ValueError('several prices in "£20 £15"; say which with take: first')),
        (None, "10–20 €", ValueError('several prices in "10–20 €"; say which with take: first')),
        ("{free: [free, gratis]}", "Free!", Decimal("0")),
        (None, "free", ValueError('no price in "free"')),
    ],
)
def price(options: Options) -> Function:
    """Finds the price in a text and gives its amount exactly, without the currency."""
    notation = read_notation(options, "groups")
    guessed = not (notation.decimal or notation.thousands)
    take = _TAKE.get(options.choice("take", _TAKE))
    free = _read_free(options)

    def read(value: Any) -> Decimal:
        if not isinstance(value, str):
            return decimal_of(value)
        plain = _PLAIN.match(value) if guessed else None
        if plain is not None:
            whole = plain["bare"] or plain["grouped"].replace(plain["group"], "")
            return Decimal(f"{whole}.{plain['cents']}" if plain["point"] else whole)
        if free is not None and free.search(value) and not _DIGIT.search(to_ascii(value)):
            return Decimal(0)
        prices = _prices(value, notation)
        if take is None and len(set(prices)) > 1:
            raise ValueError(f"several prices in {shown(value)}; say which with take: first")
        return prices[0] if take is None else take(prices)

    return read


_DIGIT = re.compile("[0-9]")


def _read_free(options: Options) -> re.Pattern[str] | None:
    words = [re.escape(word) for node in options.texts("free") if (word := str(node.value).strip())]
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE) if words else None


def _prices(text: str, notation: Notation) -> Sequence[Decimal]:
    """The amounts with a currency beside them; where none has one, all that are no percentage."""
    plain = _CROWNS.sub(r"\1\3,\2\4", to_ascii(text))
    if (pence := _PENCE.match(plain)) is not None:
        return [Decimal(pence[1]).scaleb(-2)]
    bracketed = _IN_PARENTHESES.match(plain)
    searched = bracketed[1] if bracketed else plain
    found = [one for one in _AMOUNT.finditer(searched) if one["after"] != "%"]
    if not found:
        raise ValueError(f"no price in {shown(text)}")
    if any(
        searched[: one.start("numeral")].endswith(":") and _CLOCK.search(searched) for one in _near(found)
    ):
        raise ValueError(f"a time or a price in {shown(text)}")
    prices = [_amount(one, notation) for one in _with_joined(found, searched)]
    # Accounts write a negative amount in parentheses; a remark in them is never the whole text.
    return [prices[0].copy_negate()] if bracketed and len(prices) == 1 else prices


def _near(found: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    return [one for one in found if one["before"] or one["after"] or one["cents"]]


def _with_joined(found: Sequence[re.Match[str]], text: str) -> Sequence[re.Match[str]]:
    """Those with a currency, and those that a dash or a blank joins to one; all, where none has one."""
    near = {id(one) for one in _near(found)}
    for one, other in pairwise(found):
        end = one.end("after") if one["after"] else one.end()
        between = text[end : other.start()]
        joined = _JOINED.match(between) or (not between.strip() and not other["before"])
        if joined and len(near & {id(one), id(other)}) == 1:
            near |= {id(one), id(other)}
    return [one for one in found if id(one) in near] or found


def _amount(found: re.Match[str], notation: Notation) -> Decimal:
    if found["letter"]:
        raise ValueError(f"the price {shown(found[0].strip())} is abbreviated")
    digits = digits_of(found["numeral"], notation)
    if found["cents"]:
        digits += "." + found["cents"]
    amount = bounded(Decimal(digits), found[0])
    if found["after"] == "¢":
        amount = amount.scaleb(-2)
    return amount.copy_negate() if found["sign"] or found["sign_after"] else amount


@declare(
    "text",
    "text",
    options={"signs": 'what a sign stands for on this site, such as {"$": CAD, kr: SEK}'},
    example=[
        (None, "£51.77", "GBP"),
        (None, "EUR 12,50", "EUR"),
        (None, "12,50 zł", "PLN"),
        ('{signs: {"$": CAD}}', "$5", "CAD"),
        (
            None,
            "$5",
            ValueError('"$" in "$5" could be USD, CAD, AUD or another dollar or peso; say which with signs'),
        ),
        (None, "5.00", ValueError('no currency in "5.00"')),
    ],
)
def currency(options: Options) -> Function:
    """Finds the currency in a price and gives its code (ISO 4217)."""
    signs: dict[str, str] = dict(SIGNS) | {code: code for code in CODES} | _site_signs(options)
    pattern = re.compile(sign_pattern(signs))

    def read(value: str) -> str:
        found = list(dict.fromkeys(str(sign).rstrip(".") for sign in pattern.findall(value)))
        if not found:
            raise ValueError(f"no currency in {shown(value)}")
        codes = [signs[sign] for sign in found]
        certain: set[str] = {code for code in codes if len(code) == 3}
        if len(certain) > 1:
            raise ValueError(f"several currencies in {shown(value)}")
        if not certain:
            sign = shown(found[0])
            raise ValueError(f"{sign} in {shown(value)} could be {codes[0]}; say which with signs")
        return certain.pop()

    return read


def _site_signs(options: Options) -> dict[str, str]:
    signs = {}
    for sign, code in options.mapping("signs").items():
        if code not in CODES:
            options.problem(
                "signs", f'"{code}" is no currency code', "codes are those of ISO 4217, such as EUR"
            )
        elif sign:
            signs[sign] = str(code)
    return signs
