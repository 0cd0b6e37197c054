"""``scrapekit test``: recorded pages in, records out."""

from __future__ import annotations

import pytest

from scrapekit.cli import main

RECIPE = """\
scrapekit: 1
name: books
inputs: { site: "https://books.example" }
seeds: { listing: { url: "{{ inputs.site }}/", carry: { shelf: [2] } } }
pages:
  listing:
    item: book
    each: li
    fields:
      title: b
      price: { css: i, type: price }
      shelf: "{{ parent.shelf }}"
      url: { css: a, attr: href, pipe: [absolute_url] }
  product: { items: { book: { fields: { title: h1 } }, review: { each: p, fields: { by: i } } } }
tests:
"""
LISTING = "<ul><li><b>Emma</b><i>£5.50</i><a href=/e>x</a></li><li><b>Sanditon</b></li></ul>"
RIGHT = """\
  - file: pages/listing.html
    url: https://books.example/list/
    records:
      - { title: Emma, price: 5.5, url: "https://books.example/e" }
      - { title: Sanditon, price: null }
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """``run(tests)``: the command on a recipe with these tests; gives its code, and what it wrote."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "listing.html").write_text(LISTING)
    (tmp_path / "pages" / "product.html").write_text("<h1>Emma</h1><p><i>Ann</i></p><p><i>Bob</i></p>")
    (tmp_path.parent / "outside.html").write_text(LISTING)

    def run(tests, recipe=RECIPE):
        (tmp_path / "books.yaml").write_text(recipe + tests)
        code = main(["test", "books.yaml"])
        written = capsys.readouterr()
        return code, written.out, written.err

    return run


def test_a_recorded_page_that_gives_its_records_passes(run):
    product = """\
  - { page: product, file: pages/product.html, records: { review: [{ by: Ann }, { by: Bob }] } }
"""

    assert run(RIGHT + product) == (0, "books.yaml: 2 tests passed\n", "")


def test_records_that_need_other_pages_are_compared_without_them(run):
    stock = """      stock: { at: "{{ item.url }}", css: .stock }
  product:"""

    assert run(RIGHT, RECIPE.replace("  product:", stock)) == (0, "books.yaml: 1 test passed\n", "")


def test_what_differs_is_told_value_by_value(run):
    code, out, _ = run("""\
  - file: pages/listing.html
    carry: { shelf: [1] }
    records:
      - { title: Emmo, price: 5, shelf: [1] }
  - { page: product, file: pages/product.html, records: { book: [{ title: Emma }, { title: Emma }] } }
""")

    assert (code, out) == (
        1,
        "books.yaml:16:5: listing read from pages/listing.html is not as it should be\n"
        '  book 1: title is "Emma", expected "Emmo"\n'
        "  book 1: price is 5.5, expected 5\n"
        '  book 2 is one too many: {"title": "Sanditon", "price": null, "shelf": [1], "url": null}\n'
        "books.yaml:20:5: product read from pages/product.html is not as it should be\n"
        '  book 2 is missing: {"title": "Emma"}\n'
        "books.yaml: 2 of 2 tests failed\n",
    )


def test_a_page_that_cannot_be_read_fails_its_test(run):
    text = RECIPE.replace("  listing:\n", "  listing:\n    parser: json\n").replace("each: li", "each: $[*]")
    text = text.replace("css: i,", "jsonpath: $.i,").replace("css: a, attr: href", "jsonpath: $.a")
    text = text.replace("title: b", "title: $.b")
    code, out, _ = run("  - { file: pages/listing.html, records: [] }\n", recipe=text)

    assert code == 1
    assert "  the page failed: pages.listing: parser json: " in out


def test_a_recipe_without_tests_passes_none(run):
    code, out, err = run("", recipe=RECIPE.removesuffix("tests:\n"))

    assert (code, out) == (2, "")
    assert err.startswith("error: books.yaml has no tests\nhint: write tests: ")


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("{ file: ../outside.html, records: [] }", '"../outside.html" is outside the recipe\'s folder'),
        ("{ file: pages/listin.html, records: [] }", 'there is no file "pages/listin.html"'),
        ("{ file: pages/listing.html, records: [{ titel: x }] }", 'there is no field "titel"'),
        ("{ page: lost, file: pages/listing.html, records: [] }", 'there is no page rule "lost"'),
        ("{ page: product, file: pages/listing.html, records: [] }", "expected a mapping from record kinds"),
        ("{ file: pages/listing.html, records: { shelf: [] } }", 'the page rule gives no "shelf"'),
        ("{ file: pages/listing.html }", '"records" is missing'),
        ("{ file: pages/listing.html, records: [], recrods: 1 }", 'unknown key "recrods"'),
    ],
)
def test_a_test_that_is_wrong_is_a_problem_of_the_recipe(run, test, message):
    code, out, err = run(f"  - {test}\n")

    assert (code, out) == (2, "")
    assert message in err
    assert "1 problem in books.yaml" in err


def test_a_file_that_is_not_there_is_meant_to_be_one_beside_it_with_its_folder(run):
    assert 'did you mean "pages/listing.html"?' in run("  - { file: pages/listin.html, records: [] }\n")[2]


def test_tests_change_nothing_of_a_job(tmp_path):
    from scrapekit.planning.prepare import RunSettings, prepare

    def fingerprint(text):
        (tmp_path / "books.yaml").write_text(text)
        return prepare(RunSettings(recipe=tmp_path / "books.yaml")).recipe.fingerprint

    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "listing.html").write_text(LISTING)

    assert fingerprint(RECIPE + RIGHT) == fingerprint(RECIPE.removesuffix("tests:\n"))


def test_of_a_file_a_recorded_page_knows_the_address(run):
    recipe = """\
scrapekit: 1
name: books
seeds: { listing: https://books.example/ }
pages:
  listing:
    item: book
    each: li
    fields:
      title: b
      sheet: { css: a, download: true, required: true }
      path: { css: a, download: { give: path } }
tests:
  - file: pages/listing.html
    records:
      - title: Emma
        sheet: { url: "https://books.example/e", path: null, sha256: null, size: null, type: null }
        path: https://books.example/e
"""

    assert run("", recipe) == (0, "books.yaml: 1 test passed\n", "")
