"""A server on the loopback for tests that say themselves what it answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as the server sees it: ``path`` with its query, header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answers; its length is sent along. A 304 has no body, but may tell of one."""

    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: the test has killed who asked, or has what it wanted."""


@contextmanager
def serving(answer: Callable[[Asked], Answer], host: str = "127.0.0.1") -> Iterator[str]:
    """Serve what *answer* says, one thread a connection; gives the address, such as ``http://127.0.0.1:80``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            announced = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = answer(Asked(self.command, self.path, headers, self.rfile.read(announced).decode()))
            body = said.body.encode() if isinstance(said.body, str) else said.body
            self.send_response(said.status)
            for name, value in (
                {"Content-Type": "text/html", "Content-Length": str(len(body))} | dict(said.headers)
            ).items():
                self.send_header(name, value)
            self.end_headers()
            if said.status != 304:
                self.wfile.write(body)

        do_POST = do_PUT = do_GET

        def log_message(self, *arguments: object) -> None:
            """Nothing: the test's output is for what fails."""

    with _Server((host, 0), Handler) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        try:
            yield f"http://{host}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
