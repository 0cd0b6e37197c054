"""Values in several steps: JSON in a script, HTML in JSON, XML in a text."""

from __future__ import annotations

import pytest

SHOP = """
<base href="/deep/"><h1>Tea</h1>
<script id=data type=application/json>
  {"items": [{"n": "a", "html": "<p>x <b>y</b></p><p>z</p>", "u": "a.html"}, {"n": "b", "html": ""}],
   "more": "{\\"k\\": 5}"}
</script>
<div class=card data-json='{"left": 3, "tags": ["t", "u"]}'>first</div>
<div class=card data-json='{"left": 0}'>second</div>
<div class=card data-json='oops'>third</div>
<textarea>&lt;note&gt;in &lt;i&gt;XML&lt;/i&gt;&lt;/note&gt;</textarea>
<script>var product = {"sku": "77"}; var other = 1;</script>
"""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ('{ css: "#data", then: "json:$.items[0].n" }', "a"),
        ('{ css: "#data", then: { jsonpath: "$.items[*].n" }, all: true }', ["a", "b"]),
        ('{ css: "#data", then: { jsonpath: "$.items[*].n" }, nth: -1 }', "b"),
        ('["xpath://h2"]', None),
        ('[{ css: "#data", then: "json:$.items[*].n" }]', ["a", "b"]),
        ('{ css: "#data", then: ["json:$.items[*].html", "css:p"], all: true }', ["x y", "z"]),
        ('{ css: "#data", then: ["json:$.items[*].html", "xpath://b"] }', "y"),
        ('{ css: "#data", then: { jsonpath: "$.more", then: { jsonpath: $.k } } }', 5),
        ('{ css: "#data", then: [{ jsonpath: "$.items[0]" }, { jsonpath: $.n }] }', "a"),
        ('{ css: "#data", then: { jsonpath: "$.items[*]", attr: n } }', "a"),
        ("{ css: .card, attr: data-json, then: json:$.left }", 3),
        ("{ css: .card, attr: data-json, then: json:$.left, nth: 1 }", 0),
        ("{ css: .card, attr: [data-none, data-json], then: 'json:$.tags[*]', all: true }", ["t", "u"]),
        ("{ css: h1, then: re:T(.*) }", "ea"),
        (r"{ css: script, then: ['re:var product = (\{.*?\});', json:$.sku] }", "77"),
        ("{ css: textarea, then: { parser: xml, select: //i } }", "XML"),
        ("{ css: textarea, then: { parser: xml, css: note, attr: inner_xml } }", "in <i>XML</i>"),
        ("{ css: textarea, then: { css: note, remove: i } }", "in"),
        ("{ css: textarea, then: 'css:i@class' }", None),
        ("{ css: h2, else: { css: .card, attr: data-json, then: json:$.left } }", 3),
    ],
)
def test_a_field_reads_on_in_what_was_found(trial, field, value):
    assert trial.value(field, SHOP) == value


def test_what_cannot_be_read_is_empty_and_counted(trial):
    rule = "item: x\nfields: { a: h1, b: { css: .card, attr: data-json, then: json:$.left, all: true } }"
    outcome = trial.read(rule, SHOP)

    assert outcome.items[0].fields == {"a": "Tea", "b": [3, 0]}
    assert outcome.notes == {"pages.one.fields.b.then: what was found cannot be read as json": 1}


def test_the_rows_of_a_page_may_stand_in_a_script(trial):
    rule = """
        item: tea
        each: { css: "#data", then: { jsonpath: "$.items[*]" } }
        fields:
          name: $.n
          prefixed: json:$.n
          words: { jsonpath: $.html, then: css:p, all: true }
          url: { jsonpath: $.u, pipe: [absolute_url] }
    """

    assert trial.records(rule, SHOP) == [
        {"name": "a", "prefixed": "a", "words": ["x y", "z"], "url": "https://shop.test/deep/a.html"},
        {"name": "b", "prefixed": "b", "words": None, "url": None},
    ]


def test_a_list_of_objects_may_stand_in_an_attribute(trial):
    page = """<h1>Tea</h1><i data-v='[{"size": "s"}, {"size": "l"}]'></i>"""
    rule = """
        item: tea
        fields:
          name: h1
          sizes:
            each: { css: i, attr: data-v, then: "json:$[*]" }
            fields: { size: $.size }
    """

    assert trial.records(rule, page) == [{"name": "Tea", "sizes": [{"size": "s"}, {"size": "l"}]}]


def test_links_may_stand_in_a_script(trial):
    for rule in (
        """links: { two: { css: "#data", then: "json:$.items[*].u" } }""",
        """links: { two: { each: { css: "#data", then: "json:$.items[*]" }, select: $.u } }""",
    ):
        requests = trial.read(rule, SHOP).requests

        assert [request.url for request in requests] == ["https://shop.test/deep/a.html"]


def test_paging_may_look_into_a_script(trial):
    page = """<li><b>1</b></li><script>{"next": "/p2", "more": true}</script>"""
    rows = "item: x\neach: li\nfields: { a: b }\n"
    for paging in (
        "{ next: { css: script, then: json:$.next } }",
        "{ page: page, more: { css: script, then: json:$.more } }",
    ):
        assert len(trial.read(f"{rows}paginate: {paging}", page).requests) == 1


def test_many_fields_of_one_script_read_it_once(trial):
    """A megabyte of JSON takes longer to read than a thousand look-ups in what was read."""
    fields = ", ".join(f'f{n}: {{ css: script, then: "json:$.k{n}" }}' for n in range(40))
    members = ", ".join(f'"k{n}": {n}' for n in range(20_000))
    [record] = trial.records(f"item: x\nfields: {{ {fields} }}", f"<script>{{{members}}}</script>")

    assert record == {f"f{n}": n for n in range(40)}


@pytest.mark.parametrize(
    ("then", "complaint", "place"),
    [
        (
            "$.title",
            "a second step says what language it is in; begin it with css:, xpath:, json: or re:, "
            "or name its parser: then: { parser: …, select: … }",
            "$.title",
        ),
        ("'json:$.['", "expected a name, found \"[\"; write other names in quotes: $['a name']", "["),
        ('"css:p:hover"', None, ":hover"),
        ("{ xpath: '//p[' }", None, "//p["),
        (
            "header:date",
            '"header" is read from the answer, not from what was found before',
            "header:date",
        ),
        ("[]", "there is no step here; write then: { LANGUAGE: SELECTOR }", "[]"),
        ("{ css: p, all: true }", None, "all"),
        ("{ parser: nothing, select: x }", None, "nothing"),
        ("{ parser: { name: json, lines: 5 }, select: $.x }", None, "5"),
        ("{ css: p, attr: 'a b' }", None, "p"),
    ],
)
def test_a_mistake_in_a_step_is_named_where_it_stands(trial, then, complaint, place):
    rule = f"item: x\nfields:\n  a: {{ css: h1, then: {then} }}"

    [said] = trial.complaints(rule)
    assert complaint is None or said == complaint
    assert trial.place(rule) == place
