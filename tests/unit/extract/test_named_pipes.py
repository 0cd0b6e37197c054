"""A recipe's ``pipes``: written once, used by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapekit.errors import Problems
from scrapekit.page import Page
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree
from scrapekit.request import Request

PAGE = "<h1> Green  Tea: </h1><b>from £4.50</b><b>£5</b>"


def compiled(pipes: str, field: str):
    text = f"""scrapekit: 1
name: r
seeds: https://a.test/
pipes: {pipes}
pages: {{ p: {{ item: i, fields: {{ it: {field}, here: h1 }} }} }}
"""
    problems = Problems()
    recipe = read_recipe(parse_tree(text, "r.yaml", problems), problems, file="r.yaml", inputs={}, environ={})
    plan = compile_plan(recipe, Plugins(), problems, output=Path())
    return plan, [str(problem).replace(str(Path.cwd()) + "/", "") for problem in problems]


def value(pipes: str, field: str):
    plan, problems = compiled(pipes, field)
    assert problems == []
    page = Page(Request("https://a.test/", "p"), "https://a.test/", 200, {}, PAGE.encode())
    [item] = plan.callback("p")(page).items
    return item.fields["it"]


@pytest.mark.parametrize(
    ("pipes", "field", "found"),
    [
        ("{ words: [collapse, { strip_suffix: ':' }] }", "{ css: h1, pipe: words }", "Green Tea"),
        ("{ words: 'collapse | lower' }", "{ css: h1, pipe: [words] }", "green tea:"),
        ("{ low: lower, words: [collapse, low] }", "{ css: h1, pipe: 'words | upper' }", "GREEN TEA:"),
        ("{ late: [early], early: [upper] }", "{ css: h1, pipe: [trim, late] }", "GREEN TEA:"),
        ("{ many: [count] }", "{ css: b, all: true, pipe: many }", 2),
        ("{ shout: [upper, trim] }", "'{{ item.here | shout }}'", "GREEN TEA:"),
    ],
)
def test_a_pipe_is_used_by_its_name(pipes: str, field: str, found: object):
    assert value(pipes, field) == found


@pytest.mark.parametrize(
    ("pipes", "field", "problem"),
    [
        (
            "{ money: [trim] }",
            "{ css: h1, pipe: mony }",
            'r.yaml:5:55: pages.p.fields.it.pipe: no filter is called "mony" | hint: did you mean "money"?',
        ),
        (
            "{ a: [trmi] }",
            "h1",
            'r.yaml:4:14: pipes.a: no filter is called "trmi" | hint: did you mean "trim"?',
        ),
        (
            "{ trim: [collapse] }",
            "h1",
            'r.yaml:4:10: pipes.trim: "trim" is a filter already | hint: give the pipe another name',
        ),
        ("{ a: [a] }", "h1", 'r.yaml:4:14: pipes.a: the pipe "a" uses itself: a → a'),
        (
            "{ x: [a], a: [b], b: [trim, a] }",
            "h1",
            'r.yaml:4:36: pipes.b: the pipe "a" uses itself: a → b → a',
        ),
        (
            "{ a: [trim] }",
            "{ css: h1, pipe: [{ a: 3 }] }",
            'r.yaml:5:61: pages.p.fields.it.pipe: "a" is a pipe of this recipe and takes no options',
        ),
        (
            "{ a: [trim, round] }",
            "{ css: h1, pipe: a }",
            'r.yaml:5:55: pages.p.fields.it.pipe: trim in the pipe "a" gives text, but round in the pipe "a" '
            'takes number | hint: the pipe "a" has round at r.yaml:4:20',
        ),
        (
            "{ a: [price] }",
            "{ css: h1, pipe: [a, upper] }",
            'r.yaml:5:59: pages.p.fields.it.pipe: price in the pipe "a" gives number, but upper takes text'
            " | hint: put upper before it, or `string` between them",
        ),
        (
            "{ a: [] }",
            "h1",
            "r.yaml:4:10: pipes.a: there are no filters here | hint: write NAME: [trim, ...]",
        ),
        (
            "{ 1a: [trim] }",
            "h1",
            'r.yaml:4:10: pipes: a pipe cannot be named "1a"'
            " | hint: letters, digits, dots and hyphens, with a letter first",
        ),
        (
            "[trim]",
            "h1",
            "r.yaml:4:8: pipes: expected a mapping of pipes, found a list | hint: write NAME: [trim, ...]",
        ),
    ],
)
def test_a_pipe_that_cannot_work_is_a_mistake_with_its_place(pipes: str, field: str, problem: str):
    _, problems = compiled(pipes, field)

    [found] = problems
    head, *rest = found.split("\n")
    hint = [line.strip() for line in rest if line.startswith("  hint: ")]
    assert " | ".join([head, *hint]) == problem


def test_pipes_of_pipes_cannot_grow_without_bound():
    pipes = ", ".join(f"p{n}: [p{n + 1}, p{n + 1}]" for n in range(60))

    _, problems = compiled(f"{{ {pipes}, p60: [trim] }}", "{ css: h1, pipe: p0 }")

    assert "more than 100 filters" in problems[0]


def test_a_mistake_in_a_pipe_is_told_once_however_many_fields_use_it():
    plan, problems = compiled("{ a: [{ round: x }] }", "{ css: h1, pipe: [int, a] }")

    assert plan is None
    assert len(problems) == 1
