"""Types as the filters of the same names convert them: the real filters, the real parser."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from scrapekit.plugins import Plugins


@pytest.fixture
def real(kit):
    kit.plugins = Plugins()
    return kit


def read(real, text, **more):
    """What a field makes of a text; None when its record is dropped."""
    item = real.item(real.field("it", "b", **more), real.field("all", "body"), each="html")
    outcome = real.rule(item)(real.page(f"<b>{text}</b>"))
    return outcome.items[0].fields["it"] if outcome.items else outcome.notes


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("string", "a b", "a b"),
        ("int", "12", 12),
        ("float", "1.5", 1.5),
        ("decimal", "1.50", Decimal("1.50")),
        ("number", "1.5", 1.5),
        ("price", "£12.50", Decimal("12.50")),
        ("bool", "yes", True),
        ("date", "2026-03-01", date(2026, 3, 1)),
        ("datetime", "2026-03-01T12:30:00", datetime(2026, 3, 1, 12, 30)),
        ("url", "/a", "https://shop.test/a"),
        ("email", "a@b.test", "a@b.test"),
        ("list", "a", ["a"]),
    ],
)
def test_a_text_becomes_what_its_type_says(real, type_, text, value):
    found = read(real, text, type=type_)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "type_", ["int", "float", "decimal", "price", "bool", "date", "datetime", "email", "object"]
)
def test_a_text_that_does_not_fit_its_type_drops_the_record(real, type_):
    article = "an" if type_[0] in "aeiou" else "a"
    fault = "is no object" if type_ == "object" else f"is not {article} {type_}"

    assert read(real, "what?", type=type_) == {f"book dropped: it {fault}": 1}


@pytest.mark.parametrize("number", ["12.5", "12"])
def test_a_price_is_a_decimal_where_a_json_page_has_a_number(real, number):
    item = real.item(real.field("it", "$.price", type="price"))
    outcome = real.rule(item, parser="json")(real.page(f'{{"price": {number}}}'))

    found = outcome.items[0].fields["it"]
    assert (type(found), found) == (Decimal, Decimal(number))


def test_an_enum_takes_only_its_options(real):
    options = real.node({"options": ["new", "used"]})

    assert read(real, "used", type="enum", type_options=options) == "used"
    assert read(real, "old", type="enum", type_options=options) == {
        "book dropped: it is none of its options": 1
    }


def test_a_pipe_may_have_made_the_value_what_the_type_says(real):
    assert read(real, "01/03/2026", pipe=[("date", {"formats": ["%d/%m/%Y"]})], type="date") == date(
        2026, 3, 1
    )


def test_an_unknown_option_of_a_type_is_a_problem(real):
    real.compile(real.item(real.field("it", "b", type="int", type_options=real.node({"nothing": 1}))))

    assert [problem.message for problem in real.found()] == ['unknown key "nothing"']
