"""Looks names up the way this machine does, in a thread."""

from __future__ import annotations

import socket

import aiohttp
from aiohttp.abc import ResolveResult


class Names(aiohttp.ThreadedResolver):
    """A name whose addresses are all of a kind that cannot be used here counts as one without any."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses, one at least; raises OSError."""
        found = await super().resolve(host, port, family)
        if not found:  # IPv6 alone, where there is none; aiohttp itself would break
            raise socket.gaierror(socket.EAI_NONAME, "no usable address")
        return found
