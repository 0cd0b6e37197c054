"""Digest authentication (RFC 7616): a server's challenge to the answer that proves the password."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

_HASHES: Mapping[str, Callable[[bytes], str]] = {
    "md5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "sha-256": lambda data: hashlib.sha256(data).hexdigest(),
}
# RFC 9110 11.4: a scheme is a token and a space; a parameter is a token, "=", and a token or text.
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PIECE = re.compile(
    rf'\s*+,?\s*+(?:({_WORD})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|({_WORD})(?=\s|,|\Z))', re.DOTALL
)
_LONGEST = 8192


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server wants to be answered."""

    realm: str
    nonce: str
    opaque: str | None = None
    algorithm: str = ""
    """As the server wrote it; empty stands for MD5."""
    has_qop: bool = True
    """False for a server of RFC 2069, which counts no uses."""
    stale: bool = False
    """True: the nonce before was too old, and the password may still be right."""
    hides_user: bool = False


def read_challenges(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    """``(scheme, parameters)`` of each challenge in a WWW-Authenticate header, names in lower case."""
    scheme, parameters = "", dict[str, str]()
    position = 0
    header = header[:_LONGEST]
    while (match := _PIECE.match(header, position)) is not None and match.end() > position:
        position = match.end()
        name, quoted, plain, opened = match.groups()
        if opened is not None:
            if scheme:
                yield scheme, parameters
            scheme, parameters = opened.lower(), {}
        else:
            parameters[name.lower()] = plain if plain is not None else re.sub(r"\\(.)", r"\1", quoted)
    if scheme:
        yield scheme, parameters


def read_challenge(header: str) -> Challenge | None:
    """The first Digest challenge that can be answered; None when there is none.

    A server lists them as it prefers them (RFC 7616 3.7). Known are MD5 and SHA-256, with and
    without ``-sess``, and the quality of protection ``auth``.
    """
    for scheme, given in read_challenges(header):
        algorithm = given.get("algorithm", "")
        base = algorithm.lower().removesuffix("-sess") or "md5"
        offered = [each.strip().lower() for each in given.get("qop", "").split(",") if each.strip()]
        if scheme != "digest" or "nonce" not in given or base not in _HASHES:
            continue
        if offered and "auth" not in offered:
            continue
        return Challenge(
            realm=given.get("realm", ""),
            nonce=given["nonce"],
            opaque=given.get("opaque"),
            algorithm=algorithm,
            has_qop=bool(offered),
            stale=given.get("stale", "").lower() == "true",
            hides_user=given.get("userhash", "").lower() == "true",
        )
    return None


def next_nonce(challenge: Challenge, info: str) -> Challenge:
    """The challenge to answer from now on, after an Authentication-Info header (RFC 7616 3.5)."""
    given = {match[1].lower(): match[2] or match[3] or "" for match in _PIECE.finditer(info) if match[1]}
    nonce = given.get("nextnonce", "")
    return replace(challenge, nonce=nonce) if nonce else challenge


def answer(
    challenge: Challenge, user: str, password: str, method: str, target: str, count: int, cnonce: str = ""
) -> str:
    """The value of Authorization (RFC 7616 3.4) for the *count*-th request with the challenge's nonce.

    *target* is path and query as they are sent. *cnonce* is chosen by chance unless given.
    """
    digest = _HASHES[challenge.algorithm.lower().removesuffix("-sess") or "md5"]

    def hashed(*parts: str) -> str:
        return digest(":".join(parts).encode())

    cnonce = cnonce or secrets.token_hex(16)
    first = hashed(user, challenge.realm, password)
    if challenge.algorithm.lower().endswith("-sess"):
        first = hashed(first, challenge.nonce, cnonce)
    second, uses = hashed(method, target), f"{count:08x}"
    counted = (uses, cnonce, "auth") if challenge.has_qop else ()
    response = hashed(first, challenge.nonce, *counted, second)
    name = hashed(user, challenge.realm) if challenge.hides_user else user
    return _written(challenge, name, target, response, uses, cnonce)


def _written(challenge: Challenge, user: str, target: str, response: str, uses: str, cnonce: str) -> str:
    quoted = [
        *_user(user),
        ("realm", challenge.realm),
        ("nonce", challenge.nonce),
        ("uri", target),
        ("response", response),
    ]
    if challenge.opaque is not None:
        quoted.append(("opaque", challenge.opaque))
    plain = [("algorithm", challenge.algorithm)] if challenge.algorithm else []
    if challenge.has_qop:
        plain += [("qop", "auth"), ("nc", uses)]
        quoted.append(("cnonce", cnonce))
    if challenge.hides_user:
        plain.append(("userhash", "true"))
    parts = [
        f"{name}={value}" if name.endswith("*") else f'{name}="{_escaped(value)}"' for name, value in quoted
    ]
    return "Digest " + ", ".join(parts + [f"{name}={value}" for name, value in plain])


def _user(user: str) -> list[tuple[str, str]]:
    # RFC 7616 3.4: what is not ASCII goes in the extended notation of RFC 5987.
    if user.isascii():
        return [("username", user)]
    return [("username*", "UTF-8''" + quote(user, safe=""))]


def _escaped(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", text).replace("\\", "\\\\").replace('"', '\\"')
