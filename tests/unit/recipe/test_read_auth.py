"""``http.auth``: what may be written, and how mistakes are told."""

from __future__ import annotations

import pytest

from scrapekit.errors import Problems
from scrapekit.recipe.model import Auth, Recipe, Secret
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree

HEAD = """scrapekit: 1
seeds: https://a.test/
pages: { p: { item: x, fields: { t: h1 } } }
inputs: { t: { type: secret } }
"""


def read(auth: str) -> tuple[Recipe, list[str]]:
    problems = Problems()
    tree = parse_tree(f"{HEAD}http: {{ auth: {auth} }}\n", "r.yaml", problems)
    assert tree is not None
    recipe = read_recipe(tree, problems, file="r.yaml", inputs={"t": "s3cret-7"}, environ={})
    assert recipe is not None
    return recipe, [str(problem).partition("\n")[0].partition(": ")[2] for problem in problems]


SECRET = Secret("s3cret-7", ("t",))
BASE64 = "bWU6czNjcmV0LTc="


@pytest.mark.parametrize(
    ("written", "auth"),
    [
        ('{ bearer: "{{ inputs.t }}" }', Auth("bearer", token=SECRET)),
        ("{ bearer: 012 }", Auth("bearer", token="012")),
        (
            '{ basic: { user: me, password: "{{ inputs.t }}" } }',
            Auth("basic", user="me", password=SECRET),
        ),
        (
            '{ digest: { user: me, password: "{{ inputs.t }}" } }',
            Auth("digest", user="me", password=SECRET),
        ),
        ('{ api_key: "{{ inputs.t }}" }', Auth("api_key", token=SECRET, name="X-API-Key")),
        (
            '{ api_key: { in: query, value: "{{ inputs.t }}" } }',
            Auth("api_key", token=SECRET, name="api_key", place="query"),
        ),
        (
            '{ oauth2: { token_url: "https://id.test/t", client_id: me, client_secret: "{{ inputs.t }}", '
            "scope: [a, b], send: body, parameters: { audience: x } } }",
            Auth(
                "oauth2",
                user="me",
                password=SECRET,
                token_url="https://id.test/t",
                send="body",
                scope="a b",
                parameters={"audience": "x"},
            ),
        ),
    ],
)
def test_each_kind_is_read(written: str, auth: Auth):
    recipe, problems = read(written)

    assert problems == []
    assert recipe.http.auth == auth
    assert "s3cret" not in repr(recipe)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("{}", ["http.auth: which kind of authentication?"]),
        (
            "{ beerer: x }",
            ["http.auth: which kind of authentication?", 'http.auth.beerer: unknown key "beerer"'],
        ),
        (
            "{ bearer: x, digest: { user: a, password: b } }",
            ['http.auth.digest: there is one kind of authentication: "digest" stands beside "bearer"'],
        ),
        ("{ basic: { user: me } }", ['http.auth.basic.password: "password" is missing']),
        (
            "{ basic: { user: 'a:b', password: c } }",
            ["http.auth.basic.user: a user's name holds no colon"],
        ),
        (
            "{ api_key: { value: x, name: 'X Y' } }",
            ['http.auth.api_key.name: no header is named "X Y"'],
        ),
        ("{ api_key: { name: X } }", ['http.auth.api_key.value: "value" is missing']),
        (
            '{ bearer: "a\\nb" }',
            ["http.auth.bearer: what is sent in a header is one line"],
        ),
        (
            "{ oauth2: { token_url: 'http://id.test/t', client_id: a, client_secret: b } }",
            ["http.auth.oauth2.token_url: a token is asked for over https only"],
        ),
        (
            "{ oauth2: { token_url: id.test, client_id: a, client_secret: b } }",
            ['http.auth.oauth2.token_url: "id.test" is not an http(s) address'],
        ),
        ("bearer", ['http.auth: expected a mapping, found the text "bearer"']),
    ],
)
def test_a_mistake_is_told(written: str, words: list[str]):
    assert read(written)[1] == words


def test_a_token_may_be_asked_for_in_the_clear_on_this_machine():
    assert read("{ oauth2: { token_url: 'http://localhost:99/t', client_id: a, client_secret: b } }")[1] == []


def test_every_spelling_of_a_credential_is_masked():
    recipe, _ = read('{ basic: { user: me, password: "{{ inputs.t }}" } }')

    assert set(recipe.secrets) == {"s3cret-7", BASE64, f"{BASE64[:-1]}%3D", f"{BASE64[:-1]}%253D"}
