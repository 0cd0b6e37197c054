import pytest

from scrapekit.errors import Problems
from scrapekit.node import plain
from scrapekit.recipe.model import Field, LinkRule, PageRule, Paginate, RequestShape
from scrapekit.recipe.reading.pages import read_pages
from scrapekit.recipe.yaml.tree import parse_tree


def page_of(text: str) -> PageRule:
    """The page rule p that *text* writes, its lines indented under it; there are rules q and r too."""
    problems = Problems()
    lines = "".join(f"  {line}\n" for line in text.split("\n"))
    tree = parse_tree(
        f"p:\n{lines}q: {{ item: y, fields: {{ t: a }} }}\nr: {{ links: {{ p: a }} }}\n", "r.yaml", problems
    )
    rules = read_pages(tree, problems)
    problems.raise_if_any()
    return rules["p"]


def field_of(written: str, parser: str = "html") -> Field:
    (item,) = page_of(f"parser: {parser}\nitem: x\nfields:\n  f: {written}").items
    (field,) = item.fields
    return field


def link_of(written: str) -> LinkRule:
    (link,) = page_of(f"links:\n  q: {written}").links
    return link


def paginate_of(written: str) -> Paginate:
    paginate = page_of(f"item: x\nfields: {{ t: h1 }}\npaginate: {written}").paginate
    assert paginate is not None
    return paginate


def selector(field: Field | LinkRule | Paginate) -> tuple[str | None, int, str, tuple[str, ...]]:
    """``(language, offset, source, reads)``."""
    assert field.selector is not None
    return field.selector.language, field.selector.offset, field.selector.source, field.reads


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("h1", (None, 0, "h1", ())),
        ("a@href", (None, 0, "a", ("href",))),
        ('"#gallery img@data-src"', (None, 0, "#gallery img", ("data-src",))),
        ('"@href"', (None, 0, ":scope", ("href",))),
        ("h1@html", (None, 0, "h1", ("html",))),
        ("'a[title=\"a@b\"]'", (None, 0, 'a[title="a@b"]', ())),
        ("css:a.b@href", ("css", 4, "a.b", ("href",))),
        ("'css:  a'", ("css", 6, "a", ())),
        ("xpath://a/@href", ("xpath", 6, "//a/@href", ())),
        ("json:$.id", ("jsonpath", 5, "$.id", ())),
        ("jsonpath:$.a[?(@.b)]", ("jsonpath", 9, "$.a[?(@.b)]", ())),
        ("'re:ID (\\d+)'", ("regex", 3, "ID (\\d+)", ())),
        ("regex:a@b", ("regex", 6, "a@b", ())),
        ("a:hover", (None, 0, "a:hover", ())),
        ("{ css: a@href }", ("css", 0, "a", ("href",))),
        ("{ css: a, attr: href }", ("css", 0, "a", ("href",))),
        ("{ css: a, attr: [data-price, text] }", ("css", 0, "a", ("data-price", "text"))),
        ("{ xpath: //a/@x }", ("xpath", 0, "//a/@x", ())),
        ("{ jsonpath: $.a }", ("jsonpath", 0, "$.a", ())),
        ("{ regex: 'a(b)' }", ("regex", 0, "a(b)", ())),
        ("{ select: a@href }", (None, 0, "a", ("href",))),
        ("{ select: 'xpath: //a/@x' }", ("xpath", 7, "//a/@x", ())),
    ],
)
def test_every_form_of_a_selector_is_one_selector(written: str, found: tuple[object, ...]):
    assert selector(field_of(written)) == found


@pytest.mark.parametrize(("parser", "written"), [("xml", "//a/@href"), ("xml", "a@href"), ("json", "$.a@b")])
def test_an_at_sign_belongs_to_the_selector_where_its_language_has_one(parser: str, written: str):
    assert selector(field_of(written, parser)) == (None, 0, written, ())


def test_links_rows_and_pagination_may_be_selected_in_the_parsers_own_language():
    page = page_of(
        "item: x\neach: { select: li }\nfields: { t: h1 }\n"
        "links: { q: { select: a, each: { select: p } } }\npaginate: { next: { select: a.next@href } }"
    )
    (item,), (link,), paginate = page.items, page.links, page.paginate
    assert paginate is not None

    found = [each and each.source for each in (item.each, link.each, link.selector, paginate.selector)]
    assert (found, paginate.reads) == (["li", "p", "a", "a.next"], ("href",))


def test_a_list_of_one_takes_every_match():
    forms = ('["a.tag"]', "[a.tag]", "[{ css: a }]", "{ css: a, all: true }")

    assert [field_of(written).all for written in forms] == [
        True, True, True, True,
    ]  # fmt: skip


def test_text_with_a_placeholder_is_a_template():
    field = field_of('"{{ item.a }} and {{ page.url }}"')

    assert (field.selector, field.template and field.template.value) == (
        None,
        "{{ item.a }} and {{ page.url }}",
    )


@pytest.mark.parametrize(("written", "value"), [("x", "x"), ("0", 0), ("false", False), ("[1, a]", [1, "a"])])
def test_a_constant_keeps_its_type(written: str, value: object):
    assert plain(field_of(f"{{ const: {written} }}").const) == value


def test_a_field_is_read_with_everything_that_may_be_said_of_it():
    field = field_of(
        "{ css: .p, nth: -1, pipe: [trim, { split: ',' }], type: price, required: true, when: price > 1 }"
    )

    assert (field.nth, field.type, field.required) == (-1, "price", True)
    assert [(step.name, plain(step.argument)) for step in field.pipe] == [("trim", None), ("split", ",")]
    assert field.when is not None
    assert field.when.value == "price > 1"


@pytest.mark.parametrize(
    ("written", "steps"),
    [
        ("trim", [("trim", None)]),
        ("trim | lower", [("trim", None), ("lower", None)]),
        ("'split: , | first'", [("split", ","), ("first", None)]),
        ("\"split: '|' | nth: 2\"", [("split", "|"), ("nth", 2)]),
        ("'truncate: 20 | suffix: \" …\"'", [("truncate", 20), ("suffix", " …")]),
        ("'trim|upper'", [("trim", None), ("upper", None)]),
        ("['trim | lower', upper]", [("trim", None), ("lower", None), ("upper", None)]),
        ("[{ replace: { from: a, to: b } }]", [("replace", {"from": "a", "to": "b"})]),
        ("[{ date: [a, b] }]", [("date", ["a", "b"])]),
    ],
)
def test_every_form_of_a_pipe_is_a_list_of_steps(written: str, steps: list[tuple[str, object]]):
    assert [
        (step.name, plain(step.argument)) for step in field_of(f"{{ css: a, pipe: {written} }}").pipe
    ] == steps


def test_a_step_in_a_text_knows_its_column():
    pipe = field_of("{ css: a, pipe: 'trim | split: x' }").pipe

    assert [(str(step.mark), step.mark.width) for step in pipe] == [("r.yaml:5:25", 4), ("r.yaml:5:32", 5)]


def test_a_type_in_its_long_form_keeps_its_options():
    field = field_of("{ css: a, type: { name: enum, options: [a, b] } }")

    assert (field.type, plain(field.type_options)) == ("enum", {"options": ["a", "b"]})


def test_fallbacks_are_fields_of_any_form_in_order():
    field = field_of("{ css: a, default: 0, else: [b@title, { xpath: //c, pipe: trim }, '{{ item.d }}'] }")

    assert plain(field.default) == 0
    assert [other.path for other in field.otherwise] == [f"pages.p.fields.f.else[{at}]" for at in range(3)]
    assert [selector(other)[2:] for other in field.otherwise[:2]] == [("b", ("title",)), ("//c", ())]
    assert field.otherwise[2].template is not None


def test_fields_within_a_field_are_an_object_and_with_rows_a_list_of_them():
    one = field_of("{ fields: { a: b, c: { fields: { d: e } } } }")
    many = field_of("{ each: li.x, fields: { a: '@id' } }")

    assert (one.each, [inner.name for inner in one.fields], one.fields[1].fields[0].name) == (
        None,
        ["a", "c"],
        "d",
    )
    assert many.each is not None
    assert (many.each.source, selector(many.fields[0])[2:]) == ("li.x", (":scope", ("id",)))


def test_a_page_gives_one_kind_of_record_or_several():
    one = page_of("item: x\neach: li\nwhere: t\nkey: t\nlimit: 3\non_invalid: keep\nfields: { t: h1 }").items
    several = page_of(
        "items:\n  x: { each: 'xpath://li', fields: { t: h1 } }\n  z: { fields: { u: h2 } }"
    ).items

    assert [(item.kind, item.path, item.key, item.limit, item.on_invalid) for item in one] == [
        ("x", one[0].path, "t", 3, "keep")
    ]
    assert [(item.kind, item.each and item.each.language) for item in several] == [
        ("x", "xpath"),
        ("z", None),
    ]


def test_the_parser_may_have_options():
    rule = page_of("parser: { name: xml, namespaces: { a: b } }\nitem: x\nfields: { t: //h1 }")

    assert (rule.parser, plain(rule.parser_options)) == ("xml", {"namespaces": {"a": "b"}})
    assert str(rule.parser_mark) == "r.yaml:2:11"


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("h3 a", (None, 0, "h3 a", ())),
        ("a@data-url", (None, 0, "a", ("data-url",))),
        ("xpath://a", ("xpath", 6, "//a", ())),
        ("{ css: a, attr: [data-url, href] }", ("css", 0, "a", ("data-url", "href"))),
        ("{ jsonpath: $..url }", ("jsonpath", 0, "$..url", ())),
    ],
)
def test_every_form_of_a_link_is_one_link_rule(written: str, found: tuple[object, ...]):
    assert selector(link_of(written)) == found


def test_links_to_one_page_may_be_a_list_of_rules():
    links = page_of("links:\n  q: [h3 a, { css: h4 a, max: 2 }]\n  p: a.next").links

    assert [(link.page, link.path.removeprefix("pages.p.links."), link.max) for link in links] == [
        ("q", "q[0]", None),
        ("q", "q[1]", 2),
        ("p", "p", None),
    ]


def test_an_address_put_together_is_a_link_too():
    short, long = (
        link_of('"https://a.test/{{ item.id }}"'),
        link_of('{ each: li, url: "/x/{{ item.id }}", carry: { id: b } }'),
    )

    assert short.url is not None
    assert (short.selector, short.url.value) == (None, "https://a.test/{{ item.id }}")
    assert (long.each and long.each.source, [field.name for field in long.carry]) == ("li", ["id"])


def test_a_link_rule_is_read_with_everything_that_may_be_said_of_it():
    link = link_of(
        "{ css: a, allow: [/p/, 're:\\d+$'], deny: '*.pdf', domains: Shop.example, text: More*, max: 3,"
        " priority: -2, when: price > 1, method: post, query: { a: [1, 2] }, headers: { X: y },"
        " form: { b: '{{ item.c }}' } }"
    )

    assert [pattern.regex for pattern in link.allow] == ["/p/", "\\d+$"]
    assert [pattern.regex for pattern in link.deny] == ["(?s)\\A.*\\.pdf\\Z"]
    assert (link.domains, link.text and link.text.regex, link.max, link.priority) == (
        ("shop.example",),
        "(?s)More",
        3,
        -2,
    )
    shape = link.shape
    assert (shape.method, plain(shape.query), plain(shape.headers)) == ("POST", {"a": [1, 2]}, {"X": "y"})
    assert plain(shape.form) == {"b": "{{ item.c }}"}


def test_a_request_with_a_body_is_a_post_unless_it_says_otherwise():
    methods = [
        link_of(written).shape.method
        for written in ("{ url: /a, json: { a: 1 } }", "{ url: /a, body: x, method: PUT }", "{ url: /a }")
    ]

    assert methods == ["POST", "PUT", "GET"]
    assert link_of("{ url: /a }").shape == RequestShape()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{ next: li.next a }", {"kind": "next", "source": "li.next a"}),
        (
            "{ next: { css: a, attr: data-u }, max_pages: 3 }",
            {"kind": "next", "reads": ("data-u",), "max_pages": 3},
        ),
        ("{ page: page }", {"kind": "page", "param": "page", "first": 1, "step": 1, "last": None}),
        (
            "{ page: { param: p, first: 0, step: 2, last: 9 } }",
            {"param": "p", "first": 0, "step": 2, "last": 9},
        ),
        (
            "{ offset: { param: o, size: 50, size_param: n } }",
            {"kind": "offset", "first": 0, "size": 50, "size_param": "n"},
        ),
        ("{ offset: start, in: form }", {"kind": "offset", "param": "start", "into": "form", "size": None}),
        (
            "{ cursor: { from: $.next, param: c, in: json } }",
            {"kind": "cursor", "source": "$.next", "into": "json"},
        ),
        (
            "{ cursor: { from: 'json:$.n', param: c }, until: repeat, in: header }",
            {"into": "header", "until": "repeat"},
        ),
    ],
)
def test_every_form_of_paging_is_one_paginator(written: str, expected: dict[str, object]):
    paginate = paginate_of(written)

    found = {key: getattr(paginate, key) for key in expected if key != "source"}
    if "source" in expected:
        found["source"] = paginate.selector and paginate.selector.source
    assert found == expected


def test_the_last_page_and_whether_there_is_more_may_stand_in_the_page():
    paginate = paginate_of("{ page: { param: p, last: 'css:a.last' }, more: 'json:$.more' }")

    assert not isinstance(paginate.last, int | None)
    assert (paginate.last.source, paginate.more and paginate.more.source) == ("a.last", "$.more")
