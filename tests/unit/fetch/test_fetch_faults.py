"""Servers that misbehave: every fault becomes one clear FetchError, never half a page."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import zlib
from contextlib import asynccontextmanager

import pytest
from aiohttp.abc import AbstractResolver

from scrapekit.errors import FetchError
from scrapekit.model import Verdict
from scrapekit.recipe.model import Http
from scrapekit.request import Request
from scrapekit.web.fetch import HttpFetcher

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def page(body=b"<p>hello</p>", *headers):
    return OK + "\r\n".join([f"Content-Length: {len(body)}", *headers]).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def fetching(site, **http):
    fetcher = HttpFetcher(Http(**{"timeout": 5.0, **http}), [site.url()], agent="scrapekit/test")
    await fetcher.open()
    try:
        yield fetcher
    finally:
        await fetcher.close()


async def fetched(site, url, **http):
    async with fetching(site, **http) as fetcher:
        return await fetcher.fetch(Request(url))


async def failure(site, answer, **http):
    """The words and the retry flag of the error that *answer* brings; the port in the words is ``PORT``."""
    with pytest.raises(FetchError) as caught:
        await fetched(site, site.serve(answer), **http)
    return str(caught.value).replace(str(site.port), "PORT"), caught.value.retry


def then_end(data):
    async def answer(wire):
        await wire.send(data)
        wire.end()

    return answer


def then_reset(data):
    async def answer(wire):
        await wire.send(data)
        await asyncio.sleep(0.02)  # lets the data out before the reset overtakes it
        wire.reset()

    return answer


def then_hang(data):
    async def answer(wire):
        await wire.send(data)
        await wire.hang()

    return answer


# --- time


async def test_a_server_that_never_answers(site):
    assert await failure(site, then_hang(b""), timeout=0.1) == ("no answer within 0.1 s", True)


async def test_a_head_that_comes_byte_by_byte(site):
    async def answer(wire):
        await wire.trickle(OK + b"X: " + b"x" * 1000, 0.01)

    assert await failure(site, answer, timeout=0.1) == ("no answer within 0.1 s", True)


async def test_a_body_that_comes_byte_by_byte(site):
    async def answer(wire):
        await wire.send(OK + b"Content-Length: 1000\r\n\r\n")
        await wire.trickle(b"x" * 1000, 0.01)

    assert await failure(site, answer, timeout=0.1) == ("the answer did not end within 0.1 s", True)


TOO_SLOW = ("the answer came at less than 10 KiB a second for 0.1 s", True)


@pytest.mark.parametrize("begun", [OK + b"X: ", OK + b"Content-Length: 1000\r\n\r\n"], ids=["head", "body"])
async def test_an_answer_that_comes_more_slowly_than_the_floor(site, begun):
    async def answer(wire):
        await wire.send(begun)
        await wire.trickle(b"x" * 1000, 0.01)

    assert await failure(site, answer, min_rate=10 * 2**10, min_rate_over=0.1) == TOO_SLOW


async def test_a_server_may_think_for_longer_than_the_floor_is_measured_over(site):
    async def answer(wire):
        await asyncio.sleep(0.2)
        await wire.send(page())

    assert (await fetched(site, site.serve(answer), min_rate_over=0.05)).body == b"<p>hello</p>"


async def test_the_floor_is_for_each_answer_and_not_for_its_connection(site):
    first, second = site.serve(page(b"x" * 100_000), "/first"), site.serve(page()[:-1], "/second")
    async with fetching(site, min_rate=10 * 2**10, min_rate_over=0.1) as fetcher:
        await fetcher.fetch(Request(first))
        with pytest.raises(FetchError, match=r"^the answer came at less than 10 KiB a second for 0\.1 s$"):
            await fetcher.fetch(Request(second))

    assert site.connections == 1


async def test_without_a_floor_only_the_total_time_counts(site):
    async def answer(wire):
        await wire.send(OK + b"Content-Length: 20\r\n\r\n")
        await wire.trickle(b"x" * 20, 0.01)

    assert len((await fetched(site, site.serve(answer), min_rate=0, min_rate_over=0.02)).body) == 20


async def test_endless_interim_answers(site):
    async def answer(wire):
        while True:
            await wire.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            await asyncio.sleep(0.005)

    assert await failure(site, answer, timeout=0.1) == ("no answer within 0.1 s", True)


@pytest.mark.parametrize(
    ("begun", "piece"),
    [(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), (CHUNKED + b"1;", b"x" * 65536)],
    ids=["interim answers", "chunk extension"],
)
async def test_an_answer_that_goes_on_without_a_body_that_grows(site, begun, piece):
    async def answer(wire):
        await wire.send(begun)
        while True:
            await wire.send(piece)

    message = "the answer of 127.0.0.1:PORT goes on and on, though its body does not grow"
    assert await failure(site, answer, max_body=1000) == (message, False)


async def test_a_hundred_interim_answers_may_come_before_each_answer(site):
    url = site.serve(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100 + page())
    async with fetching(site) as fetcher:
        for _ in range(3):
            assert (await fetcher.fetch(Request(url))).body == b"<p>hello</p>"

    assert site.connections == 1


async def test_a_body_in_the_smallest_chunks_is_no_endless_answer(site):
    size = 100_000
    body = b"1\r\nx\r\n" * size + b"0\r\n\r\n"

    assert (await fetched(site, site.serve(CHUNKED + body), max_body=size)).body == b"x" * size


async def test_one_slow_server_does_not_make_the_others_late(site):
    slow = site.serve(then_hang(b""), "/slow")
    quick = site.serve(page(), "/quick")
    async with fetching(site, timeout=0.2) as fetcher:
        hanging = asyncio.create_task(fetcher.fetch(Request(slow)))
        for _ in range(5):
            assert (await fetcher.fetch(Request(quick))).status == 200
        with pytest.raises(FetchError, match=r"^no answer within 0\.2 s$"):
            await hanging
        assert (await fetcher.fetch(Request(quick))).status == 200


async def test_a_connection_that_does_not_come_about():
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    address = listener.getsockname()
    others = [socket.socket() for _ in range(3)]
    for other in others:  # fill the queue, so that nobody takes the next one
        other.setblocking(False)
        other.connect_ex(address)
    url = f"http://127.0.0.1:{address[1]}/"
    fetcher = HttpFetcher(Http(timeout=5, connect_timeout=0.1), [url], agent="x")
    await fetcher.open()

    with pytest.raises(
        FetchError, match=rf"^no connection to 127\.0\.0\.1:{address[1]} within 0\.1 s$"
    ) as caught:
        await fetcher.fetch(Request(url))

    assert caught.value.retry
    await fetcher.close()
    for each in [listener, *others]:
        each.close()


# --- connections


async def test_a_connection_refused():
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    fetcher = HttpFetcher(Http(timeout=5), [f"http://127.0.0.1:{port}/"], agent="x")
    await fetcher.open()

    with pytest.raises(FetchError, match=rf"^connection refused by 127\.0\.0\.1:{port}$") as caught:
        await fetcher.fetch(Request(f"http://127.0.0.1:{port}/"))

    assert caught.value.retry
    await fetcher.close()


class FailingResolver(AbstractResolver):
    """A name server that answers every question with the same failure."""

    def __init__(self, code):
        self._code = code

    async def resolve(self, host, port=0, family=socket.AF_INET):
        raise socket.gaierror(self._code, "what the system says")

    async def close(self):
        pass


@pytest.mark.parametrize(("code", "retry"), [(socket.EAI_NONAME, False), (socket.EAI_AGAIN, True)])
async def test_a_host_without_an_address(code, retry):
    fetcher = HttpFetcher(Http(timeout=5), [], agent="x", resolver=FailingResolver(code))
    await fetcher.open()

    with pytest.raises(FetchError, match=r"^no address is known for nobody\.test$") as caught:
        await fetcher.fetch(Request("http://nobody.test/"))

    assert (caught.value.verdict, caught.value.retry) == (Verdict.FAILED, retry)
    await fetcher.close()


async def test_a_reset_before_the_answer(site):
    async def answer(wire):
        wire.reset()

    assert await failure(site, answer) == ("connection reset by 127.0.0.1:PORT", True)


async def test_an_end_before_and_inside_the_head(site):
    expected = ("127.0.0.1:PORT closed the connection before it answered", True)

    assert await failure(site, then_end(b"")) == expected
    assert await failure(site, then_end(OK + b"Content-Le")) == expected


# --- framing

BROKEN_OFF = ("the body broke off before its end", True)


@pytest.mark.parametrize(
    "answer",
    [
        then_reset(page()[:-4]),
        then_end(page()[:-4]),
        then_end(page()[:-12]),
        then_end(CHUNKED),
        then_end(CHUNKED + b"5\r\nhel"),
        then_end(CHUNKED + b"5\r\nhello\r\n"),
        then_end(CHUNKED + b"5\r\nhello\r\n0\r\n"),
        then_end(CHUNKED + b"ffffffffffffff\r\nhello"),
    ],
)
async def test_a_body_that_breaks_off(site, answer):
    assert await failure(site, answer) == BROKEN_OFF


async def test_an_answer_cut_anywhere_is_never_a_page(site):
    whole = page(gzip.compress(b"<p>hello</p>", mtime=0), "Content-Encoding: gzip")
    async with fetching(site) as fetcher:
        for size in range(len(whole)):
            url = site.serve(then_end(whole[:size]))
            with pytest.raises(FetchError):
                await fetcher.fetch(Request(url))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", "invalid character in Content-Length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello", "invalid character in Content-Length"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
            "duplicate Content-Length",
        ),
        (CHUNKED + b"zz\r\nhello", "invalid character in chunk size"),
        (CHUNKED + b"-1\r\nhello", "invalid character in chunk size"),
        (CHUNKED + b"fffffffffffffffff\r\nhello", "chunk size overflow"),
        (CHUNKED + b"5\r\nhelloXX0\r\n\r\n", "expected LF after chunk data"),
        (b"<html>hello</html>", "bad status line"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "bad status line"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "bad status line"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "bad status line"),
        (OK + b"X: " + b"a" * 10_000_000 + b"\r\n\r\n", "got more than 65536 bytes when reading"),
        (OK + b"X: a\r\n" * 20_000 + b"\r\n", "too many headers received"),
        (OK + b"X: a\0b\r\n\r\n", "invalid HTTP header"),
        (OK + b"nonsense\r\n\r\n", "invalid header token"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_is_not_http(site, answer, reason):
    assert await failure(site, then_end(answer)) == (
        f"127.0.0.1:PORT does not answer in valid HTTP: {reason}",
        False,
    )


@pytest.mark.parametrize(
    "answer",
    [
        then_end(b"HTTP/1.0 200 OK\r\n\r\nhello"),
        then_end(OK + b"\r\nhello"),
        b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + page(b"hello"),
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + page(b"hello"),
        CHUNKED + b"5\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"5;name=value\r\nhello\r\n0\r\nTrailer: x\r\n\r\n",
        page(b"hello", "X: \xe9", "X-Folded: a\r\n b"),
        page(b"hello", "X: " + "a" * 60_000),
    ],
)
async def test_what_is_odd_but_whole_is_a_page(site, answer):
    assert (await fetched(site, site.serve(answer))).body == b"hello"


@pytest.mark.parametrize(
    "head", [page(), b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 304 Not Modified\r\n\r\n"]
)
async def test_what_follows_an_answer_does_not_answer_the_next_request(site, head):
    first = site.serve(head + page(b"smuggled"), "/first")
    second = site.serve(page(b"second"), "/second")
    async with fetching(site) as fetcher:
        for _ in range(3):
            try:
                assert (await fetcher.fetch(Request(first))).body in (b"<p>hello</p>", b"")
            except FetchError as error:
                assert "does not answer in valid HTTP" in str(error)  # noqa: PT017 - either is right
            assert (await fetcher.fetch(Request(second))).body == b"second"


# --- size and packing


async def test_a_body_announced_too_large_is_refused_before_it_comes(site):
    answer = then_hang(OK + b"Content-Length: 10995116277760\r\n\r\n")

    assert await failure(site, answer) == ("body larger than 16 MiB", False)


@pytest.mark.parametrize("head", [OK + b"\r\n", CHUNKED + b"ffffffff\r\n"])
async def test_an_endless_body_is_cut_at_the_limit(site, head):
    async def answer(wire):
        await wire.send(head)
        while True:
            await wire.send(b"x" * 65536)

    assert await failure(site, answer, max_body=2**20) == ("body larger than 1 MiB", False)


async def test_a_body_of_exactly_the_limit_is_a_page(site):
    assert len((await fetched(site, site.serve(page(b"x" * 1024)), max_body=1024)).body) == 1024
    assert await failure(site, page(b"x" * 1025), max_body=1024) == ("body larger than 1 KiB", False)


def bomb(layers):
    body = b"\0" * (32 * 2**20)
    for _ in range(layers):
        body = gzip.compress(body, mtime=0)
    return body


@pytest.mark.slow
@pytest.mark.parametrize("layers", [1, 2, 3])
async def test_a_bomb_goes_off_at_the_limit(site, layers):
    answer = page(bomb(layers), "Content-Encoding: " + ", ".join(["gzip"] * layers))

    assert await failure(site, answer) == ("body larger than 16 MiB", False)


GZIP = gzip.compress(b"<p>hello</p>" * 100, mtime=0)


@pytest.mark.parametrize(
    ("body", "packing", "message", "retry"),
    [
        (GZIP[:-20], "gzip", "the body broke off: its gzip data has no end", True),
        (GZIP[:-1], "gzip", "the body broke off: its gzip data has no end", True),
        (GZIP[:-5] + b"\0" + GZIP[-4:], "gzip", "the body is damaged: not valid gzip", True),
        (b"<p>hello</p>", "gzip", "the body is damaged: not valid gzip", True),
        (GZIP, "gzip, gzip", "the body is damaged: not valid gzip", True),
        (zlib.compress(b"hello")[:-2], "deflate", "the body broke off: its deflate data has no end", True),
        (GZIP, "rot13", 'packed with "rot13", which cannot be unpacked here', False),
        (GZIP, ", ".join(["gzip"] * 20), "packed 20 times over, 3 are the most that is read", False),
    ],
)
async def test_a_badly_packed_body(site, body, packing, message, retry):
    assert await failure(site, page(body, f"Content-Encoding: {packing}")) == (message, retry)


# --- TLS


async def test_a_certificate_nobody_vouches_for(tls_site):
    with pytest.raises(FetchError) as caught:
        await fetched(tls_site, tls_site.serve(page()))

    assert re.fullmatch(
        rf"the TLS certificate of 127\.0\.0\.1:{tls_site.port} is not accepted: self.signed certificate",
        str(caught.value),
    )
    assert not caught.value.retry
    assert tls_site.heads == []


@pytest.mark.parametrize("named", ["127.0.0.1", "127.0.0.1:PORT", "0x7f.1"])
async def test_a_recipe_names_the_host_whose_certificate_is_not_checked(tls_site, named):
    hosts = (named.replace("PORT", str(tls_site.port)),)

    assert (await fetched(tls_site, tls_site.serve(page()), unverified_hosts=hosts)).body == b"<p>hello</p>"


@pytest.mark.parametrize("named", ["127.0.0.2", "127.0.0.1:443", "0.0.1", "elsewhere.test"])
async def test_every_other_host_is_verified(tls_site, named):
    with pytest.raises(FetchError, match="is not accepted"):
        await fetched(tls_site, tls_site.serve(page()), unverified_hosts=(named,))

    assert tls_site.heads == []


async def test_one_run_verifies_one_host_and_not_the_other(tls_site, caplog):
    """Both at once, over connections that are kept: what is named is told of once."""
    remarks: list[str] = []
    tls_site.serve(page())
    http = Http(timeout=5, unverified_hosts=("127.0.0.1",))
    seeds = [tls_site.url(), tls_site.url(host="localhost")]
    fetcher = HttpFetcher(http, seeds, agent="x", note=remarks.append)
    await fetcher.open()
    try:
        for _ in range(2):
            both = [fetcher.fetch(Request(seeds[0])) for _ in range(3)] + [fetcher.fetch(Request(seeds[1]))]
            *pages, other = await asyncio.gather(*both, return_exceptions=True)
            assert [page.body for page in pages] == [b"<p>hello</p>"] * 3
            assert re.match(r"the TLS certificate of localhost:[0-9]+ is not accepted", str(other))
    finally:
        await fetcher.close()

    assert remarks == [f"the TLS certificate of 127.0.0.1:{tls_site.port} was not checked"]
    assert caplog.messages == [
        f"the TLS certificate of 127.0.0.1:{tls_site.port} is not checked: http.unverified_hosts names it"
    ]


async def test_a_proxy_is_verified_though_the_host_behind_it_is_not(tls_site):
    for url in ("https://shop.test/", "http://shop.test/"):
        with pytest.raises(FetchError, match=r"^the TLS certificate of the proxy is not accepted: "):
            await fetched(tls_site, url, proxy=(tls_site.url(),), unverified_hosts=("shop.test",))

    assert tls_site.heads == []


async def test_a_proxy_may_be_named_too(tls_site):
    tls_site.answers["http://shop.test/"] = page(b"by proxy")

    answer = await fetched(
        tls_site, "http://shop.test/", proxy=(tls_site.url(),), unverified_hosts=("127.0.0.1",)
    )

    assert answer.body == b"by proxy"


async def test_plain_http_where_tls_is_expected():
    async def complain(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port")
        writer.close()

    server = await asyncio.start_server(complain, "127.0.0.1", 0)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    fetcher = HttpFetcher(Http(timeout=5), [url], agent="x")
    await fetcher.open()
    with pytest.raises(FetchError, match=r"^no TLS connection to 127\.0\.0\.1:[0-9]+: ") as caught:
        await fetcher.fetch(Request(url))
    await fetcher.close()
    server.close()

    assert not caught.value.retry


# --- what is said


async def test_a_password_is_never_printed(site):
    url = f"http://me:secret@127.0.0.1:{site.port}/"
    for answer in (then_end(b""), then_end(b"nonsense"), page(b"x" * 99), b"HTTP/1.1 403 No\r\n\r\n"):
        site.serve(answer)
        with pytest.raises(FetchError) as caught:
            await fetched(site, url, max_body=10)
        assert "secret" not in str(caught.value)


async def test_what_a_server_sends_is_not_repeated(site):
    message, _ = await failure(site, then_end(b"HTTP/1.1 200 OK\r\n\x1b[31mred: \x07\r\n\r\n"))

    assert message.isprintable()
    assert "red" not in message


# --- proxies


async def test_a_proxy_is_asked_for_the_page(site):
    site.answers["http://shop.test/a"] = page(b"by proxy")

    answer = await fetched(site, "http://shop.test/a", proxy=(site.url(),))

    assert (answer.body, answer.url) == (b"by proxy", "http://shop.test/a")


async def test_a_proxy_is_not_asked_for_private_hosts(site):
    for url in (
        "http://127.0.0.2/",
        "https://localhost/",
        "http://169.254.169.254/latest",
        "https://0x7f.2/",
    ):
        with pytest.raises(
            FetchError, match=r" is not public, and http\.allow_hosts does not name it$"
        ) as caught:
            await fetched(site, url, proxy=(site.url(),))
        assert caught.value.verdict is Verdict.REFUSED

    assert site.connections == 0


async def test_a_proxy_that_does_not_connect(site):
    site.answers["shop.test:443"] = b"HTTP/1.1 407 Who Are You\r\nContent-Length: 0\r\n\r\n"

    with pytest.raises(FetchError, match=r"^the proxy does not connect to shop\.test:443: HTTP 407$"):
        await fetched(site, "https://shop.test/", proxy=(site.url(),))


async def test_a_proxy_that_is_not_there(site):
    with pytest.raises(FetchError, match=r"^no connection to the proxy: ") as caught:
        await fetched(site, "http://shop.test/", proxy=("http://127.0.0.1:9/",))

    assert caught.value.retry
