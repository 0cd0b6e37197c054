"""Seeds from files, sitemaps and feeds, and addresses with alternatives, as a recipe writes them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scrapekit.errors import Problems, RecipeError
from scrapekit.recipe.model import Day, FileSource, Listing, Seed, Span
from scrapekit.recipe.reading.file import Files
from scrapekit.recipe.reading.seeds import read_seeds
from scrapekit.recipe.yaml.tree import parse_tree


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "r.yaml").write_text("")
    (folder / "urls.csv").write_text("sku;url\n1;https://a.test/1\n")
    (folder / "urls.txt").write_text("https://a.test/1\n")
    (folder / "urls.jsonl").write_text('{"link": "https://a.test/1"}\n')
    (folder / "empty.csv").write_text("")
    (tmp_path / "secret.csv").write_text("url\nhttps://a.test/\n")
    (folder / "out.csv").symlink_to(tmp_path / "secret.csv")
    return folder


def read(written: str, folder: Path = Path(), given: tuple[str, ...] = ()) -> Seed:
    problems, name = Problems(), str(folder / "r.yaml")
    tree = parse_tree(f"seeds: {written}\n", name, problems)
    assert tree is not None
    seeds = read_seeds(tree.get("seeds"), ("listing",), problems, Files(name, given))
    problems.raise_if_any()
    (seed,) = seeds
    return seed


def complaints(written: str, folder: Path = Path()) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        read(written, folder)
    return [f"{p.mark.column}: {p.path}: {p.message} ({p.hint})" for p in caught.value.problems]


def source(written: str, folder: Path) -> FileSource:
    found = read(written, folder).source
    assert isinstance(found, FileSource)
    return found


def test_a_file_is_read_for_its_columns_and_its_digest(folder):
    found = source("{ file: urls.csv }", folder)

    assert (found.path, found.shown, found.format) == (folder / "urls.csv", "urls.csv", "csv")
    assert (found.columns, found.delimiter, found.column, found.headed) == (("sku", "url"), ";", "url", True)
    assert len(found.digest) == 32


def test_a_file_may_say_what_it_is(folder):
    more = 'format: csv, delimiter: "|", encoding: cp1251, columns: [a, b]'
    written = f"{{ file: {{ path: urls.txt, {more} }}, column: b }}"

    found = source(written, folder)

    assert (found.format, found.delimiter, found.encoding) == ("csv", "|", "windows-1251")
    assert (found.columns, found.column, found.headed) == (("a", "b"), "b", False)


@pytest.mark.parametrize(
    ("name", "format", "column"), [("urls.txt", "text", "url"), ("urls.jsonl", "jsonl", "url")]
)
def test_a_files_ending_says_what_it_is(folder, name, format, column):
    found = source(f"{{ file: {name} }}", folder)

    assert (found.format, found.column) == (format, column)


def test_an_address_may_be_made_of_a_rows_columns(folder):
    seed = read('{ file: urls.csv, url: "https://a.test/{{ each.sku }}" }', folder)

    assert isinstance(seed.source, FileSource)
    assert (seed.source.column, seed.url.value) == ("", "https://a.test/{{ each.sku }}")


def test_a_recipe_reads_no_file_outside_its_folder(folder):
    hint = (
        'a recipe reads files of its own folder; name another on the command line: file: "{{ inputs.file }}"'
    )

    for name in ("../secret.csv", "out.csv", "/etc/passwd", "a/../../secret.csv"):
        assert complaints(f"{{ file: {name} }}", folder) == [
            f'16: seeds.file.path: "{name}" is outside the recipe\'s folder ({hint})'
        ]


def test_the_command_line_may_name_any_file(folder, tmp_path):
    problems = Problems()
    name, other = str(folder / "r.yaml"), str(tmp_path / "secret.csv")
    tree = parse_tree(f'seeds: {{ file: "{other}" }}\n', "--set seeds.file", problems)
    assert tree is not None

    (seed,) = read_seeds(tree.get("seeds"), ("listing",), problems, Files(name))

    assert isinstance(seed.source, FileSource)
    assert seed.source.path == tmp_path / "secret.csv"


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (
            "{ file: url.csv }",
            '16: seeds.file.path: there is no file "url.csv" (did you mean "urls.csv"?)',
        ),
        ("{ file: empty.csv }", "16: seeds.file.path: the file is empty ()"),
        (
            "{ file: urls.csv, column: ulr }",
            '34: seeds.column: there is no column "ulr" (did you mean "url"?)',
        ),
        (
            "{ file: { path: urls.csv, delimiter: '|' }, column: x }",
            '60: seeds.column: there is no column "x" (known here: sku;url)',
        ),
        (
            "{ file: urls.csv, column: url, url: https://a.test/ }",
            '34: seeds.column: "column" stands beside "url" ({{ each.NAME }} in url is the column NAME)',
        ),
        (
            "{ file: { path: urls.csv, delimter: ',' } }",
            '34: seeds.file.delimter: unknown key "delimter" (did you mean "delimiter"?)',
        ),
        (
            "{ file: { path: urls.txt, columns: [a] } }",
            '43: seeds.file.columns: "columns" names those of a csv file that has no header ()',
        ),
        (
            "{ file: urls.csv, feed: https://a.test/ }",
            '16: seeds.file: "file" stands beside "feed" (make two seeds of them)',
        ),
    ],
)
def test_a_file_that_is_not_to_be_had_is_told_with_its_place(folder, written, complaint):
    found = [line.replace(str(folder), "FOLDER") for line in complaints(written, folder)]

    assert complaint in found


def test_a_sitemap_says_which_of_its_entries_are_wanted():
    seed = read(
        "{ sitemap: https://a.test/sitemap.xml, allow: /product/, deny: '*.pdf', follow: '*products*',"
        " lastmod: { after: -7d, before: 2024-01-31, timezone: Europe/Berlin }, priority: 0.5, max: 10 }"
    )

    listing = seed.source
    assert isinstance(listing, Listing)
    assert (listing.kind, listing.url.value) == ("sitemap", "https://a.test/sitemap.xml")
    assert [p.text.value for p in (*listing.allow, *listing.deny, *listing.follow)] == [
        "/product/",
        "*.pdf",
        "*products*",
    ]
    assert (listing.after, listing.before, listing.zone) == (
        Day(away=Span(-7)),
        Day(date(2024, 1, 31)),
        "Europe/Berlin",
    )
    assert (listing.least, listing.max, seed.url.value) == (0.5, 10, "{{ each.url }}")
    assert seed.listing_page == "sitemap: seeds"


def test_a_feed_is_read_by_the_page_rule_above_it():
    seed = read(
        "{ listing: [{ feed: https://a.test/feed, date: { after: yesterday },"
        " carry: { t: '{{ each.title }}' } }] }"
    )

    assert isinstance(seed.source, Listing)
    assert (seed.page, seed.listing_page, seed.source.after) == (
        "listing",
        "feed: seeds.listing[0]",
        Day(away=Span(-1)),
    )


def test_alternatives_each_are_a_request_of_their_own():
    seed = read(
        "{ listing: { any: [https://a.test/, { url: https://b.test/, form: { q: 1 } }], carry: { k: v } } }"
    )

    assert (seed.url.value, [other.url.value for other in seed.others]) == (
        "https://a.test/",
        ["https://b.test/"],
    )
    assert (seed.shape.method, seed.others[0].shape.method) == ("GET", "POST")


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (
            "{ any: [https://a.test/] }",
            "15: seeds.any: expected a list of two or more, found a list (write any: [A, B])",
        ),
        (
            "{ any: [https://a.test/, ftp://b.test/] }",
            '33: seeds.any[1].url: an address starts with http:// or https://, found "ftp://b.test/" ()',
        ),
        (
            "{ any: [https://a.test/, https://b.test/], form: { a: 1 } }",
            '57: seeds.form: "form" is said of each address of any (write any: [{ url: …, … }, …])',
        ),
        (
            "{ feed: a.test/feed }",
            '16: seeds.feed: an address starts with http:// or https://, found "a.test/feed" (write https://a.test/feed)',
        ),
        (
            "{ sitemap: https://a.test/, lastmd: { after: today } }",
            '36: seeds.lastmd: unknown key "lastmd" (did you mean "lastmod"?)',
        ),
    ],
)
def test_a_source_that_makes_no_sense_is_refused(written, complaint):
    assert complaint in complaints(written)
