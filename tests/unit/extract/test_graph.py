"""The order in which fields that use each other are read."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scrapekit.extract.fields.graph import cycle_in, order_of

NAMES = "abcdef"
graphs = st.dictionaries(st.sampled_from(NAMES), st.frozensets(st.sampled_from(NAMES))).map(
    lambda needs: {name: needed & needs.keys() for name, needed in needs.items()}
)


def test_fields_that_need_nothing_keep_their_order():
    assert order_of({"b": set(), "a": set(), "c": set()}) == ["b", "a", "c"]


def test_a_field_comes_after_what_it_needs():
    assert order_of({"a": {"c"}, "b": set(), "c": {"b"}}) == ["b", "c", "a"]


def test_a_cycle_is_told_from_its_first_field_back_to_it():
    assert cycle_in({"x": {"a"}, "a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]


@given(graphs)
def test_either_every_field_has_its_place_or_there_is_a_cycle(needs):
    order, cycle = order_of(needs), cycle_in(needs)

    assert (len(order) == len(needs)) == (not cycle)
    for place, name in enumerate(order):
        assert needs[name] <= set(order[:place])
    assert all(following in needs[name] for name, following in pairwise(cycle))
