"""What the framework's unit tests share: a loop whose clock jumps instead of waiting."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

_T = TypeVar("_T")


class _JumpingSelector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Where the loop would sleep, the clock jumps; what is ready in the meantime is still seen."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout is not None and timeout > 0:
            self.now += timeout
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """An event loop in virtual time: an hour of waiting takes no time at all."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


@pytest.fixture
def jumping() -> Callable[[Callable[[JumpingLoop], Coroutine[Any, Any, _T]]], _T]:
    """Run ``body(loop)`` in virtual time and give what it returns."""

    def run(body: Callable[[JumpingLoop], Coroutine[Any, Any, _T]]) -> _T:
        loop = JumpingLoop()
        try:
            return loop.run_until_complete(asyncio.wait_for(body(loop), 1e6))
        finally:
            loop.close()

    return run
