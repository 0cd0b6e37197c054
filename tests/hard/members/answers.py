"""A library that forgets its first session after five pages of it."""

from __future__ import annotations

import threading
from urllib.parse import parse_qs

# copy, title, due, fee, renewable
LOANS = [
    ("A-1", "Tea &amp; time", '<time datetime="2026-12-01">next week</time>', "", True),
    ("A-2", "  The\n kettle ", "<time>3 Dec 2026</time>", '<b class="fee">€ 1.50</b>', False),
    ("A-3", "Leaves", "", "", True),
    ("B-1", "Leaves", '<time datetime="2026-12-24"></time>', "", True),
    ("B-2", "Water", '<time datetime=""> 2026-12-31 </time>', '<b class="fee"> </b>', False),
    ("B-3", "Cups", '<time datetime="2027-01-02">2 Jan</time>', '<b class="fee">€ 12</b>', True),
    ("C-1", "Rain", '<time datetime="2027-01-02">2 Jan</time>', "", True),
]
PAGES_OF_THE_FIRST_SESSION = 5
ROWS_A_PAGE = 3


def signin(token):
    """The form; what is sent where is the script's secret."""
    return f"""<!doctype html><title>Sign in</title>
    <form action="/search"><input name="q"><input type="hidden" name="lang" value="en"></form>
    <form id="signin" action="/no-script" method="get"><input name="card" value="">
      <input type="password" name="password"><input type="hidden" name="branch" value="north &amp; west">
      <input type="checkbox" name="remember" value="1" checked><button name="go" value="1">Go</button></form>
    <script>window.signin = {{csrf: '{token}', attempts: 0, /* soon */ }};</script>"""


class Library:
    """Who is logged in, and for how long."""

    def __init__(self):
        self.lock = threading.Lock()
        self.tokens = set()
        self.given = self.sessions = 0
        self.left = {}

    def form(self):
        self.given += 1
        token = f"t{self.given}"
        self.tokens.add(token)
        return 200, {}, signin(token)

    def log_in(self, asked):
        sent = {name: values[0] for name, values in parse_qs(asked.body).items()}
        token = asked.headers.get("x-csrf-token", "")
        if asked.method != "POST" or token not in self.tokens:
            return 403, {}, "no token"
        self.tokens.remove(token)
        sent.pop("go", None)
        if sent != {"card": "1001", "password": "open sesame", "branch": "north & west"}:
            return 200, {}, '<p class="problem">Card or password are wrong.</p>'
        self.sessions += 1
        session = f"s{self.sessions}"
        self.left[session] = PAGES_OF_THE_FIRST_SESSION if self.sessions == 1 else 1000
        return 200, {"Set-Cookie": f"session={session}; Path=/; HttpOnly"}, "<p>Welcome</p>"

    def is_member(self, asked):
        session = asked.headers.get("cookie", "").rpartition("session=")[2]
        if self.left.get(session, 0) <= 0:
            return False
        self.left[session] -= asked.path != "/account"
        return True

    def page(self, path, query):
        if path == "/account":
            return '<p>Card 1001 <a href="/signout">Sign out</a></p>'
        if path == "/loans":
            start = (int(query.get("page", 1)) - 1) * ROWS_A_PAGE
            rows = LOANS[start : start + ROWS_A_PAGE]
            links = "".join(
                f'<li><a class="title" href="loan/{copy}">{title}</a>' for copy, title, *_ in rows
            )
            return f'<!doctype html><a href="/signout">Sign out</a><ul id="loans">{links}</ul>'
        copy, _, due, fee, renewable = next(loan for loan in LOANS if loan[0] == path.rpartition("/")[2])
        button = f'<button name="renew" {"" if renewable else "disabled"}>Renew</button>'
        return f'<!doctype html><h1 class="copy"> {copy} </h1>{due}{fee}{button}'


def site(url):
    library = Library()

    def answer(asked):
        with library.lock:
            if asked.path == "/signin":
                return library.form()
            if asked.path == "/api/session":
                return library.log_in(asked)
            if not asked.path.startswith(("/account", "/loan")):
                return None
            if not library.is_member(asked):
                return library.form()
            return 200, {}, library.page(asked.path, asked.query)

    return answer
