"""Secrets in every place that may hold one, against servers that repeat, redirect and refuse them."""

from __future__ import annotations

import base64
import json
import os
import sqlite3
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, quote_plus, urlsplit

import pytest

pytestmark = pytest.mark.slow

SECRET = "s3cr+t/of the=day&q'x"
SPELLINGS = {
    SECRET,
    quote(SECRET, safe=""),
    quote(SECRET),
    quote_plus(SECRET),
    quote(quote(SECRET, safe=""), safe=""),
    json.dumps(SECRET)[1:-1],
    base64.b64encode(f"me:{SECRET}".encode()).decode(),
}


@dataclass
class Asked:
    """One request as the server saw it."""

    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Server:
    """A server and what it was asked."""

    origin: str
    asked: list[Asked] = field(default_factory=list)

    def text(self, path: str = "") -> str:
        """All that was sent to addresses below a path."""
        return "\n".join(
            f"{each.path} {each.headers} {each.body}" for each in self.asked if each.path.startswith(path)
        )


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    """The recipe's own server, and a stranger's."""
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Handler) as own,
        ThreadingHTTPServer(("127.0.0.2", 0), Handler) as other,
    ):
        for server, host in ((own, "127.0.0.1"), (other, "127.0.0.2")):
            server.note = Server(f"http://{host}:{server.server_port}")  # type: ignore[attr-defined]
            threading.Thread(target=server.serve_forever, daemon=True).start()
        Handler.other = f"http://127.0.0.2:{other.server_port}"
        yield own.note, other.note  # type: ignore[attr-defined]
        own.shutdown()
        other.shutdown()


class Handler(BaseHTTPRequestHandler):
    """Answers by the first segment of the path, and repeats whatever it was sent."""

    other = ""
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length).decode()
        note: Server = self.server.note  # type: ignore[attr-defined]
        note.asked.append(Asked(self.path, dict(self.headers.items()), body))
        kind = urlsplit(self.path).path.split("/")[1]
        said = [self.path, body, *self.headers.values()]
        said += [value for values in parse_qs(urlsplit(self.path).query).values() for value in values]
        if kind == "leave":
            self._send(302, b"", ("Location", f"{self.other}/stolen?from={quote(self.path, safe='')}"))
        elif kind == "move":
            self._send(301, b"", ("Location", f"/moved{self.path[5:]}"))
        elif kind == "refuse":
            self._send(403, "\n".join(said).encode())
        elif kind == "fail":
            self._send(500, "\n".join(said).encode())
        elif kind == "robots.txt":
            self._send(404, b"")
        else:
            self._send(
                200, self._page(said), ("X-Echo", self.path), ("Content-Type", "text/html; charset=utf-8")
            )

    do_GET = do_POST = answer

    def _page(self, said: list[str]) -> bytes:
        texts = "".join(f"<p>{text.replace('<', '')}</p>" for text in said)
        links = (
            f'<a href="?page=2">2</a><a href="#top">top</a><a href="{self.other}/x?u={self.path}">away</a>'
        )
        return f"<title>{self.path}</title>{texts}{links}".encode()

    def _send(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


KINDS = ("echo", "leave", "move", "refuse", "fail")

PLACES = {
    "address": ('url: "{site}/{kind}/{{{{ inputs.token }}}}/x"', ""),
    "query": ('url: "{site}/{kind}", query: {{ key: "{{{{ inputs.token }}}}", q: a }}', ""),
    "header": ('url: "{site}/{kind}", headers: {{ X-Key: "Key {{{{ inputs.token }}}}" }}', ""),
    "cookie": ('url: "{site}/{kind}", cookies: {{ sid: "{{{{ inputs.plain }}}}" }}', ""),
    "form": ('url: "{site}/{kind}", form: {{ user: me, password: "{{{{ inputs.token }}}}" }}', ""),
    "json": ('url: "{site}/{kind}", json: {{ deep: [ "Bearer {{{{ inputs.token }}}}" ] }}', ""),
    "body": ('url: "{site}/{kind}", method: POST, body: "key={{{{ inputs.token }}}}"', ""),
    "graphql": (
        'url: "{site}/{kind}", graphql: {{ query: "query Q($t: String) {{ a(b: $t) }}", '
        'variables: {{ t: "{{{{ inputs.token }}}}" }} }}',
        "",
    ),
    "http.headers": ('url: "{site}/{kind}"', 'headers: {{ X-Key: "{{{{ inputs.token }}}}" }}'),
    "http.cookies": ('url: "{site}/{kind}"', 'cookies: {{ sid: "{{{{ inputs.plain }}}}" }}'),
    "bearer": ('url: "{site}/{kind}"', 'auth: {{ bearer: "{{{{ inputs.token }}}}" }}'),
    "basic": (
        'url: "{site}/{kind}"',
        'auth: {{ basic: {{ user: me, password: "{{{{ inputs.token }}}}" }} }}',
    ),
    "api_key in the query": (
        'url: "{site}/{kind}"',
        'auth: {{ api_key: {{ in: query, name: k, value: "{{{{ inputs.token }}}}" }} }}',
    ),
}

RECIPE = """\
scrapekit: 1
name: leak
inputs:
  token: {{ type: secret, env: LEAK_TOKEN }}
  plain: {{ type: secret, env: LEAK_PLAIN }}
seeds:
  page:
{seeds}
pages:
  page:
    links: {{ other: a }}
    item: page
    fields:
      title: title
      said: ["p"]
      echo: {{ header: x-echo }}
      url: {{ template: "{{{{ page.url }}}}" }}
  other: {{ item: other, fields: {{ title: title, url: {{ template: "{{{{ page.url }}}}" }} }} }}
crawl: {{ delay: 0, scope: any, robots: ignore, allow_failed: 100% }}
http: {{ timeout: 5s, allow_hosts: [127.0.0.2], {http} }}
export: [ {{ jsonl: {{ path: out/all.jsonl, meta: true }} }} ]
"""
PLAIN = "plainS3cret4711"


def run(folder: Path, site: str, place: str, kinds: Sequence[str]) -> str:
    """Run the recipe with every kind of log, answers kept and used again; all that it printed."""
    seed, http = PLACES[place]
    seeds = "\n".join("    - {" + seed.format(site=site, kind=kind) + "}" for kind in kinds)
    (folder / "leak.yaml").write_text(RECIPE.format(seeds=seeds, http=http.format()))
    environ = {**os.environ, "LEAK_TOKEN": SECRET, "LEAK_PLAIN": PLAIN}
    said = ""
    # One of them with the pauses before a second try.
    for format_, tries in (("json", "1"), ("text", "0")):
        command = [sys.executable, "-m", "scrapekit", "run", "leak.yaml", "--fresh", "-v", "--cache"]
        done = subprocess.run(
            [*command, "--log-format", format_, "--set", f"http.retries={tries}"],
            capture_output=True,
            text=True,
            cwd=folder,
            check=False,
            timeout=60,
            env=environ,
        )
        said += done.stdout + done.stderr
        assert "Traceback" not in said, said
    return said


def kept(folder: Path) -> bytes:
    """The bodies of all answers that were kept, unpacked."""
    with closing(sqlite3.connect(folder / ".scrapekit/leak/cache.sqlite")) as db:
        return b"".join(zlib.decompress(body) for (body,) in db.execute("SELECT body FROM answer"))


def leaks(folder: Path, said: str) -> list[str]:
    """Where a spelling of a secret can be read: the names of files, or ``what was printed``."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found = {**files, "what was printed": said.encode(), "kept answers": kept(folder)}
    return [
        f"{name}: {text}"
        for name, data in found.items()
        for text in {*SPELLINGS, PLAIN}
        if text.encode() in data
    ]


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_reaches_its_own_server_and_nothing_else(
    servers: tuple[Server, Server], tmp_path: Path, place: str
):
    own, other = servers

    said = run(tmp_path, own.origin, place, KINDS)

    for kind in KINDS:
        assert any(text in own.text(f"/{kind}") for text in (*SPELLINGS, PLAIN)), said
    assert leaks(tmp_path, said) == []
    read = [said, *(path.read_text() for path in tmp_path.rglob("*.json*"))]
    assert not any("zlate" in text for text in read)
    assert not any(text in other.text() for text in (*SPELLINGS, PLAIN))
    assert "zlate" not in other.text() + own.text()


def test_records_show_a_mask_where_a_page_repeats_a_secret(servers: tuple[Server, Server], tmp_path: Path):
    own, _ = servers
    run(tmp_path, own.origin, "query", ["echo"])

    first = json.loads((tmp_path / "out/all.jsonl").read_text().splitlines()[0])

    assert first["title"] == "/echo?key=•••&q=a"
    assert first["url"] == f"{own.origin}/echo?key=•••&q=a"
    assert first["echo"] == "/echo?key=•••&q=a"


def test_a_link_below_an_address_with_a_secret_is_followed_with_it(
    servers: tuple[Server, Server], tmp_path: Path
):
    own, _ = servers

    run(tmp_path, own.origin, "address", ["echo"])

    assert f"/echo/{quote(SECRET, safe='')}/x?page=2" in [each.path for each in own.asked]
