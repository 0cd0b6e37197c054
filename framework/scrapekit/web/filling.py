"""Late values put into a request that is about to be sent, and taken out of what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from scrapekit.errors import FetchError
from scrapekit.model import Verdict
from scrapekit.page import Page
from scrapekit.request import Request
from scrapekit.web.bindings import Bindings
from scrapekit.web.late import fill, holds, marked
from scrapekit.web.url import origin_of


class Values(Protocol):
    """Where the values of one root of late names come from, and where each may go."""

    def allows(self, name: str, origin: str) -> bool:
        """True when the value may be sent to *origin*."""
        ...

    def places(self, name: str) -> str:
        """Where the value may go, in words."""
        ...

    def value(self, name: str) -> str:
        """The value as it is now."""
        ...


class Filling:
    """Fills requests and empties pages, for one recipe.

    *bindings* are the secrets, under the root ``inputs``; *others* are further roots. An answer
    that repeats a secret is read with a placeholder in its place, so that neither records nor
    links nor the job folder ever hold it.
    """

    def __init__(self, bindings: Bindings, others: Mapping[str, Values] | None = None) -> None:
        self._bindings = bindings
        self._values: dict[str, Values] = {"inputs": bindings, **(others or {})}

    def offer(self, root: str, values: Values) -> None:
        """Take the values of *root* from here: what fetches values needs requests that are filled itself."""
        self._values[root] = values

    def filled(self, request: Request) -> Request:
        """The request for the wire. Raises FetchError, REFUSED, where a value may not go to its origin."""
        origin = origin_of(request.url)
        for name in request.late:
            self._check(name, origin, "is not sent to")
        return fill(request, lambda root, name: self._values[root].value(name))

    def check_redirect(self, target: Request) -> None:
        """Raise FetchError, REFUSED, where a redirect would take a value to another origin."""
        for name in target.late:
            self._check(name, origin_of(target.url), "does not follow a redirect to")

    def _check(self, name: str, origin: str, does_not_go: str) -> None:
        root, _, attribute = name.partition(".")
        values = self._values.get(root)
        if values is None or not values.allows(attribute, origin):
            places = values.places(attribute) if values else "nothing"
            message = f"the value of {name} is bound to {places} and {does_not_go} {origin}"
            raise FetchError(message, verdict=Verdict.REFUSED)

    def emptied(self, page: Page, request: Request) -> Page:
        """The page as an answer to *request*, placeholders in place of the values that were sent."""
        page.request = request
        if request.late:
            page.url = marked(request).url
            page.holds_late = holds(page.url)
        for text, instead in self._bindings.echoes(origin_of(request.url)):
            _replace(page, text, instead)
        return page

    def hushed(self, error: FetchError, request: Request) -> FetchError:
        """The error without values that its words repeat."""
        for text, instead in self._bindings.echoes(origin_of(request.url)):
            if text in str(error):
                error.args = (str(error).replace(text, instead),)
        return error


def _replace(page: Page, text: str, instead: str) -> None:
    data = text.encode()
    if data in page.body:
        page.body = page.body.replace(data, instead.encode())
        page.holds_late = True
    if any(text in value for value in page.headers.values()):
        page.headers = {name: value.replace(text, instead) for name, value in page.headers.items()}
        page.holds_late = True
