"""A value from a record before: filled down, or from the nearest with a smaller indent."""

from __future__ import annotations

from time import process_time

COMMENTS = """
<table>
<tr id=1><td class=ind width=0><p>a</tr>
<tr id=2><td class=ind width=40><p>b</tr>
<tr id=3><td class=ind width=80><p>c</tr>
<tr id=4><td class=ind width=40><p>d</tr>
<tr id=5><td class=ind width=80><p>e</tr>
<tr id=6><td class=ind width=0><p>f</tr>
<tr id=7><td class=ind width=40><p>g</tr>
</table>
"""

THREAD = """
item: comment
each: tr
{more}
fields:
  id: "@id"
  indent: {{ css: .ind, attr: width, type: int }}
  text: p
  parent: {{ previous: {{ take: id, smaller: indent }} }}
"""


def parents(rule, body, more=""):
    return {record["id"]: record["parent"] for record in rule(THREAD.format(more=more)).records(body)}


def test_the_parent_of_a_comment_is_the_nearest_before_it_with_a_smaller_indent(rule):
    assert parents(rule, COMMENTS) == {
        "1": None,
        "2": "1",
        "3": "2",
        "4": "1",
        "5": "4",
        "6": None,
        "7": "6",
    }


def test_a_comment_that_where_leaves_out_is_still_a_parent(rule):
    assert parents(rule, COMMENTS, "where: text != 'd'")["5"] == "4"


def test_a_comment_without_an_indent_has_no_parent_and_is_none(rule):
    assert parents(rule, COMMENTS.replace(" width=40><p>d", "><p>d"))["5"] == "2"
    assert parents(rule, COMMENTS.replace(" width=40><p>d", "><p>d"))["4"] is None


def test_indents_in_text_count_as_numbers(rule):
    untyped = rule(THREAD.format(more="").replace(", type: int", ""))

    assert {r["id"]: r["parent"] for r in untyped.records(COMMENTS.replace("80", "100"))}["5"] == "4"


def test_every_page_begins_anew(rule):
    thread = rule(THREAD.format(more=""))
    thread.read(COMMENTS)

    assert thread.records("<table><tr id=9><td class=ind width=40></table>")[0]["parent"] is None


def test_an_empty_cell_says_what_the_one_above_it_says(rule):
    table = rule("""
        item: station
        each: tr
        fields:
          line: { css: .line, else: { previous: line } }
          name: .name
        """)
    body = """<table><tr><td class=line>U1<td class=name>A<tr><td class=line><td class=name>B
        <tr><td class=name>C<tr><td class=line>U2<td class=name>D</table>"""

    assert [record["line"] for record in table.records(body)] == ["U1", "U1", "U1", "U2"]


def test_a_row_for_which_a_condition_holds_speaks_for_those_after_it(rule):
    table = rule("""
        item: match
        each: tr
        where: not is_round
        fields:
          is_round: "@class"
          name: td
          round: { previous: { take: name, where: is_round == 'round' } }
        """)
    body = "<table><tr class=round><td>Final<tr><td>A-B<tr><td>C-D<tr class=round><td>Cup<tr><td>E-F</table>"

    assert [(record["name"], record["round"]) for record in table.records(body)] == [
        ("A-B", "Final"),
        ("C-D", "Final"),
        ("E-F", "Cup"),
    ]


def test_each_list_in_a_record_begins_anew(rule):
    threads = rule("""
        item: thread
        each: ul
        fields:
          posts: { each: li, fields: { name: ":scope", after: { previous: name } } }
        """)

    records = threads.records("<ul><li>a<li>b</ul><ul><li>c<li>d</ul>")

    assert [[post["after"] for post in record["posts"]] for record in records] == [[None, "a"], [None, "c"]]


def test_a_name_that_is_no_field_is_refused(rule):
    thread = rule(THREAD.format(more="").replace("take: id, smaller: indent", "take: ids, smaller: depth"))

    assert thread.complaints == [
        'pages.one.fields.parent.previous.take: there is no field "ids"',
        'pages.one.fields.parent.previous.smaller: there is no field "depth"',
    ]


def test_there_is_no_record_before_where_there_are_no_rows(rule):
    page = rule("""
        item: page
        fields: { name: h1, last: { previous: name }, deep: { fields: { a: b, b: { previous: a } } } }
        """)

    said = '"previous" is the record before in a list, and there is no list here'
    assert page.complaints == [
        f"pages.one.fields.last.previous: {said}",
        f"pages.one.fields.deep.fields.b.previous: {said}",
    ]


def test_a_thread_that_goes_ever_deeper_takes_time_for_each_comment_once(rule):
    thread = rule(THREAD.format(more=""))

    def seconds(rows: int) -> float:
        body = "".join(f"<tr id={n}><td class=ind width={n % 5000}>" for n in range(rows))
        began = process_time()
        assert len(thread.records(f"<table>{body}</table>")) == rows
        return process_time() - began

    seconds(100)
    assert seconds(8000) < 40 * max(seconds(400), 0.005)
