"""``http``: how requests are sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from typing import cast

from scrapekit.language.template import has_placeholder
from scrapekit.node import ListNode, MapNode, Node, ScalarNode, describe, shown
from scrapekit.options import Options, as_text
from scrapekit.recipe.model import Http, Kept, Secret
from scrapekit.recipe.positive import positive_seconds, positive_size
from scrapekit.recipe.reading.auth import read_auth
from scrapekit.recipe.reading.links import is_host
from scrapekit.recipe.reading.request import is_split, read_cookies, read_headers
from scrapekit.recipe.substitute import SecretText
from scrapekit.web.host import read_host

_CONTACT = re.compile(r"https?://[!-'*-~]+|[!-'*-~]+@[!-'*-~]+")
# Parentheses would end the comment of the User-Agent that it stands in (RFC 9110 10.1.5).
_BETWEEN_RUNS = "between_runs"
_WITH_PORT = re.compile(r"(?P<host>.+):[0-9]{1,5}\Z")


def read_http(top: Options) -> Http:
    """The section ``http``; its defaults where it is silent."""
    options, default = top.section("http"), Http()
    _refuse_elsewhere(options)
    written = read_headers(options)
    headers = _texts(written)
    cookies = _texts(read_cookies(options))
    between_runs = _are_kept_between_runs(options)
    # One line for each key: in pieces nobody could see that all are read.
    http = Http(
        headers=headers,
        late_headers=_late(written),
        cookies=cookies,
        keep_cookies=between_runs or options.flag("keep_cookies", bool(cookies)),
        cookies_between_runs=between_runs,
        user_agent=_user_agent(options),
        contact=_contact(options),
        timeout=positive_seconds(options, "timeout", default.timeout),
        connect_timeout=positive_seconds(options, "connect_timeout", default.connect_timeout),
        min_rate=int(options.bytes("min_rate", default.min_rate)),
        min_rate_over=positive_seconds(options, "min_rate_over", default.min_rate_over),
        max_body=int(positive_size(options, "max_body", default.max_body)),
        retries=cast(int, options.integer("retries", default.retries, least=0, most=100)),
        redirects=cast(int, options.integer("redirects", default.redirects, least=0, most=100)),
        proxy=_proxies(options),
        allow_hosts=_allowed_hosts(options),
        unverified_hosts=_unverified_hosts(options),
        auth=read_auth(options),
        conditional=options.flag("conditional", default.conditional),
        cache=_cache(options),
    )
    if between_runs and len(http.proxy) > 1:
        message = "cookies belong to one proxy, and there are several"
        options.problem("keep_cookies", message, "write true: then they last as long as the run")
    options.close()
    return http


def _cache(options: Options) -> Kept:
    node = options.node("cache")
    if isinstance(node, ScalarNode) and isinstance(node.value, bool):
        hint = (
            "answers are kept by a run: scrapekit run --cache; here stands how many: { size: 1GiB, ttl: 7d }"
        )
        options.problem("cache", f"expected a mapping, found {describe(node)}", hint)
        return Kept()
    own, default = options.section("cache"), Kept()
    kept = Kept(
        size=int(positive_size(own, "size", default.size)),
        ttl=positive_seconds(own, "ttl", 0.0) if own.node("ttl") else None,
    )
    own.close()
    return kept


def _allowed_hosts(options: Options) -> tuple[str, ...]:
    hint = "write a host, such as nas.local or nas.local:8080, or a network, such as 10.0.0.0/8"
    return _hosts(options, "allow_hosts", _may_be_reached, "is neither a host nor a network", hint)


def _unverified_hosts(options: Options) -> tuple[str, ...]:
    hint = "a certificate is a host's own: write it, such as nas.local, with its port or without"
    return _hosts(options, "unverified_hosts", _is_host_with_port, "is not a host", hint)


def _hosts(options: Options, key: str, fits: Callable[[str], bool], unfit: str, hint: str) -> tuple[str, ...]:
    """What is listed under *key*, in lower case, and fits; a problem for each that does not."""
    found = []
    for node in options.texts(key):
        name = str(node.value).lower()
        if fits(name):
            found.append(name)
        else:
            options.problems.add(node.mark, options.at(key), f'"{shown(name)}" {unfit}', hint)
    return tuple(found)


def _is_host_with_port(name: str) -> bool:
    """A host, with a port or without. An IPv6 address with one is written in brackets (RFC 3986 3.2.2)."""
    ported = _WITH_PORT.match(name)
    return is_host(ported["host"] if ported else name) or read_host(f"[{name}]") is not None


def _may_be_reached(name: str) -> bool:
    """A host, a host with a port, or a network."""
    if _is_host_with_port(name):
        return True
    try:
        ip_network(name, strict=False)
    except ValueError:
        return False
    return True


def _are_kept_between_runs(options: Options) -> bool:
    node = options.node("keep_cookies")
    if not isinstance(node, ScalarNode) or not isinstance(node.value, str) or node.broken:
        return False
    return options.choice("keep_cookies", ("true", "false", _BETWEEN_RUNS), _BETWEEN_RUNS) == _BETWEEN_RUNS


def _texts(node: MapNode | None) -> Mapping[str, str | Secret]:
    found: dict[str, str | Secret] = {}
    late = _late(node)
    for name, value in node.entries.items() if node else ():
        if isinstance(value, ScalarNode) and isinstance(value.value, SecretText):
            found[name] = Secret(value.value.reveal(), value.value.names)
        elif name in late:
            continue
        elif isinstance(value, ScalarNode) and value.value is not None and not value.broken:
            found[name] = str(as_text(value).value)
    return found


def _late(node: MapNode | None) -> Mapping[str, ScalarNode]:
    """The headers that are still templates: they wait for values that are fetched during the run."""
    entries = node.entries.items() if node else ()
    return {
        name: value
        for name, value in entries
        if isinstance(value, ScalarNode) and not value.literal and has_placeholder(str(value.value))
    }


def _user_agent(options: Options) -> str:
    node = options.scalar("user_agent")
    if node is None:
        return ""
    if is_split(node):
        options.problem("user_agent", "a header's value is one line")
    return str(node.value)


def _contact(options: Options) -> str:
    contact = options.text("contact")
    if contact and not _CONTACT.fullmatch(contact):
        hint = "such as https://shop.example/bot or bot@shop.example"
        options.problem("contact", f'expected a web or mail address, found "{shown(contact)}"', hint)
        return ""
    return contact


def count_proxies(http: Node | None) -> int:
    """How many proxies the section lists, before it is read itself."""
    proxy = http.get("proxy") if isinstance(http, MapNode) else None
    return len(proxy.items) if isinstance(proxy, ListNode) else int(proxy is not None)


def _proxies(options: Options) -> tuple[str, ...]:
    found: list[str] = []
    for node in options.texts("proxy"):
        proxy = str(node.value)
        if not proxy:
            continue
        if not proxy.startswith(("http://", "https://")):
            message = f'a proxy is an http:// or https:// address, found "{shown(proxy)}"'
            options.problems.add(node.mark, options.at("proxy"), message)
        elif proxy in found:
            options.problems.add(node.mark, options.at("proxy"), "a proxy is listed twice")
        found.append(proxy)
    return tuple(found)


def _refuse_elsewhere(options: Options) -> None:
    """Settings that people of other tools look for, and what there is instead."""
    instead = {
        "rotate": "list the proxies under proxy; responses say which answer means the next: then: rotate",
        "http2": "there is none: requests are sent in HTTP/1.1, which every server knows",
        "verify_tls": "certificates are checked; name the hosts whose are not: unverified_hosts: [nas.local]",
        "accept": "it is a header: headers: { Accept: text/html }",
    }
    for key, hint in instead.items():
        options.misplaced(key, f'unknown key "{key}"', hint)
