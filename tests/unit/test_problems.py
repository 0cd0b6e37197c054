import pytest

from scrapekit.errors import Problem, Problems, RecipeError, did_you_mean
from scrapekit.mark import Mark, SourceText
from scrapekit.node import shown

SOURCE = SourceText.of("r.yaml", "a: 1\nlink: \x1b[2J\tx\n")


def test_a_problem_shows_where_what_and_what_to_do():
    problem = Problem(Mark(SOURCE, 1, 4, 1), "a", "too small", "write 2")

    assert str(problem) == "r.yaml:1:4: a: too small\n    1 | a: 1\n      |    ^\n  hint: write 2"


def test_nothing_of_a_problem_can_drive_the_terminal():
    problem = Problem(Mark(SOURCE, 2, 7, 5), "x\x1b[2J", "bad \x07 \n value", "\x9b0m")

    assert str(problem) == (
        "r.yaml:2:7: x?[2J: bad ? ? value\n    2 | link: ?[2J→x\n      |       ^^^^^\n  hint: ?0m"
    )


def test_a_word_of_the_command_line_has_no_position():
    problem = Problem(Mark(SourceText("-i q=tea", ()), 1, 1), "inputs.q", "expected a whole number")

    assert str(problem) == "-i q=tea: inputs.q: expected a whole number"


def test_a_long_line_is_cut_round_the_mark():
    source = SourceText.of("r", "x" * 500 + "HERE" + "y" * 500)

    assert Mark(source, 1, 501, 4).excerpt() == (
        "  1 | …" + "x" * 59 + "HERE" + "y" * 56 + "\n    | " + " " * 60 + "^^^^"
    )


def test_problems_are_told_in_the_order_written_and_once():
    problems = Problems()
    problems.add(Mark(SOURCE, 2, 1), "", "second")
    problems.add(Mark(SOURCE, 1, 4), "", "first")
    problems.add(Mark(SOURCE, 1, 4), "", "first")

    with pytest.raises(RecipeError) as caught:
        problems.raise_if_any()
    assert [problem.message for problem in caught.value.problems] == ["first", "second"]


def test_of_too_many_problems_the_rest_is_counted():
    problems = Problems()
    for line in range(1, 251):
        problems.add(Mark(SOURCE, line, 1), "", f"problem {line}")

    with pytest.raises(RecipeError) as caught:
        problems.raise_if_any()
    assert len(caught.value.problems) == 200
    assert str(caught.value).endswith("problem 200\nand 50 more problems")


def test_no_problems_raise_nothing():
    Problems().raise_if_any()


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("tilte", ["title", "price"], 'did you mean "title"?'),
        ("strip", ["string", "trim"], 'did you mean "trim"?'),
        ("filters", ["fields", "pipe"], 'did you mean "pipe"?'),
        ("filters", ["fields"], 'did you mean "fields"?'),
        ("zzz", ["title", "price"], "known here: price, title"),
        ("zzz", [], ""),
        ("x" * 100, ["title"], "known here: title"),
        (
            "zzz",
            [f"a{n:02}" for n in range(40)],
            f"known here: {', '.join(f'a{n:02}' for n in range(30))}, …",
        ),
    ],
)
def test_a_hint_names_the_nearest_word_or_lists_what_is_known(word: str, known: list[str], hint: str):
    assert did_you_mean(word, known) == hint


def test_a_value_is_shown_on_one_short_line():
    assert shown("a\nb\x1b" + "x" * 100) == "a\\nb\\x1b" + "x" * 55 + "…"
