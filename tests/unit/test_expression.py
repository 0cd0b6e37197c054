import time
import tracemalloc
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapekit.errors import ExpressionError
from scrapekit.language.expression import compile_expression
from scrapekit.mark import Mark, SourceText

NAMES = {"item": None, "page": ("url", "status"), "inputs": ("q",), "parent": None}
ENV: dict[str, dict[str, Any]] = {
    "item": {
        "price": 12.5,
        "text_price": "12.50",
        "title": "Tea & more",
        "stock": 0,
        "tags": ["a", 1],
        "gone": None,
        "sold": False,
        "exact": Decimal("0.1"),
        "day": date(2026, 3, 1),
        "at": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "author": {"name": "Ann"},
        "two words": 2,
        "big": 2**62,
    },
    "page": {"url": "https://a.test/", "status": 200},
    "inputs": {"q": "tea"},
    "parent": {},
}


def filters(name: str, arguments: Sequence[object], mark: Mark) -> Callable[[Any], Any]:
    if name == "upper":
        return lambda value: value and str(value).upper()
    if name == "replace":
        old, new = arguments
        return lambda value: value and str(value).replace(str(old), str(new))
    if name == "fail":
        return _fail
    raise ExpressionError(f'there is no filter "{name}"', hint='did you mean "upper"?')


def _fail(value: Any) -> Any:
    raise ValueError("not a date")


def attempt(
    action: Callable[[], Any], refusal: type[Exception] | tuple[type[Exception], ...]
) -> tuple[Any, Exception | None]:
    """What *action* gives, or how it was refused; any other exception is a failure of the test."""
    try:
        return action(), None
    except refusal as error:
        return None, error


def value_of(text: str) -> Any:
    return compile_expression(text, NAMES, filters)(ENV)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # literals
        ("1", 1),
        ("1.5", 1.5),
        ("2e3", 2000.0),
        ("'a'", "a"),
        ('"a\'b"', "a'b"),
        (r"'it\'s'", "it's"),
        (r"'\d+\n'", "\\d+\n"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("[1, 'a', [],]", [1, "a", []]),
        # names
        ("item.price", 12.5),
        ("price", 12.5),
        ("item['two words']", 2),
        ("item.nowhere", None),
        ("page.status", 200),
        ("author.name", "Ann"),
        ("item.author.name", "Ann"),
        ("item.title.name", None),
        ("parent.id", None),
        # index
        ("tags[0]", "a"),
        ("item.tags[-1]", 1),
        ("tags[5]", None),
        ("title[0]", "T"),
        ("author['name']", "Ann"),
        ("tags['a']", None),
        ("tags[true]", None),
        ("gone[0]", None),
        ("stock[0]", None),
        # arithmetic
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 % 4", 3),
        ("7 / 2", 3.5),
        ("-price", -12.5),
        ("1 - -1", 2),
        ("text_price * 2", 25.0),
        ("'6' / '4'", 1.5),
        ("exact + 0.2", Decimal("0.3")),
        ("10 / 0", None),
        ("1 % 0", None),
        ("gone + 1", None),
        ("title * 2", None),
        ("true + 1", None),
        ("-title", None),
        ("day - 1", None),
        ("tags + [2]", ["a", 1, 2]),
        ("[1] + 2", None),
        ("1e300 * 1e300", None),
        ("exact / 0", None),
        # text
        ("'a' + 'b'", "ab"),
        ("'a' + 1", "a1"),
        ("'1' + 1", "11"),
        ("'a' + gone", None),
        ("'a' + true", "atrue"),
        # comparisons
        ("price > 10", True),
        ("price <= 12.5", True),
        ("text_price == 12.5", True),
        ("'12.50' < 13", True),
        ("price != 12.5", False),
        ("title < 3", False),
        ("title > 3", False),
        ("title == 'Tea & more'", True),
        ("'b' > 'a'", True),
        ("gone < 1", False),
        ("gone > 1", False),
        ("gone >= gone", False),
        ("gone == null", True),
        ("gone != null", False),
        ("null == 0", False),
        ("stock == false", False),
        ("sold == false", True),
        ("true == 1", False),
        ("true > 0", False),
        ("exact == 0.1", True),
        ("tags < [3]", False),
        ("[1] == [1]", True),
        ("day == '2026-03-01'", True),
        ("day > '2026-02-28'", True),
        ("day < 'soon'", False),
        ("at > day", False),
        ("at == '2026-03-01T12:00:00+00:00'", True),
        ("at < '2026-03-01T12:00:00'", False),
        ("at >= day", True),
        # words
        ("not sold", True),
        ("not price > 10", False),
        ("price > 10 and not sold", True),
        ("gone or 'none'", "none"),
        ("stock or 5", 5),
        ("sold and 1", False),
        ("1 in tags", True),
        ("'1' in tags", True),
        ("2 not in tags", True),
        ("'ea' in title", True),
        ("title contains 'ea'", True),
        ("title contains 'x'", False),
        ("tags contains 'a'", True),
        ("gone contains 'a'", False),
        ("'a' in gone", False),
        ("null in [null]", True),
        ("'name' in author", True),
        ("1 in 21", False),
        ("title contains null", False),
        ("title contains tags", False),
        ("title matches '^tea'", False),
        ("title matches '(?i)^tea'", True),
        ("price matches '^12'", True),
        ("gone matches '.*'", False),
        # filters bind tightest
        ("title | upper", "TEA & MORE"),
        ("'a' + 'b' | upper", "aB"),
        ("('a' + 'b') | upper", "AB"),
        ("title | replace('e', \"3\") | upper", "T3A & MOR3"),
        ("gone | upper", None),
        ("'a' | upper == 'A'", True),
        ("'x' | replace('x', -1)", "-1"),
    ],
)
def test_an_expression_has_this_value(text: str, value: object):
    found = value_of(text)

    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "message", "offset", "width", "hint"),
    [
        ("", "there is no expression here", 0, 1, ""),
        ("  ", "there is no expression here", 2, 1, ""),
        ("1 +", "expected a value, found the end", 3, 1, ""),
        ("(1", 'expected ")"', 2, 1, ""),
        ("[1 2]", 'expected "," or "]"', 3, 1, ""),
        ("tags[0", 'expected "]"', 6, 1, ""),
        ("'abc", "the quote that opens here is not closed", 0, 1, ""),
        ("a = 1", 'unexpected "="', 2, 1, "write == to compare"),
        ("a && b", 'unexpected "&"', 2, 1, "write and"),
        ("!a", 'unexpected "!"', 0, 1, "write != or not"),
        ("{{ a }}", 'unexpected "{"', 0, 1, "an expression holds no braces"),
        ("a | split: ','", 'unexpected ":"', 9, 1, "a filter's option goes into brackets: split(',')"),
        ("1 < 2 < 3", "comparisons do not chain", 6, 1, "join two comparisons with and"),
        ("a b", 'unexpected "b" after the expression', 2, 1, ""),
        ("open('x')", 'unexpected "(" after the expression', 4, 1, ""),
        ("item.", "expected the name after the dot", 5, 1, ""),
        ("a | ", "expected a filter's name", 4, 1, ""),
        ("page.urll", 'page has no "urll"', 0, 9, 'did you mean "url"?'),
        ("1 + inputs", '"inputs" needs a name after it', 4, 6, "write inputs.NAME"),
        ("vars.x", 'unknown name "vars"', 0, 4, "known here: inputs, item, page, parent"),
        ("url", 'unknown name "url"', 0, 3, "write page.url"),
        ("1 matches b", "the pattern after matches must be written out", 10, 1, "write matches 'pattern'"),
        ("'a' matches 'x('", "not a regular expression: missing ), unterminated subpattern", 14, 1, ""),
        ("'a' | uper", 'there is no filter "uper"', 6, 4, 'did you mean "upper"?'),
        ("'a' | replace(item.x, 1)", "a filter's arguments must be written out", 14, 6, ""),
        ("9223372036854775808", "the number is too large", 0, 19, ""),
        ("1e999", "the number is too large", 0, 5, ""),
        ("(" * 51 + "1", "the expression is nested more than 50 levels deep", 50, 1, ""),
        ("1" + " + 1" * 400, "the expression has too many parts", 1124, 1, ""),
        ("1 " * 1001, "the expression is longer than 2,000 characters", 2000, 1, ""),
    ],
)
def test_an_expression_is_refused_at_its_mistake(text: str, message: str, offset: int, width: int, hint: str):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, NAMES, filters, bare="")

    error = caught.value
    assert (str(error), error.offset, error.width, error.hint) == (message, offset, width, hint)


def test_a_bare_name_that_is_no_field_is_refused():
    with pytest.raises(ExpressionError) as caught:
        compile_expression("pric > 1", {"item": ("price",), "page": None})

    assert (str(caught.value), caught.value.hint) == ('item has no "pric"', 'did you mean "price"?')


def test_a_root_alone_is_refused_where_fields_may_stand_bare():
    with pytest.raises(ExpressionError) as caught:
        compile_expression("page == 1", {"item": ("price",), "page": None})

    assert (str(caught.value), caught.value.hint) == ('"page" needs a name after it', "write page.NAME")


def test_without_a_resolver_there_are_no_filters():
    with pytest.raises(ExpressionError) as caught:
        compile_expression("'a' | upper", NAMES)

    assert str(caught.value) == "filters cannot be used here"


def test_an_expression_says_which_names_it_uses():
    expression = compile_expression("price > 1 and page.url matches '^h' or parent['a b'].c", NAMES)

    assert expression.uses == {("item", "price"), ("page", "url"), ("parent", "a b")}


def test_a_root_that_the_environment_lacks_is_null():
    assert compile_expression("parent.id", NAMES)({"item": {}}) is None


def test_a_filter_learns_where_it_stands():
    seen: list[str] = []

    def resolve(name: str, arguments: Sequence[object], mark: Mark) -> Callable[[Any], Any]:
        seen.append(f"{mark} {mark.width}")
        return lambda value: value

    source = SourceText.of("r.yaml", "when: title | trim")
    compile_expression("title | trim", NAMES, resolve, at=Mark(source, 1, 7).moved)
    assert seen == ["r.yaml:1:15 4"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("big + big + big", "the number is too large"),
        ("big * 8", "the number is too large"),
        ("title | fail", "not a date"),
    ],
)
def test_what_cannot_be_worked_out_is_a_value_error(text: str, message: str):
    with pytest.raises(ValueError) as caught:
        value_of(text)

    assert str(caught.value) == message


def test_a_text_cannot_grow_past_a_million_characters():
    env = {"item": {"body": "x" * 600_000}}

    with pytest.raises(ValueError) as caught:
        compile_expression("item.body + item.body", NAMES)(env)
    assert str(caught.value) == "the text is longer than 1,000,000 characters"


@pytest.mark.parametrize(
    "text", ["item.__class__", "item.price.__class__", "'a'.__class__.__mro__", "title.upper"]
)
def test_no_attribute_of_a_python_object_can_be_reached(text: str):
    assert value_of(text) is None


@given(st.text())
@example("((((")
@example("item..a")
@example("'\\")
@example("a[")
@example("not in")
def test_any_text_compiles_or_is_refused(text: str):
    expression, refused = attempt(lambda: compile_expression(text, NAMES, filters), ExpressionError)

    if isinstance(refused, ExpressionError):
        assert 0 <= refused.offset <= len(text)
    else:
        attempt(lambda: expression(ENV), ValueError)


_WORDS = st.sampled_from(
    [
        "price",
        "item.title",
        "gone",
        "tags",
        "exact",
        "day",
        "at",
        "1",
        "-2.5",
        "'3'",
        "'x'",
        "true",
        "null",
        "[1]",
        "author",
        "big",
        "text_price",
    ]
)
_OPERATORS = st.sampled_from(
    ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "contains", "and", "or"]
)


@given(_WORDS, _OPERATORS, _WORDS, _OPERATORS, _WORDS)
def test_any_mixture_of_values_gives_a_value_or_a_value_error(a: str, one: str, b: str, two: str, c: str):
    expression = compile_expression(f"({a} {one} {b}) {two} {c}", NAMES)

    _, refused = attempt(lambda: expression(ENV), ValueError)
    assert str(refused) in ("None", "the number is too large")


_PIECES = st.sampled_from(
    [
        *(
            "item.price",
            "item",
            ".",
            "title",
            "tags",
            "[",
            "]",
            "(",
            ")",
            ",",
            "|",
            "-",
            "+",
            "*",
            "/",
            "%",
            "**",
        ),
        *(
            "==",
            "!=",
            "<",
            ">=",
            "in",
            "not",
            "not in",
            "contains",
            "matches",
            "and",
            "or",
            "true",
            "null",
            "1",
        ),
        *(
            "9" * 30,
            "1e308",
            "1e999",
            "'x'",
            '"(a+)+b"',
            "'",
            "{{",
            "lambda",
            "__class__",
            "upper",
            "\\",
            "\n",
        ),
    ]
)


@given(st.lists(_PIECES, max_size=40).map(" ".join))
def test_any_words_in_any_order_compile_or_are_refused_and_then_give_a_value_or_a_value_error(text: str):
    expression, refused = attempt(lambda: compile_expression(text, NAMES, filters), ExpressionError)

    if refused is None:
        attempt(lambda: expression(ENV), ValueError)
    else:
        assert 0 <= getattr(refused, "offset") <= len(text)  # noqa: B009


@pytest.mark.parametrize(
    "text",
    [
        *("(" * 1990, "-" * 1990 + "1", "not " * 490 + "1", "[" * 1000 + "]" * 990, "1" + "+1" * 990),
        "1" + "|upper" * 300,
        *(
            "'a'" + " + 'a'" * 300,
            "item" + ".a" * 990,
            "item.a" + "[0]" * 600,
            "9" * 2000,
            "1" + " ** 9" * 300,
        ),
        *(
            "'a' * 1000000000",
            "1 or " * 390 + "1",
            "[" + "1," * 900 + "1]",
            "1e9999999",
            '"' + "\\" * 1900 + '"',
        ),
    ],
    ids=range(16),
)
def test_an_expression_of_any_size_is_read_and_worked_out_at_once(text: str):
    tracemalloc.start()
    began = time.process_time()
    try:
        attempt(lambda: compile_expression(text, NAMES, filters)(ENV), (ExpressionError, ValueError))
        spent, (_, most) = time.process_time() - began, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert spent < 2
    assert most < 20_000_000


def _nested(levels: int) -> list[Any]:
    nest: list[Any] = []
    for _ in range(levels):
        nest = [nest]
    return nest


@pytest.mark.parametrize("levels", [600, 100_000])
@pytest.mark.parametrize(
    "text", ["a == b", "a < b", "a + 'x'", "b contains a", "a in b", "a matches 'x'", "a + b"]
)
def test_a_value_nested_deeper_than_calls_is_worked_with_or_refused(text: str, levels: int):
    values = {"a": _nested(levels), "b": [_nested(levels)]}

    _, refused = attempt(lambda: compile_expression(text, {"item": None})({"item": values}), ValueError)
    assert str(refused) in ("None", "the value is nested too deeply")


def test_a_list_cannot_grow_past_a_hundred_thousand_entries():
    many = list(range(60_000))

    expression = compile_expression("a + a", {"item": None})
    _, refused = attempt(lambda: expression({"item": {"a": many}}), ValueError)
    assert str(refused) == "the list has more than 100,000 entries"


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text()
    | st.dates()
    | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@example("contains", [Decimal("sNaN")], 0)
@example("==", Decimal("sNaN"), 0)
@given(_OPERATORS, _VALUES, _VALUES)
def test_no_value_of_a_page_makes_an_operator_crash(operator: str, left: object, right: object):
    expression = compile_expression(f"item.a {operator} item.b", NAMES)

    _, refused = attempt(lambda: expression({"item": {"a": left, "b": right}}), ValueError)
    assert str(refused) in ("None", "the number is too large")
