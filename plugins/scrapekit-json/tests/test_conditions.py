"""Conditions (RFC 9535 2.3.5 and 2.4): what they hold for, and what is refused where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from scrapekit import PageError

ROWS = [
    {"n": 0, "name": "Assam", "tags": ["black", "India"], "size": {"g": 50}},
    {"n": 1, "name": "Sencha", "tags": [], "size": None},
    {"n": 2, "name": "Ж", "on": True, "price": 1},
    {"n": 3, "price": 2.5, "on": False, "tags": "none"},
]
PAGE = {"rows": ROWS, "least": 2, "wanted": "S.*"}


@pytest.fixture(scope="session")
def held(select) -> Callable[[str], list[int]]:
    """The numbers of the rows for which a condition holds."""
    return lambda condition: select(f"$.rows[?{condition}].n", PAGE)


@pytest.mark.parametrize(
    ("condition", "numbers"),
    [
        # 2.3.5.2.1: existence.
        ("@", [0, 1, 2, 3]),
        ("@.name", [0, 1, 2]),
        ("@.size", [0, 1]),
        ("!@.name", [3]),
        ("@.tags[0]", [0]),
        ("@.tags[*]", [0]),
        ("@..g", [0]),
        ("$.least", [0, 1, 2, 3]),
        ("@['name', 'price']", [0, 1, 2, 3]),
        ("@.tags[?@ == 'India']", [0]),
        # 2.3.5.2.2: comparisons; what is not there equals nothing but what is not there either.
        ("@.name == 'Assam'", [0]),
        ("'Assam' == @.name", [0]),
        ("@.name != 'Assam'", [1, 2, 3]),
        ('@.name == "\\u0416"', [2]),
        ("@.price == 1", [2]),
        ("@.price == 1.0", [2]),
        ("@.price == 10e-1", [2]),
        ("@.on == true", [2]),
        ("@.on == 1", []),
        ("@.price == true", []),
        ("@.size == null", [1]),
        ("@.size != null", [0, 2, 3]),
        ("@.none == @.nothing", [0, 1, 2, 3]),
        ("@.none == @.name", [3]),
        ("@.none == null", []),
        ("@.size == @.size", [0, 1, 2, 3]),
        ("@.n < 2", [0, 1]),
        ("2 > @.n", [0, 1]),
        ("@.n <= 1", [0, 1]),
        ("@.n >= $.least", [2, 3]),
        ("$.least < @.n", [3]),
        ("@.n > 2.5", [3]),
        ("@.name < 'B'", [0]),
        ("@.name <= 'Assam'", [0]),
        ("@.name > 1", []),
        ("@.on <= true", [2]),
        ("@.on < true", []),
        ("@.size <= null", [1]),
        ("@.none <= @.nothing", [0, 1, 2, 3]),
        ("1 == 1", [0, 1, 2, 3]),
        ("@.n < -0", []),
        # 2.3.5.1: and before or, not before a path or brackets.
        ("@.name && @.price", [2]),
        ("@.n == 3 || @.n == 0", [0, 3]),
        ("@.n == 3 || @.n == 0 && @.none", [3]),
        ("(@.n == 3 || @.n == 0) && @.name", [0]),
        ("!(@.n == 3 || @.n == 0)", [1, 2]),
        ("! (@.name)", [3]),
        ("@.n == 0 || @.n == 1 || @.n == 2", [0, 1, 2]),
        ("@.n >= 0 && @.n != 1 && @.n != 2", [0, 3]),
        # 2.4.4: length().
        ("length(@.name) == 6", [1]),
        ("length(@.tags) == 2", [0]),
        ("length(@.tags) < 5", [0, 1, 3]),
        ("length(@.size) == 1", [0]),
        ("length(@.n) == @.none", [0, 1, 2, 3]),
        ("length('abc') == 3", [0, 1, 2, 3]),
        ("length(value(@.tags[*])) == 3", []),
        # 2.4.5: count().
        ("count(@.tags[*]) == 2", [0]),
        ("count(@['name', 'price']) == 2", [2]),
        ("count(@.none) == 0", [0, 1, 2, 3]),
        ("count($.rows[*]) > @.n", [0, 1, 2, 3]),
        # 2.4.6 and 2.4.7: match() and search().
        ("match(@.name, 'S.*')", [1]),
        ("match(@.name, 'ss')", []),
        ("search(@.name, 's{2}')", [0]),
        ("!search(@.name, 'a')", [2, 3]),
        ("match(@.name, '\\\\p{Lu}')", [2]),
        ("match(@.name, $.wanted)", [1]),
        ("search(@.name, @.name)", [0, 1, 2]),
        ("search(@.n, '0')", []),
        ("match(@.name, 1)", []),
        ("search('(', '\\\\(') && search(@.name, $.least) || match(@.name, @.tags[0])", []),
        # 2.4.8: value().
        ("value(@.size) == null", [1]),
        ("value(@..g) == 50", [0]),
        ("value(@.tags[*]) == 'black'", []),
        # Python's own regular expressions, as in jsonpath-ng.
        ("@.name =~ '^As'", [0]),
        ("@.name =~ '(?i)a\\\\w'", [0]),
        ("!(@.name =~ 'a')", [2, 3]),
        # 2.1: white space where it may stand.
        ("\r\n@.n\t==\n0 ", [0]),
        ("count ( @.none ) == 0", None),
        ("count( @.tags[ 0 ] , @.n )", None),
        ("length( @.name )==6", [1]),
    ],
)
def test_a_condition_holds_for_what_rfc_9535_says(held, refusal, condition: str, numbers: list[int] | None):
    if numbers is None:
        refusal(f"$.rows[?{condition}].n")
    else:
        assert held(condition) == numbers


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$..[?@.g]", [{"g": 50}]),
        ("$.rows[?@.n == 0, ?@.n == 3, 1].n", [0, 3, 1]),
        ("rows[?@.size[?@ == 50]].n", [0]),
        ("$.rows[0][?@ == 'Assam']", ["Assam"]),
        ("$.rows[?(@.n > 2)].n", [3]),
        ("$.least[?@]", []),
        ("$[?@ == 2]", [2]),
        ("$.rows[?@.@type == 1]", []),
        ("$.rows[?@.in-stock]", []),
    ],
)
def test_a_condition_chooses_among_members_and_elements(select, path: str, found: list[Any]):
    assert select(path, PAGE) == found
    assert select(path, PAGE, first=True) == found[:1]


def test_a_path_may_begin_with_a_condition_and_the_whole_is_then_the_row(select):
    assert select("[?@.n > $[1].n].n", ROWS) == [2, 3]


def nested(bottom: Any) -> Any:
    for _ in range(100_000):
        bottom = [bottom]
    return bottom


def test_values_of_any_depth_compare(select):
    page = {"a": nested(1), "b": nested(1), "c": nested(2)}

    assert len(select("$[?@ == $.b]", page)) == 2
    assert len(select("$[?@..*]", page)) == 3


ONE = "a comparison needs one value, and this path may find several"
INSIDE = "ask inside of it, [?@.tags[?@ == 'x']], or count what it finds: count(@.tags[*]) > 1"
COMPARES = "[?@.name == 'x']; of a name alone, @.name, it is asked whether it is there"
ENDS = 'expected "&&", "||", "," or "]", found '
REFUSED = [
    ("$[?]", ('expected a value or a path, found "]"', 3, 1, "a path begins with @ or $")),
    ("$[?@.a == ", ("expected a value or a path, found the end", 10, 1, "a path begins with @ or $")),
    ("$[?@.a == 1", (ENDS + "the end", 11, 1, "")),
    ("$[?@.a == b]", ('unexpected word "b"', 10, 1, "a text is quoted: 'b'; a member begins with @: @.b")),
    ("$[?a > 1]", ('unexpected word "a"', 3, 1, "a text is quoted: 'a'; a member begins with @: @.a")),
    ("$[?@.a == True]", ('unexpected word "True"', 10, 4, "write true")),
    ("$[?@.a == None]", ('unexpected word "None"', 10, 4, "write null")),
    ("$[?@.a = 1]", (ENDS + '"="', 7, 1, "is equal is ==")),
    ("$[?@.a === 1]", ('"===" is no comparison', 9, 1, "is equal is ==, is not equal !=")),
    ("$[?@.a & @.b]", (ENDS + '"&"', 7, 1, "and is &&")),
    ("$[?@.a and @.b]", (ENDS + '"a"', 7, 1, "and is &&, or is ||; a text is quoted: 'a text'")),
    ("$[?@.a + 1 == 2]", (ENDS + '"+"', 7, 1, "there is no arithmetic: use a template or a filter")),
    ("$[?'a']", ("a condition compares something", 3, 3, COMPARES)),
    ("$[?1 && @.a]", ("a condition compares something", 3, 1, COMPARES)),
    ("$[?!true]", ("a condition compares something", 4, 4, COMPARES)),
    ("$[?@.* == 1]", (ONE, 3, 1, INSIDE)),
    ("$[?1 == @..a]", (ONE, 8, 1, INSIDE)),
    ("$[?@['a', 'b'] == 1]", (ONE, 3, 1, INSIDE)),
    (
        "$[?!@.a == 1]",
        ("! stands before a path or brackets", 3, 1, "!(@.a == ...) is the opposite of a comparison"),
    ),
    ("$[?(@.a) == 1]", ("brackets hold a whole condition, no value", 3, 5, "leave the brackets out")),
    ("$[?(@.a]", ('expected "&&", "||" or ")", found "]"', 7, 1, "")),
    ("$[?@.a == 01]", ("01 is no number", 10, 2, "")),
    ("$[?@.a == 1.]", ("1. is no number", 10, 2, "")),
    ("$[?@.a == .5]", (".5 is no number", 10, 2, "")),
    ("$[?@.a == +1]", ("+1 is no number", 10, 2, "")),
    ("$[?@.a == '\\d']", ("unknown escape \\d", 11, 2, "a backslash is written twice: \\\\d")),
    ("$[?lenght(@.a) > 1]", ("unknown function lenght()", 3, 6, "did you mean length()?")),
    ("$[?f(@.a)]", ("unknown function f()", 3, 1, "there are length, count, match, search, value")),
    ("$[?length(@.a)]", ("length() gives a value; compare it", 3, 11, "[?length(@.name) > 1]")),
    (
        "$[?length (@.a) > 1]",
        ('unexpected word "length"', 3, 6, "no white space stands before the bracket: length("),
    ),
    (
        "$[?length(@.*) > 1]",
        (
            "length() takes one value, and this path may find several",
            10,
            1,
            "count() says how many values a path finds",
        ),
    ),
    ("$[?length(@.a, 1) > 1]", ("length() takes 1 argument, not 2", 3, 14, "")),
    ("$[?length() > 1]", ("length() takes 1 argument, not 0", 3, 8, "")),
    ("$[?match(@.a)]", ("match() takes 2 arguments, not 1", 3, 10, "")),
    ("$[?count(1) > 1]", ("count() takes a path", 9, 1, "count(@.tags[*])")),
    ("$[?count(length(@.a)) > 1]", ("count() takes a path", 9, 1, "count(@.tags[*])")),
    (
        "$[?match(@.a, 'x') == true]",
        ("match() gives no value", 3, 5, "it is a condition by itself: [?match(@.name, 'x')]"),
    ),
    ("$[?length(match(@.a, 'x')) == 1]", ("match() gives no value", 10, 5, "")),
    ("$[?count(@.a == 1) > 1]", ('expected "," or ")", found "="', 13, 1, "a function takes no condition")),
    ("$[?match(@.a, '\\\\d+')]", ("not a regular expression: I-Regexp has no \\d", 15, 1, "write [0-9]")),
    ("$[?search(@.a, 'a(b')]", ("not a regular expression: the bracket ( is not closed", 17, 1, "")),
    ("$[?@.a =~ 'x(']", ("not a regular expression: missing ), unterminated subpattern", 12, 1, "")),
    ("$[?@.a =~ @.b]", ('expected a quoted regular expression, found "@"', 10, 1, "")),
    ("$[?@.* =~ 'x']", (ONE, 3, 1, INSIDE)),
    ("$[?" + "(" * 40 + "@" + ")" * 40 + "]", ("the path is nested too deeply", 33, 1, "")),
]


@pytest.mark.parametrize(("path", "said"), REFUSED)
def test_what_is_no_condition_is_refused_with_its_place(refusal, path: str, said: tuple[str, int, int, str]):
    assert refusal(path) == said


def test_conditions_may_be_long_and_twenty_in_one_another(held, select):
    long = " && ".join(["@.n >= 0"] * 5_000)
    inside = "[?@.a" * 20 + "]" * 20

    assert held(long) == [0, 1, 2, 3]
    assert select("$" + inside, PAGE) == []


@pytest.mark.parametrize("test", ["match(@, '(a|aa)+')", "@ =~ '^(a|aa)+$'", "match(@, $.p)"])
def test_a_regular_expression_that_takes_too_long_makes_a_failed_page(
    select, test: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("scrapekit.regex.PATIENCE", 0.05)

    with pytest.raises(PageError, match=r"^the JSONPath .*: its regular expression took longer than 0.05 s"):
        select(f"$.t[?{test}]", {"t": ["a" * 5_000 + "!"], "p": "(a|aa)+"})
