"""What a command costs: CPU and wall seconds, peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Usage:
    """Seconds of CPU (user and system, all threads) and of the clock; peak memory in bytes."""

    status: int
    cpu: float
    wall: float
    peak: int


def run_measured(command: Sequence[str], folder: Path) -> Usage:
    """Run *command* in *folder* to its end; what it prints goes to ``errors.txt`` there.

    Python may write and find its bytecode, as in any installation: without, a program is compiled anew
    in every round, and the figures tell how many lines it has.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    with (folder / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors
        )
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    # Linux counts kibibytes, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Usage(process.returncode, used.ru_utime + used.ru_stime, wall, used.ru_maxrss * unit)
