"""A site on the loopback that wants to know who we are, and keeps count of everything it was asked."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs

import loopback
from loopback import Asked, serving

FORM = """\
<html><head><script>window.settings = {"csrf": "t-%(number)s", "debug": false};</script></head><body>
<form id="search" action="/search"><input name="q"></form>
<form id="login" method="post" action="/old-session">
  <input type="hidden" name="return_to" value="/home">
  <input type="hidden" name="csrf" value="not yet">
  <input name="user"><input type="password" name="password">
  <input type="checkbox" name="stay" value="1" checked><input type="checkbox" name="spam" value="1">
  <select name="lang"><option value="en">English<option value="de" selected>Deutsch</select>
  <textarea name="note">hi</textarea><input type="submit" name="go" value="Log in">
</form></body></html>"""


class Question:
    """One request: what a page of the site is made from."""

    def __init__(self, asked: Asked) -> None:
        path, _, query = asked.path.partition("?")
        self.method, self.path, self.query = asked.method, path, parse_qs(query)
        self.headers, self.body = asked.headers, asked.body
        self.form = {name: values[0] for name, values in parse_qs(self.body, keep_blank_values=True).items()}

    @property
    def cookies(self) -> dict[str, str]:
        pairs = (pair.strip().split("=", 1) for pair in self.headers.get("cookie", "").split(";") if pair)
        return dict(pair for pair in pairs if len(pair) == 2)


class Answer:
    """What the site says."""

    def __init__(self, body: object = "", status: int = 200, **headers: str) -> None:
        self.body = body if isinstance(body, str) else json.dumps(body)
        self.status = status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.headers.setdefault("Content-Type", "text/html" if isinstance(body, str) else "application/json")


class SessionSite:
    """Logins by form, with a token in a script; a session lasts for ``lasts`` pages.

    ``asked`` counts requests by method and path; ``pages`` answers further paths.
    """

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.questions: list[Question] = []
        self.lock = threading.Lock()
        self.user, self.password = "ann", "s3cret-word"
        self.lasts = 10_000
        self.good = ""
        self.left = 0
        self.number = 0
        self.pages: dict[str, Callable[[Question], Answer]] = {}
        self.gone = lambda: Answer("<p class=out>Please log in", 401)
        self.url = ""

    def answer(self, question: Question) -> Answer:
        with self.lock:
            self.asked[f"{question.method} {question.path}"] += 1
            self.questions.append(question)
            if question.path in self.pages:
                return self.pages[question.path](question)
            if question.path == "/robots.txt":
                return Answer("User-agent: *\nDisallow: /login\nDisallow: /session")
            if question.path == "/login":
                return Answer(FORM % {"number": self.number + 1}, Set_Cookie="visit=1; Path=/")
            if question.path == "/session":
                return self.log_in(question)
            return self.page(question)

    def log_in(self, question: Question) -> Answer:
        right = (question.form.get("user"), question.form.get("password")) == (self.user, self.password)
        if (
            not right
            or question.form.get("csrf") != f"t-{self.number + 1}"
            or "visit" not in question.cookies
        ):
            return Answer("<p class=error>Wrong name or password")
        self.number += 1
        self.good, self.left = f"session-{self.number}", self.lasts
        return Answer("", 303, Location="/home", Set_Cookie=f"session={self.good}; Path=/")

    def page(self, question: Question) -> Answer:
        if question.cookies.get("session") != self.good or not self.good or self.left <= 0:
            return self.gone()
        if question.path == "/home":
            return Answer("<a class=logout href=/logout>Ann</a>")
        self.left -= 1
        if question.path == "/":
            return Answer("".join(f"<a href='/p/{n}'>{n}</a>" for n in range(60)))
        return Answer(f"<h1>Page {question.path}</h1>")

    def _answer(self, asked: Asked) -> loopback.Answer:
        said = self.answer(Question(asked))
        return loopback.Answer(said.body, said.status, said.headers)

    @contextmanager
    def served(self) -> Iterator[SessionSite]:
        with serving(self._answer) as self.url:
            yield self
