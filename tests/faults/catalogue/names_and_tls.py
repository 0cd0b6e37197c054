"""Faults 18 to 20: TLS that cannot be trusted, names that lead nowhere, hosts where nobody listens."""

from __future__ import annotations

from typing import Any

import doors
from behaviours import Behaviour, book
from catalogue.fault import Fault, Ground, Happened, Right, fails, gives
from job_runner import recipe


def _fault(number: int, name: str, right: Right, behaviour: Behaviour | None = None, **more: Any) -> Fault:
    return Fault(number, name, "transport", right, behaviour or book("never"), **more)


_NO_TLS = fails("no TLS connection to", asked=0)


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


_TLS = [
    _fault(
        18,
        "self-signed",
        fails("the TLS certificate of .* is not accepted: self.signed certificate", asked=0),
        door=doors.self_signed,
    ),
    _fault(
        18,
        "self-signed-and-the-recipe-says-so",
        gives("trusted"),
        book("trusted"),
        door=doors.self_signed,
        http="retries: 0, verify_tls: false",
    ),
    Fault(
        18,
        "wrong-name",
        "transport",
        fails("the TLS certificate of .* is not accepted: IP address mismatch", asked=0),
        alone=_wrong_name,
    ),
    _fault(
        18,
        "cut-handshake",
        fails("the connection was closed", 2, asked=0),
        door=doors.at_once(doors.cut_handshake, "https"),
    ),
    _fault(18, "refused-handshake", _NO_TLS, door=doors.at_once(doors.alert, "https")),
    _fault(18, "plain-http-on-the-port", _NO_TLS, door=doors.at_once(doors.plain_http, "https")),
]

_NO_ADDRESS = "no address is known for"
_NAMES = [
    # An answer that there is no such name is an answer: no other try.
    _fault(19, "no-such-name", fails(_NO_ADDRESS, asked=0), door=doors.named("nobody")),
    _fault(19, "name-server-down", fails(_NO_ADDRESS, 2, asked=0), door=doors.named("down")),
    _fault(19, "flapping-name", gives("found"), book("found"), door=doors.named("flap")),
    _fault(19, "slow-name-server", gives("found"), book("found"), door=doors.named("slow")),
    _fault(
        19,
        "name-server-that-hangs",
        fails("no (answer|connection to .*) within", 2, asked=0),
        door=doors.named("stuck"),
        http="retries: 1, timeout: 500ms",
    ),
    _fault(19, "hundred-addresses-one-alive", gives("found"), book("found"), door=doors.named("many")),
    _fault(19, "name-without-usable-addresses", fails(_NO_ADDRESS, asked=0), door=doors.named("none")),
    _fault(19, "dead-ipv6-live-ipv4", gives("found"), book("found"), door=doors.named("both")),
    _fault(19, "ipv6-only", gives("found"), book("found"), door=doors.named("six")),
]

_REFUSED = fails("connection refused by", 2, asked=0)
_NOBODY = [
    _fault(20, "connection-refused", _REFUSED, door=doors.nobody_there),
    _fault(20, "refused-at-each-of-99-addresses", _REFUSED, door=doors.named("dead")),
]

FAULTS = [*_TLS, *_NAMES, *_NOBODY]
