"""How many retries one host may cost: a pure decision.

When a host is in trouble each of its pages fails, and trying each again several times multiplies the
load that it cannot bear. So retries are a share of all requests: a few pages that fail are tried again as
often as the recipe says, a storm of failures is not answered with a storm of retries.
"""

from __future__ import annotations

_FREE = 20
"""A small crawl over a host that stumbles gets all its retries."""
_SHARE = 0.1


def may_retry(asked: int, retried: int) -> bool:
    """Whether a host that got *asked* requests, *retried* of them again, may cost one more retry."""
    return retried < _FREE + _SHARE * asked
