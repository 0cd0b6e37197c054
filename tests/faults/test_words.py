"""What the network says is shown, never obeyed: no escape of a server's reaches a terminal or a line."""

from __future__ import annotations

import pytest
from fault_site import answer, book, in_turn, links, redirect
from job_runner import Job, recipe

pytestmark = pytest.mark.slow

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp\r\nforged line"


@pytest.mark.parametrize("manner", ["-v", "--log-format=json"])
def test_no_escape_of_a_server_reaches_the_output(site, tmp_path, manner):
    reason = "404 \x1b[31mGone\x07 \x9b2J"
    site.serve("/robots.txt", answer("User-agent: *\nDisallow: /no\x1b[2J", kind="text/plain"))
    site.serve(
        "/",
        links(
            "/title",
            "/reason",
            "/again",
            "/to",
            "/file",
            "/coding",
            "/type",
            "/link%1b[2J",
            "/link\x1b[31m\u202e",
            "http://ho\x1bst/",
            "http://127.0.0.9:1/\x9b31m",
            "java\x1bscript:x",
        ),
    )
    site.serve("/title", book(f"<![CDATA[{ESCAPES}]]>{ESCAPES}"))
    site.serve("/reason", answer("", reason))
    site.serve("/again", in_turn(answer("", "500 \x1b[31mOh"), answer("", "451 \x1b]0;x\x07")))
    site.serve("/to", redirect("http://127.0.0.9:1/\x1b[2J"))
    site.serve("/file", redirect("f\x1bile:///etc"))
    site.serve("/coding", answer("x", "200 OK", "Content-Encoding: \x1b[31mzip\x07"))
    site.serve("/type", answer("<h1>t</h1>", kind="text/html; charset=\x1b[31m"))
    job = Job(tmp_path, recipe([site.url("/")], http="retries: 1"))

    ended = job.run(manner)

    # The runner has looked through the output; the report is read by people, too.
    assert ended.report["verdicts"]["failed"] >= 2
    report = (job.state / "report.json").read_text()
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(report)
    assert all("\n" not in failure["reason"] for failure in ended.report["failures"])
