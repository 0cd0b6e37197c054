"""``login`` and ``vars`` to requests that can be sent, and functions that read their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from scrapekit.errors import PageError, Problems, UsageError
from scrapekit.extract.draft import Draft, Terms
from scrapekit.extract.fields.objects import compile_one
from scrapekit.extract.late_names import in_request
from scrapekit.extract.links.checks import compile_patterns, found_by
from scrapekit.extract.reading import PAGE_NAMES, Ground, ReadField
from scrapekit.extract.requests.forms import compile_form
from scrapekit.extract.requests.params import header_text
from scrapekit.extract.responses.conditions import Answer, Holds, compile_conditions
from scrapekit.extract.seeds.requests import compile_request
from scrapekit.extract.session.login_form import compile_fill_in
from scrapekit.extract.session.taking import is_one, take
from scrapekit.extract.texts import compile_text
from scrapekit.language.rendering import render
from scrapekit.options import Options
from scrapekit.page import Page
from scrapekit.parts import Document
from scrapekit.recipe.model import Field, Recipe, Seed
from scrapekit.recipe.model.responses import ResponseRule
from scrapekit.recipe.model.session import Call, Check, Login, Reader, Var
from scrapekit.request import Request
from scrapekit.web.bindings import with_upgrades
from scrapekit.web.responses import describe_status
from scrapekit.web.session.steps import PAGE, LoginSteps, Refused, SessionPlan, VarSteps
from scrapekit.web.url import origin_of

Read: TypeAlias = Callable[[Page], Answer]


def compile_session(terms: Terms, recipe: Recipe) -> SessionPlan | None:
    """What the recipe says of sessions; None when it says nothing, or has problems."""
    if recipe.login is None and not recipe.vars and not recipe.http.late_headers:
        return None
    before = len(terms.problems)
    late = {root: names for root, names in terms.late.items() if root != "vars"}
    plain = replace(terms, late=late)
    login = _compile_login(plain, recipe.login, recipe.inputs) if recipe.login else None
    # A value may be fetched with what the login gave; values do not know of one another.
    takes = {name: text for name, text in terms.late.get("vars", {}).items() if login and name in login.takes}
    scope = replace(terms, late={**late, "vars": takes} if takes else late)
    values = {var.name: _compile_var(scope, var, recipe.inputs) for var in recipe.vars}
    for var in recipe.vars:
        if login and var.name in login.takes:
            terms.problems.add(var.mark, var.path, f'the login takes a value named "{var.name}", too')
    headers = _compile_headers(terms, recipe)
    if len(terms.problems) > before:
        return None
    return SessionPlan(login, {name: var for name, var in values.items() if var is not None}, headers)


def _compile_headers(terms: Terms, recipe: Recipe) -> tuple[tuple[str, str], ...]:
    """The headers of all requests that are made of fetched values, with placeholders."""
    scope, known = in_request(terms), {"inputs": recipe.inputs}
    texts = {
        name: compile_text(scope, node, f"http.headers.{name}").render
        for name, node in recipe.http.late_headers.items()
    }
    return tuple((name, header_text(text(known))) for name, text in texts.items())


def bound_to(
    session: SessionPlan, seed_urls: Iterable[str], recipe: Recipe, problems: Problems
) -> SessionPlan | None:
    """The plan with the origins of the seeds; None, and a problem, where its login lets into none of them."""
    origins = with_upgrades(origin_of(url) for url in seed_urls)
    login = session.login
    if login is not None and recipe.login is not None and not login.origins & origins and not login.takes:
        message = f"no seed is at {' or '.join(sorted(login.origins)[:2])}, which this logs in to"
        hint = f"say what it is for: origins: [{sorted(origins)[0]}]"
        problems.add(recipe.login.mark, "login", message, hint)
        return None
    return replace(session, origins=origins)


def _compile_call(terms: Terms, call: Call, inputs: Mapping[str, Any]) -> Request | None:
    """The request; None, and a problem, where its address is none."""
    before = len(terms.problems)
    make = compile_request(terms, Seed(PAGE, call.path, call.mark, call.url, call.shape), None)
    if len(terms.problems) > before:
        return None
    try:
        return make({"inputs": inputs})
    except (UsageError, ValueError) as error:
        hint = "write it whole: https://..."
        terms.problems.add(call.url.mark, call.path, str(error), hint)
        return None


def _draft(terms: Terms, reader: Reader, path: str) -> Draft | None:
    factory = terms.load("parsers", reader.name, reader.mark, f"{path}.parser")
    if factory is None:
        return None
    options = Options(reader.options, terms.problems, f"{path}.parser", mark=reader.mark)
    names = {**terms.names, "page": PAGE_NAMES}
    parser = factory(options)
    return Draft(
        terms.plugins,
        terms.problems,
        names,
        terms.parts,
        parser,
        reader.name,
        pipes=terms.pipes,
        late=terms.late,
    )


def _reading(draft: Draft, inputs: Mapping[str, Any]) -> Read:
    """How an answer is read: parsed when something looks into it."""
    ground = Ground(inputs)
    parse_page = draft.parser.parse

    def parse(page: Page) -> Document:
        try:
            return parse_page(page)
        except ValueError as error:
            raise PageError(str(error)) from error

    return lambda page: Answer(page, parse, ground)


def _compile_login(terms: Terms, login: Login, inputs: Mapping[str, Any]) -> LoginSteps | None:
    draft = _draft(terms, login.reader, login.path)
    form_draft = _draft(terms, Reader("html", login.mark), login.path) if login.form else None
    call = login.form.page if login.form else login.call
    first = _compile_call(terms, call, inputs) if call else None
    check = _compile_call(terms, login.check.call, inputs) if login.check and login.check.call else None
    if draft is None or first is None or (login.form is not None and form_draft is None):
        return None
    read, fill_in = _reading(draft, inputs), None
    places: list[Callable[[str], object]] = [
        found_by(pattern) for pattern in compile_patterns(login.expired_at, "login.expired", terms.problems)
    ]
    if login.form is not None and form_draft is not None:
        fill_in = compile_fill_in(form_draft, login.form, _reading(form_draft, inputs), inputs)
        form_at = first.url.partition("?")[0]
        places.append(lambda url: url.partition("?")[0] == form_at)
    return LoginSteps(
        origins=_origins(login, [first, *([check] if check else [])]),
        first=first,
        fill_in=fill_in,
        read=_compile_answer(draft, login, read, check=check is not None),
        check=check,
        prove=_compile_proof(draft, login.check, read) if login.check else _compile_doubt(form_draft, login),
        takes=frozenset(field.name for field in login.take),
        expired=_among(login.expired),
        logged_out_at=lambda url: any(is_there(url) for is_there in places),
    )


def _origins(login: Login, requests: Iterable[Request]) -> frozenset[str]:
    return with_upgrades([*(origin_of(request.url) for request in requests), *login.origins])


def _among(statuses: Sequence[range]) -> frozenset[int]:
    return frozenset(status for each in statuses for status in each)


def _compile_answer(
    draft: Draft, login: Login, read: Read, *, check: bool
) -> Callable[[Page], Mapping[str, str]]:
    """Reads the answer to the login; Refused where ``fail`` fits, or the status is bad."""
    fails = [(rule.path, compile_conditions(draft, rule)) for rule in login.fail]
    take = [(field, compile_one(draft, field).read) for field in login.take]

    def read_answer(page: Page) -> Mapping[str, str]:
        answer = read(page)
        for path, conditions in fails:
            if _all_hold(conditions, answer):
                raise Refused(f"{path} fits the answer, {describe_status(page.status)}")
        # An address that only answers a login need not have a page: the check says whether it worked.
        if page.status >= 400 and not (check and page.status in (404, 405)):
            raise Refused(describe_status(page.status))
        return {field.name: _value(field, read_field, answer) for field, read_field in take}

    return read_answer


def _compile_doubt(draft: Draft | None, login: Login) -> Callable[[Page], None] | None:
    """Where nothing says how to tell: a form that is shown again did not let us in."""
    if draft is None or login.form is None or login.fail:
        return None
    find, read = compile_form(draft, login.form.selector, "login.form"), _reading(draft, {})

    def doubt(page: Page) -> None:
        reading = read(page).parsed
        form = find(reading.document) if find is not None and reading is not None else None
        if form is not None and form.has_password:
            raise Refused(f"the answer shows the form again, {describe_status(page.status)}")

    return doubt


def _compile_proof(draft: Draft, check: Check, read: Read) -> Callable[[Page], None]:
    rule: ResponseRule | None = check.rule
    conditions = compile_conditions(draft, rule) if rule is not None else []

    def prove(page: Page) -> None:
        if not _all_hold(conditions, read(page)):
            raise Refused(f"login.check does not fit the answer, {describe_status(page.status)}")

    return prove


def _all_hold(conditions: Sequence[Holds], answer: Answer) -> bool:
    return all(condition(answer) for condition in conditions)


def _value(field: Field, read: ReadField, answer: Answer) -> str:
    """The field's value as a text; Refused where there is none."""
    value = take(read, answer, field.path)
    if not is_one(value):
        found = "found nothing" if value is None else "found more than one value"
        raise Refused(f"{field.path} {found} in the answer, {describe_status(answer.page.status)}")
    return render(value)


def _compile_var(terms: Terms, var: Var, inputs: Mapping[str, Any]) -> VarSteps | None:
    draft = _draft(terms, var.reader, var.path)
    request = _compile_call(terms, var.call, inputs)
    if draft is None or request is None:
        return None
    read, read_field = _reading(draft, inputs), compile_one(draft, var.field).read
    return VarSteps(
        request, lambda page: _value(var.field, read_field, read(page)), var.expires, _among(var.renew)
    )
