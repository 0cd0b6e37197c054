"""From a recipe's text to a plan, with the real parts: seeds, callbacks, exports, scope."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from textwrap import dedent

import pytest

from scrapekit.errors import Problems, UsageError
from scrapekit.model import Item, Origin
from scrapekit.page import Page
from scrapekit.parts import ExportContext
from scrapekit.planning.kinds import kinds_of
from scrapekit.planning.plan import compile_plan
from scrapekit.plugins import Plugins
from scrapekit.recipe.read import read_recipe
from scrapekit.recipe.yaml.tree import parse_tree
from scrapekit.request import Request

LISTING = """
    pages:
      listing:
        links: { product: h3 a }
      product:
        item: book
        fields: { title: h1, price: { css: .price, type: price } }
"""


class Reader:
    """Reads recipes given as text; ``problems`` holds what was wrong with the last one."""

    problems: Problems
    plugins = Plugins()

    def __call__(self, text, **inputs):
        self.problems = Problems()
        tree = parse_tree(
            dedent("\n    scrapekit: 1\n    name: books\n" + text), "recipe.yaml", self.problems
        )
        recipe = read_recipe(tree, self.problems, file="recipe.yaml", inputs=inputs, environ={})
        return compile_plan(recipe, self.plugins, self.problems, output=Path("/nowhere/out"))

    @property
    def complaints(self):
        with pytest.raises(UsageError) as caught:
            self.problems.raise_if_any()
        return str(caught.value).split("\n")


@pytest.fixture
def read():
    return Reader()


def page(html, url="https://books.test/x", **request):
    return Page(Request(url, **request), url, 200, {"content-type": "text/html"}, html.encode())


def test_a_plan_reads_pages_by_their_rule(read):
    plan = read(LISTING + "    seeds: { listing: https://books.test/ }\n")

    links = plan.callback("listing")(page("<h3><a href=/1>One</a></h3>", page="listing"))
    book = plan.callback("product")(page("<h1>Emma</h1><b class=price>£12.50</b>", page="product"))

    assert [(request.url, request.page) for request in links.requests] == [
        ("https://books.test/1", "product")
    ]
    [item] = book.items
    assert (item.kind, item.fields["title"], float(item.fields["price"])) == ("book", "Emma", 12.5)


def test_a_plan_names_every_part_it_uses(read):
    plan = read(LISTING + "    seeds: { listing: https://books.test/ }\n    export: out/books.csv\n")

    assert plan.parts == ["exporters.csv", "filters.price", "parsers.html"]


def test_planning_touches_no_disk(read, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    plan = read(LISTING + "    seeds: { listing: https://books.test/ }\n    export: out/books.jsonl\n")

    assert plan.exports[0].path == Path("/nowhere/out/out/books.jsonl")
    assert not Path("/nowhere").exists()
    assert list(tmp_path.iterdir()) == []


def test_every_problem_of_every_part_is_found_in_one_go(read):
    plan = read(
        """
    seeds: { listing: "https://{{ each.n }}" }
    pages:
      listing:
        links: { listing: "a::nothing" }
        item: book
        fields: { title: { css: h1, pipe: [uper] }, sum: "{{ item.titel }}" }
    export: { csv: { path: out/x.csv, delimeter: ";" } }
"""
    )

    assert plan is None
    found = [line.partition(": ")[2] for line in read.complaints if line.startswith("recipe.yaml:")]
    assert [line.partition(": ")[0] for line in found] == [
        "seeds.listing",
        "pages.listing.links.listing",
        "pages.listing.fields.title.pipe",
        "pages.listing.fields.sum",
        "export.csv.delimeter",
    ]


def test_a_parser_that_is_not_installed_is_a_problem_at_its_name(read):
    rule = "one: { parser: htlm, item: book, fields: { title: h1 } }"

    assert read(f"    seeds: https://a.test/\n    pages:\n      {rule}\n") is None
    assert read.complaints == [
        'recipe.yaml:6:18: pages.one.parser: no parser is called "htlm"',
        "    6 |   one: { parser: htlm, item: book, fields: { title: h1 } }",
        "      |                  ^^^^",
        '  hint: did you mean "html"?',
    ]


def test_seeds_come_in_the_order_written_each_with_its_page_rule(read):
    plan = read(
        LISTING + "    seeds: { listing: [https://a.test/1, https://a.test/2], product: https://b.test/ }\n"
    )

    assert [(request.url, request.page, request.depth) for request in plan.seeds()] == [
        ("https://a.test/1", "listing", 0),
        ("https://a.test/2", "listing", 0),
        ("https://b.test/", "product", 0),
    ]


def test_drawing_the_seeds_again_gives_the_same_requests(read):
    plan = read(
        LISTING
        + "    seeds: { listing: { url: 'https://a.test/{{ each.n }}', each: { n: { range: [1, 3] } } } }\n"
    )

    assert list(plan.seeds()) == list(plan.seeds())


def test_a_seed_becomes_one_request_for_each_combination(read):
    plan = read(
        LISTING
        + """
    seeds:
      listing:
        url: "https://a.test/{{ each.c }}/{{ each.n }}"
        each: { c: [x, y], n: { range: [8, 10], step: 2, pad: 3 } }
"""
    )

    assert [request.url for request in plan.seeds()] == [
        "https://a.test/x/008",
        "https://a.test/x/010",
        "https://a.test/y/008",
        "https://a.test/y/010",
    ]


def test_zipped_variables_go_hand_in_hand(read):
    plan = read(
        LISTING
        + """
    seeds:
      listing:
        url: "https://a.test/{{ each.c }}/{{ each.n }}"
        each: { c: [x, y], n: [1, 2] }
        combine: zip
"""
    )

    assert [request.url for request in plan.seeds()] == ["https://a.test/x/1", "https://a.test/y/2"]


def test_seeds_are_drawn_lazily(read):
    plan = read(
        LISTING
        + """
    seeds:
      listing:
        url: "https://a.test/{{ each.a }}/{{ each.b }}"
        each: { a: { range: [1, 1000000000000] }, b: { range: [1, 1000000000000] } }
"""
    )

    assert [request.url for request in islice(plan.seeds(), 2)] == [
        "https://a.test/1/1",
        "https://a.test/1/2",
    ]


def test_a_seed_may_be_a_form_or_json_with_the_values_of_its_variables(read):
    plan = read(
        LISTING
        + """
    inputs: { q: { default: "a&b" } }
    seeds:
      listing:
        - { url: https://a.test/s, form: { q: "{{ inputs.q }}", n: "{{ each.n }}" }, each: { n: [1, 2] } }
        - url: https://a.test/api
          json: { page: "{{ each.n }}", deep: ["x {{ each.n }}"] }
          each: { n: [7] }
"""
    )

    assert [(request.method, request.body) for request in plan.seeds()] == [
        ("POST", b"q=a%26b&n=1"),
        ("POST", b"q=a%26b&n=2"),
        ("POST", b'{"page": 7, "deep": ["x 7"]}'),
    ]


def test_a_seed_hands_data_to_its_page(read):
    plan = read(
        """
    seeds:
      one: { url: "https://a.test/{{ each.n }}", each: { n: [1] }, carry: { shelf: "{{ each.n }}", x: no } }
    pages:
      one: { item: book, fields: { shelf: "{{ parent.shelf }}", title: h1 } }
"""
    )

    [seed] = plan.seeds()
    [item] = plan.callback("one")(page("<h1>T</h1>", page="one", carry=seed.carry)).items

    assert seed.carry == {"shelf": 1, "x": "no"}
    assert dict(item.fields) == {"shelf": 1, "title": "T"}


def test_a_name_that_no_parent_hands_over_is_a_problem(read):
    assert (
        read(
            """
    seeds: { one: { url: https://a.test/, carry: { shelf: a } } }
    pages:
      one: { item: book, fields: { shelf: "{{ parent.shelv }}", title: h1 } }
"""
        )
        is None
    )

    assert read.complaints == [
        'recipe.yaml:7:43: pages.one.fields.shelf: parent has no "shelv"',
        '    7 |   one: { item: book, fields: { shelf: "{{ parent.shelv }}", title: h1 } }',
        "      |                                           ^^^^^^^^^^^^",
        '  hint: did you mean "shelf"?',
    ]


def test_a_made_address_that_is_none_is_found_before_the_first_request(read):
    text = "    seeds: { listing: { url: '{{ each.u }}', each: { u: [ftp://a.test] } } }\n"

    assert read(LISTING + text) is None
    assert 'seeds.listing: "ftp://a.test" is not an http(s) address' in read.complaints[0]


def test_where_the_host_is_made_every_address_is_checked_before_the_first_request(read):
    text = "    seeds: { listing: { url: '{{ each.u }}', each: { u: [https://a.test, 'x:y'] } } }\n"

    assert read(LISTING + text) is None
    assert 'seeds.listing: "x:y" is not an http(s) address' in read.complaints[0]


def test_the_scope_knows_every_host_that_seeds_can_name(read):
    plan = read(
        LISTING
        + """
    seeds:
      listing: { url: "https://{{ each.c }}.test/", each: { c: [www.a, b] } }
      product: { url: "https://c.test/{{ each.n }}", each: { n: { range: [1, 1000000000000] } } }
"""
    )

    assert plan.seed_urls == ("https://www.a.test/", "https://b.test/", "https://c.test/1")
    assert [plan.scope.allows(f"https://{host}/") for host in ("x.a.test", "b.test", "c.test", "d.test")] == [
        True,
        True,
        True,
        False,
    ]


def test_the_size_of_a_page_is_sent_with_the_first_request_too(read):
    plan = read(
        """
    seeds: { one: https://a.test/?q=1 }
    pages:
      one:
        item: book
        each: li
        fields: { name: b }
        paginate: { offset: { param: skip, size: 50, size_param: take } }
"""
    )

    assert [request.url for request in plan.seeds()] == ["https://a.test/?q=1&take=50"]


def test_a_placeholder_in_the_path_of_a_seed_holds_the_page_number(read):
    plan = read(
        """
    seeds: { one: "https://a.test/list/{page}.html" }
    pages:
      one:
        item: book
        each: li
        fields: { name: b }
        paginate: { page: { param: page, first: 0 }, in: path }
"""
    )

    [seed] = plan.seeds()
    following = plan.callback("one")(Page(seed, seed.url, 200, {}, b"<li><b>x</b>")).requests

    assert [request.url for request in (seed, *following)] == [
        "https://a.test/list/0.html",
        "https://a.test/list/1.html",
    ]


TWO_KINDS = """
    seeds: { one: https://a.test/ }
    pages:
      one:
        items:
          book: { fields: { title: h1, price: { css: b, type: int }, tags: [i] }, key: title }
          review: { each: li, fields: { text: p, box: { fields: { a: b } } } }
      two:
        item: book
        key: title
        fields: { title: h1, isbn: .isbn, price: { css: b, type: int } }
"""


def item(kind="book", **fields):
    return Item(kind, fields, Origin("https://a.test/x", "one", 3, 1_700_000_000.0), None)


def test_an_exporter_is_told_kinds_keys_and_types(read):
    told = []

    class Catalogue(Plugins):
        def load(self, kind, name):
            part = super().load(kind, name)
            return part if kind != "exporters" else lambda options, context: told.append(context) or part

    read.plugins = Catalogue()
    options = "path: out/all.sqlite, items: [book], fields: [price, title], meta: true"
    read(TWO_KINDS + f"    export: {{ sqlite: {{ {options} }} }}\n")

    assert told == [
        ExportContext(
            path=Path("/nowhere/out/out/all.sqlite"),
            kinds={"book": ("price", "title", "_url", "_page", "_row", "_time")},
            keys={"book": "title"},
            types={"book": {"price": "int"}},
        )
    ]


def test_an_export_is_known_by_its_exporter_and_file(read):
    assert [export.name for export in read(TWO_KINDS + "    export: out/a.jsonl\n").exports] == [
        "jsonl:out/a.jsonl"
    ]


def test_what_plan_knows_of_a_kind_comes_from_all_page_rules(read):
    kinds = kinds_of(read(TWO_KINDS).recipe)

    assert kinds["book"].columns == ("title", "price", "tags", "isbn")
    assert kinds["book"].types == {"price": "int", "tags": "list"}
    assert kinds["book"].key == "title"
    assert kinds["review"].types == {"box": "object"}


def test_a_record_has_the_fields_of_its_kind_whichever_page_gave_it(read):
    plan = read(TWO_KINDS)

    [found] = plan.callback("two")(page("<h1>T</h1>", page="two")).items

    assert dict(found.fields) == {"title": "T", "isbn": None, "price": None, "tags": None}


def test_an_export_without_wishes_takes_every_record_as_it_is(read):
    items = [item(title="A"), item("review", text="t")]

    assert read(TWO_KINDS + "    export: out/all.jsonl\n").exports[0].select(items) is items


def test_an_export_takes_only_its_kinds(read):
    plan = read(TWO_KINDS + "    export: { jsonl: { path: out/b.jsonl, items: [book] } }\n")

    assert plan.exports[0].select([item("review", text="t"), item(title="A")]) == [item(title="A")]


def test_an_export_takes_only_the_records_its_where_holds_for(read):
    plan = read(TWO_KINDS + "    export: { jsonl: { path: out/b.jsonl, items: [book], where: price > 5 } }\n")

    cheap, dear, free = (item(title="A", price=price) for price in (5, 6, None))
    assert plan.exports[0].select([cheap, dear, free]) == [dear]


def test_an_export_takes_only_the_fields_it_names_in_their_order(read):
    plan = read(
        TWO_KINDS + "    export: { csv: { path: out/b.csv, items: [book], fields: [isbn, title] } }\n"
    )

    [found] = plan.exports[0].select([item(title="A", price=1, tags=None, isbn="9")])
    assert list(found.fields.items()) == [("isbn", "9"), ("title", "A")]


def test_meta_adds_where_and_when_a_record_was_found(read):
    plan = read(TWO_KINDS + "    export: { jsonl: { path: out/b.jsonl, meta: true } }\n")

    [found] = plan.exports[0].select([item(title="A")])
    assert dict(found.fields) == {
        "title": "A",
        "_url": "https://a.test/x",
        "_page": "one",
        "_row": 3,
        "_time": "2023-11-14T22:13:20+00:00",
    }


def test_an_unknown_name_in_the_where_of_an_export_is_a_problem(read):
    assert read(TWO_KINDS + "    export: { jsonl: { path: out/b.jsonl, where: pirce > 5 } }\n") is None

    assert 'export.jsonl.where: item has no "pirce"' in read.complaints[0]


def test_an_exporters_own_options_are_checked_by_it(read):
    assert read(TWO_KINDS + "    export: { jsonl: { path: out/b.jsonl, nothing: 1 } }\n") is None

    assert 'export.jsonl.nothing: unknown key "nothing"' in read.complaints[0]
