"""A site with files: each served as its test wants, with ranges, versions, and answers that break off."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4


@dataclass
class Served:
    """One address. ``cuts`` are how many bytes of the next answers are sent before the connection ends."""

    body: bytes = PNG
    type: str = "image/png"
    etag: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    length: bool = True
    after: Callable[[], None] = lambda: None
    """Called when an answer was cut."""
    waits: Callable[[], object] | None = None
    """Called in the middle of a cut answer, with its connection still open."""
    hook: Callable[[Mapping[str, str]], tuple[int, Mapping[str, str], bytes] | None] = lambda headers: None
    """Answers in its place, by the request's headers."""


class FileSite:
    """What is served by path, and every request that came."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.files: dict[str, Served] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def cdn(self) -> str:
        """The same server under another host's name."""
        return f"http://localhost:{self.port}"

    def times(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)

    def ranges(self, path: str) -> list[str]:
        """The Range of each request for a path, "" where there was none."""
        return [headers.get("range", "") for asked, headers in self.asked if asked == path]

    @contextmanager
    def served(self) -> Iterator[FileSite]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                _answer(site, self)

            def log_message(self, *arguments):
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            self.port = server.server_port
            thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


def _answer(site: FileSite, handler: BaseHTTPRequestHandler) -> None:
    headers = {name.lower(): value for name, value in handler.headers.items()}
    site.asked.append((handler.path, headers))
    if handler.path in site.files:
        _file(site.files[handler.path], headers, handler)
    elif handler.path in site.pages:
        _send(handler, 200, {"Content-Type": "text/html"}, site.pages[handler.path].encode())
    else:
        _send(handler, 404, {}, b"")


def _file(served: Served, asked: Mapping[str, str], handler: BaseHTTPRequestHandler) -> None:
    if (instead := served.hook(asked)) is not None:
        _send(handler, *instead)
        return
    headers = {"Content-Type": served.type, **served.headers}
    if served.etag:
        headers["ETag"] = served.etag
    found = re.match(r"bytes=(\d+)-\Z", asked.get("range", "")) if served.ranges else None
    same = asked.get("if-range", served.etag) == served.etag
    body, status = served.body, 200
    if found and same:
        start, status = int(found[1]), 206
        headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        body = body[start:]
    if not served.cuts:
        _send(handler, status, headers, body, length=served.length)
        return
    cut = served.cuts.pop(0)
    _send(handler, status, headers, body, cut=cut, length=served.length, waits=served.waits)
    served.after()


def _send(
    handler: BaseHTTPRequestHandler,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    cut: int | None = None,
    length: bool = True,
    waits: Callable[[], object] | None = None,
) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    if length:
        handler.send_header("Content-Length", str(len(body)))
    else:
        handler.send_header("Connection", "close")
        handler.close_connection = True
    handler.end_headers()
    try:
        handler.wfile.write(body if cut is None else body[:cut])
        handler.wfile.flush()
        if waits is not None:
            waits()
    except OSError:
        handler.close_connection = True
    if cut is not None:
        handler.close_connection = True
