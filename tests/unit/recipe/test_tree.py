import time
from pathlib import Path

import pytest
import yaml

from scrapekit.errors import Problems, RecipeError, UsageError
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, plain
from scrapekit.recipe.yaml.tree import LOADER, load_tree, parse_tree

LOADERS = [pytest.param(yaml.SafeLoader, id="python"), pytest.param(LOADER, id="libyaml")]


def tree_of(text: str, loader: object = None) -> MapNode:
    problems = Problems()
    tree = parse_tree(text, "r.yaml", problems, loader=loader)
    problems.raise_if_any()
    assert tree is not None
    return tree


def words_of(text: str, loader: object = None) -> str:
    problems = Problems()
    parse_tree(text, "r.yaml", problems, loader=loader)
    with pytest.raises(RecipeError) as caught:
        problems.raise_if_any()
    return str(caught.value)


def value_of(text: str) -> object:
    node = tree_of(f"a: {text}\n").get("a")
    assert isinstance(node, ScalarNode)
    return node.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("Null", None),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("0", 0),
        ("-7", -7),
        ("+12", 12),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        ("-.5", -0.5),
        ("1e3", 1000.0),
        ("1.10", 1.1),
        ("2.", 2.0),
    ],
)
def test_scalars_of_the_yaml_1_2_core_schema_are_typed(text: str, value: object):
    found = value_of(text)

    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "on",
        "off",
        "yes",
        "y",
        "N",
        "12:30",
        "1_0",
        "012",
        "-007",
        "00",
        "0b1",
        "2006-01-02",
        "2006-01-02 12:00:00",
        "1,5",
        ".inf",
        "-.inf",
        ".nan",
        "1e999",
        "0x",
        "0o8",
        "=",
        "nULL",
        "1.2.3",
        "9" * 41,
        ".",
        "+",
        "e3",
        "١٢",
    ],
)
def test_whatever_else_looks_typed_stays_text(text: str):
    assert value_of(text) == text


def test_a_quoted_scalar_is_text():
    assert [value_of('"12"'), value_of("'true'"), value_of('""')] == ["12", "true", ""]


def test_a_number_keeps_the_text_it_was_written_as():
    node = tree_of("version: 1.10\n").get("version")

    assert isinstance(node, ScalarNode)
    assert (node.value, node.text) == (1.1, "1.10")


def test_every_key_and_value_knows_where_it_stands():
    tree = tree_of("a: 1\nlonger:\n  - 'x y'\n  - {b: [c, d]}\n")

    longer = tree.get("longer")
    assert isinstance(longer, ListNode)
    places = [tree.key_mark("longer"), *(item.mark for item in longer)]
    assert [(str(mark), mark.width) for mark in places] == [
        ("r.yaml:2:1", 6),
        ("r.yaml:3:5", 5),
        ("r.yaml:4:5", 11),
    ]


def test_keys_that_are_numbers_are_text():
    assert plain(tree_of("2019: a\ntrue: b\n1.5: c\n")) == {"2019": "a", "true": "b", "1.5": "c"}


def test_line_ends_of_other_systems_count_as_line_ends():
    tree = tree_of("a: 1\r\nb: 2\rc: 3\r\n")

    assert [str(tree.key_mark(key)) for key in tree] == ["r.yaml:1:1", "r.yaml:2:1", "r.yaml:3:1"]


def test_columns_count_characters_not_bytes():
    tree = tree_of('"größe €🎈": x\n')

    assert str(tree.entries["größe €🎈"].mark) == "r.yaml:1:13"


SAMPLES = [
    "a: 1\nb: [x, y, {c: d}]\n",
    "a:\n  - b: c\n    d: e\n  -\n    - f\n",
    "text: |\n  one\n  two\nfolded: >-\n  one\n  two\nlast: x\n",
    'a: "two\n  lines"\nb: plain\n  lines\n',
    "a: {}\nb: []\nc:\n",
    "%YAML 1.2\n---\na: 1\n...\n",
    "a: 'it''s'\nb: \"\\u00e9\\n\"\n? c\n: d\n",
]


def shape(node: Node | None) -> object:
    match node:
        case ScalarNode():
            return (node.value, node.text, node.quoted, str(node.mark), node.mark.width)
        case ListNode():
            return [str(node.mark), node.mark.width, *(shape(item) for item in node)]
        case MapNode():
            keys = {key: (str(mark), mark.width) for key, mark in node.keys.items()}
            return [str(node.mark), keys, {key: shape(value) for key, value in node.entries.items()}]
    return None


@pytest.mark.skipif(LOADER is yaml.SafeLoader, reason="PyYAML was built without libyaml")
@pytest.mark.parametrize("text", SAMPLES)
def test_both_parsers_of_pyyaml_give_the_same_tree(text: str):
    assert shape(tree_of(text, yaml.SafeLoader)) == shape(tree_of(text, LOADER))


@pytest.mark.parametrize("loader", LOADERS)
def test_a_key_given_twice_shows_both_lines(loader: object):
    assert words_of("a:\n  x: 1\n  y: 2\n  'x': 3\n", loader) == (
        'r.yaml:4:3: a.x: "x" is given twice\n'
        "    4 |   'x': 3\n"
        "      |   ^^^\n"
        "  hint: given first on line 2: x: 1"
    )


@pytest.mark.parametrize("loader", LOADERS)
def test_what_yaml_read_otherwise_goes_on_as_it_was_meant(loader: object):
    problems = Problems()

    tree = parse_tree("a: #id\nb: {css: h3 a, h4 a}\nc: [*x]\nd: !t e\n", "r", problems, loader=loader)

    assert plain(tree) == {"a": "#id", "b": {"css": "h3 a, h4 a"}, "c": ["*x"], "d": "!t e"}
    assert len(problems) == 4


@pytest.mark.parametrize("loader", LOADERS)
def test_an_empty_value_is_only_empty_where_its_key_has_a_colon(loader: object):
    text = 'a:   # set below\nb: {c: , d: 1, e: }\nf: {"g":\n}\n'

    assert plain(tree_of(text, loader)) == {"a": None, "b": {"c": None, "d": 1, "e": None}, "f": {"g": None}}


@pytest.mark.parametrize("loader", LOADERS)
def test_nesting_past_64_levels_is_refused_without_recursion(loader: object):
    assert words_of("a: " + "[" * 5000, loader) == (
        "r.yaml:1:67: a" + "[0]" * 63 + ": the recipe is nested more than 64 levels deep\n"
        "    1 | …" + "[" * 119 + "\n"
        "      | " + " " * 60 + "^"
    )


@pytest.mark.slow
def test_more_than_a_hundred_thousand_values_are_refused():
    words = words_of("a: [" + "x, " * 100_001 + "]\n")

    assert words.startswith("r.yaml:1:299996: a[99997]: the recipe holds more than 100,000 values\n")


def test_more_than_a_mebibyte_is_refused():
    assert words_of("a: " + "x" * 2**20) == (
        "r.yaml:1:1: the recipe is larger than 1 MiB\n    1 | a: " + "x" * 117 + "\n      | ^"
    )


@pytest.mark.parametrize(
    "text",
    [
        "[" * 2**20,
        "{" * 2**20,
        "- " * 2**19,
        "? " * 2**19,
        "a: " * 2**18,
        "!a " * 2**18,
        "'" * 2**20,
        "&a " * 2**18,
        "a: 1\n" * 2**17,
        "a: {b: c, d e}\n" * 2**15,
        "a: *b\n" * 2**17,
    ],
    ids=lambda text: text[:8],
)
@pytest.mark.slow
def test_a_hostile_file_is_refused_quickly(text: str):
    started = time.process_time()

    words_of(text)

    assert time.process_time() - started < 15


@pytest.mark.parametrize(
    ("sign", "name"), [("\0", "U+0000"), ("\x1b", "U+001B"), ("\x85", "U+0085"), ("\u2028", "U+2028")]
)
def test_a_character_that_does_not_print_is_refused(sign: str, name: str):
    assert words_of(f"a: 1\nb: x{sign}y\n") == (
        f"r.yaml:2:5: a recipe cannot hold the character {name}\n"
        "    2 | b: x?y\n"
        "      |     ^\n"
        '  hint: inside double quotes it can be written as "\\u....", its number in hexadecimal'
    )


def test_half_a_surrogate_pair_is_refused():
    assert words_of("a: \udc80\n").startswith("r.yaml:1:4: a recipe cannot hold the character U+DC80\n")


@pytest.mark.parametrize("loader", LOADERS)
def test_a_mistake_at_the_very_end_is_shown_on_the_last_line(loader: object):
    assert words_of("a: { b: c", loader) == (
        'r.yaml:1:4: a: the "{" that opens here is not closed\n    1 | a: { b: c\n      |    ^'
    )
    assert words_of("x: { a: b, 'c", loader) == (
        "r.yaml:1:12: x: the quote that opens here is not closed\n    1 | x: { a: b, 'c\n      |            ^"
    )


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: {", '1:4: a: the "{"'),
        ("a:\n  - { b: c,\n\n\n", '2:5: a: the "{"'),
        ("a: [ { x: y },\n", '1:4: a: the "["'),
        ("a: { b: [\n", '1:9: a.b: the "["'),
        ("a: { b:", '1:4: a.b: the "{"'),
        ("a: { b: {}, # more\n# to come\n", '1:4: a: the "{"'),
    ],
)
def test_a_bracket_left_open_at_the_end_is_shown_where_it_opens(loader: object, text: str, where: str):
    assert words_of(text, loader).splitlines()[0] == f"r.yaml:{where} that opens here is not closed"


def test_a_file_is_read_as_utf_8_with_or_without_a_byte_order_mark(tmp_path: Path):
    path = tmp_path / "r.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: \xc3\xa9\n")
    problems = Problems()

    tree = load_tree(path, problems)

    assert not problems
    assert plain(tree) == {"a": "é"}


def test_a_file_in_another_encoding_is_refused_at_its_first_bad_byte(tmp_path: Path):
    path = tmp_path / "r.yaml"
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    problems = Problems()

    assert load_tree(path, problems) is None
    assert [str(problem) for problem in problems] == [
        f"{path}:2:7: the file is not UTF-8 text: byte 0xe9 is not part of any character\n"
        "    2 | b: caf\ufffd\n"
        "      |       ^\n"
        "  hint: save the file as UTF-8"
    ]


def test_a_file_larger_than_a_mebibyte_is_not_read_whole(tmp_path: Path):
    path = tmp_path / "r.yaml"
    path.write_bytes("é".encode() * 2**20)
    problems = Problems()

    assert load_tree(path, problems) is None
    assert [problem.message for problem in problems] == ["the recipe is larger than 1 MiB"]


def test_a_missing_file_is_an_error_of_the_command(tmp_path: Path):
    path = tmp_path / "none.yaml"

    with pytest.raises(UsageError) as caught:
        load_tree(path, Problems())
    assert str(caught.value) == f'there is no recipe "{path}"'


def test_a_folder_in_place_of_a_file_is_an_error_of_the_command(tmp_path: Path):
    with pytest.raises(UsageError) as caught:
        load_tree(tmp_path, Problems())
    assert str(caught.value) == f'cannot read the recipe "{tmp_path}": Is a directory'
