"""What the recipe tests share: a folder served on the loopback, and the program run on a recipe."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that is over: its exit status, everything it printed, and the records it wrote."""

    status: int | None
    printed: str
    records: list[dict[str, Any]]


@pytest.fixture
def served():
    """``with served(folder) as url``: the folder's files on the loopback."""
    return _served


@pytest.fixture
def run_recipe(tmp_path):
    """``await run_recipe(recipe, site)``: the command, as a user types it, writing JSON lines."""

    async def run(recipe: Path, site: str, overrides: Sequence[str] = ()) -> Ended:
        settings = [part for override in overrides for part in ("--set", override)]
        arguments = ["run", str(recipe), "-i", f"site={site}", "-o", "records.jsonl", *settings]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "scrapekit", *arguments),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        return Ended(process.returncode, printed.decode(), _records(tmp_path / "records.jsonl"))

    return run


def _records(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
