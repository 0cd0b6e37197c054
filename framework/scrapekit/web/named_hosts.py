"""Hosts that a recipe names, some on one port alone: what to do with each is for others to say."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scrapekit.web.url import host_of, resolve

_PORT = re.compile(r":([0-9]+)\Z")


class NamedHosts:
    """Exactly these hosts and no others below them: ``nas.local``, ``localhost:8080``, ``[::1]:80``.

    They are compared as addresses spell them in the end, whichever way they were written here.
    """

    def __init__(self, entries: Iterable[str] = ()) -> None:
        self._hosts: set[tuple[str, int | None]] = set()
        for entry in entries:
            self._add(entry.strip().lower())

    def _add(self, entry: str) -> None:
        text = f"[{entry}]" if entry.count(":") > 1 and entry[0] != "[" else entry
        port = _PORT.search(text)
        url = resolve("", f"http://{text}/")
        if url is not None:
            self._hosts.add((host_of(url), int(port[1]) if port else None))

    def names(self, host: str, port: int) -> bool:
        """True when *host*, spelled as `url.host_of` does, is named: for all its ports, or for this one."""
        return (host, None) in self._hosts or (host, port) in self._hosts
