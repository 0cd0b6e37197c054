"""A chat service: cursors, errors in answers of status 200, and patience asked for now and then."""

import json

CHANNELS = [
    {"id": "C1", "name": "general", "topic": {"value": "  all \n things "}, "num_members": 12},
    {"id": "C2", "name": "board", "topic": {"value": ""}, "num_members": 3},
    {"id": "C3", "name": "tea", "topic": None},
    {"id": "C4", "name": "old", "is_archived": True, "num_members": 0},
    {"id": "C5", "name": "silent", "is_archived": False},
]


def said(ts, name, text, **more):
    return {"ts": ts, "user": {"name": name} if name else None, "text": text, **more}


MESSAGES = {
    "C1": [
        said("1767225600.000100", "ann", "Happy new year!", reply_count=3, thread_ts="1767225600.000100"),
        said("1767225660.000200", "bo", "", subtype="join", reply_count=1),
        said("1767312000.000300", None, "Build 7 is green", bot_name="builder"),
        said("1767312000.000400", None, "?", reply_count=0),
    ],
    "C3": [said("1767398400.000500", "cy", "{{ inputs.token }} & <b>Sencha</b>", reply_count=1)],
    "C5": [],
}
REPLIES = {
    "1767225600.000100": [
        said("1767225601.000101", "bo", "And to you!"),
        said("1767225602.000102", "cy", "Already?"),
        said("1767225603.000103", None, "🎉", bot_name="builder"),
    ],
    "1767225660.000200": [said("1767225661.000201", "ann", "Welcome, bo")],
    "1767398400.000500": [said("1767398401.000501", "ann", "Gyokuro.")],
}


def sliced(name, rows, cursor, size, first=()):
    """A page of rows and where to go on; an empty page before the last one."""
    at = int(cursor.removeprefix("at-")) if cursor else 0
    more = at + size < len(rows)
    if cursor == "at-2" and name == "channels":
        return {"ok": True, name: [], "next": {"cursor": "at-02"}}
    found = {"ok": True, name: [*first, *rows[at : at + size]], "has_more": more}
    following = f"at-{at + size}" if more else cursor if name == "messages" and not first else ""
    return found | {"next": {"cursor": following}}


def site(url):
    held_up = {"/api/history"}

    def answer(asked):
        if not asked.path.startswith("/api/"):
            return None
        if asked.headers.get("authorization") != "Bearer s3cret":
            return found({"ok": False, "error": "invalid_auth"})
        if asked.path in held_up:
            held_up.remove(asked.path)
            return found({"ok": False, "error": "ratelimited"}, **{"Retry-After": "1"})
        return found(answered(asked.path, asked.query))

    return answer


def found(value, **headers):
    return 200, {"Content-Type": "application/json", **headers}, json.dumps(value)


def answered(path, query):
    cursor, channel = query.get("cursor", ""), query.get("channel")
    if path == "/api/channels":
        return sliced("channels", CHANNELS, cursor, int(query["limit"]))
    if channel not in MESSAGES:
        return {"ok": False, "error": "not_in_channel"}
    if path == "/api/history":
        return sliced("messages", MESSAGES[channel], cursor, 3)
    message = next(each for each in MESSAGES[channel] if each["ts"] == query["ts"])
    return sliced("messages", REPLIES[query["ts"]], cursor, 2, first=[message])
