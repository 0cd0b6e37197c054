from collections.abc import Callable

import pytest

from scrapekit.errors import Problems
from scrapekit.options import Options
from scrapekit.recipe.yaml.tree import parse_tree


def options_of(text: str) -> Options:
    problems = Problems()
    tree = parse_tree(text, "r.yaml", problems)
    assert tree is not None
    return Options(tree, problems, "part", mark=tree.mark)


def words_of(options: Options) -> list[str]:
    return [str(problem) for problem in options.problems]


@pytest.mark.parametrize(
    ("text", "read", "value"),
    [
        ("a: x", lambda o: o.text("a"), "x"),
        ("a: 1.10", lambda o: o.text("a"), "1.10"),
        ("a: true", lambda o: o.text("a"), "true"),
        ("b: 1", lambda o: o.text("a", "z"), "z"),
        ("a: [x, 1.10]", lambda o: [n.value for n in o.texts("a")], ["x", "1.10"]),
        ("a: x", lambda o: [n.value for n in o.texts("a")], ["x"]),
        ("b: 1", lambda o: o.texts("a"), []),
        ("a: 5", lambda o: o.integer("a", least=1, most=5), 5),
        ("a: 2.5", lambda o: o.number("a"), 2.5),
        ("a: 2", lambda o: o.number("a"), 2),
        ("a: false", lambda o: o.flag("a", True), False),
        ("a: red", lambda o: o.choice("a", ["red", "blue"]), "red"),
        ("a: 500ms", lambda o: o.seconds("a", 1), 0.5),
        ("a: 1.5h", lambda o: o.seconds("a", 1), 5400.0),
        ("a: 2 d", lambda o: o.seconds("a", 1), 172800.0),
        ("a: 0", lambda o: o.seconds("a", 1), 0),
        ("b: 0", lambda o: o.seconds("a", 1), 1),
        ("a: 16MiB", lambda o: o.bytes("a", 1), 16 * 2**20),
        ("a: 1.5KB", lambda o: o.bytes("a", 1), 1500),
        ("a: 5%", lambda o: o.share("a", 1), 0.05),
        ("a: 0.25", lambda o: o.share("a", 1), 0.25),
        ("a: 100%", lambda o: o.share("a", 0), 1.0),
        ("a: 0", lambda o: o.share("a", 1), 0),
        ("a: {b: 3}", lambda o: o.section("a").integer("b"), 3),
        ("a: 3", lambda o: o.section("a", short="b").integer("b"), 3),
        ("b: 3", lambda o: o.section("a").integer("b"), None),
    ],
)
def test_a_setting_is_read_as_its_type(text: str, read: Callable[[Options], object], value: object):
    options = options_of(text)

    assert read(options) == value
    assert words_of(options) == []


DURATION = "expected a duration such as 500ms, 20s or 15m, found "
SHARE = "expected a percentage such as 5%, found "
COLOURS = ["red", "blue"]


@pytest.mark.parametrize(
    ("value", "read", "message", "hint"),
    [
        ("[x]", lambda o: o.text("a"), "expected text, found a list", 'quote it if it is text: "[x]"'),
        (
            "{x: 1}",
            lambda o: o.text("a"),
            "expected text, found a mapping",
            'quote it if it is text: "{x: 1}"',
        ),
        ("null", lambda o: o.text("a"), "expected text, found nothing", ""),
        ("[[x]]", lambda o: o.texts("a"), "expected text, found a list", 'quote it if it is text: "[x]"'),
        ("1.5", lambda o: o.integer("a"), "expected a whole number, found the number 1.5", ""),
        ("true", lambda o: o.integer("a"), "expected a whole number, found the truth value true", ""),
        ("0", lambda o: o.integer("a", least=1), "must be at least 1", ""),
        ("9", lambda o: o.integer("a", most=8), "must be at most 8", ""),
        ("x", lambda o: o.number("a"), 'expected a number, found the text "x"', ""),
        ("no", lambda o: o.flag("a"), 'expected true or false, found the text "no"', "write false"),
        ("x", lambda o: o.choice("a", COLOURS), 'expected one of red, blue, found the text "x"', ""),
        ("5", lambda o: o.seconds("a", 1), DURATION + "the number 5", "write the unit: 5s"),
        ("5 years", lambda o: o.seconds("a", 1), DURATION + 'the text "5 years"', ""),
        ("false", lambda o: o.seconds("a", 1), DURATION + "the truth value false", ""),
        (
            "10",
            lambda o: o.bytes("a", 1),
            "expected a size such as 500KB or 16MiB, found the number 10",
            "write the unit: 10MiB",
        ),
        ("1", lambda o: o.share("a", 1), SHARE + "the number 1", "write the unit: 1%"),
        ("101%", lambda o: o.share("a", 1), SHARE + 'the text "101%"', ""),
        ("3", lambda o: o.section("a").text("b"), "expected a mapping, found the number 3", ""),
    ],
)
def test_a_setting_that_does_not_fit_is_a_problem(
    value: str, read: Callable[[Options], object], message: str, hint: str
):
    options = options_of(f"a: {value}\n")

    read(options)

    found = [(problem.path, problem.message, problem.hint) for problem in options.problems]
    assert found == [("part.a", message, hint)]


def test_a_misspelt_word_is_set_right():
    options = options_of("a: reed\n")

    options.choice("a", COLOURS)

    assert [problem.hint for problem in options.problems] == ['did you mean "red"?']


def test_a_key_that_nobody_asked_for_is_unknown():
    options = options_of("delimiter: a\ndelimeter: b\n")
    options.text("delimiter")

    options.close()

    assert words_of(options) == [
        'r.yaml:2:1: part.delimeter: unknown key "delimeter"\n'
        "    2 | delimeter: b\n"
        "      | ^^^^^^^^^\n"
        '  hint: did you mean "delimiter"?'
    ]


def test_a_key_that_must_be_there_is_missed():
    options = options_of("a: 1\n")

    assert options.require("path", "write path: out/x.csv") is False
    assert words_of(options) == [
        'r.yaml:1:1: part.path: "path" is missing\n    1 | a: 1\n      | ^\n  hint: write path: out/x.csv'
    ]
