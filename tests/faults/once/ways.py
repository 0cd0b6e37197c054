"""How a running job is interrupted: killed, stopped, out of disk, its files copied, its clock set back."""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from once.moments import Moment, Running

SIGNALS = {"kill": signal.SIGKILL, "term": signal.SIGTERM, "int": signal.SIGINT}
WAYS = (*SIGNALS, "disk", "copy", "power", "clock")

_CLOCK = """\
    import random, time
    real, rng, began = time.time, random.Random(), time.monotonic()
    offsets = [rng.choice([-86400 * 400, -3600, -5, 0, 3600]) for _ in range(2)]
    turn = rng.uniform(0.3, 1.5)
    time.time = lambda: real() + offsets[time.monotonic() - began > turn]
"""
"""A process whose clock is wrong from the start, and is set anew while it runs."""


def start(
    folder: Path, *, largest: int | None = None, clock: bool = False, options: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    """The very command that people type; *largest* bytes is all that any file may grow to."""

    def limit() -> None:
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    environ = dict(os.environ)
    if clock:
        (folder / "clock").mkdir(exist_ok=True)
        (folder / "clock" / "sitecustomize.py").write_text(textwrap.dedent(_CLOCK), encoding="utf-8")
        environ["PYTHONPATH"] = str(folder / "clock")
    return subprocess.Popen(
        [sys.executable, "-m", "scrapekit", "run", str(folder / "shop.yaml"), "-q", *options],
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=limit,
    )


def interrupt(run: Running, moment: Moment, how: str) -> tuple[bool, str]:
    """Interrupt the run at the moment; whether that was in time, and what the process said."""
    moment.wait(run)
    in_time = not run.over
    if in_time:
        os.killpg(run.process.pid, SIGNALS.get(how, signal.SIGKILL))
    return in_time, run.process.communicate(timeout=60)[0].decode()


def copied(run: Running, moment: Moment, target: Path, tear: random.Random | None) -> tuple[bool, str]:
    """Take a copy of all files at one instant, as a snapshot of the disk does, and kill the run.

    With *tear* the copy is what a power cut may leave: what no promise stood for yet is damaged.
    """
    moment.wait(run)
    in_time = not run.over
    if in_time:
        os.killpg(run.process.pid, signal.SIGSTOP)
        _wait_stopped(run.process.pid)
    shutil.copytree(run.folder, target, symlinks=True)
    if in_time:
        os.killpg(run.process.pid, signal.SIGKILL)
        if tear is not None:
            _tear(target, tear)
    return in_time, run.process.communicate(timeout=60)[0].decode()


def _wait_stopped(pid: int) -> None:
    """Wait until each thread has come to rest: a signal takes its time."""
    while not all(_state_of(task) in "Tt" for task in Path(f"/proc/{pid}/task").iterdir()):
        time.sleep(0.001)


def _state_of(task: Path) -> str:
    with suppress(OSError):
        return (task / "stat").read_text().rpartition(")")[2].split()[0]
    return "T"


def _tear(folder: Path, rng: random.Random) -> None:
    """Damage what was written, but not yet promised: the disk may have had none or some of it."""
    store = folder / ".scrapekit" / "shop" / "job.sqlite"
    log = store.with_name(store.name + "-wal")
    if log.exists():
        with log.open("ab") as file:  # a frame of which only a part arrived
            file.write(rng.randbytes(rng.randint(0, 6000)))
    for path, promised in _promised(store).items():
        _tear_after(folder / path, promised, rng)
    for part in (folder / "files" / ".part").glob("*"):
        if not part.suffix and part.name.partition("-")[2] not in _known_files(store):
            _tear_file(part, rng)


def _promised(store: Path) -> dict[str, int]:
    """Each file of records with how far it was made durable, by the store."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        rows = [(name, json.loads(text)) for name, text in db.execute("SELECT * FROM position")]
        paths = {name: name.partition(":")[2] for name, _ in rows}
        return {paths[name]: position["bytes"] for name, position in rows if "bytes" in position}
    return {}


def _known_files(store: Path) -> set[str]:
    """The files that the store has promised to keep."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        return {key for (key,) in db.execute("SELECT key FROM file")}
    return set()


def _tear_file(part: Path, rng: random.Random) -> None:
    """A file that is coming is durable as far as its note says; the note itself may be lost."""
    note, promised = part.with_name(part.name + ".json"), 0
    if note.exists():
        promised = json.loads(note.read_text() or '{"size": 0}')["size"]
        if rng.random() < 0.2:
            note.write_text("")
    with part.open("r+b") as file:
        file.truncate(rng.randint(promised, max(promised, part.stat().st_size)))


def _tear_after(path: Path, promised: int, rng: random.Random) -> None:
    part = path.with_name(path.name + ".part")
    # A file under its name was made durable before it got it, unless records are added to it in its place.
    file = path if "-append" in path.name else part
    if not file.exists() or (size := file.stat().st_size) <= promised:
        return
    kept = rng.randint(promised, size)
    with file.open("r+b") as opened:
        opened.truncate(kept)
        if rng.random() < 0.5:  # the length arrived, what it counts did not
            opened.truncate(size)


def starved(run: Running) -> tuple[bool, str]:
    """Let a run that has little room come to its own end; whether it ran out, and what it said."""
    said = run.process.communicate(timeout=120)[0].decode()
    code = run.process.returncode
    if code not in (0, 3):
        raise RuntimeError(f"out of disk it ended with {code}: {said}")
    return code == 3, said


@contextmanager
def filled(folder: Path | None, left: int) -> Iterator[None]:
    """Inside, about *left* bytes are free on the folder's file system; nothing is done without a folder."""
    if folder is None:
        yield
        return
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        file.write(bytes(max(0, shutil.disk_usage(folder).free - left)))
    try:
        yield
    finally:
        ballast.unlink()
