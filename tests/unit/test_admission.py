"""The gate for what a page gives: scope, depth, and how many records are wanted."""

from __future__ import annotations

from scrapekit import Item, Origin, Outcome, Request, Verdict
from scrapekit.crawl.admission import Admission, Limits
from scrapekit.crawl.entries import Entry, Group
from scrapekit.recipe.model import Traps
from scrapekit.web.scope import Scope

SITE = Scope.of("site", ["http://a.test/"])


def page(url="http://a.test/", **more):
    request = Request(url)
    return Entry(request, "a.test", 0, 1, 1), Outcome(request, Verdict.OK, **more)


def items(count):
    return [Item("book", {"n": n}, Origin("http://a.test/")) for n in range(count)]


def take(admission, **more):
    group = Group()
    kept = admission.take(group, *page(**more))
    return group, kept


def test_links_within_scope_are_queued_and_the_rest_is_counted():
    links = [Request("http://a.test/1"), Request("http://www.a.test/2"), Request("http://b.test/3")]
    group, _ = take(Admission(Limits(SITE)), requests=links)

    assert [candidate.request.url for candidate in group.new] == ["http://a.test/1", "http://www.a.test/2"]
    assert group.counters["note:links out of scope"] == 1


def test_links_deeper_than_the_recipe_wants_are_counted():
    links = [Request("http://a.test/1", depth=2), Request("http://a.test/2", depth=3)]
    group, _ = take(Admission(Limits(SITE, depth=2)), requests=links)

    assert [candidate.request.url for candidate in group.new] == ["http://a.test/1"]
    assert group.counters["note:links deeper than crawl.depth"] == 1


def test_a_following_page_that_is_not_asked_for_is_a_stop_with_its_reason():
    following = Request("http://b.test/2", "list", paging={"n": 2})
    group, _ = take(Admission(Limits(SITE)), requests=[following])

    assert group.counters == {
        "note:links out of scope": 1,
        "note:paging list stopped: next page out of scope": 1,
    }


def test_a_link_that_every_page_repeats_reaches_the_store_once():
    admission = Admission(Limits(SITE))
    first, _ = take(admission, requests=[Request("http://a.test/nav")])
    second, _ = take(admission, requests=[Request("http://a.test/nav")])

    assert (len(first.new), len(second.new), second.counters["duplicates"]) == (1, 0, 1)


def test_a_redirect_out_of_scope_ends_the_request():
    outcome = Admission(Limits(SITE)).redirected(Request("http://a.test/x"), Request("http://b.test/y"))

    assert (outcome.verdict, outcome.reason) == (
        Verdict.OUT_OF_SCOPE,
        "redirected to http://b.test/y, which is out of scope",
    )


def test_exactly_as_many_records_are_kept_as_were_asked_for():
    admission = Admission(Limits(SITE, records=5))
    _, first = take(admission, items=items(3))
    assert not admission.limit_reached
    _, second = take(admission, items=items(4))

    assert (len(first), len(second), admission.limit_reached) == (3, 2, True)


def test_records_of_an_earlier_run_count_towards_the_limit():
    admission = Admission(Limits(SITE, records=5), records=4)
    _, kept = take(admission, items=items(3))

    assert (len(kept), admission.limit_reached) == (1, True)


def test_what_a_page_notes_is_counted():
    group, _ = take(Admission(Limits(SITE)), notes={"records dropped: price is required": 2})

    assert group.counters["note:records dropped: price is required"] == 2


def test_links_that_only_a_trap_makes_are_counted_and_left():
    links = [Request("http://a.test/x/x/x/x"), Request("http://a.test/y")]

    group, _ = take(Admission(Limits(SITE, traps=Traps())), requests=links)

    assert [candidate.request.url for candidate in group.new] == ["http://a.test/y"]
    assert group.counters["note:links that repeat a part more often than crawl.traps.repeats"] == 1


def test_a_request_that_failed_leads_to_the_next_of_its_alternatives():
    admission = Admission(Limits(SITE))
    others = [Request("http://b.test/"), Request("http://c.test/", method="POST", body=b"x")]
    request = Request("http://a.test/", otherwise=tuple(other.to_json() for other in others))

    first = admission.or_other(Outcome(request, Verdict.BLOCKED, reason="HTTP 403"))
    second = admission.or_other(Outcome(first.requests[0], Verdict.ROBOTS, reason="robots.txt"))
    last = admission.or_other(Outcome(second.requests[0], Verdict.FAILED, reason="HTTP 500"))

    assert (first.verdict, first.reason) == (
        Verdict.REDIRECTED,
        "blocked: HTTP 403; the next address of any was tried",
    )
    assert first.notes == {"an address of any failed, the next was tried": 1}
    assert [each.requests[0].url for each in (first, second)] == ["http://b.test/", "http://c.test/"]
    assert (second.requests[0].body, second.requests[0].otherwise) == (b"x", ())
    assert (last.verdict, last.reason) == (Verdict.FAILED, "HTTP 500")


def test_a_request_that_gave_nothing_has_not_failed():
    outcome = Outcome(Request("http://a.test/", otherwise=('{"url": "http://b.test/"}',)), Verdict.EMPTY)

    assert Admission(Limits(SITE)).or_other(outcome) is outcome
