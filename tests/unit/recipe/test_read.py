from pathlib import Path

import pytest

from scrapekit.errors import Problems, RecipeError
from scrapekit.node import plain
from scrapekit.recipe.load import load_recipe
from scrapekit.recipe.model import Expect, Recipe
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree

HEAD = "scrapekit: 1\nseeds: https://a.test/\n"
PAGES = "pages: { p: { item: book, fields: { title: h1, price: .price } } }\n"


def recipe_of(text: str, *, outputs: tuple[str, ...] = (), file: str = "shop/books.yaml") -> Recipe:
    problems = Problems()
    tree = parse_tree(text, "r.yaml", problems)
    assert tree is not None
    recipe = read_recipe(tree, problems, file=file, inputs={}, environ={}, outputs=outputs)
    problems.raise_if_any()
    assert recipe is not None
    return recipe


def test_the_twelve_lines_of_the_readme_are_a_recipe():
    recipe = recipe_of(
        """\
scrapekit: 1
name: books
seeds:
  listing: https://books.example/
pages:
  listing:
    links:
      product: h3 a
      listing: li.next a
  product:
    item: book
    fields:
      title: h1
      price: { css: .price_color, type: price }
      upc:   { css: "th:contains('UPC') + td" }
      image: "#gallery img@src"
export: out/books.jsonl
"""
    )

    assert (recipe.name, [seed.page for seed in recipe.seeds]) == ("books", ["listing"])
    assert [(link.page, link.path) for link in recipe.pages["listing"].links] == [
        ("product", "pages.listing.links.product"),
        ("listing", "pages.listing.links.listing"),
    ]
    assert recipe.kinds == {"book": ("title", "price", "upc", "image")}
    assert [(export.exporter, export.target) for export in recipe.exports] == [("jsonl", "out/books.jsonl")]
    assert (recipe.expect, recipe.expect_any) == ({"book": Expect(least=0)}, ("book",))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("shop/books.yaml", "books"),
        ("a b.v2.yml", "a-b.v2"),
        (".hidden.yaml", "hidden"),
        ("con.yaml", "recipe"),
        ("---.yaml", "recipe"),
        ("größe.yaml", "größe"),
    ],
)
def test_a_recipe_without_a_name_is_named_after_its_file(file: str, name: str):
    assert recipe_of(HEAD + PAGES, file=file).name == name


def test_without_an_export_records_go_to_a_file_named_after_the_recipe():
    exports = recipe_of(HEAD + PAGES).exports

    assert [(export.exporter, export.target) for export in exports] == [("jsonl", "out/books.jsonl")]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("out/x.csv", [("csv", "out/x.csv")]),
        ("x.NDJSON", [("jsonl", "x.NDJSON")]),
        ("x.db", [("sqlite", "x.db")]),
        ("x.parquet", [("parquet", "x.parquet")]),
        ("[a.csv, b.json]", [("csv", "a.csv"), ("json", "b.json")]),
        ("{ csv: a.txt }", [("csv", "a.txt")]),
        ("{ csv: a.csv, sqlite: b.sqlite }", [("csv", "a.csv"), ("sqlite", "b.sqlite")]),
        ("[{ jsonl: { path: a.b } }]", [("jsonl", "a.b")]),
    ],
)
def test_every_form_of_an_export_names_its_exporter_and_file(written: str, found: list[tuple[str, str]]):
    exports = recipe_of(f"{HEAD}{PAGES}export: {written}\n").exports

    assert [(export.exporter, export.target) for export in exports] == found


def test_an_export_keeps_for_its_exporter_what_the_core_does_not_know():
    written = (
        "export: { csv: { path: a.csv, items: book, fields: [price], where: price > 1, meta: true,"
        " delimiter: ; } }\n"
    )

    (export,) = recipe_of(HEAD + PAGES + written).exports

    assert (export.kinds, export.fields, export.meta) == (("book",), ("price",), True)
    assert (export.where and export.where.value, plain(export.options)) == ("price > 1", {"delimiter": ";"})


def test_the_users_own_output_takes_the_place_of_every_export_and_may_be_anywhere():
    recipe = recipe_of(HEAD + PAGES + "export: [a.jsonl, b.csv]\n", outputs=("/data/x.json", "b.csv"))

    assert [(export.exporter, export.target, str(export.target_mark)) for export in recipe.exports] == [
        ("json", "/data/x.json", "-o /data/x.json"),
        ("csv", "b.csv", "-o b.csv"),
    ]


def test_the_users_own_output_keeps_the_options_of_the_export_of_its_kind():
    written = "export: [a.jsonl, { csv: { path: b.csv, fields: [price] } }]\n"

    (export,) = recipe_of(HEAD + PAGES + written, outputs=("../x.csv",)).exports

    assert (export.exporter, export.target, export.fields) == ("csv", "../x.csv", ("price",))


@pytest.mark.parametrize(
    ("written", "expect", "rest"),
    [
        ("", {"book": Expect(0), "author": Expect(0)}, ("book", "author")),
        ("expect: { book: 20 }", {"book": Expect(20), "author": Expect(0)}, ("author",)),
        ("expect: { book: { max: 9 } }", {"book": Expect(1, 9), "author": Expect(0)}, ("author",)),
        (
            "expect: { book: { min: 2, max: 9 }, author: 0 }",
            {"book": Expect(2, 9), "author": Expect(0)},
            (),
        ),
    ],
)
def test_kinds_that_nothing_is_expected_of_must_give_a_record_together(
    written: str, expect: dict[str, Expect], rest: tuple[str, ...]
):
    pages = "pages: { p: { items: { book: { fields: { t: h1 } }, author: { fields: { t: h1 } } } } }\n"

    recipe = recipe_of(f"{HEAD}{pages}{written}\n")

    assert (recipe.expect, recipe.expect_any) == (expect, rest)


def test_an_expectation_without_a_kind_is_of_the_only_kind():
    recipe = recipe_of(HEAD + PAGES + "expect: { min: 20 }\n")

    assert (recipe.expect, recipe.expect_any) == ({"book": Expect(20)}, ())


def test_http_and_crawl_are_read_with_their_units():
    recipe = recipe_of(
        HEAD + PAGES + "http: { headers: { X: 5 }, cookies: { a: b }, user_agent: me/1, timeout: 20s,"
        " connect_timeout: 2s, max_body: 1MiB, retries: 0, redirects: 2, proxy: 'http://p:1',"
        " min_rate: 2KiB, min_rate_over: 10s, unverified_hosts: nas.local, allow_hosts: [LOCALHOST] }\n"
        "crawl: { concurrency: 4, per_host: 1, delay: 0, robots: ignore, depth: 3, order: depth, scope: host,"
        " allow_failed: 10% }\n"
    )  # fmt: skip

    http, crawl = recipe.http, recipe.crawl
    assert (http.headers, http.cookies, http.keep_cookies) == ({"X": "5"}, {"a": "b"}, True)
    assert (http.user_agent, http.timeout, http.connect_timeout, http.max_body) == ("me/1", 20.0, 2.0, 2**20)
    assert (http.retries, http.redirects, http.proxy) == (0, 2, ("http://p:1",))
    assert http.unverified_hosts == ("nas.local",)
    assert (http.min_rate, http.min_rate_over, http.allow_hosts) == (2048, 10.0, ("localhost",))
    assert (crawl.concurrency, crawl.per_host, crawl.delay, crawl.robots) == (4, 1, 0.0, "ignore")
    assert (crawl.depth, crawl.order, crawl.scope, crawl.allow_failed) == (3, "depth", "host", 0.1)


@pytest.mark.parametrize(
    "name",
    ["nas.local", "nas.local:8080", "10.0.0.0/8", "10.1.2.3/8", "127.0.0.1", "::1", "[::1]:80", "fd00::/8"],
)
def test_hosts_with_a_port_and_networks_may_be_let_in(name):
    recipe = recipe_of(HEAD + PAGES + f"http: {{ allow_hosts: '{name.upper()}' }}\n")

    assert recipe.http.allow_hosts == (name,)


@pytest.mark.parametrize("name", ["nas.local", "nas.local:8080", "127.0.0.1", "::1", "[::1]:80"])
def test_hosts_may_go_unverified_on_all_ports_or_one(name):
    recipe = recipe_of(HEAD + PAGES + f"http: {{ unverified_hosts: ['{name.upper()}', b.test] }}\n")

    assert recipe.http.unverified_hosts == (name, "b.test")


@pytest.mark.parametrize("name", ["https://nas.local", "10.0.0.0/8", "*.local", "*", "a b", "nas.local:"])
def test_what_goes_unverified_is_a_host(name):
    with pytest.raises(RecipeError, match="is not a host"):
        recipe_of(HEAD + PAGES + f"http: {{ unverified_hosts: '{name}' }}\n")


@pytest.mark.parametrize("name", ["http://nas.local", "10.0.0.0/64", "a/8", "nas.local:", "a b", "[::1]:x"])
def test_what_is_neither_a_host_nor_a_network_is_refused(name):
    with pytest.raises(RecipeError, match="is neither a host nor a network"):
        recipe_of(HEAD + PAGES + f"http: {{ allow_hosts: '{name}' }}\n")


@pytest.mark.parametrize("contact", ["https://shop.example/bot", "bot@shop.example"])
def test_a_contact_is_a_web_or_mail_address(contact):
    assert recipe_of(HEAD + PAGES + f"http: {{ contact: '{contact}' }}\n").http.contact == contact


@pytest.mark.parametrize("contact", ["me", "https://shop.example/(x)", "https://a b", "a@b\\n"])
def test_a_contact_that_leads_nowhere_is_a_mistake(contact):
    with pytest.raises(RecipeError, match="expected a web or mail address"):
        recipe_of(HEAD + PAGES + f'http: {{ contact: "{contact}" }}\n')


def test_the_scope_may_be_the_domain_of_the_seeds():
    assert recipe_of(HEAD + PAGES + "crawl: { scope: domain }\n").crawl.scope == "domain"


def test_a_newer_version_of_the_language_is_never_half_read():
    problems = Problems()
    tree = parse_tree("scrapekit: 2\npages: 7\n", "r.yaml", problems)
    assert tree is not None

    assert read_recipe(tree, problems, file="r.yaml", inputs={}, environ={}) is None
    assert len(problems) == 1


def test_a_recipe_with_problems_is_read_as_far_as_it_goes():
    problems = Problems()
    tree = parse_tree(HEAD + PAGES + "crawl: { delay: soon }\n", "r.yaml", problems)
    assert tree is not None

    recipe = read_recipe(tree, problems, file="r.yaml", inputs={}, environ={})

    assert recipe is not None
    assert (recipe.crawl.delay, len(problems)) == (0.5, 1)


FULL = """\
scrapekit: 1
name: a
inputs: { q: { default: x }, t: { type: secret, required: false } }
seeds: https://a.test/
pages: { p: { item: book, fields: { title: h1, price: .price } } }
http: { headers: { Token: "{{ inputs.t }}", Accept: text/html } }
export: { csv: { path: a.csv, delimiter: ";" } }
"""


def fingerprint_of(text: str, **given: str) -> str:
    problems = Problems()
    tree = parse_tree(text, "r.yaml", problems)
    assert tree is not None
    recipe = read_recipe(tree, problems, file="r.yaml", inputs=given, environ={})
    problems.raise_if_any()
    assert recipe is not None
    return recipe.fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: a", "name: b"),
        ("a.csv", "b.csv"),
        ("name: a", "name: a\ncrawl: { concurrency: 2, per_host: 1, delay: 0, allow_failed: 9% }"),
        ("name: a", "name: a\nexpect: { book: 5 }"),
        ("http: {", "http: { timeout: 5s, connect_timeout: 1s, min_rate: 0, retries: 9,"),
        ("{ title: h1, price: .price }", "{ price: .price, title: h1 }"),
        ("name: a", "# a comment\nname:   'a'"),
    ],
)
def test_the_fingerprint_stays_where_the_records_stay(old: str, new: str):
    assert old in FULL

    assert fingerprint_of(FULL.replace(old, new)) == fingerprint_of(FULL)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("h1", "h2"),
        ("default: x", "default: y"),
        ("https://a.test/", "https://b.test/"),
        ("text/html", "text/plain"),
        ('delimiter: ";"', 'delimiter: ","'),
        ("csv: {", "jsonl: {"),
        ("name: a", "name: a\ncrawl: { scope: any }"),
    ],
)
def test_the_fingerprint_changes_with_the_records(old: str, new: str):
    assert old in FULL

    assert fingerprint_of(FULL.replace(old, new)) != fingerprint_of(FULL)


def test_the_fingerprint_knows_inputs_but_no_secret():
    assert fingerprint_of(FULL, q="y") != fingerprint_of(FULL)
    assert fingerprint_of(FULL, t="one") == fingerprint_of(FULL, t="two")


def test_a_recipe_is_loaded_with_its_overrides_inputs_and_output(tmp_path: Path):
    path = tmp_path / "books.yaml"
    head = 'scrapekit: 1\ninputs: { site: { env: SCRAPEKIT_SITE } }\nseeds: "{{ inputs.site }}/all"\n'
    path.write_text(head + PAGES)
    problems = Problems()

    recipe = load_recipe(
        path,
        inputs={},
        overrides=[("crawl.delay", "0"), ("pages.p.fields.title", "#title")],
        outputs=["x.json"],
        environ={"SCRAPEKIT_SITE": "https://b.test"},
        problems=problems,
    )

    problems.raise_if_any()
    assert recipe is not None
    assert (recipe.name, recipe.file, recipe.crawl.delay) == ("books", str(path), 0)
    assert [seed.url.value for seed in recipe.seeds] == ["https://b.test/all"]
    assert [export.target for export in recipe.exports] == ["x.json"]
    title = recipe.pages["p"].items[0].fields[0]
    assert title.selector is not None
    assert title.selector.source == "#title"


def test_problems_of_the_command_line_and_of_the_file_are_told_together(tmp_path: Path):
    path = tmp_path / "books.yaml"
    path.write_text(HEAD + PAGES + "crawl: { robots: maybe }\n")
    problems = Problems()

    load_recipe(
        path,
        inputs={"q": "tea"},
        overrides=[("crawl.delay", "soon")],
        outputs=["x"],
        environ={},
        problems=problems,
    )

    assert sorted(f"{problem.mark}: {problem.path}: {problem.message}" for problem in problems) == [
        "--set crawl.delay=soon: crawl.delay: "
        'expected a duration such as 500ms, 20s or 15m, found the text "soon"',
        '-i q=tea: inputs: unknown input "q"',
        '-o x: : "x" does not say how to write the records',
        f'{path}:4:18: crawl.robots: expected one of obey, ignore, found the text "maybe"',
    ]
