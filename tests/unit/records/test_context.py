"""What stands before a row, and records before a record."""

from __future__ import annotations

from time import process_time

SHOWS = """
<h1>Programme</h1>
<h2 id=mon>Monday</h2><p class=show>Alpha</p><p class=show>Beta</p>
<section data-room=Blue><h2 id=tue>Tuesday</h2><h3>Evening</h3><p class=show>Gamma</p></section>
<h2 id=wed>Wednesday</h2><p class=show>Delta</p>
"""


def test_a_row_gets_the_nearest_heading_before_it(rule):
    shows = rule("""
        item: show
        each: p.show
        fields:
          title: ":scope"
          day: { context: h2 }
          anchor: { context: h2@id }
          again: { context: h2, attr: id, pipe: [upper] }
          inner: { context: { css: h2, attr: id } }
        """)

    records = shows.records(SHOWS)

    assert [record["day"] for record in records] == ["Monday", "Monday", "Tuesday", "Wednesday"]
    assert records[2] == {
        "title": "Gamma",
        "day": "Tuesday",
        "anchor": "tue",
        "again": "TUE",
        "inner": "tue",
    }


def test_an_element_around_the_row_begins_before_it(rule):
    shows = rule("""
        item: show
        each: p.show
        fields: { title: ":scope", room: { context: "section@data-room" } }
        """)

    assert [record["room"] for record in shows.records(SHOWS)] == [None, None, "Blue", "Blue"]


def test_since_ends_what_a_subheading_says_at_the_next_heading(rule):
    shows = rule("""
        item: show
        each: p.show
        fields: { title: ":scope", part: { context: { css: h3, since: h2 } } }
        """)

    assert [record["part"] for record in shows.records(SHOWS)] == [None, None, "Evening", None]


def test_a_table_whose_dates_stand_in_rows_of_their_own(rule):
    table = rule("""
        item: event
        each: tr.event
        fields:
          date: { css: td.date, else: { context: "tr td.date" } }
          what: td.what
        """)
    body = """<table>
      <tr><td class=date>1 May</td></tr>
      <tr class=event><td class=what>Tea</td></tr>
      <tr class=event><td class=date>2 May</td><td class=what>Cake</td></tr>
      <tr class=event><td class=what>Toast</td></tr></table>"""

    assert [tuple(record.values()) for record in table.records(body)] == [
        ("1 May", "Tea"),
        ("2 May", "Cake"),
        ("2 May", "Toast"),
    ]


def test_rows_in_a_row_look_back_as_well(rule):
    nested = rule("""
        item: page
        fields:
          title: h1
          shows: { each: p.show, fields: { title: ":scope", day: { context: h2 } } }
        """)

    (record,) = nested.records(SHOWS)

    assert [show["day"] for show in record["shows"]] == ["Monday", "Monday", "Tuesday", "Wednesday"]


def test_xml_pages_have_an_order_too(rule):
    feed = rule("""
        parser: xml
        item: entry
        each: //entry
        fields: { name: name, group: { context: //group/@name }, label: { context: //group } }
        """)
    outcome = feed.read("<r><group name='a'>A</group><entry><name>x</name></entry></r>")

    assert [dict(item.fields) for item in outcome.items] == [{"name": "x", "group": None, "label": "A"}]
    assert outcome.notes == {
        "field pages.one.fields.group: what its context finds has no place on the page": 1
    }


def test_json_has_no_order_to_look_back_in(rule):
    page = rule("""
        parser: json
        item: entry
        each: $.rows[*]
        fields: { name: $.name, group: { context: $.group } }
        """)

    assert page.complaints == [
        'pages.one.fields.group.context: "context" looks back on a page, '
        "and those of the json parser have no order"
    ]


def test_there_is_nothing_to_look_back_from_without_rows(rule):
    page = rule("""
        item: entry
        fields: { name: h1, group: { context: h2 } }
        """)

    assert page.complaints == [
        'pages.one.fields.group.context: "context" is what stands before a row, and there are no rows here'
    ]


def test_looking_back_from_many_rows_takes_no_longer_than_going_through_the_page(rule):
    written = "item: row\neach: p\nfields: {{ name: ':scope', of: {} }}"
    looking, plain = rule(written.format("{ context: h2 }")), rule(written.format("b"))
    body = "".join(f"<h2>{n}</h2><p>x<b>{n}</b></p>" for n in range(4000))

    def seconds(page) -> float:
        began = process_time()
        assert page.records(body)[-1]["of"] == "3999"
        return process_time() - began

    # A search among 4,000 headings from each of 4,000 rows would take a hundred times as long.
    assert min(seconds(looking) for _ in range(3)) < 10 * min(seconds(plain) for _ in range(3)) + 0.1
