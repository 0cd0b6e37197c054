"""Where redirects may lead, what goes along, and what never hears from us."""

from __future__ import annotations

import pytest
from fault_site import HOSTS, answer, book, in_turn, links, redirect
from job_runner import Job, recipe

pytestmark = pytest.mark.slow

ONE, TWO, THREE = HOSTS[:3]
FORBIDDEN = HOSTS[8]
"""A private address that neither a seed nor the recipe names."""
SECRET = "tea-at-four"


class TestAcrossHosts:
    """One crawl, any host in scope, from ``localhost``; two hosts are named, the others are not."""

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, own_site, tmp_path_factory):
        site = own_site
        site.forget()
        local = site.url("", "localhost")
        paths = ["/chain/4", "/loop", "/self", "/again", "/303", "/307", "/nowhere", "/file", "/header"]
        paths += ["/to/2", "/to/forbidden", "/to/name", "/to/dotted", "/to/mapped", "/to/metadata", "/wall"]
        site.serve("/", links(*paths, site.url("/linked", FORBIDDEN)), ONE)
        for n in range(1, 5):
            site.serve(f"/chain/{n}", redirect(f"/chain/{n - 1}", "301 Moved"))
        site.serve("/chain/0", book("chain"), ONE)
        site.serve("/loop", redirect("/pool"), ONE)
        site.serve("/pool", redirect("/loop"), ONE)
        site.serve("/self", redirect("/self"), ONE)
        site.serve("/again", in_turn(redirect("/again"), book("again")), ONE)
        site.serve("/303", redirect("/landed?303", "303 See"), ONE)
        site.serve("/307", redirect("/landed?307", "307 Go"), ONE)
        site.patterns.append(lambda _, path: book(path) if path.startswith("/landed") else None)
        site.serve("/nowhere", answer("", "302 Found"), ONE)
        site.serve("/file", redirect("file:///etc/passwd"), ONE)
        site.serve("/header", redirect("/landed\x1b[2J?x"), ONE)
        site.serve("/to/2", redirect(site.url("/landed?2", TWO)), ONE)
        site.serve("/to/forbidden", redirect(site.url("/landed?f", FORBIDDEN)), ONE)
        # 2130706441 is 127.0.0.9 written as one number; the other is the same inside an IPv6 address.
        site.serve("/to/dotted", redirect(site.url("/landed?d", "2130706441")), ONE)
        site.serve("/to/mapped", redirect(site.url("/landed?m", "[::ffff:127.0.0.9]")), ONE)
        site.serve("/to/name", redirect(site.url("/landed?n", "127.0.0.1")), ONE)
        site.serve("/to/metadata", redirect("http://169.254.169.254/latest/meta-data/"), ONE)

        async def wall(wire):
            # The first answer sets a cookie and sends back to the page, which then lets us in.
            here = "pass=1" in wire.exchange.headers.get("cookie", "")
            await wire.send(
                book("behind") if here else redirect("/wall", "302 Found", "Set-Cookie: pass=1; Path=/")
            )

        site.serve("/wall", wall, ONE)
        inputs = "inputs: { token: { type: secret, env: SHOP_TOKEN } }\n"
        http = (
            f'retries: 0, keep_cookies: true, allow_hosts: ["{TWO}"], redirects: 6,'
            ' headers: { Authorization: "Bearer {{ inputs.token }}", X-Key: "{{ inputs.token }}" }'
        )
        text = recipe([f"{local}/"], http=http, crawl="delay: 0, per_host: 4", more=inputs)
        job = Job(tmp_path_factory.mktemp("across"), text, {"SHOP_TOKEN": SECRET})
        return job, job.run("-v"), local

    def test_a_chain_is_followed_to_its_end(self, run):
        assert "chain" in run[0].titles()

    def test_loops_end_with_a_reason(self, run):
        _, ended, _ = run

        reasons = [f["reason"] for f in ended.report["failures"] if "more than 6 redirects" in f["reason"]]
        assert reasons == ["more than 6 redirects"] * 2
        assert ended.code == 0

    def test_a_redirect_back_to_itself_is_asked_again(self, run):
        assert {"again", "behind"} <= set(run[0].titles())

    def test_303_and_307_lead_on(self, run):
        assert {"/landed?303", "/landed?307"} <= set(run[0].titles())

    @pytest.mark.parametrize(
        ("path", "why"),
        [
            ("/nowhere", "failed: HTTP 302 Found without a Location"),
            ("/file", 'refused: redirected to a "file:" address'),
        ],
    )
    def test_a_redirect_to_no_page_says_why(self, run, path, why):
        _, ended, local = run

        assert ended.failure(local + path) == why

    def test_a_host_that_the_recipe_names_may_be_private(self, run):
        assert "/landed?2" in run[0].titles()

    def test_no_redirect_and_no_link_reaches_a_private_address_that_nobody_named(self, run, own_site):
        _, ended, _ = run

        refused = [f["url"] for f in ended.report["failures"] if "is not public" in f["reason"]]
        assert own_site.touched[FORBIDDEN] == 0
        assert sorted(refused) == sorted(
            [
                own_site.url("/landed?f", FORBIDDEN),
                own_site.url("/landed?d", FORBIDDEN),
                own_site.url("/linked", FORBIDDEN),
                own_site.url("/landed?n", ONE),
                own_site.url("/landed?m", "[::ffff:7f00:9]"),
                "http://169.254.169.254/latest/meta-data/",
            ]
        )

    def test_secrets_go_to_the_seed_s_origin_and_nowhere_else(self, run, own_site):
        theirs = own_site.asked(host=TWO)
        ours = own_site.asked(host=ONE)

        assert theirs
        assert all("authorization" not in e.headers and "x-key" not in e.headers for e in theirs)
        assert all("cookie" not in e.headers for e in theirs)
        assert {e.headers.get("authorization") for e in ours} == {f"Bearer {SECRET}"}

    def test_secrets_are_in_no_file_and_on_no_screen(self, run):
        job, ended, _ = run

        assert SECRET not in ended.output
        for path in [p for p in job.folder.rglob("*") if p.is_file()]:
            assert SECRET.encode() not in path.read_bytes(), path


def test_a_redirect_out_of_scope_is_not_followed(site, tmp_path):
    site.serve("/", redirect(site.url("/landed", TWO)), ONE)
    text = recipe([site.url("/")], http=f'retries: 0, allow_hosts: ["{TWO}"]').replace(
        "scope: any", "scope: host"
    )
    ended = Job(tmp_path, text).run("-q")

    assert site.touched[TWO] == 0
    assert ended.failure(site.url("/")) == (
        f"out_of_scope: redirected to {site.url('/landed', TWO)}, which is out of scope"
    )


def test_the_scope_domain_spans_what_the_seed_s_owner_registered_and_no_more(site, tmp_path):
    """The site stands in as a proxy: so it can be every host."""
    seed = "http://catalogue.shop.co.uk/"
    site.serve(
        seed, links("http://shop.co.uk/to/images", "http://other.co.uk/", "http://co.uk/", "/to/other")
    )
    site.serve("http://shop.co.uk/to/images", redirect("http://images.eu.shop.co.uk/"))
    site.serve("http://images.eu.shop.co.uk/", book("images"))
    site.serve(f"{seed}to/other", redirect("http://other.co.uk/"))
    text = recipe([seed], http=f"retries: 0, proxy: '{site.url('')}'", crawl="delay: 0, robots: ignore")
    job = Job(tmp_path, text.replace("scope: any", "scope: domain"))
    ended = job.run("-q")

    assert job.titles() == ["images"]
    assert not any("other.co.uk" in exchange.path for exchange in site.log)
    assert ended.report["notes"]["links out of scope"] == 2
    assert ended.failure(f"{seed}to/other") == (
        "out_of_scope: redirected to http://other.co.uk/, which is out of scope"
    )


def test_robots_txt_does_not_lead_to_a_private_address(site, tmp_path):
    site.serve("/robots.txt", redirect(site.url("/robots.txt", FORBIDDEN)), ONE)
    site.serve("/", book("one"), ONE)
    Job(tmp_path, recipe([site.url("/", "localhost")])).run("-q")

    assert site.touched[FORBIDDEN] == 0
