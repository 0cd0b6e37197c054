"""The demo shop's pages as HTML, from books to text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from scrapekit.demo.catalogue import CATEGORIES, RATINGS, Book

NAME = "The Lamplight Bookshop"

STYLE = """\
:root { --ink: #2b2622; --paper: #faf6ef; --brand: #7a3b1d; --line: #e4d9c8; }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 Georgia, serif; color: var(--ink); background: var(--paper); }
a { color: var(--brand); }
header { background: var(--brand); padding: 1rem 2rem; }
header a { color: #fff; text-decoration: none; font-size: 1.5rem; }
main { display: grid; grid-template-columns: 11rem 1fr; gap: 2rem; }
main { max-width: 66rem; margin: 2rem auto; padding: 0 1rem; }
nav ul, ol.books, .breadcrumb, .pager { list-style: none; margin: 0; padding: 0; }
ol.books { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1.5rem; }
ol.books article, .product { background: #fff; border: 1px solid var(--line); }
ol.books article, .product { border-radius: 6px; padding: 1rem; }
article img, #gallery img { width: 100%; border-radius: 4px; }
h3 { margin: .5rem 0; font-size: 1rem; min-height: 3rem; }
.price_color { color: #35692f; font-weight: bold; margin: .2rem 0; }
.availability { color: #6b6259; margin: .2rem 0; font-size: .85rem; }
.star-rating { margin: .2rem 0; color: #c7861c; }
.breadcrumb, .pager { display: flex; gap: 1rem; margin: 1rem 0; }
.breadcrumb li + li::before { content: "/"; margin-right: 1rem; color: #b8ab99; }
.product { display: grid; grid-template-columns: 14rem 1fr; gap: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
footer { text-align: center; color: #6b6259; padding: 2rem; font-size: .85rem; }
"""

_HUES = (18, 205, 265, 120, 232, 38)


def listing_page(heading: str, shelf: Sequence[Book], *, page: int, pages: int) -> str:
    """A page of books, twenty at most, with links to the pages before and after it."""
    rows = "\n".join(_row(book) for book in shelf)
    body = f'<h1>{escape(heading)}</h1>\n<ol class="books">\n{rows}\n</ol>\n{_pager(page, pages)}'
    return _frame(heading if page == 1 else f"{heading}, page {page}", body)


def book_page(book: Book) -> str:
    """One book's own page."""
    title, shelf = escape(book.title), escape(book.category)
    body = f"""\
<ul class="breadcrumb">
<li><a href="/">Home</a></li>
<li><a href="/category/{book.category.lower()}/">{shelf}</a></li>
<li>{title}</li>
</ul>
<article class="product">
<div id="gallery"><img src="../media/{book.number}.svg" alt="Cover of {title}"></div>
<div>
<h1>{title}</h1>
<p class="author">by <span>{escape(book.author)}</span></p>
<p class="price_color">£{book.price:.2f}</p>
{_stars(book)}
<p class="availability">{book.availability}</p>
<h2>About this book</h2>
<p id="description">{escape(book.description)}</p>
<table>
<tr><th>UPC</th><td>{book.upc}</td></tr>
<tr><th>Pages</th><td>{book.pages}</td></tr>
<tr><th>Shelf</th><td>{shelf}</td></tr>
</table>
</div>
</article>"""
    return _frame(book.title, body)


def note_page(heading: str, text: str) -> str:
    """A page that only says something."""
    return _frame(heading, f"<h1>{escape(heading)}</h1>\n<p>{escape(text)}</p>")


def cover(book: Book) -> str:
    """A book's cover, drawn as SVG."""
    hue = _HUES[CATEGORIES.index(book.category)]
    lines = "".join(
        f'<text x="100" y="{110 + 30 * n}">{escape(word)}</text>'
        for n, word in enumerate(book.title.split()[:5])
    )
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 300">
<rect width="200" height="300" fill="hsl({hue} 35% {30 + book.number % 5 * 5}%)"/>
<rect x="12" y="12" width="176" height="276" fill="none" stroke="#fff" opacity=".5"/>
<g fill="#fff" font-family="Georgia, serif" text-anchor="middle" font-size="24">{lines}</g>
<text x="100" y="275" fill="#fff" font-size="12" text-anchor="middle">{escape(book.author)}</text>
</svg>
"""


def _frame(title: str, body: str) -> str:
    shelves = "\n".join(f'<li><a href="/category/{name.lower()}/">{name}</a></li>' for name in CATEGORIES)
    return f"""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(title)} · {NAME}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><a href="/">{NAME}</a></header>
<main>
<nav><ul>
{shelves}
</ul></nav>
<section>
{body}
</section>
</main>
<footer>Invented books, for demonstration only. · <a href="/private/ledger.html">Staff</a></footer>
</body>
</html>
"""


def _row(book: Book) -> str:
    title = escape(book.title)
    return f"""\
<li><article>
<a href="{book.path}"><img src="/media/{book.number}.svg" alt=""></a>
<h3><a href="{book.path}">{title}</a></h3>
{_stars(book)}
<p class="price_color">£{book.price:.2f}</p>
</article></li>"""


def _stars(book: Book) -> str:
    return (
        f'<p class="star-rating {RATINGS[book.rating - 1]}">{"★" * book.rating}{"☆" * (5 - book.rating)}</p>'
    )


def _pager(page: int, pages: int) -> str:
    if pages < 2:
        return ""
    before = f'<li class="previous"><a href="{_listing_path(page - 1)}">previous</a></li>' if page > 1 else ""
    after = f'<li class="next"><a href="{_listing_path(page + 1)}">next</a></li>' if page < pages else ""
    return f'<ul class="pager">{before}<li>Page {page} of {pages}</li>{after}</ul>'


def _listing_path(page: int) -> str:
    return "/" if page == 1 else f"/page/{page}/"
