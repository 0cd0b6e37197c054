"""A second list on the page, looked up by key."""

from __future__ import annotations

PROGRAMME = """{"schedule": [
    {"time": "20:15", "assetId": 7, "lang": "de"},
    {"time": "21:00", "assetId": "8", "lang": "de"},
    {"time": "22:00", "assetId": 9, "lang": "de"},
    {"time": "23:00", "lang": "de"}],
  "assets": [
    {"id": "7", "title": "News", "lang": "en"},
    {"id": 7.0, "title": "Nachrichten", "lang": "de"},
    {"id": 8, "title": "Film", "lang": "de"}]}"""

SCHEDULE = """
parser: json
item: show
each: $.schedule[*]
join:
  asset:
    each: $.assets[*]
    on: {on}
    fields: {{ id: $.id, title: $.title, lang: $.lang }}
    {more}
{where}
fields:
  asset_id: $.assetId
  time: $.time
  lang: $.lang
  title: "{{{{ item.asset.title }}}}"
"""


def schedule(rule, on="{ asset_id: id }", more="", where=""):
    return rule(SCHEDULE.format(on=on, more=more, where=where))


def test_a_schedule_is_joined_to_its_assets_by_id_whatever_type_the_ids_have(rule):
    outcome = schedule(rule).read(PROGRAMME)

    assert [dict(item.fields) for item in outcome.items] == [
        {"asset_id": 7, "time": "20:15", "lang": "de", "title": "News"},
        {"asset_id": "8", "time": "21:00", "lang": "de", "title": "Film"},
        {"asset_id": 9, "time": "22:00", "lang": "de", "title": None},
        {"asset_id": None, "time": "23:00", "lang": "de", "title": None},
    ]
    assert outcome.notes == {"show without a partner in asset": 2}


def test_a_join_by_two_fields(rule):
    titles = [r["title"] for r in schedule(rule, "{ asset_id: id, lang: lang }").records(PROGRAMME)]

    assert titles == ["Nachrichten", "Film", None, None]


def test_every_partner_as_a_list(rule):
    page = rule(
        SCHEDULE.format(on="{ asset_id: id }", more="all: true", where="").replace(
            "item.asset.title", "item.asset[-1].title"
        )
    )

    assert page.records(PROGRAMME)[0]["title"] == "Nachrichten"


def test_where_and_whole_partners(rule):
    page = rule(
        SCHEDULE.format(on="{ asset_id: id }", more="", where="where: asset").replace(".title }}", " }}")
    )

    assert [record["title"] for record in page.records(PROGRAMME)] == [
        {"id": "7", "title": "News", "lang": "en"},
        {"id": 8, "title": "Film", "lang": "de"},
    ]


def test_lists_on_an_html_page_are_joined_too(rule):
    page = rule("""
        item: person
        each: li
        join: { role: { each: tr, on: id, fields: { id: "@id", name: td } } }
        fields: { id: "@data-role", who: ":scope", role_name: "{{ item.role.name }}" }
        """)

    assert page.records("<table><tr id=c><td>cook</table><ul><li data-role=c>Ann</ul>") == [
        {"id": "c", "who": "Ann", "role_name": "cook"}
    ]


def test_a_join_needs_names_that_are_there(rule):
    assert schedule(rule, "{ asset_di: id, time: ide }").complaints == [
        'pages.one.join.asset.on: there is no field "asset_di"',
        'pages.one.join.asset.on: there is no field "ide" in the joined list',
    ]
    taken = (
        SCHEDULE.format(on="id", more="", where="")
        .replace("asset:", "time:")
        .replace("item.asset", "item.time")
    )
    assert rule(taken).complaints == [
        'pages.one.join.time: "time" is a field of the record already',
        'pages.one.join.time.on: there is no field "id"',
    ]
    assert rule("item: a\njoin: b\nfields: { c: d }").complaints == [
        'pages.one.join: expected a mapping of joined lists, found the text "b"'
    ]


def test_a_partner_that_is_invalid_is_left_out_and_counted(rule):
    page = schedule(rule)
    strict = rule(
        SCHEDULE.format(on="{ asset_id: id }", more="", where="").replace(
            "title: $.title,", "title: { jsonpath: $.title, pattern: '[A-M].*' },"
        )
    )

    assert [r["title"] for r in page.records(PROGRAMME)][:1] == ["News"]
    outcome = strict.read(PROGRAMME)
    assert [item.fields["title"] for item in outcome.items] == [None, "Film", None, None]
    assert outcome.notes["show without a partner in asset"] == 3


def test_joined_values_are_there_for_exploded_entries(rule):
    page = rule("""
        parser: json
        item: show
        each: $.days[*]
        explode: ids
        join: { asset: { each: "$.assets[*]", on: { ids: id }, fields: { id: $.id, title: $.title } } }
        fields:
          ids: { jsonpath: $.ids }
          title: "{{ item.asset.title }}"
        """)

    assert page.records(
        '{"days": [{"ids": [1, 2]}], "assets": [{"id": 2, "title": "B"}, {"id": 1, "title": "A"}]}'
    ) == [
        {"ids": 1, "title": "A"},
        {"ids": 2, "title": "B"},
    ]
