"""One record for every entry of a list, with the fields of the record it stands in."""

from __future__ import annotations

TEES = """
<div class=product><h2>Tee</h2><i>Knit &amp; Co</i>
  <p class=variant data-sku=t1><b>S</b><u>9.50</u></p>
  <p class=variant data-sku=t2><b>M</b><u>10.00</u></p>
</div>
<div class=product><h2>Cap</h2></div>
"""

PRODUCTS = """
item: variant
each: .product
{explode}
fields:
  product: h2
  variants:
    each: .variant
    fields: {{ sku: "@data-sku", size: b, price: {{ css: u, type: price, required: true }} }}
  maker: i
  title: "{{{{ item.product }}}} ({{{{ item.size }}}}) by {{{{ item.maker }}}}"
"""


def products(rule, explode="explode: variants"):
    return rule(PRODUCTS.format(explode=explode))


def test_every_entry_is_a_record_with_the_fields_around_it_and_titles_computed_from_both(rule):
    outcome = products(rule).read(TEES)

    assert [{**item.fields, "price": str(item.fields["price"])} for item in outcome.items] == [
        {
            "product": "Tee",
            "sku": "t1",
            "size": "S",
            "price": "9.50",
            "maker": "Knit & Co",
            "title": "Tee (S) by Knit & Co",
        },
        {
            "product": "Tee",
            "sku": "t2",
            "size": "M",
            "price": "10.00",
            "maker": "Knit & Co",
            "title": "Tee (M) by Knit & Co",
        },
    ]
    assert [item.origin.row for item in outcome.items] == [0, 0]


def test_fields_keep_their_order_with_the_entry_in_the_place_of_its_list(rule):
    records = products(rule).records(TEES)

    assert list(records[0]) == ["product", "sku", "size", "price", "maker", "title"]


def test_a_record_whose_list_is_empty_is_left_out_and_counted(rule):
    assert products(rule).read(TEES).notes == {"variant left out: variants is empty": 1}


def test_with_keep_empty_it_is_a_record_with_nulls(rule):
    records = products(rule, "explode: { field: variants, keep_empty: true }").records(TEES)

    assert records[2] == {
        "product": "Cap",
        "sku": None,
        "size": None,
        "price": None,
        "maker": None,
        "title": "Cap () by ",
    }


def test_an_entry_that_is_invalid_is_dropped_alone(rule):
    outcome = products(rule).read(TEES.replace("<u>9.50</u>", ""))

    assert [item.fields["sku"] for item in outcome.items] == ["t2"]
    assert outcome.notes == {
        "variant dropped: variants.price is required": 1,
        "variant left out: variants is empty": 1,
    }


def test_an_invalid_entry_of_a_list_within_a_list_is_dropped_alone_too(rule):
    outcome = rule("""
        item: size
        explode: [colours, sizes]
        fields:
          product: h1
          colours:
            each: section
            fields:
              colour: h2
              sizes:
                each: li
                fields: { sku: { css: "@id", required: true } }
        """).read(
        "<h1>Tee</h1><section><h2>red</h2><li id=a>S<li>M<li id=b>L</section>"
        "<section><h2>blue</h2><li>S</section>"
    )

    assert [(item.fields["colour"], item.fields["sku"]) for item in outcome.items] == [
        ("red", "a"),
        ("red", "b"),
    ]
    assert outcome.notes == {"size dropped: colours.sizes.sku is required": 2}


def test_a_list_of_values_gives_its_values_under_its_own_name(rule):
    sizes = rule("""
        item: size
        each: .product
        explode: sizes
        where: sizes != 'M'
        fields:
          product: h2
          sizes: [b]
          label: "{{ item.product }}-{{ item.sizes }}"
        """)

    assert sizes.records(TEES) == [{"product": "Tee", "sizes": "S", "label": "Tee-S"}]


def test_a_prefix_tells_the_entries_fields_from_those_of_the_record(rule):
    clash = rule("""
        item: variant
        each: .product
        explode: { field: variants, prefix: variant_ }
        key: variant_name
        fields:
          name: h2
          variants: { each: .variant, fields: { name: b } }
        """)

    assert clash.records(TEES) == [
        {"name": "Tee", "variant_name": "S"},
        {"name": "Tee", "variant_name": "M"},
    ]


def test_lists_within_lists_are_taken_apart_one_after_the_other(rule):
    rooms = rule("""
        parser: json
        item: reply
        each: $.channels[*]
        explode: [messages, replies]
        fields:
          channel: $.name
          messages:
            each: $.messages[*]
            fields: { author: $.by, replies: { jsonpath: "$.replies[*]", all: true } }
          line: "{{ item.channel }}/{{ item.author }}: {{ item.replies }}"
        """)
    body = """{"channels": [{"name": "tea", "messages": [
        {"by": "ann", "replies": ["yes", "no"]}, {"by": "bob", "replies": ["oh"]}]}]}"""

    assert rooms.records(body) == [
        {"channel": "tea", "author": "ann", "replies": "yes", "line": "tea/ann: yes"},
        {"channel": "tea", "author": "ann", "replies": "no", "line": "tea/ann: no"},
        {"channel": "tea", "author": "bob", "replies": "oh", "line": "tea/bob: oh"},
    ]


def test_a_page_without_rows_can_be_taken_apart_too(rule):
    page = rule("""
        item: size
        explode: sizes
        fields: { sizes: [b], maker: i }
        """)

    assert page.records(TEES) == [{"sizes": "S", "maker": "Knit & Co"}, {"sizes": "M", "maker": "Knit & Co"}]
    assert page.read("<p>nothing</p>").reason == "every size was dropped or left out"


def test_limit_counts_records_not_rows(rule):
    records = products(rule, "explode: variants\nlimit: 1").records(TEES)

    assert [record["sku"] for record in records] == ["t1"]


def test_what_cannot_be_taken_apart_is_refused(rule):
    written = """
        item: variant
        each: .product
        explode: {explode}
        fields: {{ name: h2, size: {{ fields: {{ b: b }} }}, variants: {{ each: p, fields: {{ name: b }} }} }}
        """

    def complaints(explode):
        return rule(written.format(explode=explode)).complaints

    assert complaints("variant") == ['pages.one.explode.field: there is no field "variant"']
    assert complaints("size") == ['pages.one.explode.field: "size" is one object']
    assert complaints("variants") == [
        'pages.one.fields.variants.fields.name: "name" is a field of the record '
        'and of the entries of "variants"'
    ]
    assert complaints("{ field: name, prefix: x_ }") == [
        'pages.one.explode.prefix: the entries of "name" have no fields to name'
    ]


def test_a_list_that_needs_what_its_entries_give_is_a_circle(rule):
    circle = rule("""
        item: variant
        each: .product
        explode: variants
        fields:
          title: "{{ item.size }}"
          variants: { each: .variant, fields: { size: "{{ item.title }}" } }
        """)

    assert circle.complaints == [
        "pages.one.fields: these fields need each other: title → size → variants → title"
    ]


def test_the_record_before_is_one_whose_lists_are_whole(rule):
    late = rule("""
        item: variant
        each: .product
        explode: variants
        fields:
          variants: { each: .variant, fields: { size: b } }
          title: "{{ item.size }}"
          before: { previous: title }
        """)

    assert late.complaints == [
        'pages.one.fields.before.previous: "previous" is about rows, whose lists are not exploded yet'
    ]


def test_lists_that_need_one_another_are_taken_apart_in_that_order(rule):
    turned = rule("""
        item: variant
        each: .product
        explode: [parts, variants]
        fields:
          variants: { each: .variant, fields: { size: b } }
          parts: { template: "{{ item.size }}", pipe: [{ split: "," }] }
        """)

    assert turned.complaints == ['pages.one.explode: "parts" is made of what a later explode gives']
