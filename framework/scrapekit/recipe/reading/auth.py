"""``http.auth``: which kind of authentication, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options, as_text
from scrapekit.recipe.model import Secret
from scrapekit.recipe.model.auth import Auth, AuthKind, Credential, revealed
from scrapekit.recipe.reading.request import is_split, is_token
from scrapekit.recipe.substitute import SecretText
from scrapekit.web.guard import is_local
from scrapekit.web.url import host_of

KINDS: tuple[AuthKind, ...] = ("bearer", "basic", "api_key", "digest", "oauth2")
_PLACES: tuple[Literal["header", "query", "cookie"], ...] = ("header", "query", "cookie")
_SENDS: tuple[Literal["basic", "body"], ...] = ("basic", "body")


def read_auth(http: Options) -> Auth | None:
    """The section ``auth`` of *http*; None when there is none, or it cannot be read."""
    if "auth" not in http:
        return None
    options = http.section("auth")
    kinds = [kind for kind in KINDS if kind in options]
    if not kinds and not isinstance(http.node("auth"), ScalarNode | ListNode):
        http.problem("auth", "which kind of authentication?", f"write one of {', '.join(KINDS)}")
    for kind in kinds[1:]:
        options.problem(kind, f'there is one kind of authentication: "{kind}" stands beside "{kinds[0]}"')
    read = {"bearer": _bearer, "api_key": _api_key, "oauth2": _oauth2}
    # All of them, though one counts: what is wrong in any is told.
    found = [read[kind](options) if kind in read else _user_and_password(options, kind) for kind in kinds]
    options.close(*KINDS)
    return found[0] if found else None


def _bearer(options: Options) -> Auth:
    return Auth("bearer", token=_credential(options, "bearer", line=True))


def _user_and_password(options: Options, kind: AuthKind) -> Auth:
    inside = options.section(kind)
    user, password = _required(inside, "user"), _required(inside, "password")
    if ":" in revealed(user):
        # RFC 7617 2: everything after the first colon would be the password.
        inside.problem("user", "a user's name holds no colon")
    inside.close()
    return Auth(kind, user=user, password=password)


def _api_key(options: Options) -> Auth:
    inside = options.section("api_key", short="value")
    place = inside.choice("in", _PLACES, "header")
    name = inside.text("name", "X-API-Key" if place == "header" else "api_key")
    if place != "query" and not is_token(name):
        inside.problem("name", f'no {place} is named "{shown(name)}"')
    token = _required(inside, "value", line=place != "query")
    inside.close()
    return Auth("api_key", token=token, name=name, place=place)


def _oauth2(options: Options) -> Auth:
    inside = options.section("oauth2")
    auth = Auth(
        "oauth2",
        user=_required(inside, "client_id"),
        password=_required(inside, "client_secret"),
        token_url=_token_url(inside),
        send=inside.choice("send", _SENDS, "basic"),
        scope=" ".join(str(node.value) for node in inside.texts("scope")),
        parameters=_parameters(inside),
    )
    inside.close()
    return auth


def _token_url(options: Options) -> str:
    options.require("token_url", "write the address that gives tokens")
    url = options.text("token_url")
    host = host_of(url)
    if url and not host:
        options.problem("token_url", f'"{shown(url)}" is not an http(s) address')
    elif url.lower().startswith("http:") and not is_local(host):
        # RFC 6749 3.2: the client's secret must not be readable on the way.
        options.problem(
            "token_url", "a token is asked for over https only", f"write https://{shown(url[7:])}"
        )
    return url


def _parameters(options: Options) -> Mapping[str, Credential]:
    node = options.node("parameters")
    if node is None:
        return {}
    if not isinstance(node, MapNode):
        options.problem("parameters", f"expected a mapping, found {describe(node)}", "write NAME: VALUE")
        return {}
    found = {}
    for name, value in node.entries.items():
        if isinstance(value, ScalarNode):
            found[name] = _revealable(value)
        else:
            message = f"expected text, found {describe(value)}"
            options.problems.add(value.mark, f"{options.at('parameters')}.{name}", message)
    return found


def _required(options: Options, key: str, *, line: bool = False) -> Credential:
    options.require(key)
    return _credential(options, key, line=line)


def _credential(options: Options, key: str, *, line: bool = False) -> Credential:
    node: Node | None = options.scalar(key)
    if not isinstance(node, ScalarNode):
        return ""
    if line and is_split(node):
        options.problem(key, "what is sent in a header is one line")
    return _revealable(node)


def _revealable(node: ScalarNode) -> Credential:
    if isinstance(node.value, SecretText):
        return Secret(node.value.reveal(), node.value.names)
    return "" if node.value is None or node.broken else str(as_text(node).value)
