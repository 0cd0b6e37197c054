"""Prices as shops of each country write them, and what is no price, or more than one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from scrapekit.testing import make_filter
from scrapekit_filters.price import price

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en-US": {
        "$1,234.56": "1234.56",
        "US$ 1,234.56": "1234.56",
        "$.99": "0.99",
        "$1,234": "1234",
        "USD 12.50": "12.50",
        "Now $12.50!": "12.50",
        "$12.50/month": "12.50",
        "$1,234,567.89": "1234567.89",
        "-$5.00": "-5.00",
        "$ 5": "5",
        "12¢": "0.12",
        "from $12.50": "12.50",
        "$12.50 each": "12.50",
    },
    "en-GB": {
        "£1,234.56": "1234.56",
        "£12.50 inc. VAT": "12.50",
        "99p": "0.99",
        "GBP12.50": "12.50",
    },
    "de": {
        "1.234,56 €": "1234.56",
        "ab 12,- €": "12",
        "12,-- €": "12",
        "EUR 12,50": "12.50",
        "12,50 EUR": "12.50",
        "1.234 €": "1234",
        "12,50 €*": "12.50",
        "UVP 19,99 €": "19.99",
        "nur 5 €": "5",
        "inkl. MwSt. 12,50 €": "12.50",
        "€ 12,–": "12",
        "0,99€": "0.99",
        "12,50 €/kg": "12.50",
        "inkl. 19 % MwSt. 12,50 €": "12.50",
    },
    "de-AT": {
        "€ 1.234,56": "1234.56",
        "€ 12,-": "12",
    },
    "de-CH": {
        "CHF 1'234.50": "1234.50",
        "1’234.50 CHF": "1234.50",
        "CHF 12.–": "12",
        "Fr. 12.50": "12.50",
        "12.50 Fr.": "12.50",
        "SFr. 12.-": "12",
        "CHF 1'234.-": "1234",
    },
    "fr": {
        "1 234,56 €": "1234.56",
        "1\u202f234,56\xa0\u20ac": "1234.56",
        "12€50": "12.50",
        "à partir de 12,50 €": "12.50",
        "12,50 € TTC": "12.50",
    },
    "es": {
        "1.234,56 €": "1234.56",
        "desde 12,50€": "12.50",
        "$ 1.234,50": "1234.50",
    },
    "it": {
        "€ 1.234,56": "1234.56",
        "12,50 €": "12.50",
        "€12": "12",
    },
    "nl": {
        "€ 1.234,56": "1234.56",
        "€ 12,-": "12",
        "€12,95": "12.95",
        "vanaf € 12,50": "12.50",
    },
    "pl": {
        "1 234,56 zł": "1234.56",
        "12,50zł": "12.50",
        "12 zł": "12",
        "1 234,56 PLN": "1234.56",
        "od 12,50 zł": "12.50",
    },
    "pt-BR": {
        "R$ 1.234,56": "1234.56",
        "R$12,50": "12.50",
        "R$ 1.234": "1234",
        "10x de R$ 12,50": "12.50",
        "a partir de R$ 99": "99",
    },
    "pt-PT": {
        "1 234,56 €": "1234.56",
        "12€": "12",
    },
    "ru": {
        "1 234,56 ₽": "1234.56",
        "1 234 руб.": "1234",
        "1234 р.": "1234",
        "от 1 234 ₽": "1234",
        "1 234,50 RUB": "1234.50",
    },
    "uk": {
        "1 234,50 ₴": "1234.50",
        "1 234 грн": "1234",
        "1 234,50 грн.": "1234.50",
    },
    "tr": {
        "1.234,56 TL": "1234.56",
        "₺1.234,56": "1234.56",
        "1.234,56₺": "1234.56",
    },
    "ja": {
        "¥1,234": "1234",
        "1,234円": "1234",
        "￥1,234（税込）": "1234",
        "1,234円（税込）": "1234",
        "￥１，２３４": "1234",
        "税込 1,234 円": "1234",
    },
    "zh": {
        "¥1,234.56": "1234.56",
        "1,234.56元": "1234.56",
        "人民币 1234 元": "1234",
        "NT$1,234": "1234",
        "HK$ 1,234.50": "1234.50",
        "￥99.00起": "99.00",
    },
    "ko": {
        "₩12,345": "12345",
        "12,345원": "12345",
    },
    "ar": {
        "١٬٢٣٤٫٥٦ ر.س": "1234.56",
        "1,234.56 ر.س.": "1234.56",
        "د.إ 1,234": "1234",
        "SAR 1,234.56": "1234.56",
        "١٢٫٥٠ جنيه": "12.50",
        "1,234.50 درهم": "1234.50",
        "EGP 1,234": "1234",
    },
    "sv": {
        "1 234,50 kr": "1234.50",
        "1 234:-": "1234",
        "12:50 kr": "12.50",
        "fr. 1 234 kr": "1234",
        "1 234 kr": "1234",
        "1234:-": "1234",
        "SEK 1 234": "1234",
    },
    "da": {
        "1.234,50 kr.": "1234.50",
        "kr. 1.234,50": "1234.50",
        "12,- kr.": "12",
        "DKK 12,50": "12.50",
    },
    "nb": {
        "kr 1 234,50": "1234.50",
        "1 234,-": "1234",
        "kr 12,-": "12",
        "NOK 12,50": "12.50",
    },
    "fi": {
        "1 234,50 €": "1234.50",
        "alk. 12,50 €": "12.50",
    },
    "cs": {
        "1 234,50 Kč": "1234.50",
        "1 234 Kč": "1234",
        "12,- Kč": "12",
        "CZK 1 234": "1234",
    },
    "hu": {
        "1 234 Ft": "1234",
        "12 345,- Ft": "12345",
    },
    "ro": {
        "1.234,50 lei": "1234.50",
        "12,50 RON": "12.50",
    },
    "bg": {
        "12,50 лв.": "12.50",
    },
    "en-IN": {
        "₹1,23,456.00": "123456.00",
        "Rs. 1,234": "1234",
        "₹ 12.50": "12.50",
        "Rs 1,23,456": "123456",
    },
    "id": {
        "Rp 1.234.567": "1234567",
        "Rp12.500": "12500",
    },
    "vi": {
        "1.234.567 ₫": "1234567",
        "1.234.567đ": "1234567",
    },
    "th": {
        "฿1,234.50": "1234.50",
        "1,234 บาท": "1234",
    },
    "he": {
        "₪1,234.50": "1234.50",
        "1,234.50 ₪": "1234.50",
        '1,234 ש"ח': "1234",
    },
    "fa": {
        "۱۲۳٬۴۵۶ تومان": "123456",
    },
}
REFUSED = [
    "12 zł 50 gr",
    "12 50 lei",
    "£15 - £20",
    "12,50 € – 15,00 €",
    "$10–$20",
    "10-20 €",
    "from £5 to £10",
    "12,50 € statt 15,00 €",
    "free",
    "kostenlos",
    "Price on request",
    "N/A",
    "1.2.3 €",
    "1,23,4 €",
]


@pytest.mark.parametrize(("text", "amount"), [pair for texts in TEXTS.values() for pair in texts.items()])
def test_a_shop_of_that_country_asks_this_price(text: str, amount: str):
    found = make_filter(price)(text)

    assert str(found) == amount


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_price_or_more_than_one_is_refused(text: str):
    with pytest.raises(ValueError):
        make_filter(price)(text)


@pytest.mark.parametrize("text", ["10–20 €", "$10-20", "£5 to 10", "von 10 bis 20 €", "10 € - 20 €"])
def test_of_a_range_one_end_is_taken_where_the_recipe_says_which(text: str):
    lowest, highest = (make_filter(price, f"{{take: {which}}}")(text) for which in ("lowest", "highest"))

    assert highest == 2 * lowest


@pytest.mark.parametrize("text", ["Free", "kostenlos!", "GRATIS"])
def test_words_for_nothing_are_nothing_where_the_recipe_names_them(text: str):
    assert make_filter(price, "{free: [free, kostenlos, gratis]}")(text) == Decimal(0)


def test_a_word_for_nothing_beside_a_price_changes_nothing():
    assert make_filter(price, "{free: free}")("free shipping, £12") == Decimal(12)
    with pytest.raises(ValueError):
        make_filter(price, "{free: free}")("freedom")
