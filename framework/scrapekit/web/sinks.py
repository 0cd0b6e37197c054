"""Where a body goes that does not go into memory: what a fetcher asks of whoever takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Sink(Protocol):
    """Takes one body, piece by piece. Each method may raise FetchError: the answer is not wanted."""

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """True when the body of this answer is taken; False leaves it to the fetcher, as any other."""
        ...

    async def write(self, data: bytes) -> None:
        """Take the next piece as it came over the wire."""
        ...

    async def finish(self) -> None:
        """Everything has come."""
        ...
