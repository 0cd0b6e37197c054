"""The shape of a recipe, frozen: what was written, typed and checked, with marks for later errors.

Names are still names here (a filter is the word ``trim``, a selector is text); `scrapekit.planning.plan`
turns them into functions. Short forms are gone: each has become its one long form.
"""

from __future__ import annotations

from scrapekit.recipe.model.auth import Auth, Bound, Secret
from scrapekit.recipe.model.calendar import CalendarUnit, Day, Days, Span
from scrapekit.recipe.model.items import ItemRule
from scrapekit.recipe.model.pages import GraphQL, LinkRule, PageRule, Paginate, Pattern, RequestShape, Window
from scrapekit.recipe.model.pins import Pin
from scrapekit.recipe.model.recorded import RecordedPage
from scrapekit.recipe.model.rows import (
    Context,
    Contract,
    Explode,
    InPageJoin,
    Previous,
    RowSpan,
    SortKey,
    Unique,
)
from scrapekit.recipe.model.seeds import Alternative, Each, FileSource, Listing, Seed
from scrapekit.recipe.model.seen import SeenRule
from scrapekit.recipe.model.settings import (
    Budget,
    Crawl,
    Expect,
    Export,
    Http,
    Kept,
    Site,
    Traps,
)
from scrapekit.recipe.model.values import Field, NamedPipe, Selector, Step, Then
from scrapekit.recipe.model.whole import Recipe

__all__ = [
    "Alternative",
    "Auth",
    "Bound",
    "Budget",
    "CalendarUnit",
    "Context",
    "Contract",
    "Crawl",
    "Day",
    "Days",
    "Each",
    "Expect",
    "Explode",
    "Export",
    "Field",
    "FileSource",
    "GraphQL",
    "Http",
    "InPageJoin",
    "ItemRule",
    "Kept",
    "LinkRule",
    "Listing",
    "NamedPipe",
    "PageRule",
    "Paginate",
    "Pattern",
    "Pin",
    "Previous",
    "Recipe",
    "RecordedPage",
    "RequestShape",
    "RowSpan",
    "Secret",
    "Seed",
    "SeenRule",
    "Selector",
    "Site",
    "SortKey",
    "Span",
    "Step",
    "Then",
    "Traps",
    "Unique",
    "Window",
]
