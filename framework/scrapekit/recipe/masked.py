"""The texts of a recipe that nobody may read, in every spelling they are sent in."""

from __future__ import annotations

from collections.abc import Iterator

from scrapekit.recipe.inputs import Inputs
from scrapekit.recipe.model import Auth, Http
from scrapekit.recipe.model.auth import revealed
from scrapekit.web.late import forms_of
from scrapekit.web.senders import basic


def masked_texts(inputs: Inputs, http: Http) -> tuple[str, ...]:
    """Secret inputs, and the passwords and tokens of ``http.auth``; none of them empty."""
    values = [*inputs.secrets.values(), *_written_out(http.auth), *credentials_of(http.auth)]
    return tuple(dict.fromkeys(form for value in values for form in forms_of(value)))


def _written_out(auth: Auth | None) -> Iterator[str]:
    """What a recipe says itself, though an input would be the place for it."""
    if auth is not None:
        yield revealed(auth.token)
        yield revealed(auth.password)


def credentials_of(auth: Auth | None) -> tuple[str, ...]:
    """What a Basic credential makes of user and password: no spelling of either, and as good as both."""
    if auth is None or auth.kind not in ("basic", "oauth2"):
        return ()
    return (basic(revealed(auth.user), revealed(auth.password)).removeprefix("Basic "),)
