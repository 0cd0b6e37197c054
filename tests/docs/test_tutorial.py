"""The tutorial is walked from its first line to its last, and says what really happens."""

from __future__ import annotations

import asyncio
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scrapekit.demo.shop import BookShop

PAGE = "docs/tutorial.md"
SHOP = "http://127.0.0.1:8000"
# These set up what the tests have already.
_LEFT_OUT = re.compile(r"pip install|demo --serve")
_TIME = re.compile(r"\d+\.\d s")


def steps(block: Any) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output that is shown."""
    for step in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, output = step.partition("\n")
        yield command, output


class Reader:
    """Somebody who does what the tutorial says, in a folder of their own."""

    def __init__(self, folder: Path, shop: str) -> None:
        self.folder = folder
        self._shop = shop

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text.replace(SHOP, self._shop), encoding="utf-8")

    def start(self, command: str) -> subprocess.Popen[str]:
        words = shlex.split(command)
        program = [sys.executable, "-m", "scrapekit"] if words[0] == "scrapekit" else words[:1]
        return subprocess.Popen(
            [*program, *words[1:]],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def see(self, command: str) -> str:
        """What the command prints, with the tutorial's address of the shop and no exact times."""
        output, _ = self.start(command).communicate()
        return self.as_shown(output)

    def see_interrupted(self, command: str) -> str:
        """The same for a command that is interrupted once it has kept some records."""
        process = self.start(command)
        records = self.folder / "out/books.jsonl.part"
        while process.poll() is None and not (
            records.exists() and len(records.read_bytes().splitlines()) > 5
        ):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()
        return self.as_shown(output)

    def as_shown(self, output: str) -> str:
        return _TIME.sub("N s", output.replace(self._shop, SHOP))


@pytest.mark.slow
async def test_the_tutorial_says_what_really_happens(tmp_path, blocks):
    async with BookShop() as shop:
        await asyncio.to_thread(walk, Reader(tmp_path, shop.url), blocks(PAGE))


def walk(reader: Reader, blocks: list[Any]) -> None:
    for block in blocks:
        if "file" in block.comment:
            reader.write(block.comment["file"], block.text)
        for command, shown in steps(block) if block.language == "console" else ():
            if not _LEFT_OUT.search(command):
                follow(reader, block, command, shown)


def follow(reader: Reader, block: Any, command: str, shown: str) -> None:
    if "interrupted" in block.comment:
        # How far it came differs each time; all else does not.
        assert as_words(reader.see_interrupted(command)) == as_words(shown), command
    elif command.startswith("head "):
        lines = (
            (reader.folder / shlex.split(command)[-1]).read_text(encoding="utf-8").replace(reader._shop, SHOP)
        )
        assert set(shown.splitlines()) <= set(lines.splitlines()), command
    else:
        assert reader.see(command) == _TIME.sub("N s", shown), f"{block}: {command}"


def as_words(output: str) -> str:
    """The output without its numbers and the spaces that align them."""
    without = re.sub(r"\d[\d,.]*", "N", _TIME.sub("N s", output))
    return re.sub(r" +", " ", without.replace("N records", "N record"))
