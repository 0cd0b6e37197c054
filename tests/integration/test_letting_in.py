"""Real runs against servers that let nobody in who cannot prove it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = pytest.mark.slow

PASSWORD = "c0rrect-h0rse"
RECIPE = """\
scrapekit: 1
name: let-in
inputs: {{ password: {{ type: secret, env: TEST_PASSWORD{bound} }} }}
seeds: {{ page: {seeds} }}
pages:
  page: {{ item: page, fields: {{ title: h1 }}{more} }}
crawl: {{ delay: 0, robots: ignore }}
http: {{ retries: 0{auth} }}
export: out/pages.jsonl
"""


class Door(BaseHTTPRequestHandler):
    """Opens by digest at ``/digest``, by a token at ``/oauth``, by a key in the query elsewhere."""

    protocol_version = "HTTP/1.1"
    tokens = 0
    slow = threading.Event()

    def do_GET(self) -> None:
        sent = self.headers.get("Authorization", "")
        path = urlsplit(self.path)
        if path.path.startswith("/digest"):
            self._digest(sent)
        elif path.path.startswith("/oauth"):
            # Every token is good for two pages.
            good = sent == f"Bearer t{Door.tokens}" and self._uses(sent) <= 2
            self._send(200 if good else 401)
        else:
            self.server.asked.append(self.path)  # type: ignore[attr-defined]
            if path.path == "/slow":
                Door.slow.wait(20)
            self._send(200 if parse_qs(path.query).get("key") == [PASSWORD] else 403)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if parse_qs(body).get("client_secret") != [PASSWORD]:
            self._send(400, b'{"error": "invalid_client", "error_description": "who are you?"}')
            return
        Door.tokens += 1
        self._send(200, json.dumps({"access_token": f"t{Door.tokens}", "token_type": "Bearer"}).encode())

    def _uses(self, sent: str) -> int:
        uses = self.server.uses  # type: ignore[attr-defined]
        uses[sent] = uses.get(sent, 0) + 1
        return int(uses[sent])

    def _digest(self, sent: str) -> None:
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', sent))

        def hashed(*parts: str) -> str:
            return sha256(":".join(parts).encode()).hexdigest()

        right = hashed(
            hashed("me", "door", PASSWORD),
            "n1",
            given.get("nc", ""),
            given.get("cnonce", ""),
            "auth",
            hashed("GET", self.path),
        )
        if given.get("response") == right:
            self._send(200)
            return
        self._send(
            401, b"", ("WWW-Authenticate", 'Digest realm="door", nonce="n1", algorithm=SHA-256, qop="auth"')
        )

    def _send(self, status: int, body: bytes = b"<h1>in</h1>", *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("Content-Type", "text/html"), ("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def door() -> Iterator[ThreadingHTTPServer]:
    Door.tokens = 0
    Door.slow.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        server.asked, server.uses = [], {}  # type: ignore[attr-defined]
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        Door.slow.set()
        server.shutdown()


def site_of(door: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{door.server_port}"


def start(folder: Path, password: str = PASSWORD) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "scrapekit", "run", "let-in.yaml"]
    environ = {**os.environ, "TEST_PASSWORD": password}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder, env=environ
    )


def run(folder: Path, password: str = PASSWORD) -> tuple[int, str]:
    process = start(folder, password)
    out, err = process.communicate(timeout=60)
    assert PASSWORD not in out + err
    return process.returncode, out + err


def write(folder: Path, seeds: list[str], *, auth: str = "", bound: str = "", more: str = "") -> None:
    text = RECIPE.format(seeds=json.dumps(seeds), auth=auth, bound=bound, more=more)
    (folder / "let-in.yaml").write_text(text)


def titles(folder: Path) -> list[str]:
    return [json.loads(line)["title"] for line in (folder / "out/pages.jsonl").read_text().splitlines()]


DIGEST = ', auth: { digest: { user: me, password: "{{ inputs.password }}" } }'


def test_a_run_lets_itself_in_by_digest(door: ThreadingHTTPServer, tmp_path: Path):
    write(tmp_path, [f"{site_of(door)}/digest/{n}?a=b" for n in range(4)], auth=DIGEST)

    assert run(tmp_path)[0] == 0
    assert titles(tmp_path) == ["in"] * 4


def test_a_wrong_password_is_told(door: ThreadingHTTPServer, tmp_path: Path):
    write(tmp_path, [f"{site_of(door)}/digest"], auth=DIGEST)

    code, said = run(tmp_path, "wrong")

    assert code == 1
    assert "HTTP 401 Unauthorized" in said


def oauth(door: ThreadingHTTPServer) -> str:
    return (
        f', auth: {{ oauth2: {{ token_url: "{site_of(door)}/token", client_id: me, send: body, '
        'client_secret: "{{ inputs.password }}" } }'
    )


def test_a_run_asks_for_tokens_and_renews_them(door: ThreadingHTTPServer, tmp_path: Path):
    write(tmp_path, [f"{site_of(door)}/oauth/{n}" for n in range(5)], auth=oauth(door))

    assert run(tmp_path)[0] == 0
    assert titles(tmp_path) == ["in"] * 5
    assert Door.tokens == 3


def test_a_client_that_nobody_knows_is_told_so(door: ThreadingHTTPServer, tmp_path: Path):
    write(tmp_path, [f"{site_of(door)}/oauth"], auth=oauth(door))

    code, said = run(tmp_path, "wrong")

    assert code == 1
    assert "no token was given: invalid_client (who are you?); check client_id and client_secret" in said


def test_a_killed_run_goes_on_with_the_secrets_of_the_next(door: ThreadingHTTPServer, tmp_path: Path):
    links = ', links: { page: { url: "/slow?key={{ inputs.password }}" } }'
    write(tmp_path, [f"{site_of(door)}/first?key={{{{ inputs.password }}}}"], more=links)
    process = start(tmp_path)
    while not any(path.startswith("/slow") for path in door.asked):  # type: ignore[attr-defined]
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()

    Door.slow.set()
    code, _ = run(tmp_path)

    assert code == 0
    assert titles(tmp_path) == ["in", "in"]
    assert door.asked == [f"/first?key={PASSWORD}", *[f"/slow?key={PASSWORD}"] * 2]  # type: ignore[attr-defined]


def test_a_field_is_read_on_a_page_that_needs_the_secret(door: ThreadingHTTPServer, tmp_path: Path):
    (tmp_path / "let-in.yaml").write_text(
        f"""\
scrapekit: 1
name: let-in
inputs: {{ password: {{ type: secret, env: TEST_PASSWORD }} }}
seeds: {{ page: "{site_of(door)}/list?key={{{{ inputs.password }}}}" }}
pages:
  page:
    item: page
    fields:
      title: {{ at: "/detail?key={{{{ inputs.password }}}}", css: h1 }}
      whole: {{ template: "{{{{ page.url }}}}" }}
crawl: {{ delay: 0, robots: ignore }}
export: out/pages.jsonl
"""
    )

    code, said = run(tmp_path)

    assert code == 0, said
    line = (tmp_path / "out/pages.jsonl").read_text()
    assert json.loads(line) == {"title": "in", "whole": f"{site_of(door)}/list?key=•••"}
