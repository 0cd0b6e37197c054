"""One tree laid over another: mappings by key, ``null`` deletes, fallbacks go in front."""

from __future__ import annotations

from scrapekit.node import ListNode, MapNode, Node, ScalarNode

_FALLBACKS = "else"


def merge(base: MapNode, over: MapNode) -> MapNode:
    """*base* with *over* laid over it, the keys of *base* first.

    Where both hold a mapping under a key, the two are merged the same way. Where both hold fallbacks
    (``else``), those of *over* are tried before those of *base*. Anything else of *over* takes the
    place of what *base* holds, and ``null`` takes it out.
    """
    entries, keys = dict(base.entries), dict(base.keys)
    for key, node in over.entries.items():
        merged = _under(key, entries.get(key), node)
        if merged is None:
            del entries[key]
            keys.pop(key, None)
        else:
            entries[key], keys[key] = merged, over.key_mark(key)
    return MapNode(entries, over.mark, keys)


def _under(key: str, base: Node | None, over: Node) -> Node | None:
    """What stands under *key* in the end; None when it is taken out."""
    if base is None:
        return over
    if isinstance(over, ScalarNode) and over.value is None:
        return None
    if isinstance(base, MapNode) and isinstance(over, MapNode) and key != _FALLBACKS:
        return merge(base, over)
    if key == _FALLBACKS:
        return ListNode((*_listed(over), *_listed(base)), over.mark)
    return over


def _listed(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, ListNode) else (node,)
