"""Faults 9 to 17: where heads and bodies begin and end, and heads that are none."""

from __future__ import annotations

from typing import Any

from behaviours import Behaviour, answer, book, for_ever, links, slowly, then_close
from catalogue.fault import Fault, Right, fails, gives, no_record, within


def _fault(number: int, name: str, right: Right, behaviour: Behaviour | None = None, **more: Any) -> Fault:
    return Fault(number, name, "transport", right, behaviour, **more)


_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
_BODY = b"<h1>never</h1>"
_CHUNK = b"e\r\n<h1>never</h1>\r\n"
_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n" + _BODY
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n" + _CHUNK
_LAST = b"0\r\n\r\n"

_BRIEF = "retries: 1, timeout: 1s"
_NOT_HTTP = fails("does not answer in valid HTTP") & within(200_000_000)
_ENDLESS = fails("goes on and on, though its body does not grow") & within(200_000_000)
_LATE = fails("no answer within 1 s", 2)
_BROKEN_OFF = fails("the body broke off before its end", 2)
_CLOSED = fails("closed the connection before it answered", 2)


def _with_headers(*lines: bytes, body: bytes = _BODY) -> Behaviour:
    """A page with a length, and further lines in its head."""
    length = b"Content-Length: %d" % len(body)
    return then_close(_OK + b"\r\n".join([length, *lines]) + b"\r\n\r\n" + body)


def _lengths(*values: bytes) -> Behaviour:
    return then_close(_OK + b"".join(b"Content-Length: %s\r\n" % value for value in values) + b"\r\n" + _BODY)


_LENGTHS = [
    _fault(9, "negative-length", _NOT_HTTP, _lengths(b"-14")),
    _fault(9, "length-in-words", _NOT_HTTP, _lengths(b"fourteen")),
    _fault(9, "length-with-a-plus", _NOT_HTTP, _lengths(b"+14")),
    _fault(9, "hexadecimal-length", _NOT_HTTP, _lengths(b"0x0e")),
    _fault(9, "two-lengths", _NOT_HTTP, _lengths(b"14", b"5")),
    _fault(9, "two-lengths-in-a-list", _NOT_HTTP, _lengths(b"14, 5")),
    # RFC 9110 8.6: a recipient may take equal lengths for one, or refuse them.
    _fault(9, "the-same-length-twice", _NOT_HTTP | gives("never"), _lengths(b"14", b"14")),
    _fault(9, "length-beyond-64-bits", _NOT_HTTP | fails("body larger than"), _lengths(b"9" * 30)),
    # RFC 9112 6.3: Transfer-Encoding overrides the length, or the answer is refused.
    _fault(
        10,
        "length-and-chunks",
        _NOT_HTTP | gives("never"),
        then_close(_OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + _CHUNK + _LAST),
    ),
    _fault(
        10,
        "chunks-that-are-none",
        _NOT_HTTP,
        then_close(_OK + b"Content-Length: 14\r\nTransfer-Encoding: chunked\r\n\r\n" + _BODY),
    ),
]

_CHUNKS = [
    _fault(11, "chunk-size-in-words", _NOT_HTTP, then_close(_CHUNKED + b"many\r\nx\r\n" + _LAST)),
    _fault(11, "negative-chunk-size", _NOT_HTTP, then_close(_CHUNKED + b"-1\r\nx\r\n" + _LAST)),
    _fault(11, "chunk-size-of-2-to-the-64", _NOT_HTTP, then_close(_CHUNKED + b"1" + b"0" * 16 + b"\r\nx")),
    _fault(11, "chunk-of-16-exbibytes", _BROKEN_OFF, then_close(_CHUNKED + b"f" * 14 + b"\r\nx")),
    _fault(11, "cut-in-the-chunk-size", _BROKEN_OFF, then_close(_CHUNKED + b"1")),
    _fault(11, "cut-in-a-chunk", _BROKEN_OFF, then_close(_CHUNKED + b"ff\r\nx")),
    _fault(11, "no-last-chunk", _BROKEN_OFF, then_close(_CHUNKED)),
    _fault(11, "cut-in-the-last-chunk", _BROKEN_OFF, then_close(_CHUNKED + b"0\r\n")),
    _fault(11, "chunk-longer-than-its-size", _NOT_HTTP, then_close(_CHUNKED + b"1\r\nxyz\r\n" + _LAST)),
    _fault(11, "endless-chunk-extension", _ENDLESS, for_ever(_CHUNKED + b"1;", b"x" * 65536)),
    _fault(
        11,
        "endless-trailers",
        _NOT_HTTP,
        for_ever(_CHUNKED + b"0\r\n", b"X: y\r\n" * 10_000),
    ),
]

_ODD = [
    _fault(12, "http-1-0", gives("whole"), then_close(b"HTTP/1.0 200 OK\r\n\r\n<h1>whole</h1>")),
    _fault(12, "ends-with-the-connection", gives("whole"), then_close(_OK + b"\r\n<h1>whole</h1>")),
    _fault(12, "early-hints", gives("whole"), _HINTS + book("whole")),
    _fault(12, "fifty-interim-answers", gives("whole"), _CONTINUE * 50 + book("whole")),
    _fault(13, "endless-interim-answers", _ENDLESS, for_ever(b"", _CONTINUE * 1000)),
    _fault(13, "endless-slow-interim-answers", _LATE, slowly(b"", _CONTINUE * 1000), http=_BRIEF),
    _fault(14, "http-0-9", _NOT_HTTP, then_close(b"<html><h1>never</h1></html>")),
    _fault(14, "ssh", _NOT_HTTP, then_close(b"SSH-2.0-OpenSSH_9.2\r\n")),
    _fault(14, "smtp", _NOT_HTTP, then_close(b"220 mail.example ESMTP\r\n")),
    _fault(14, "status-in-words", _NOT_HTTP, then_close(b"HTTP/1.1 abc OK\r\n\r\n" + _BODY)),
    _fault(14, "status-2000", _NOT_HTTP, then_close(b"HTTP/1.1 2000 OK\r\n\r\n" + _BODY)),
    _fault(14, "another-version", _NOT_HTTP | gives("never"), then_close(b"HTTP/9.9 200 OK\r\n\r\n" + _BODY)),
    _fault(14, "http-2-status-line", _NOT_HTTP, then_close(b"HTTP/2 200\r\n\r\n" + _BODY)),
    _fault(14, "status-999", fails("HTTP 999"), answer(_BODY, "999 Request denied")),
    _fault(14, "status-0", fails("HTTP 0"), answer(_BODY, "000 Nothing")),
    _fault(14, "unasked-upgrade", fails("HTTP 101 Switching Protocols"), then_close(_UPGRADE)),
    _fault(14, "lines-before-the-answer", gives("whole"), b"\r\n\r\n" + book("whole")),
    _fault(14, "endless-status-line", _NOT_HTTP, for_ever(b"HTTP/1.1 200 ", b"O" * 65536)),
    _fault(14, "noise", _NOT_HTTP, then_close(bytes(range(256)) * 16)),
]


def _silent(name: str, head: bytes) -> Fault:
    """An answer without content, with an answer behind it, and a page that is asked for next."""
    beside = {"/silent": head + book("smuggled"), "/next": book("its own")}
    return Fault(
        15,
        name,
        "transport",
        gives("its own"),
        links("/silent", "/next"),
        beside,
        http="retries: 0",
        crawl="robots: ignore, delay: 0, per_host: 1",
    )


_SILENT = [
    _silent("204-with-bytes-behind", b"HTTP/1.1 204 No Content\r\n\r\n"),
    _silent("304-with-bytes-behind", b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    _silent("204-with-a-length", b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"),
]

_EMPTY = [
    _fault(15, "no-content", no_record(), b"HTTP/1.1 204 No Content\r\n\r\n"),
    _fault(15, "reset-content", no_record(), b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"),
    _fault(15, "an-empty-page", no_record(), answer(b"")),
]

_LARGE = b"X: " + b"a" * 60 * 1024

_HEADERS = [
    _fault(16, "header-of-ten-megabytes", _NOT_HTTP, _with_headers(b"X: " + b"a" * 10_000_000)),
    _fault(16, "header-just-above-64-kibibytes", _NOT_HTTP, _with_headers(b"X: " + b"a" * 65_537)),
    _fault(16, "header-of-60-kibibytes", gives("never"), _with_headers(_LARGE)),
    _fault(16, "twenty-thousand-headers", _NOT_HTTP, _with_headers(*[b"X: a"] * 20_000)),
    _fault(16, "two-hundred-headers", gives("never"), _with_headers(*[b"X: a"] * 200)),
    _fault(16, "hundred-headers-of-60-kibibytes", gives("never"), _with_headers(*[_LARGE] * 100)),
    _fault(16, "endless-headers", _NOT_HTTP, for_ever(_OK, b"X: a\r\n" * 10_000)),
    _fault(16, "endless-header", _NOT_HTTP, for_ever(_OK + b"X: ", b"a" * 65536)),
    _fault(16, "endless-header-name", _NOT_HTTP, for_ever(_OK, b"X" * 65536)),
    _fault(17, "nul-in-a-header", _NOT_HTTP, _with_headers(b"X: a\0b")),
    _fault(17, "bare-cr-in-a-header", _NOT_HTTP | gives("never"), _with_headers(b"X: a\rSet-Cookie: b=c")),
    _fault(17, "no-colon", _NOT_HTTP, _with_headers(b"nonsense")),
    _fault(17, "space-before-the-colon", _NOT_HTTP | gives("never"), _with_headers(b"X : a")),
    _fault(17, "folded-header", _NOT_HTTP | gives("never"), _with_headers(b"X: a\r\n b")),
    _fault(
        17,
        "line-feeds-alone",
        _NOT_HTTP | gives("never"),
        then_close(_OK.replace(b"\r", b"") + b"Content-Length: 14\n\n" + _BODY),
    ),
    _fault(17, "latin-1-in-a-header", gives("never"), _with_headers(b"X: caf\xe9")),
    _fault(17, "two-content-types", gives("never"), _with_headers(b"Content-Type: text/html; charset=utf-8")),
    _fault(
        17,
        "no-content-type",
        gives("bare"),
        then_close(b"HTTP/1.1 200 OK\r\n\r\n<h1>bare</h1>"),
    ),
    _fault(17, "no-reason-phrase", gives("bare"), answer("<h1>bare</h1>", "200")),
]

FAULTS = [*_LENGTHS, *_CHUNKS, *_ODD, *_SILENT, *_EMPTY, *_HEADERS]
