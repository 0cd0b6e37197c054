"""What the frontier, the engine and the store hand one another: entries, groups, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scrapekit.model import Item, Outcome, Pending, Verdict
from scrapekit.request import NOTHING, Request
from scrapekit.web.late import unsealed
from scrapekit.web.url import fingerprint, lane_of

UNREADABLE = "robots.txt could not be read"
"""What the report counts a page under that was never asked for because its host gave no rules."""

CUT_SHORT = "sequences of pages cut short by a page that failed"
"""What the report counts a paged request under that failed: what follows it was never asked for."""

STOPPED = "paging {} stopped: {}"
"""Why nothing more of a sequence of pages is asked for, by page rule."""

SEEN_BEFORE = "records seen before: "
"""Begins the remark on records that were read, but not exported: an earlier job has done that."""

UNREAD = "records of pages that were not read again: "
"""Begins the remark on records of an earlier job whose pages did not change, or were not asked for."""

PARKED = "times that a host was parked, for it kept failing"
"""What the report counts the rests of hosts under that did not answer."""

ROBOTS_PAGE = "robots.txt"
"""The page rule's name of the frontier's own requests for robots.txt."""

_PRIORITY_STEP = 1 << 40
"""Between two priorities; those of recipes go to a million, so that ranks stay below 2 ** 62."""

_DEEPEST = 1 << 12
"""Where the deepest pages go first, those that are deeper still go with them."""


class Entry:
    """One stored request: which lane it waits in, and where in it (``rank``, then ``seq``)."""

    __slots__ = (
        "fp", "lane", "lineage", "rank", "refusal", "refused_as", "renewed", "replayed",
        "request", "robots_of", "seq", "tries",
    )  # fmt: skip

    def __init__(self, request: Request, lane: str, rank: int, seq: int, fp: int, lineage: int = 0) -> None:
        self.request = request
        self.lane = lane
        self.rank = rank
        self.seq = seq
        self.fp = fp
        self.lineage = lineage
        """The patterns of the pages on the way to it, one bit each; see `scrapekit.crawl.fairness`."""
        self.tries = 0
        """Fetches so far that brought a page or ended in an error of the URL's own."""
        self.renewed = False
        """True once the session was renewed for it: a second time would not help either."""
        self.replayed = False
        """True where its answer was kept and nobody was asked for it."""
        self.refusal = ""
        """Why it may not be fetched although its turn has come; empty when it may."""
        self.refused_as = Verdict.ROBOTS
        """What it ends as then."""
        self.robots_of = ""
        """The origin whose robots.txt this asks for; empty for ordinary requests."""

    def __lt__(self, other: Entry) -> bool:
        return (self.rank, self.seq) < (other.rank, other.seq)

    def __repr__(self) -> str:
        return f"<Entry {self.seq} {self.request.url} tries={self.tries}>"

    @property
    def place(self) -> tuple[int, int]:
        """Its place in the lane: the smallest goes first."""
        return self.rank, self.seq


def identity(request: Request) -> int:
    """The fingerprint that makes two requests the same one: method, canonical address and body.

    Following pages that differ in nothing but a header carry what sets them apart in
    ``paging["key"]``, links told apart by what they carry in ``paging["of"]``. What a record asks of
    a page is another request than the page itself.
    """
    if request.late:
        request = unsealed(request)
    body = request.body
    if request.paging:
        apart = "".join(str(request.paging[name]) for name in ("key", "of") if name in request.paging)
        body = (body or b"") + apart.encode() if apart else body
    if request.ask:
        body = (body or b"") + request.ask.encode()
    return fingerprint(request.url, request.method, body)


def follows(request: Request) -> bool:
    """True when a page's paginator asked for it, and not a value that goes on over several pages."""
    return (request.paging or NOTHING).get("n", 1) > 1 and not request.ask


def rank_of(request: Request, order: str) -> int:
    """The lane's sort key: priority first (higher sooner), then depth as *order* says.

    ``breadth`` takes shallow pages first, ``depth`` deep ones, ``priority`` first come first served.
    """
    rank = -request.priority * _PRIORITY_STEP
    if order == "breadth":
        return rank + request.depth
    return rank - min(request.depth, _DEEPEST - 1) if order == "depth" else rank


def step_of(order: str) -> int:
    """How much a rank grows where a request goes behind its like; see `scrapekit.crawl.fairness`.

    Shallow pages wait as if they were one link deeper. Among deep ones that would stop no trap: each
    step leads it deeper.
    """
    return _DEEPEST if order == "depth" else 1


class Candidate:
    """A request that a page named, before the store has said whether it is new."""

    __slots__ = ("again", "found_on", "fp", "fruitful", "hop_of", "lane", "rank", "request")

    def __init__(
        self,
        request: Request,
        order: str,
        *,
        hop_of: Entry | None = None,
        found_on: Entry | None = None,
        fruitful: bool = False,
    ) -> None:
        self.request = request
        self.lane = lane_of(request.url)
        self.rank = rank_of(request, order)
        """Its rank by order and priority alone."""
        self.fp = identity(request)
        self.hop_of = hop_of
        """The entry that redirected here; it ends as a duplicate when this URL is known already."""
        self.found_on = found_on
        """The page that links to it; None for a seed or a redirect's target."""
        self.fruitful = fruitful
        """True when that page gave a record."""
        self.again = False
        """Queue it although it is known: a redirect back to an earlier hop of its own chain."""

    @property
    def is_seed(self) -> bool:
        """True when no page led here."""
        return self.request.depth == 0 and self.hop_of is None and not self.follows

    @property
    def follows(self) -> bool:
        """True when it is the following page of a page rule."""
        return follows(self.request)


@dataclass(frozen=True, slots=True)
class LaneMark:
    """What is noted of a lane while requests are being made there."""

    not_before: float
    """The Unix time before which the host may not be asked."""
    delay: float = 0.0
    """Seconds between two starts, where they are more than the recipe says; else 0."""
    parks: int = 0
    """How many times in a row the host was parked."""


@dataclass(slots=True)
class Group:
    """Outcomes that become durable together."""

    done: list[tuple[Entry, Outcome]] = field(default_factory=list)
    new: list[Candidate] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    quarantined: list[Item] = field(default_factory=list)
    """What goes to the quarantine file instead; these count as no records."""
    values: list[tuple[str, int]] = field(default_factory=list)
    """``kind.field`` and a digest: values that no other record may have."""
    pending: list[tuple[Entry, Pending]] = field(default_factory=list)
    """Records that wait for other pages, each with the page that began it."""
    visits: list[tuple[Entry, Outcome]] = field(default_factory=list)
    """Pages of which nothing was cut off, for later jobs to know; empty where nobody wants to."""
    marks: list[tuple[bytes, int]] = field(default_factory=list)
    """Identity and content of each record, for later jobs to know."""
    known_pages: list[tuple[object, ...]] = field(default_factory=list)
    """The visits as the store keeps them."""
    completed: list[tuple[Request, Sequence[Item]]] = field(default_factory=list)
    """Records that waited, each with the request that completed it; they are among ``items``, too."""
    counters: Counter[str] = field(default_factory=Counter)
    seeds: int = 0
    """How many seeds were drawn for this group."""
    paused: set[str] = field(default_factory=set)
    """Lanes whose host asked for patience."""
    lane_marks: dict[str, LaneMark] = field(default_factory=dict)
    """Lane → what a run that goes on has to know of it."""

    def __bool__(self) -> bool:
        return bool(self.done or self.new or self.paused or self.seeds)


@dataclass(frozen=True, slots=True)
class Committed:
    """What the store made of a group: the entries that were new, how many were known already."""

    queued: Sequence[Entry]
    duplicates: int
    verdicts: Mapping[str, int]
    completed: Sequence[tuple[Request, Sequence[Item]]] = ()
    """Records that waited for other pages and are complete, each with the request that completed it."""
    refused: Sequence[str] = ()
    """The addresses of links that were one too many of their pattern; they are not known from now on."""


@dataclass(frozen=True, slots=True)
class LaneState:
    """A lane as the store remembers it."""

    name: str
    waiting: int
    not_before: float
    delay: float = 0.0
    parks: int = 0


@dataclass(frozen=True, slots=True)
class Restored:
    """What a job folder remembers when it is opened."""

    lanes: Sequence[LaneState] = ()
    counters: Mapping[str, int] = field(default_factory=dict)
    seeds: int = 0
    positions: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    resumed: bool = False
    began: float | None = None
    """The Unix time at which the job began; None where nothing remembers it."""
