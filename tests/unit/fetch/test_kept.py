"""Connections are kept for further requests, but never so many that the process runs out of files."""

from __future__ import annotations

import asyncio
import errno
import resource

import pytest

from scrapekit import Request, StuckError
from scrapekit.recipe.model import Http
from scrapekit.web.fetch import HttpFetcher, fetcher
from scrapekit.web.fetch.faults import fault
from scrapekit.web.fetch.kept import Kept, most_kept
from scrapekit.web.guard import Opening


class Wire:
    received = 0

    def __init__(self) -> None:
        self.open = True

    def is_connected(self) -> bool:
        return self.open

    def close(self) -> None:
        self.open = False


def test_the_connection_that_has_waited_longest_is_closed_when_there_are_too_many():
    kept, wires = Kept(2), [Wire() for _ in range(3)]
    for wire in (*wires[:2], wires[0], wires[2]):
        kept.keep(wire)

    assert [wire.open for wire in wires] == [True, False, True]


def test_a_connection_in_use_is_not_closed():
    kept, wires = Kept(1), [Wire() for _ in range(3)]
    kept.keep(wires[0])
    kept.use(wires[0])
    kept.keep(wires[1])
    kept.keep(wires[2])

    assert [wire.open for wire in wires] == [True, False, True]


def test_a_connection_that_the_server_closed_takes_no_place():
    kept, wires = Kept(1), [Wire() for _ in range(2)]
    wires[0].open = False
    kept.keep(wires[1])
    kept.keep(wires[0])

    assert wires[1].open


@pytest.mark.parametrize(
    ("limits", "asked", "kept"),
    [
        ((1024, 20_000), (4096, 20_000), 1000),
        ((1024, 1024), None, 512),
        ((20_000, 20_000), None, 1000),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None, 1000),
    ],
)
def test_half_of_the_files_may_be_kept_connections_and_more_are_asked_for(monkeypatch, limits, asked, kept):
    wanted: list[object] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, pair: wanted.append(pair))

    assert most_kept() == kept
    assert wanted == ([] if asked is None else [asked])


async def test_over_many_hosts_only_the_last_connections_stay_open(monkeypatch):
    monkeypatch.setattr(fetcher, "most_kept", lambda: 2)
    closed: asyncio.Queue[str] = asyncio.Queue()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            if line == b"\r\n":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        closed.put_nowait(writer.get_extra_info("sockname")[0])
        writer.close()

    hosts = [f"127.0.0.{n}" for n in range(1, 7)]
    first = await asyncio.start_server(answer, hosts[0], 0)
    port = first.sockets[0].getsockname()[1]
    async with first, await asyncio.start_server(answer, hosts[1:], port):
        crawler = HttpFetcher(Http(allow_hosts=("127.0.0.0/8",)), [], agent="x")
        await crawler.open()
        for host in [*hosts, hosts[-2]]:
            await crawler.fetch(Request(f"http://{host}:{port}/", "p"))
        at_once = [await closed.get() for _ in hosts[:-2]]
        await crawler.close()
        at_the_end = {await closed.get() for _ in hosts[-2:]}

    assert (sorted(at_once), at_the_end) == (hosts[:-2], set(hosts[-2:]))


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_out_of_files_the_run_stops_and_no_page_is_blamed(number):
    with pytest.raises(StuckError, match="too many open files") as caught:
        fault(OSError(number, "too many"), "a.test:80", Opening("a.test", 80), 10)
    assert "ulimit -n" in caught.value.hint
