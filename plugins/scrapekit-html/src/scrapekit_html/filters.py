"""Filters for markup: take parts out, tidy it, read its text or a value in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from lxml import etree

from scrapekit import FilterContext, Options, Select, SelectorError, resolve
from scrapekit_html.markup import Markup, as_markup, changing, drop, read_selectors, unwrap, written
from scrapekit_html.reading import lines_of, read_text

_ADDRESSES = frozenset({"href", "src", "action", "poster", "cite", "data"})
_UNSEEN = (
    etree.Comment,
    etree.ProcessingInstruction,
    "script",
    "style",
    "template",
    "noscript",
    "iframe",
    "object",
    "embed",
)

Example = tuple[str | None, Any, Any]


class Remove:
    """Removes elements with all that is in them; the text around them stays."""

    takes: ClassVar = "html"
    gives: ClassVar = "html"
    short: ClassVar = "selector"
    options: ClassVar[Mapping[str, str]] = {"selector": "a CSS selector, or a list of them"}
    example: ClassVar[Sequence[Example]] = [
        (".ad, script", '<p>Tea <b class="ad">Buy!</b> is good.</p>', "<p>Tea  is good.</p>"),
        ("[b, i]", "<b>a</b><i>b</i>", None),
    ]

    def make(self, options: Options) -> Callable[[Any], str | None]:
        """The function for these selectors."""
        return _on_selected(options, drop)


class Unwrap:
    """Removes the tags of elements; what is in them stays."""

    takes: ClassVar = "html"
    gives: ClassVar = "html"
    short: ClassVar = "selector"
    options: ClassVar[Mapping[str, str]] = {"selector": "a CSS selector, or a list of them"}
    example: ClassVar[Sequence[Example]] = [
        ("a, span", '<p><a href="/tea">Green <b>tea</b></a>!</p>', "<p>Green <b>tea</b>!</p>"),
    ]

    def make(self, options: Options) -> Callable[[Any], str | None]:
        """The function for these selectors."""
        return _on_selected(options, unwrap)


def _on_selected(
    options: Options, change_elements: Callable[[Any, Sequence[Any]], None]
) -> Callable[[Any], str | None]:
    """The function that changes what the option ``selector`` finds."""
    markup = Markup(options)
    selects = read_selectors(options, "selector", markup)
    options.close()

    def change(body: Any) -> None:
        for select in selects:
            change_elements(body, select(body))

    return changing(markup, change)


class Text:
    """Gives the visible text of markup, white space folded."""

    takes: ClassVar = "html"
    gives: ClassVar = "text"
    options: ClassVar[Mapping[str, str]] = {"lines": "true: a line for each paragraph, cell or other block"}
    example: ClassVar[Sequence[Example]] = [
        (None, "<p>Green <b>tea</b></p><p>50&nbsp;g</p>", "Green tea 50 g"),
        ("{lines: true}", "<p>Green <b>tea</b></p><p>50 g<br>tin</p>", "Green tea\n50 g\ntin"),
        (None, "Tea &amp; milk", "Tea & milk"),
    ]

    def make(self, options: Options) -> Callable[[Any], str | None]:
        """The function that reads the text."""
        markup = Markup(options)
        read = lines_of if options.flag("lines") else read_text
        options.close()
        return lambda value: read(markup.body(as_markup(value))) or None


class Html:
    """Tidies markup: scripts, styles, comments and event handlers go, and addresses become absolute."""

    takes: ClassVar = "html"
    gives: ClassVar = "html"
    uses_page: ClassVar = True
    options: ClassVar[Mapping[str, str]] = {
        "keep": "the elements to keep, such as [p, a, strong]; of all others only what is in them stays",
        "attributes": "the attributes to keep, such as [href, src]",
        "inner": "true: leave out the tags of the outermost element",
    }
    example: ClassVar[Sequence[Example]] = [
        (
            None,
            '<p onclick="x()">Tea<script>x()</script> <a href="/tea">more</a></p>',
            '<p>Tea <a href="https://shop.example/tea">more</a></p>',
        ),
        (
            "{keep: [b], attributes: []}",
            '<div><p class="x">Green <b id="t">tea</b></p></div>',
            "Green <b>tea</b>",
        ),
        ("{inner: true}", "<div><p>Tea</p></div>", "<p>Tea</p>"),
    ]

    def make(self, options: Options) -> Callable[[Any, FilterContext], str | None]:
        """The function that tidies."""
        markup = Markup(options)
        keep = _names(options, "keep")
        attributes = _names(options, "attributes")
        inner = options.flag("inner")
        options.close()

        def run(value: Any, context: FilterContext) -> str | None:
            body = markup.body(as_markup(value))
            if (
                inner
                and len(body) == 1
                and not (body.text or "").strip()
                and not (body[0].tail or "").strip()
            ):
                unwrap(body, [body[0]])
            etree.strip_elements(body, *_UNSEEN, with_tail=False)
            if keep is not None:
                unwrap(body, [each for each in body.iterdescendants() if each.tag not in keep])
            for element in body.iterdescendants():
                _tidy(element, attributes, context.url)
            return written(body)

        return run


def _names(options: Options, key: str) -> frozenset[str] | None:
    """The names under *key* in lower case; None where nothing is written, which is not the same as none."""
    names = frozenset(str(node.value).strip().lower() for node in options.texts(key))
    return names if key in options else None


def _tidy(element: Any, attributes: frozenset[str] | None, url: str) -> None:
    for name in list(element.attrib):
        if name.startswith("on") or (attributes is not None and name not in attributes):
            del element.attrib[name]
        elif name in _ADDRESSES:
            _make_absolute(element, name, url)


def _make_absolute(element: Any, name: str, url: str) -> None:
    address = element.get(name).strip()
    if (absolute := resolve(url, address)) is not None:
        element.set(name, absolute)
    elif address[:11].lower().startswith(("javascript:", "vbscript:", "data:text")):
        del element.attrib[name]


class ParseHtml:
    """Reads markup and gives what a selector finds in it; the first match, or all."""

    takes: ClassVar = "html"
    gives: ClassVar = "any"
    short: ClassVar = "css"
    options: ClassVar[Mapping[str, str]] = {
        "css": "a CSS selector",
        "xpath": "an XPath instead",
        "attr": "how the match is read: text (the default), html, inner_html, own_text or an attribute",
        "all": "true: a list of every match",
    }
    example: ClassVar[Sequence[Example]] = [
        ("b", "<p>Green <b>tea</b></p>", "tea"),
        ("{css: a, attr: href, all: true}", '<a href="/1">1</a><a href="/2">2</a>', ["/1", "/2"]),
        ("{xpath: '//p[2]'}", "<p>1</p><p>2</p>", "2"),
        ("h1", "<p>Tea</p>", None),
    ]

    def make(self, options: Options) -> Callable[[Any], Any]:
        """The function for this selector."""
        markup = Markup(options)
        every = options.flag("all")
        select = _one_select(options, markup, every)
        name = options.text("attr", "text")
        try:
            read = markup.parser.read(name)
        except SelectorError as error:
            options.problem("attr", str(error), error.hint)
            read = read_text
        options.close()

        def run(value: Any) -> Any:
            found = [read(node) for node in select(markup.body(as_markup(value)))]
            if every:
                return [one for one in found if one not in (None, "")] or None
            return (found[0] if found else None) or None

        return run


def _one_select(options: Options, markup: Markup, every: bool) -> Select:
    css, xpath = options.scalar("css", "a selector"), options.scalar("xpath", "a selector")
    if "xpath" in options and "css" in options:
        options.problem("xpath", '"css" and "xpath" exclude each other')
    elif "xpath" not in options:
        options.require("css")
    node, language = (css, "css") if xpath is None else (xpath, "xpath")
    if node is None:
        return lambda scope: ()
    try:
        return markup.parser.compile(str(node.value), language, not every)
    except SelectorError as error:
        place = node.at(error.offset, error.width)
        options.problems.add(place, options.at(language), str(error), error.hint)
        return lambda scope: ()
