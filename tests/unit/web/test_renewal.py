"""What is fetched once: when it holds, and which answers have it fetched anew."""

from __future__ import annotations

from scrapekit.web.session.renewal import FORGIVEN, MOST_USELESS, Renewal


def there(number=1):
    renewal = Renewal()
    for _ in range(number):
        renewal.fetched(0.0)
    return renewal


def test_it_does_not_hold_before_it_was_fetched():
    renewal = Renewal()

    assert (renewal.holds(0.0), renewal.number) == (False, 0)

    renewal.fetched(0.0)

    assert (renewal.holds(1e9), renewal.number) == (True, 1)


def test_it_holds_as_long_as_it_lasts():
    renewal = Renewal()
    renewal.fetched(100.0, 60.0)

    assert [renewal.holds(now) for now in (100.0, 159.9, 160.0)] == [True, True, False]


def test_what_many_learn_at_once_about_one_number_makes_one_new_one():
    renewal = there()

    assert [renewal.refused(1, before=False) for _ in range(16)] == ["renewed"] * 16
    assert not renewal.holds(0.0)

    renewal.fetched(0.0)

    assert (renewal.number, renewal.refused(1, before=False), renewal.holds(0.0)) == (2, "older", True)


def test_a_request_that_was_sent_with_an_older_number_is_sent_again_however_often_it_was_renewed():
    assert there(3).refused(2, before=True) == "older"


def test_a_request_that_is_refused_with_a_new_number_too_is_at_fault_itself():
    renewal = there(2)

    assert (renewal.refused(2, before=True), renewal.holds(0.0)) == ("", True)


def test_after_a_few_renewals_that_helped_nobody_there_is_none():
    renewal = there()
    for _ in range(MOST_USELESS):
        renewal.refused(1, before=True)

    assert (renewal.refused(1, before=False), renewal.holds(0.0)) == ("", True)


def test_a_renewal_that_helped_makes_the_useless_ones_forgotten():
    renewal = there()
    for _ in range(MOST_USELESS):
        renewal.refused(1, before=True)
    renewal.accepted(1, before=True)

    assert renewal.refused(1, before=False) == "renewed"


def test_many_good_answers_make_useless_renewals_forgotten():
    renewal = there()
    for _ in range(MOST_USELESS):
        renewal.refused(1, before=True)
    for _ in range(FORGIVEN - 1):
        renewal.accepted(1, before=False)
    assert renewal.refused(1, before=False) == ""

    renewal.accepted(1, before=False)

    assert renewal.refused(1, before=False) == "renewed"


def test_good_answers_to_an_older_number_say_nothing():
    renewal = there(2)
    for _ in range(MOST_USELESS):
        renewal.refused(2, before=True)
    renewal.accepted(1, before=True)

    assert renewal.refused(2, before=False) == ""


def test_what_was_dropped_is_fetched_anew():
    renewal = there()
    renewal.drop()

    assert not renewal.holds(0.0)
