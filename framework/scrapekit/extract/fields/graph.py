"""Fields that use other fields: an order in which each finds what it needs, or the cycle that forbids one."""

from __future__ import annotations

from collections.abc import Mapping, Set


def order_of(needs: Mapping[str, Set[str]]) -> list[str]:
    """The names, each after those it needs, otherwise in the order given; needs a graph without cycle."""
    done: dict[str, None] = {}
    waiting = dict(needs)
    while waiting:
        ready = [name for name, needed in waiting.items() if not (needed & waiting.keys())]
        if not ready:
            break
        done.update(dict.fromkeys(ready))
        waiting = {name: needed for name, needed in waiting.items() if name not in done}
    return list(done)


def cycle_in(needs: Mapping[str, Set[str]]) -> list[str]:
    """One cycle as the names along it, the first again at the end; empty when there is none."""
    safe = set(order_of(needs))
    stuck = [name for name in needs if name not in safe]
    if not stuck:
        return []
    path = [stuck[0]]
    while path[-1] not in path[:-1]:
        # Every stuck name needs another stuck name, or it would not be stuck.
        path.append(next(name for name in sorted(needs[path[-1]]) if name in stuck))
    return path[path.index(path[-1]) :]
