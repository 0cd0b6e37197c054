"""What other tools have under `http`: unknown keys, with a hint that says what there is instead."""

import pytest

from scrapekit.errors import Problems
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        (
            "rotate",
            "list the proxies under proxy; responses say which answer means the next: then: rotate",
        ),
        ("http2", "there is none: requests are sent in HTTP/1.1, which every server knows"),
        (
            "verify_tls",
            "certificates are checked; name the hosts whose are not: unverified_hosts: [nas.local]",
        ),
        ("accept", "it is a header: headers: { Accept: text/html }"),
    ],
)
def test_a_setting_of_other_tools_is_unknown_and_the_hint_says_what_there_is(key: str, hint: str):
    recipe = f"""\
scrapekit: 1
seeds: https://a.test/
pages: {{ p: {{ item: i, fields: {{ t: a }} }} }}
http: {{ {key}: x }}
"""
    problems = Problems()
    tree = parse_tree(recipe, "r.yaml", problems)
    assert tree is not None

    read_recipe(tree, problems, file="r.yaml", inputs={}, environ={})

    (problem,) = problems
    assert (problem.message, problem.hint) == (f'unknown key "{key}"', hint)
    line = problem.mark.source.lines[problem.mark.line - 1]
    assert line[problem.mark.column - 1 :][: problem.mark.width] == key
