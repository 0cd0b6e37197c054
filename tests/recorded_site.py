"""A recorded site on the loopback: a folder's files, and what its ``answers.py`` answers before them.

For tests that run the program on a recipe; `served` and `run_recipe` are their fixtures.
"""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote

import pytest


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a recorded site sees it; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str


Answer: TypeAlias = tuple[int, Mapping[str, str], str]
"""Status, headers, text."""

Site: TypeAlias = Callable[[Asked], Answer | None]
"""Answers what no file can; None leaves it to the files."""


@dataclass(frozen=True, slots=True)
class RecordedSite:
    """Where a recorded site is, and what it was asked for so far, robots.txt included."""

    url: str
    asked: list[Asked] = field(default_factory=list)

    def times(self, method: str, path: str) -> int:
        """How often this path was asked for by this method."""
        return sum((asked.method, asked.path) == (method, path) for asked in self.asked)


_ENDINGS = ("", ".html", ".json", ".xml", ".txt")


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder's files, and before them what its site answers.

    A file's name may hold a query after "@", and stands for its path without ending too:
    ``teas@page=2.json`` is ``/teas?page=2``. A ``.head`` file beside it holds its headers.
    """

    protocol_version = "HTTP/1.1"

    def __init__(self, *args: Any, site: Site | None, recorded: RecordedSite, **kwargs: Any) -> None:
        self.site = site
        self.recorded = recorded
        super().__init__(*args, **kwargs)

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        asked = self._asked()
        self.recorded.asked.append(asked)
        answer = self.site(asked) if self.site is not None else None
        if answer is None:
            self._file()
            return
        status, headers, text = answer
        self._send(status, {"Content-Type": "text/html; charset=utf-8", **headers}, text.encode())

    do_POST = do_GET

    def _asked(self) -> Asked:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Asked(self.command, path, dict(parse_qsl(query)), headers, body)

    def _file(self) -> None:
        name = unquote(self.path).strip("/").replace("?", "@") or "index"
        for ending in _ENDINGS:
            path = Path(self.directory) / f"{name}{ending}"
            if path.is_file():
                head = path.with_name(f"{path.name}.head")
                lines = head.read_text().splitlines() if head.is_file() else []
                headers = dict(line.split(": ", 1) for line in lines)
                self._send(200, {"Content-Type": self.guess_type(str(path)), **headers}, path.read_bytes())
                return
        self._send(404, {"Content-Type": "text/plain"}, b"no such page")

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def _served(folder: Path) -> Iterator[RecordedSite]:
    """The folder ``site`` beside an ``answers.py``, if there is one, whose ``site(url)`` comes first."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        recorded = RecordedSite(f"http://127.0.0.1:{server.server_port}")
        site = _site(folder.parent / "answers.py", recorded.url)
        handler = partial(_Handler, directory=str(folder), site=site, recorded=recorded)
        server.RequestHandlerClass = handler  # type: ignore[assignment]
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield recorded
        finally:
            server.shutdown()
            thread.join()


def _site(path: Path, url: str) -> Site | None:
    if not path.is_file():
        return None
    made: Site = runpy.run_path(str(path))["site"](url)
    return made


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that is over: its exit status, everything it printed, and the records it wrote."""

    status: int | None
    printed: str
    records: list[dict[str, Any]]


@pytest.fixture
def served():
    """``with served(folder) as site``: the folder's files at ``site.url``."""
    return _served


@dataclass(frozen=True, slots=True)
class Command:
    """The program as a user runs it, in a folder of its own."""

    folder: Path

    async def run(self, *arguments: str) -> tuple[int | None, str]:
        """The exit status of ``scrapekit ARGUMENTS``, and all that it printed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "scrapekit", *arguments),
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        return process.returncode, printed.decode()

    def records(self, name: str) -> list[dict[str, Any]]:
        """What stands in this file of JSON lines; nothing where there is no such file."""
        path = self.folder / name
        return records_in(path.read_text(encoding="utf-8")) if path.is_file() else []


@pytest.fixture
def command(tmp_path):
    """``await command.run("check", …)``: the program."""
    return Command(tmp_path)


@pytest.fixture
def run_recipe(command):
    """``await run_recipe(recipe, site)``: the command that writes a recipe's records as JSON lines."""

    async def run(
        recipe: Path, site: str, overrides: Sequence[str] = (), inputs: Sequence[str] = ()
    ) -> Ended:
        # The site is ours, so there is no need to be slow.
        settings = [part for override in ("crawl.delay=0", *overrides) for part in ("--set", override)]
        given = [part for text in (f"site={site}", *inputs) for part in ("-i", text)]
        arguments = ["run", str(recipe), *given, "-o", "records.jsonl", *settings]
        status, printed = await command.run(*arguments)
        return Ended(status, printed, command.records("records.jsonl"))

    return run


def records_in(lines: str) -> list[dict[str, Any]]:
    """JSON lines, read."""
    return [json.loads(line) for line in lines.splitlines()]


def in_order(records: list[dict[str, Any]]) -> list[str]:
    """Pages arrive in any order, so records are compared as sorted text."""
    return sorted(json.dumps(record, ensure_ascii=False) for record in records)
