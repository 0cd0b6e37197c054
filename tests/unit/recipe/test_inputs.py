from collections.abc import Mapping
from pathlib import Path

import pytest

from scrapekit.errors import Problems
from scrapekit.mark import Mark
from scrapekit.node import plain
from scrapekit.recipe.inputs import Inputs, read_inputs
from scrapekit.recipe.model import Bound, Recipe, Secret
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.substitute import SecretText, substitute
from scrapekit.recipe.yaml.tree import parse_tree

HEAD = "scrapekit: 1\nseeds: https://a.test/\npages: { p: { item: x, fields: { t: h1 } } }\n"


def inputs_of(
    text: str, given: Mapping[str, str] | None = None, environ: Mapping[str, str] | None = None
) -> tuple[Inputs, list[str]]:
    problems = Problems()
    tree = parse_tree(f"inputs:\n  {text}\n", "r.yaml", problems)
    assert tree is not None
    mark = Mark(tree.mark.source, 1, 1)
    found = read_inputs(tree.get("inputs"), problems, given=given or {}, environ=environ or {}, mark=mark)
    return found, [str(problem) for problem in problems]


def value_of(text: str, given: str | None = None, environ: Mapping[str, str] | None = None) -> object:
    found, problems = inputs_of(f"x: {text}", {} if given is None else {"x": given}, environ)
    assert problems == []
    return {**found.values, **found.secrets}["x"]


def recipe_of(text: str, **given: str) -> tuple[Recipe, list[str]]:
    problems = Problems()
    tree = parse_tree(HEAD + text, "r.yaml", problems)
    assert tree is not None
    recipe = read_recipe(tree, problems, file="r.yaml", inputs=given, environ={"TOKEN": "s3cret-7"})
    assert recipe is not None
    return recipe, [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("declared", "given", "value"),
    [
        ("{ type: string }", "tea", "tea"),
        ("{ type: string }", "12", "12"),
        ("{ type: string }", "", ""),
        ("{ type: string, default: 012 }", None, "012"),
        ("{ type: string, default: 1.10 }", None, "1.10"),
        ("{ type: string, pattern: '[a-z]+' }", "tea", "tea"),
        ("{ type: int }", "-7", -7),
        ("{ type: int, default: 3 }", None, 3),
        ("{ type: float }", "2.5", 2.5),
        ("{ type: float }", "2", 2),
        ("{ type: bool }", "yes", True),
        ("{ type: bool }", "FALSE", False),
        ("{ type: bool, default: true }", None, True),
        ("{ type: enum, options: [a, 2] }", "2", 2),
        ("{ type: enum, options: { newest: date_desc, old: date } }", "newest", "date_desc"),
        ("{ type: enum, options: { newest: date_desc }, default: newest }", None, "date_desc"),
        ("{ required: false }", None, None),
        ("{ type: secret }", "abc", "abc"),
        ("https://a.test", None, "https://a.test"),
        ("3", "4", 4),
        ("true", "no", False),
    ],
)
def test_an_input_has_its_value(declared: str, given: str | None, value: object):
    found = value_of(declared, given)

    assert (type(found), found) == (type(value), value)


def test_what_is_given_comes_before_the_environment_and_that_before_the_default():
    declared = "{ env: SCRAPEKIT_SHOP, default: c }"

    assert value_of(declared, "a", {"SCRAPEKIT_SHOP": "b"}) == "a"
    assert value_of(declared, None, {"SCRAPEKIT_SHOP": "b"}) == "b"
    assert value_of(declared, None, {"SCRAPEKIT_SHOP": ""}) == "c"


@pytest.mark.parametrize(
    ("declared", "given", "words"),
    [
        (
            "x: { type: int }",
            {"x": "many"},
            '-i x=many: inputs.x: expected a whole number, found the text "many"',
        ),
        (
            "x: { type: int }",
            {"x": "1.5"},
            '-i x=1.5: inputs.x: expected a whole number, found the text "1.5"',
        ),
        ("x: { type: bool }", {"x": "on"}, '-i x=on: inputs.x: expected true or false, found the text "on"'),
        (
            "x: { pattern: '[a-z]+' }",
            {"x": "a1"},
            '-i x=a1: inputs.x: expected text that matches [a-z]+, found the text "a1"',
        ),
        (
            "x: { type: enum, options: [newest, oldest] }",
            {"x": "newst"},
            '-i x=newst: inputs.x: expected one of newest, oldest, found the text "newst"\n'
            '  hint: did you mean "newest"?',
        ),
        (
            "site: a",
            {"sight": "b"},
            '-i sight=b: inputs: unknown input "sight"\n  hint: did you mean "site"?',
        ),
        ("x: a", {"x": "\udcff"}, "-i x=\\udcff: inputs.x: the value is not UTF-8 text"),
    ],
)
def test_a_value_that_does_not_fit_names_the_command_line(declared: str, given: dict[str, str], words: str):
    assert inputs_of(declared, given)[1] == [words]


def test_a_value_from_the_environment_that_does_not_fit_names_its_variable_and_is_not_shown():
    assert inputs_of("x: { type: int, env: SCRAPEKIT_N }", {}, {"SCRAPEKIT_N": "s3cret"})[1] == [
        "$SCRAPEKIT_N: inputs.x: expected a whole number, found something else"
    ]


def test_a_secret_that_does_not_fit_is_not_shown():
    declared = "x: { type: secret, pattern: '[a-f]+' }"

    assert inputs_of(declared, {"x": "s3cret"})[1] == [
        "-i x: inputs.x: expected text that matches [a-f]+, found something else"
    ]


def test_an_unknown_input_is_not_shown_whole_where_it_may_be_a_misspelt_secret():
    assert inputs_of("token: { type: secret, required: false }", {"tokn": "s3cret"})[1] == [
        '-i tokn: inputs: unknown input "tokn"\n  hint: did you mean "token"?'
    ]


def substituted(text: str, **values: object) -> tuple[object, list[str]]:
    problems = Problems()
    tree = parse_tree(text, "r.yaml", problems)
    assert tree is not None
    changed = substitute(tree, Inputs(values, {"token": "s3cret"}), problems)
    return plain(changed), [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('a: "{{ inputs.q }}"', "tea"),
        ('a: "{{ inputs.n }}"', 3),
        ('a: "{{ inputs.none }}"', None),
        ('a: "n={{ inputs.n }}&q={{ inputs.q }}{{ inputs.none }}"', "n=3&q=tea"),
        ('a: "{{ inputs.n + 1 }}"', 4),
        ("a: \"{{ inputs.q or 'x' }}\"", "tea"),
        ('a: "{{ item.q }}{{ inputs.q }}"', "{{ item.q }}{{ inputs.q }}"),
        ('a: "{{ inputs.q | upper }}"', "{{ inputs.q | upper }}"),
        ("a: \"{{ '{{' }}\"", "{{"),
        ("a: plain", "plain"),
    ],
)
def test_a_text_that_needs_only_inputs_becomes_its_value(text: str, value: object):
    assert substituted(text, q="tea", n=3, none=None) == ({"a": value}, [])


def test_a_value_that_looks_like_a_template_is_never_read_as_one():
    recipe, problems = recipe_of("inputs: { q: x }\nname: n\n", q="{{ page.url }}")
    assert recipe.inputs == {"q": "{{ page.url }}"}

    recipe, problems = recipe_of(
        'inputs: { q: x }\nhttp: { headers: { A: "{{ inputs.q }}" } }\n', q="{{ page.url }}"
    )
    assert problems == []
    assert recipe.http.headers == {"A": "{{ page.url }}"}


def test_the_section_of_inputs_itself_is_left_alone():
    assert substituted('inputs: { a: "{{ inputs.q }}" }', q="x") == ({"inputs": {"a": "{{ inputs.q }}"}}, [])


def test_an_input_that_failed_is_not_complained_of_again_where_it_is_used():
    _, problems = recipe_of('inputs: { n: { type: int } }\ncrawl: { depth: "{{ inputs.n }}" }\n', n="many")

    assert problems == ['-i n=many: inputs.n: expected a whole number, found the text "many"']


def test_an_input_without_a_value_leaves_its_setting_as_if_not_written():
    recipe, problems = recipe_of('inputs: { p: { required: false } }\nhttp: { proxy: "{{ inputs.p }}" }\n')

    assert (recipe.http.proxy, problems) == ((), [])


def test_a_secret_may_stand_in_a_header_or_a_cookie_and_is_hidden():
    recipe, problems = recipe_of(
        "inputs: { t: { type: secret, env: TOKEN } }\n"
        'http: { headers: { Authorization: "Bearer {{ inputs.t }}" }, cookies: { id: "{{ inputs.t }}" } }\n'
    )

    assert problems == []
    assert recipe.http.headers == {"Authorization": Secret("Bearer s3cret-7", ("t",))}
    assert recipe.http.cookies == {"id": Secret("s3cret-7", ("t",))}
    assert (recipe.secrets, recipe.inputs) == (("s3cret-7",), {})
    assert "s3cret" not in repr(recipe)


@pytest.mark.parametrize(
    "place",
    [
        'name: "{{ inputs.t }}"',
        'http: { proxy: "http://{{ inputs.t }}@a" }',
        'export: "{{ inputs.t }}{{ item.x }}.csv"',
    ],
)
def test_a_secret_may_stand_nowhere_else(place: str):
    _, problems = recipe_of(f"inputs: {{ t: {{ type: secret, env: TOKEN }} }}\n{place}\n")

    assert ['the secret "t" cannot stand here' in problem for problem in problems] == [True]
    assert "s3cret" not in "".join(problems)


def test_a_header_with_a_secret_that_breaks_the_line_is_refused_without_showing_it():
    _, problems = recipe_of(
        'inputs: { t: { type: secret } }\nhttp: { headers: { A: "{{ inputs.t }}" } }\n', t="s3cret\r\nX: y"
    )

    assert problems == [
        "r.yaml:5:23: http.headers.A: a header's value is one line\n"
        '    5 | http: { headers: { A: "{{ inputs.t }}" } }\n'
        "      |                       ^^^^^^^^^^^^^^^^"
    ]


def test_a_secret_shows_as_dots_however_it_is_printed():
    secret = SecretText("abc")

    assert (str(secret), f"{secret}", repr(secret), "%s" % secret) == ("•••", "•••", "'•••'", "•••")  # noqa: UP031
    assert secret.reveal() == "abc"


# --- where secrets come from, and where they may go


def read_with(text: str, given: Mapping[str, str], folder: Path) -> tuple[Inputs, list[str]]:
    problems = Problems()
    tree = parse_tree(f"inputs:\n  {text}\n", "r.yaml", problems)
    assert tree is not None
    mark = Mark(tree.mark.source, 1, 1)
    found = read_inputs(
        tree.get("inputs"), problems, given=given, environ={"OTHER": "from-env"}, mark=mark, folder=folder
    )
    words = [str(problem).partition("\n")[0].replace(f"{folder}/", "") for problem in problems]
    return found, [word.partition(": ")[2] for word in words]


def test_a_secret_may_be_read_from_a_file_beside_the_recipe(tmp_path: Path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/token.txt").write_bytes(b"\xef\xbb\xbfs3cret \r\n")

    found, problems = read_with("x: { type: secret, file: keys/token.txt }", {}, tmp_path)

    assert (found.secrets, problems) == ({"x": "s3cret "}, [])
    assert found.sources == {"x": "keys/token.txt"}


def test_a_secret_may_be_given_as_a_file_or_as_itself(tmp_path: Path):
    (tmp_path / ".hidden").write_text("s3cret\n")

    for given, value in [(f"@{tmp_path}/.hidden", "s3cret"), ("@@handle", "@handle"), ("plain", "plain")]:
        found, problems = read_with("x: { type: secret }", {"x": given}, tmp_path)
        assert (found.secrets, problems) == ({"x": value}, [])


def test_what_is_no_secret_is_never_taken_for_a_file(tmp_path: Path):
    assert read_with("x: { type: string }", {"x": "@jack"}, tmp_path)[0].values == {"x": "@jack"}


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("../token.txt", 'inputs.x.file: "../token.txt" is hidden, or outside the folder of the recipe'),
        ("/etc/passwd", 'inputs.x.file: "/etc/passwd" is hidden, or outside the folder of the recipe'),
        (".ssh/id", 'inputs.x.file: ".ssh/id" is hidden, or outside the folder of the recipe'),
        ("link", 'inputs.x.file: "link" is hidden, or outside the folder of the recipe'),
        ("missing", 'inputs.x: "missing" cannot be read: no such file or directory'),
        ("large", 'inputs.x: "large" is longer than a secret: more than 64 KiB'),
        ("binary", 'inputs.x: "binary" cannot be read: it is not UTF-8 text'),
    ],
)
def test_a_recipe_reads_no_file_but_those_beside_it(tmp_path: Path, file: str, words: str):
    folder = tmp_path / "recipes"
    folder.mkdir()
    (tmp_path / "token.txt").write_text("s3cret")
    (folder / "link").symlink_to(tmp_path / "token.txt")
    (folder / "large").write_text("x" * 70_000)
    (folder / "binary").write_bytes(b"\xff\xfe")

    assert read_with(f"x: {{ type: secret, file: {file} }}", {}, folder)[1] == [words]


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        (
            "{ env: OTHER }",
            ["inputs.x.env: $OTHER may hold a secret, and an input of type string can go anywhere"],
        ),
        (
            "{ type: int, env: OTHER, default: 3 }",
            [
                "inputs.x.env: $OTHER may hold a secret, and an input of type int can go anywhere",
                "inputs.x: expected a whole number, found something else",
            ],
        ),
        ("{ default: a, file: b }", ["inputs.x.file: file is for secrets, this input is of type string"]),
        (
            "{ default: a, for: https://a.test }",
            ["inputs.x.for: for is for secrets, this input is of type string"],
        ),
        (
            "{ type: secret, env: OTHER, for: api.test }",
            ['inputs.x.for: "api.test" is not a whole site'],
        ),
        (
            "{ type: secret, env: OTHER, for: [https://api.test/v1] }",
            ['inputs.x.for: "https://api.test/v1" is not a whole site'],
        ),
    ],
)
def test_what_is_hidden_stays_so(tmp_path: Path, declared: str, words: list[str]):
    problems = read_with(f"x: {declared}", {}, tmp_path)[1]

    assert sorted(problems) == sorted(words)


def test_a_secret_may_be_bound_to_other_sites(tmp_path: Path):
    declared = "x: { type: secret, env: OTHER, for: [https://API.test:443/, http://b.test:81] }"

    assert read_with(declared, {}, tmp_path)[0].bound["x"] == Bound(
        "from-env", ("https://api.test", "http://b.test:81"), "$OTHER"
    )


@pytest.mark.parametrize(
    "place",
    [
        'pages: { p: { item: x, fields: { t: { template: "{{ inputs.t }}" } } } }',
        'pages: { p: { item: x, fields: { t: h1 }, links: { p: "a[href={{ inputs.t }}]" } } }',
        'pages: { p: { item: x, fields: { t: h1 }, links: { p: { carry: { x: "{{ inputs.t }}" } } } } }',
        'seeds: { p: { url: https://a.test/, carry: { x: "{{ inputs.t }}" } } }',
        'crawl: { scope: "{{ inputs.t }}" }',
    ],
)
def test_a_secret_stands_in_no_place_that_is_kept(place: str):
    _, problems = read(f"inputs: {{ t: {{ type: secret, env: TOKEN }} }}\n{place}\n")

    assert sum('the secret "t" cannot stand here' in problem for problem in problems) == 1
    assert "s3cret" not in "".join(problems)


def read(text: str) -> tuple[object, list[str]]:
    problems = Problems()
    head = HEAD.splitlines(keepends=True)
    kept = [
        line for line in head if line.split(":")[0] not in {row.split(":")[0] for row in text.splitlines()}
    ]
    tree = parse_tree("".join(kept) + text, "r.yaml", problems)
    assert tree is not None
    recipe = read_recipe(tree, problems, file="r.yaml", inputs={}, environ={"TOKEN": "s3cret-7"})
    return recipe, [str(problem) for problem in problems]
