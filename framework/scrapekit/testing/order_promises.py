"""What a parser promises whose nodes have an order: ``places`` and ``following``, each optional."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from scrapekit.testing.demand import demand
from scrapekit.testing.parser_trial import ParserTrial


def nodes_have_places_in_the_order_of_the_document(trial: ParserTrial) -> None:
    """What a selector finds stands in the order in which it is found; what stands nowhere has no place."""
    parser = trial.make()
    places: Callable[[Any], Callable[[Any], int | None]] | None = getattr(parser, "places", None)
    if places is None:
        return
    # A further language may be a source of values, which stand nowhere.
    selectors = [
        (text, parser.compile(text, parser.languages[0], False))
        for text in trial.expected
        if isinstance(text, str)
    ]
    root = parser.parse(trial.page).root
    place_of = places(root)
    demand(place_of("") is None, "a text has no place", f"one was placed at {place_of('')}")
    for text, select in selectors:
        found = [place for node in select(root) if (place := place_of(node)) is not None]
        said = f'what "{text}" finds has the places {found!r:.300}'
        demand(found == sorted(set(found)), "nodes have places in the order of the document", said)


def what_follows_a_node_comes_after_it(trial: ParserTrial) -> None:
    """Siblings are given nearest first; a text has none."""
    parser = trial.make()
    following: Callable[[Any], Iterable[Any]] | None = getattr(parser, "following", None)
    if following is None:
        return
    root = parser.parse(trial.page).root
    place_of = parser.places(root) if hasattr(parser, "places") else lambda node: None
    demand(not list(following("")), "nothing follows a text", "something does")
    for text, select, _ in trial.compiled(parser, first=False):
        for node in select(root):
            after = list(following(node))
            demand(
                node not in after, "what follows a node comes after it", f'a node of "{text}" follows itself'
            )
            found = [place for each in (node, *after) if (place := place_of(each)) is not None]
            demand(
                found == sorted(found), "what follows a node comes after it", f'not so after one of "{text}"'
            )
