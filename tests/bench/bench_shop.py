"""The shop the benchmark crawls: pages as text, from their number alone."""

from __future__ import annotations

from collections.abc import Iterator

PER_LISTING = 20
DETAIL_BYTES = 12_000

_WORDS = ["amber", "cedar", "ember", "fathom", "garnet", "hollow", "island", "juniper", "lattice", "meadow"]
_WORDS += ["nimble", "orchard", "pebble", "quarry", "ripple", "sable", "timber", "umber", "velvet", "willow"]
_CATEGORIES = tuple(word.title() for word in _WORDS[:12])


def paths(count: int) -> Iterator[str]:
    """Every path of a shop with *count* detail pages."""
    yield "/robots.txt"
    for number in range(1, listings(count) + 1):
        yield listing_path(number)
    for number in range(count):
        yield detail_path(number)


def listings(count: int) -> int:
    """How many listing pages *count* products need."""
    return -(-count // PER_LISTING)


def listing_path(number: int) -> str:
    """The path of a listing page, from 1."""
    return "/" if number == 1 else f"/page/{number}.html"


def detail_path(number: int) -> str:
    """The path of a product, from 0."""
    return f"/product/{_phrase(number, 2, '-')}-{number}.html"


def listing(number: int, count: int) -> str:
    """One listing page: twenty products and a link to the next page."""
    shelf = range((number - 1) * PER_LISTING, min(number * PER_LISTING, count))
    rows = "\n".join(
        f'<li class="row"><article class="product_pod"><h3><a href="{detail_path(n)}">{_title(n)}</a></h3>'
        f'<p class="price_color">{_price(n)}</p></article></li>'
        for n in shelf
    )
    after = f'<li class="next"><a href="{listing_path(number + 1)}">next</a></li>'
    pager = f'<ul class="pager">{after if number < listings(count) else ""}</ul>'
    return _frame(f"Page {number}", f'<ol class="row">\n{rows}\n</ol>\n{pager}')


def detail(number: int, count: int, size: int = DETAIL_BYTES) -> str:
    """One product page of about *size* bytes with 26 links."""
    body = _product(number, count)
    room = size - len(_frame(_title(number), body)) - len('<div class="reviews">\n</div>')
    reviews = "\n".join(_reviews(number, room))
    return _frame(_title(number), f'{body}\n<div class="reviews">\n{reviews}\n</div>')


def record(number: int) -> dict[str, object]:
    """What a crawler must find on a product page."""
    return {
        "title": _title(number),
        "price": float(_price(number).lstrip("£")),
        "upc": _upc(number),
        "image": f"/media/{number}.jpg",
        "category": _category(number),
        "availability": _availability(number),
        "description": _description(number),
    }


def _product(number: int, count: int) -> str:
    category = _category(number)
    related = "\n".join(
        f'<li class="col"><article><a class="also" href="{detail_path(n)}">{_title(n)}</a></article></li>'
        for n in ((number + step) % count for step in range(1, 7))
    )
    return f"""\
<ul class="breadcrumb">
<li><a href="/">Home</a></li>
<li><a href="/">Products</a></li>
<li><a href="/" class="category">{category}</a></li>
<li class="active">{_title(number)}</li>
</ul>
<div class="row">
<div id="gallery" class="carousel"><div class="item active"><img src="/media/{number}.jpg" alt=""></div></div>
<div class="product_main">
<h1>{_title(number)}</h1>
<p class="price_color">{_price(number)}</p>
<p class="instock availability"><i class="icon-ok"></i> {_availability(number)}</p>
</div>
</div>
<div id="description"><h2>Description</h2><p>{_description(number)}</p></div>
<table class="table table-striped">
<tr><th>UPC</th><td>{_upc(number)}</td></tr>
<tr><th>Product type</th><td>{category}</td></tr>
<tr><th>Price (excl. tax)</th><td>{_price(number)}</td></tr>
<tr><th>Tax</th><td>£0.00</td></tr>
<tr><th>Number of reviews</th><td>{number % 7}</td></tr>
</table>
<ul class="related">
{related}
</ul>"""


def _reviews(number: int, room: int) -> Iterator[str]:
    step = 0
    while room > 0:
        step += 1
        text = _phrase(number * 13 + step * 5, 24)[: max(0, room - 75)]
        review = f'<div class="review"><span class="who">Reader {step}</span><p class="text">{text}</p></div>'
        yield review
        room -= len(review) + 1


def _frame(title: str, body: str) -> str:
    shelves = "\n".join(
        f'<li class="nav-item"><a class="nav-link" href="/">{name}</a></li>' for name in _CATEGORIES
    )
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title} | Bench shop</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/static/shop.css">
<script src="/static/shop.js"></script>
</head>
<body class="default">
<header class="header container">
<div class="row"><a href="/">Bench shop</a> <small>everything, twice</small></div>
</header>
<div class="container page">
<aside class="sidebar"><ul class="nav nav-list">
{shelves}
</ul></aside>
<div class="content">
{body}
</div>
</div>
<footer class="footer">
<a href="/">About</a> <a href="/">Terms</a> <a href="/">Privacy</a> <a href="/">Contact</a>
</footer>
</body>
</html>
"""


def _title(number: int) -> str:
    return f"{_phrase(number, 3).title()} {number}"


def _price(number: int) -> str:
    return f"£{number * 37 % 9000 / 100 + 1:.2f}"


def _category(number: int) -> str:
    return _CATEGORIES[number % len(_CATEGORIES)]


def _upc(number: int) -> str:
    return f"{(number + 1) * 2654435761 % 2**48:012x}"


def _availability(number: int) -> str:
    return f"In stock ({number % 90 + 1} available)"


def _description(number: int) -> str:
    return f"{_phrase(number * 7, 60).capitalize()}."


def _phrase(number: int, length: int, glue: str = " ") -> str:
    start = number * 31 % (len(_STORY) - length)
    return glue.join(_STORY[start : start + length])


def _story(length: int) -> list[str]:
    """Words picked by a linear congruence, so that neighbours differ."""
    number, words = 7, []
    for _ in range(length):
        number = (number * 1103515245 + 12345) % 2**31
        words.append(_WORDS[(number >> 16) % len(_WORDS)])
    return words


_STORY = _story(4999)
