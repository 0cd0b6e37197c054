"""A GraphQL server that knows one query."""

import json

TEAS = [("Sencha", 2023), ("Gyokuro", 2024), ("Hojicha", None)]


def site(url):
    def answer(asked):
        if (asked.method, asked.path) != ("POST", "/graphql"):
            return None
        sent = json.loads(asked.body)
        if "$country" not in sent["query"] or sent["variables"]["country"] != "JP":
            return 200, {"Content-Type": "application/json"}, json.dumps({"errors": [{"message": "no"}]})
        start = int(sent["variables"]["after"] or 0)
        rows = [
            {"name": name, "harvest": {"year": year}, "cursor": str(number)}
            for number, (name, year) in enumerate(TEAS, 1)
        ]
        data = {"data": {"teas": rows[start : start + 2]}}
        return 200, {"Content-Type": "application/json"}, json.dumps(data)

    return answer
