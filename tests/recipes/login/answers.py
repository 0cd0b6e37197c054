"""A site with a login: a token in the form, and a session that is good for three pages."""


def site(url):
    sessions = {}

    def page(body, **headers):
        return 200, {name.replace("_", "-"): value for name, value in headers.items()}, f"<html><body>{body}"

    form = (
        '<form id=login method=post action="/session"><input type=hidden name=token value=t0>'
        "<input name=user><input name=password type=password></form>"
    )

    def answer(asked):
        if asked.path == "/login":
            return page(form)
        if asked.path == "/session" and asked.method == "POST":
            if asked.body != "token=t0&user=ann&password=steep+me":
                return page(f"<p class=error>no</p>{form}")
            name = f"s{len(sessions)}"
            sessions[name] = 3
            return page("<p class=logout>welcome", Set_Cookie=f"sid={name}; Path=/")
        name = asked.headers.get("cookie", "").partition("sid=")[2]
        if asked.path == "/account":
            return page("<a class=logout>log out</a>" if name in sessions else form)
        if sessions.get(name, 0) == 0:
            return page(form)
        sessions[name] -= 1
        if asked.path == "/orders":
            return page("".join(f"<p class=order><a href=/orders/{n}>{n}</a>" for n in range(1, 6)))
        number = asked.path.rpartition("/")[2]
        return page(f"<h1>{number}</h1><p class=total>€ {number}0.00</p>")

    return answer
