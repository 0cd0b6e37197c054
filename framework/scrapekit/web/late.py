"""Values that are put into a request only when it is sent: secrets and tokens, never stored.

Until then a placeholder stands in the request: letters and digits only, so that it passes through
addresses, forms and JSON unchanged. It holds a seal made at random for each process, which no
server ever sees: text on a page cannot pass for a placeholder, whatever it says.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import TypeAlias
from urllib.parse import quote, quote_plus

from scrapekit.errors import FetchError
from scrapekit.model import Verdict
from scrapekit.request import Request
from scrapekit.web.url import lane_of

ValueOf: TypeAlias = Callable[[str, str], str]
"""``(root, name)`` of a placeholder, such as ``("inputs", "token")`` → the value to be sent."""

MASK = "•••"

_SEAL = secrets.token_hex(8)
_SHAPE = re.compile(r"zlate[0-9a-f]{16}x(?:[0-9a-f]{2})+z")
_SEALS = re.compile(r"zlate[0-9a-f]{16}x")
_SEALS_BYTES = re.compile(rb"zlate[0-9a-f]{16}x")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""")
# A line break would begin a header of the value's own (RFC 9110 5.5).
_BREAKS_HEADER = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def placeholder(root: str, name: str) -> str:
    """The text that stands in a request for ``{{ root.name }}``: lower-case letters and digits."""
    return _placeholder(_SEAL, f"{root}.{name}")


def _placeholder(seal: str, name: str) -> str:
    return f"zlate{seal}x{name.encode().hex()}z"


def marked(request: Request) -> Request:
    """The same request, saying in ``late`` which placeholders it holds; as it is when it holds none.

    To be called wherever a request is made from text that may hold placeholders. Raises ValueError
    where one stands in the host's name: what is secret must not be looked up.
    """
    seals = [_SEAL, request.seal] if request.seal and request.seal != _SEAL else [_SEAL]
    whole = _whole(request)
    names = {name for seal in seals for name in _names_in(whole, seal)}
    if not names and not request.late:
        return request
    if len(seals) > 1:
        request = _resealed(request)
    if "zlate" + _SEAL in lane_of(request.url):
        raise ValueError("a value that is put in when the request is sent cannot name the host")
    return replace(request, late=tuple(sorted(names)), seal=_SEAL if names else "")


def _whole(request: Request) -> str:
    """Everything of a request that may hold placeholders, in one text."""
    body = (request.body or b"").decode("latin-1")
    return "\n".join([request.url, body, *(value for _, value in request.headers)])


def _names_in(text: str, seal: str) -> set[str]:
    found = re.findall(rf"zlate{seal}x((?:[0-9a-f]{{2}})+)z", text)
    return {bytes.fromhex(name).decode("utf-8", "replace") for name in found}


def _resealed(request: Request) -> Request:
    """The request of an earlier process with the placeholders of this one."""
    old, new = f"zlate{request.seal}x", f"zlate{_SEAL}x"
    return replace(
        request,
        url=request.url.replace(old, new),
        headers=tuple((name, value.replace(old, new)) for name, value in request.headers),
        body=request.body and request.body.replace(old.encode(), new.encode()),
        # A paginator remembers the address it started from.
        paging=request.paging and json.loads(json.dumps(dict(request.paging)).replace(old, new)),
    )


def fill(request: Request, value_of: ValueOf) -> Request:
    """The request to be sent: each placeholder that ``late`` names gives way to its value.

    A value is percent-encoded in the address, encoded as the body's Content-Type says in the body
    (form, JSON, else as it is), and stands as it is in a header. The result is for the wire only:
    never store or show it. Raises FetchError for a value that cannot stand where it should.
    """
    encode, charset = _body_encoder(request)
    url, headers, body = request.url, request.headers, request.body
    for name in request.late:
        text = _placeholder(request.seal, name)
        root, _, attribute = name.partition(".")
        value = value_of(root, attribute)
        url = _in_url(url, text, value, name)
        headers = tuple((key, _in_header(each, text, value, name)) for key, each in headers)
        if body and text.encode() in body:
            body = body.replace(text.encode(), encode(value).encode(charset, "replace"))
    return replace(request, url=url, headers=headers, body=body, late=(), seal="")


def _in_url(url: str, text: str, value: str, name: str) -> str:
    if text not in url:
        return url
    if value in (".", ".."):
        # RFC 3986 5.2.4: as a segment it would stand for another place, however it is escaped.
        raise FetchError(f"the value of {name} cannot stand in an address", verdict=Verdict.REFUSED)
    return url.replace(text, quote(value, safe=""))


def _in_header(header: str, text: str, value: str, name: str) -> str:
    if text not in header:
        return header
    if _BREAKS_HEADER.search(value):
        message = f"the value of {name} cannot stand in a header: it holds a line break or control character"
        raise FetchError(message, verdict=Verdict.REFUSED)
    return header.replace(text, value)


def _body_encoder(request: Request) -> tuple[Callable[[str], str], str]:
    """How a value is written into the body, and the body's character encoding."""
    kind = next((value for key, value in request.headers if key.lower() == "content-type"), "").lower()
    charset = found[1] if (found := _CHARSET.search(kind)) else "utf-8"
    try:
        "".encode(charset)
    except LookupError:
        charset = "utf-8"
    if "x-www-form-urlencoded" in kind:
        return lambda value: quote_plus(value, encoding=charset, errors="replace"), charset
    if "json" in kind:
        return lambda value: json.dumps(value)[1:-1], charset
    return str, charset


def forms_of(value: str) -> tuple[str, ...]:
    """Every spelling in which *value* may be sent or repeated, itself first; none of the empty one."""
    found = [value, quote(value, safe=""), quote(value), quote_plus(value)]
    found += [json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], escape(value)]
    # An address inside another one, as in ``?return_to=``.
    found += [quote(form, safe="") for form in found[1:4]]
    return tuple(dict.fromkeys(form for form in found if form))


def mask(text: str) -> str:
    """*text* as people may read it: ``•••`` where a placeholder stands."""
    return _SHAPE.sub(MASK, text) if "zlate" in text else text


def holds(text: str) -> bool:
    """True where a placeholder of this process stands in *text*."""
    return f"zlate{_SEAL}x" in text


def seal() -> str:
    """What tells the placeholders of this process; to be stored beside text that may hold some."""
    return _SEAL


def resealed(text: str, sealed: str) -> str:
    """*text* that a process with the seal *sealed* stored, with the placeholders of this one."""
    return text.replace(f"zlate{sealed}x", f"zlate{_SEAL}x")


def unsealed(request: Request) -> Request:
    """The request as it is compared with others: the same in each process. For requests with ``late``."""
    headers = tuple((name, _SEALS.sub("zlate", value)) for name, value in request.headers)
    body = request.body and _SEALS_BYTES.sub(b"zlate", request.body)
    return replace(request, url=_SEALS.sub("zlate", request.url), headers=headers, body=body)
