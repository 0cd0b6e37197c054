"""Faults 48 to 55: redirects that never end, lead nowhere, lead elsewhere, or carry something along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import doors
from catalogue.fault import Fault, Ground, Happened, Right, fails, gives
from catalogue.own import HEADING, by_rule
from fault_site import Wire, answer, book, redirect
from job_runner import recipe

SECRET = "tea-at-four"
_FIVE = "retries: 0, redirects: 5"


def _hop(number: int, name: str, right: Right, behaviour: Any, **more: Any) -> Fault:
    return Fault(number, name, "redirects", right, behaviour, **{"http": _FIVE, **more})


async def _on_and_on(wire: Wire) -> None:
    await wire.send(redirect(wire.exchange.path + "x"))


def _followed(page: bytes, beside: Mapping[str, bytes] = MappingProxyType({})) -> Any:
    """Asked: how often the host was, over all addresses."""

    def run(ground: Ground) -> Happened:
        # Each hop of a chain leads to an address that was never seen.
        ground.site.patterns.append(lambda _, path: _on_and_on if path.startswith("/chain") else None)
        happened = by_rule(HEADING, page, http=_FIVE, beside=beside)(ground)
        return replace(happened, asked=len(ground.site.asked(host=ground.host)))

    return run


def _to(name: str, location: str, right: Right, number: int = 49) -> Fault:
    return _hop(number, name, right, redirect(location))


_MANY = Right(
    "fails after six requests: more than 5 redirects",
    lambda h: h.asked == 6 and "more than 5 redirects" in str(h.ended.report["failures"]),
)
_NOWHERE = fails("without a Location")
_IMPOSSIBLE = fails("redirected to an impossible address")


def _refused(scheme: str) -> Right:
    return fails(f'redirected to a "{scheme}:" address', verdict="refused")


_LOST = [
    Fault(48, "to-itself", "redirects", _MANY, alone=_followed(redirect("?"))),
    Fault(
        48,
        "loop-of-two",
        "redirects",
        _MANY,
        alone=_followed(redirect("/pool"), {"/pool": redirect("/page")}),
    ),
    Fault(48, "endless-chain", "redirects", _MANY, alone=_followed(redirect("/chain"))),
    _hop(49, "no-location", _NOWHERE, answer("<h1>never</h1>", "302 Found")),
    _to("empty-location", " ", _NOWHERE),
    _to("no-host", "http://", _IMPOSSIBLE),
    _to("no-address", "http://[::1", _IMPOSSIBLE),
    _to("no-port", "http://a.test:99999999/", _IMPOSSIBLE),
    _to("mebibyte", "/" + "x" * 2**20, fails("does not answer in valid HTTP|impossible")),
    _to("to-a-file", "file:///etc/passwd", _refused("file"), 50),
    _to("to-a-file-in-capitals", "FILE:///etc/passwd", _refused("file"), 50),
    _to("to-ftp", "ftp://a.test/x", _refused("ftp"), 50),
    _to("to-data", "data:text/html,<h1>never</h1>", _refused("data"), 50),
    _to("to-javascript", "javascript:alert(1)", _refused("javascript"), 50),
    _hop(
        51,
        "to-what-robots-txt-denies",
        Right(
            "not fetched", lambda h: "does not allow it" in str(h.ended.report["failures"]) and not h.records
        ),
        redirect("/private"),
        crawl="robots: obey, delay: 0",
        beside={
            "/robots.txt": answer("User-agent: *\nDisallow: /private", kind="text/plain"),
            "/private": book("never"),
        },
    ),
]


def _elsewhere(ground: Ground) -> Happened:
    """To another host, another port of the same, and back: what goes along?"""
    other = ground.host.rpartition(".")[0] + ".254"
    with ground.site.another_port(ground.host) as port, ground.site.another_port(other) as far:
        inputs = "inputs: { token: { type: secret, file: token.txt } }\n"
        ground.folder.mkdir(parents=True, exist_ok=True)
        (ground.folder / "token.txt").write_text(SECRET)
        secret = '"Bearer {{ inputs.token }}"'
        headers = f"headers: {{ Authorization: {secret}, X-Key: {secret}, Proxy-Authorization: {secret} }}"
        http = (
            f'retries: 0, {headers}, cookies: {{ sid: "{{{{ inputs.token }}}}" }}, allow_hosts: ["{other}"]'
        )
        run = by_rule(
            HEADING,
            redirect(f"http://{ground.host}:{port}/port", "302 Found", "Set-Cookie: own=1"),
            http=http,
            crawl="robots: ignore, scope: any",
            more=inputs,
            beside={"/port": redirect(f"http://{other}:{far}/far")},
        )
        ground.site.serve("/far", book("far"), other)
        happened = run(ground)
    for path in ("/port", "/far"):
        asked = ground.site.asked(path)
        assert len(asked) == 1, (path, happened.told, happened.ended.output)
        assert SECRET not in str(asked[0].headers), asked[0].headers
    assert SECRET not in happened.ended.output
    return happened


def _downgraded(ground: Ground) -> Happened:
    """To the same host and name, but in the clear."""
    ground.folder.mkdir(parents=True, exist_ok=True)
    (ground.folder / "token.txt").write_text(SECRET)
    plain = ground.site.serve("/plain", book("plain"), ground.host)
    with doors.self_signed(ground.site, ground.host) as secure:
        ground.site.serve("/page", redirect(plain), ground.host)
        secret = '"Bearer {{ inputs.token }}"'
        sent = f"headers: {{ Authorization: {secret}, X-Key: {secret} }}, cookies: {{ a: b }}"
        job = ground.job(
            recipe(
                [f"{secure}/page"],
                crawl="delay: 0, robots: ignore",
                http=f"retries: 0, unverified_hosts: [{ground.host}], {sent}",
                more="inputs: { token: { type: secret, file: token.txt } }\n",
            )
        )
        ended = ground.run(job)
    (first,), (second,) = ground.site.asked("/page"), ground.site.asked("/plain")
    assert SECRET in str(first.headers)
    assert SECRET not in str(second.headers)
    assert "cookie" not in second.headers
    return Happened(ended, "", tuple(job.records()), 1)


def _posted(status: str) -> Any:
    def run(ground: Ground) -> Happened:
        url = ground.site.url("/page", ground.host)
        seeds = f'seeds: {{ page: {{ url: "{url}", form: {{ q: {SECRET} }} }} }}'
        run = by_rule(HEADING, redirect("/after", status), beside={"/after": book("after")})
        happened = run(_with_seed(ground, seeds))
        (after,) = ground.site.asked("/after", ground.host)
        told = {name for name in after.headers if name.startswith("content-")}
        assert (after.headers[":method"], told) == ("GET", set()), after.headers
        return happened

    return run


def _with_seed(ground: Ground, seeds: str) -> Ground:
    """The same ground, where the first seed is written otherwise."""

    class Other(Ground):
        def job(self, recipe: str, **environ: str) -> Any:
            lines = [seeds if line.startswith("seeds:") else line for line in recipe.splitlines()]
            return ground.job("\n".join(lines) + "\n", **environ)

    return Other(ground.folder, ground.site, ground.host, ground.run)


def _with_password(ground: Ground) -> Happened:
    """It may be followed or refused; it is shown nowhere."""
    target = f"http://user:{SECRET}@{ground.host}:{ground.site.port}/landed"
    happened = by_rule(HEADING, redirect(target), beside={"/landed": answer("", "404 Not Found")})(ground)
    shown = happened.ended.output + str(happened.ended.report)
    assert SECRET not in shown, shown
    written: Sequence[bytes] = [path.read_bytes() for path in ground.folder.rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in content for content in written)
    return happened


def _injecting(location: str) -> Any:
    def run(ground: Ground) -> Happened:
        ground.site.patterns.append(lambda _, path: book("landed") if path.startswith("/landed") else None)
        happened = by_rule(HEADING, redirect(location))(ground)
        sent = [e for e in ground.site.log if e.path.startswith("/landed")]
        assert all("x-injected" not in e.headers for e in sent), sent
        return happened

    return run


_ANYHOW = Right("followed or failed, nothing injected", lambda h: bool(h.records) != bool(h.told))

_CARRIED = [
    Fault(52, "secrets-to-another-origin", "redirects", gives("far"), alone=_elsewhere),
    Fault(52, "secrets-to-plain-http", "redirects", gives("plain"), alone=_downgraded),
    *(
        Fault(53, f"post-{status[:3]}", "redirects", gives("after"), alone=_posted(status))
        for status in ("301 Moved", "302 Found", "303 See Other")
    ),
    Fault(
        54,
        "password-in-location",
        "redirects",
        Right("shown nowhere", lambda h: h.asked == 1),
        alone=_with_password,
    ),
    Fault(55, "line-break-in-location", "redirects", _ANYHOW, alone=_injecting("/landed%0d%0aX-Injected: 1")),
    Fault(55, "bare-return-in-location", "redirects", _ANYHOW, alone=_injecting("/landed\rX-Injected: 1")),
    Fault(55, "space-in-location", "redirects", _ANYHOW, alone=_injecting("/landed HTTP/1.1 X-Injected: 1")),
]

FAULTS = [*_LOST, *_CARRIED]
