"""Prices as shops of many countries write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scrapekit.testing import make_filter
from scrapekit_filters.price import currency, price

PRICES = [
    # English: point for decimals, comma for thousands
    ("£51.77", "51.77"),
    ("$1,234.56", "1234.56"),
    ("US$ 1,234,567.89", "1234567.89"),
    ("$.99", "0.99"),
    (".99 £", "0.99"),
    ("$5", "5"),
    ("1,234", "1234"),
    ("A$12", "12"),
    ("CA$ 7.50", "7.50"),
    ("GBP 12.50", "12.50"),
    ("£1,000", "1000"),
    ("99¢", "0.99"),
    ("Our price: $24.00 each", "24.00"),
    # German, Austrian, Italian, Spanish, Dutch, Danish, Turkish, Brazilian: the other way round
    ("1.234,56 €", "1234.56"),
    ("12,50", "12.50"),
    ("1.234 €", "1234"),
    ("1.234.567 €", "1234567"),
    ("€ 1.234.567,89", "1234567.89"),
    ("ab 9,99 EUR inkl. MwSt.", "9.99"),
    ("EUR 0,05", "0.05"),
    ("€ 12,-", "12"),
    ("€ 12,--", "12"),
    ("12,50€/kg", "12.50"),
    ("R$ 1.234,56", "1234.56"),
    ("kr. 1.234,50", "1234.50"),
    ("1.234,50 kr.", "1234.50"),
    ("1.234,56 TL", "1234.56"),
    ("₺1.234,56", "1234.56"),
    ("Rp 150.000", "150000"),
    ("1.500.000 ₫", "1500000"),
    # French, Polish, Czech, Russian, Ukrainian, Swedish, Norwegian, Hungarian: spaces for thousands
    ("1 234,56 €", "1234.56"),
    ("1\u00a0234,56\u00a0€", "1234.56"),
    ("1\u202f234,56\u202f€", "1234.56"),
    ("12€50", "12.50"),
    ("1 234,56 zł", "1234.56"),
    ("1 234 567 Kč", "1234567"),
    ("1 234,50 руб.", "1234.50"),
    ("999 ₽", "999"),
    ("1 234 грн", "1234"),
    ("12 345 Ft", "12345"),
    ("1 234:-", "1234"),
    ("2 499,00 kr", "2499.00"),
    # Swiss: apostrophes
    ("1'234.50 CHF", "1234.50"),
    ("CHF 1’234.50", "1234.50"),
    ("Fr. 12.–", "12"),
    ("CHF 1'234'567.–", "1234567"),
    # Indian, Pakistani: lakh and crore
    ("₹1,23,456.00", "123456.00"),
    ("Rs. 12,34,567", "1234567"),
    ("Rs.500", "500"),
    # Chinese, Japanese, Korean
    ("¥1,234", "1234"),
    ("￥１，２３４", "1234"),
    ("1,234円", "1234"),
    ("₩12,000", "12000"),
    # Arabic, Persian, Hebrew, Thai
    ("٥٫٥٠ ر.س", "5.50"),
    ("١٬٢٣٤٫٥٠", "1234.50"),
    ("۱۲۳ ﷼", "123"),
    ("\u200f49.90\u00a0₪", "49.90"),
    ("฿1,250.00", "1250.00"),
    # signs
    ("-5", "-5"),
    ("−5,00 €", "-5.00"),
    ("-$5.00", "-5.00"),
    ("$-5.00", "-5.00"),
    ("€ -5,00", "-5.00"),
    ("- 5,00 €", "-5.00"),
    ("(5.00)", "-5.00"),
    ("($1,234.50)", "-1234.50"),
    ("Price - 5.00", "5.00"),
    ("0", "0"),
    ("€0.00", "0.00"),
    # other numbers about
    ("2 x £10.00", "10.00"),
    ("Qty 2 $6.00", "6.00"),
    ("20% off £15.00", "15.00"),
    ("119,00 € inkl. 19 % MwSt.", "119.00"),
    ("£5.00 (was £5.00)", "5.00"),
    ("(incl. VAT) £5.00", "5.00"),
    ("\n   £ 12.00\n ", "12.00"),
]


@pytest.mark.parametrize(("text", "amount"), PRICES)
def test_a_price_is_read_exactly(text: str, amount: str):
    assert str(make_filter(price)(text)) == amount


@pytest.mark.parametrize(("text", "amount"), PRICES)
def test_the_quick_way_and_the_long_way_agree(text: str, amount: str):
    # A word in front keeps the text off the quick way for plain prices.
    if not text.lstrip().startswith(("-", "−", "(")):
        assert str(make_filter(price)(f"now {text}")) == amount


REFUSED = [
    ("free", 'no price in "free"'),
    ("100% cotton", 'no price in "100% cotton"'),
    ("£5 - £10", 'several prices in "£5 - £10"; say which with take: first'),
    ("€5€10", 'several prices in "€5€10"; say which with take: first'),
    ("2 EUR 6.00", 'several prices in "2 EUR 6.00"; say which with take: first'),
    ("TOP 10 deals 12.50", 'several prices in "TOP 10 deals 12.50"; say which with take: first'),
    ("1.2.3", 'the separators in "1.2.3" make no number'),
    ("1,2.3", None),
    ("12,34,56", None),
    ("1,234.567,89", None),
    ("€5K", 'the price "€5K" is abbreviated'),
    ("$1.2M", 'the price "$1.2M" is abbreviated'),
    ("£" + "9" * 101, '"' + "9" * 59 + '…" is too long for a number'),
    (True, "expected a number, found the truth value true"),
    ({"amount": 5}, "expected a number, found an object"),
    (float("nan"), '"nan" is not a finite number'),
]


@pytest.mark.parametrize(("value", "reason"), REFUSED)
def test_what_is_no_single_price_is_refused_with_a_reason(value: object, reason: str | None):
    with pytest.raises(ValueError) as caught:
        make_filter(price)(value)

    assert str(caught.value) == (reason or f'the separators in "{value}" make no number')


@pytest.mark.parametrize(
    ("options", "text", "amount"),
    [
        ('{decimal: "."}', "1.859 €", "1.859"),
        ('{decimal: "."}', "1,859 €", "1859"),
        ('{decimal: ","}', "1,859 €", "1.859"),
        ('{decimal: ","}', "1.859 €", "1859"),
        ('{decimal: ","}', "12,50 €", "12.50"),
        ('{thousands: "."}', "1.234,5", "1234.5"),
        ('{thousands: ","}', "12.345", "12.345"),
        ("{thousands: ' '}", "1\u00a0234,50", "1234.50"),
        ('{thousands: "\'"}', "1’234.50", "1234.50"),
        ('{decimal: ",", thousands: " "}', "1 234,567", "1234.567"),
        ("{take: first}", "£20 £15 £30", "20"),
        ("{take: last}", "£20 £15 £30", "30"),
        ("{take: lowest}", "£20 £15 £30", "15"),
        ("{take: highest}", "£20 £15 £30", "30"),
    ],
)
def test_options_settle_what_a_page_leaves_open(options: str, text: str, amount: str):
    assert str(make_filter(price, options)(text)) == amount


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ('{decimal: "."}', "12,50"),
        ('{decimal: ","}', "12.50 €"),
        ('{decimal: ",", thousands: " "}', "1.234,50"),
        ("{thousands: ' '}", "1'234,50"),
    ],
)
def test_a_price_written_otherwise_than_the_options_say_is_refused(options: str, text: str):
    with pytest.raises(ValueError, match="make no number"):
        make_filter(price, options)(text)


@pytest.mark.parametrize(
    ("value", "amount"), [(51.77, "51.77"), (5, "5"), (Decimal("5.00"), "5.00"), (0.1, "0.1")]
)
def test_a_number_is_its_own_price_with_the_digits_people_see(value: object, amount: str):
    assert str(make_filter(price)(value)) == amount


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("£51.77", "GBP"),
        ("EUR 12,50", "EUR"),
        ("12,50€each", "EUR"),
        ("US$5", "USD"),
        ("$5 USD", "USD"),
        ("1 234 zł", "PLN"),
        ("CHF 12.–", "CHF"),
        ("₹500", "INR"),
    ],
)
def test_a_currency_is_named_by_its_code(text: str, code: str):
    assert make_filter(currency)(text) == code


def test_a_sign_of_several_currencies_needs_the_recipe_to_say_which():
    with pytest.raises(ValueError) as caught:
        make_filter(currency)("$5")

    assert (
        str(caught.value)
        == '"$" in "$5" could be USD, CAD, AUD or another dollar or peso; say which with signs'
    )
    assert make_filter(currency, '{signs: {"$": AUD, "bar": GBP}}')("$5") == "AUD"


def test_two_currencies_in_one_text_are_refused():
    with pytest.raises(ValueError) as caught:
        make_filter(currency)("£5 / 6 €")

    assert str(caught.value) == 'several currencies in "£5 / 6 €"'
