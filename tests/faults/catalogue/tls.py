"""Fault 18: TLS that cannot be trusted, of hosts that the recipe names as such and of all others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import doors
from behaviours import Behaviour, answer, book, links, redirect
from catalogue.fault import Fault, Ground, Happened, Right, fails
from job_runner import recipe


def _fault(name: str, right: Right, behaviour: Behaviour | None = None, **more: Any) -> Fault:
    return Fault(18, name, "transport", right, behaviour or book("never"), **more)


_NO_TLS = fails("no TLS connection to", asked=0)
_NOT_ACCEPTED = "the TLS certificate of .* is not accepted: self.signed certificate"


def _wrong_name(ground: Ground) -> Happened:
    """Its certificate is trusted, but speaks of another name; a second host shows that it is trusted."""
    site = ground.site
    site.serve("/", book("by name"))
    with doors.self_signed(site, ground.host) as wrong, doors.self_signed(site, "127.0.0.1") as right:
        right = right.replace("127.0.0.1", "localhost")
        job = ground.job(recipe([f"{wrong}/", f"{right}/"], crawl="delay: 0, robots: ignore"))
        # Read when the process begins, so this one is always run by the command.
        job.environ["SSL_CERT_FILE"] = str(doors.CERTIFICATE)
        ended = job.run("-q")
    assert job.titles() == ["by name"]
    return Happened(ended, ended.failure(f"{wrong}/"), (), len(site.asked(host=ground.host)))


Steps = Callable[[Ground, str, str], str]
"""Serves what is to be met on two origins, the first of them named, and gives the recipe."""


def _one_named(steps: Steps) -> Callable[[Ground], Happened]:
    """Two hosts that nobody vouches for; the recipe names the first. Asked: how often the other was."""

    def run(ground: Ground) -> Happened:
        other = ground.host.rpartition(".")[0] + ".254"
        with ExitStack() as doors_open:
            named, not_named = (
                doors_open.enter_context(doors.self_signed(ground.site, host))
                for host in (ground.host, other)
            )
            job = ground.job(steps(ground, named, not_named))
            ended = ground.run(job)
        notes = [note for note in ended.report["notes"] if "TLS certificate" in note]
        assert notes == [f"the TLS certificate of {named.removeprefix('https://')} was not checked"], notes
        told = "; ".join(f"{f['verdict']}: {f['reason']}" for f in ended.report["failures"])
        return Happened(ended, told, tuple(job.records()), len(ground.site.asked(host=other)))

    return run


def _named(ground: Ground, more: str = "") -> str:
    return f"retries: 0, unverified_hosts: [{ground.host}]{more}"


def _link(ground: Ground, named: str, not_named: str) -> str:
    ground.site.serve("/page", answer(f"<h1>one</h1><a href='{not_named}/two'>x</a>"), ground.host)
    ground.site.serve("/two", book("never"))
    http = _named(ground, ", allow_hosts: [127.0.0.0/8]")
    return recipe([f"{named}/page"], crawl="delay: 0, robots: ignore", http=http)


def _redirect(ground: Ground, named: str, not_named: str) -> str:
    ground.site.serve("/page", redirect(f"{named}/next"), ground.host)
    ground.site.serve("/next", links(f"{named}/one", f"{named}/away"), ground.host)
    ground.site.serve("/one", book("one"), ground.host)
    ground.site.serve("/away", redirect(f"{not_named}/two"), ground.host)
    ground.site.serve("/two", book("never"))
    http = _named(ground, ", allow_hosts: [127.0.0.0/8]")
    return recipe([f"{named}/page"], crawl="delay: 0, robots: ignore", http=http)


def _robots_txt(ground: Ground, named: str, not_named: str) -> str:
    """The host's own robots.txt is read; that of the other cannot be, so nothing is asked for there."""
    rules = answer("User-agent: *\nDisallow: /private", kind="text/plain")
    ground.site.serve("/robots.txt", rules, ground.host)
    ground.site.serve("/page", links(f"{named}/one", f"{named}/private", f"{not_named}/two"), ground.host)
    ground.site.serve("/one", book("one"), ground.host)
    for path in ("/private", "/two"):
        ground.site.serve(path, book("never"))
    http = _named(ground, ", allow_hosts: [127.0.0.0/8]")
    return recipe([f"{named}/page"], crawl="delay: 0", http=http)


def _login_and_download(ground: Ground, named: str, not_named: str) -> str:
    """A login, and a file, at the named host; the same file at the other one does not come."""
    ground.site.serve("/login", answer('{"token": "t"}', kind="application/json"), ground.host)
    page = f"<h1>one</h1><a class=here href=/file.bin><a class=there href='{not_named}/file.bin'>"
    ground.site.serve("/page", answer(page), ground.host)
    ground.site.serve("/file.bin", answer(b"file", kind="application/octet-stream"))
    file = "{ css: a.%s@href, download: { give: size, hosts: any } }"
    return f"""\
scrapekit: 1
name: books
seeds: {{ page: "{named}/page" }}
login: {{ url: "{named}/login", json: {{ a: b }}, take: {{ token: $.token }} }}
pages:
  page: {{ item: book, fields: {{ title: h1, here: {file % "here"}, there: {file % "there"} }} }}
crawl: {{ robots: ignore, delay: 0, allow_failed: 100% }}
http: {{ {_named(ground, ", allow_hosts: [127.0.0.0/8]")}, headers: {{ X-Token: "{{{{ vars.token }}}}" }} }}
export: out/books.jsonl
"""


def _is_file_of_one_host(happened: Happened) -> bool:
    (record,) = happened.records
    return (record["title"], record.get("here"), record.get("there")) == ("one", 4, None)


_OTHER_FAILS = Right(
    "one record, the other host is verified",
    lambda h: [record["title"] for record in h.records] == ["one"] and h.asked == 0,
)
_REFUSES_OTHER = _OTHER_FAILS & Right(
    "and fails for it", lambda h: len(h.ended.report["failures"]) == 1 and "is not accepted" in h.told
)
_ROBOTS = _OTHER_FAILS & Right(
    "each robots.txt by the same rule",
    lambda h: {f["verdict"] for f in h.ended.report["failures"]} == {"robots"},
)


def _verify_nothing(ground: Ground) -> Happened:
    """No recipe can do without verification as a whole."""
    ended = ground.run(ground.job(recipe(["https://shop.example/"], http="verify_tls: false")))
    return Happened(ended, ended.output)


FAULTS = [
    _fault("self-signed", fails(_NOT_ACCEPTED, asked=0), door=doors.self_signed),
    Fault(
        18,
        "wrong-name",
        "transport",
        fails("the TLS certificate of .* is not accepted: IP address mismatch", asked=0),
        alone=_wrong_name,
    ),
    _fault(
        "cut-handshake",
        fails("the connection was closed", 2, asked=0),
        door=doors.at_once(doors.cut_handshake, "https"),
    ),
    _fault("refused-handshake", _NO_TLS, door=doors.at_once(doors.alert, "https")),
    _fault("plain-http-on-the-port", _NO_TLS, door=doors.at_once(doors.plain_http, "https")),
    *(
        _fault(f"named-host-{name}", right, alone=_one_named(steps))
        for name, steps, right in [
            ("links-elsewhere", _link, _REFUSES_OTHER),
            ("redirects-elsewhere", _redirect, _REFUSES_OTHER),
            ("and-robots-txt", _robots_txt, _ROBOTS),
            (
                "login-and-download",
                _login_and_download,
                _REFUSES_OTHER & Right("one file", _is_file_of_one_host),
            ),
        ]
    ),
    _fault(
        "verification-off-for-all",
        Right(
            "refused, with its place and what to write",
            lambda h: (
                h.ended.code == 2
                and "http.verify_tls: unknown key" in h.told
                and "unverified_hosts:" in h.told
            ),
        ),
        alone=_verify_nothing,
    ),
]
