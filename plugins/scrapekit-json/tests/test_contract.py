"""The json parser keeps what every parser promises."""

from __future__ import annotations

import json

from scrapekit.testing import check_parser, make_page
from scrapekit_json.parser import JsonParser

SHOP = {
    "next": "/api?page=2",
    "total": 3,
    "@type": "List",
    "items": [
        {"id": 1, "name": "Assam", "price": {"amount": 4.5, "cur": "EUR"}, "tags": ["black", "India"]},
        {"id": 2, "name": "Darjeeling", "price": {"amount": 6, "cur": "EUR"}, "tags": []},
        {"id": 3, "name": "Sencha", "price": None, "tags": ["green"], "in-stock": True},
    ],
}


def test_the_json_parser_keeps_its_promises():
    check_parser(
        JsonParser,
        make_page(json.dumps(SHOP), "application/json"),
        {
            "$.total": [3],
            "next": ["/api?page=2"],
            "$.@type": ["List"],
            "$.items[*].name": ["Assam", "Darjeeling", "Sencha"],
            "items[-1].in-stock": [True],
            "$..amount": [4.5, 6],
            "$.items[0:2]['id', 'name']": [1, "Assam", 2, "Darjeeling"],
            "$..tags[0]": ["black", "green"],
            "$.items[2].price": [None],
            "$.items[?@.price.amount > 5].name": ["Darjeeling"],
            "$.items[?@.name == 'Assam' || @.id == 3].id": [1, 3],
            "$.items[?length(@.tags) > 1].name": ["Assam"],
            "$.items[?@.name == 'Assam'].tags.`parent`.id": [1],
            "$.nothing": [],
        },
        refused=[
            "",
            "$.",
            "$[",
            "$[?length(@.a)]",
            "$['\\x']",
            "$.items[",
            "$[01]",
            "a b",
            "$[?1]",
        ],
    )
