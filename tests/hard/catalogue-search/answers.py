"""An antiquarian's search: ten parameters, rows in a hurry, popular books where nothing was found."""

from html import escape
from urllib.parse import quote

# number, title, author, imprint, price, category, condition, signed
BOOKS = [
    (501, "Das Meer & die Möwe", "Ida Frisch", "Leipzig 1921, 2. Aufl.", "1.250,00 €", 12, "Wie neu", True),
    (502, "Meeresstille", "", "o. O., um 1890", "18,- €", 12, "  sehr gut, Rücken\n blass ", False),
    (503, "Am Meer entlang", "Karl Weg", "Zürich: Seeverlag, 1934", "Preis auf Anfrage", 7, "gut", False),
    (504, "Meereskarte der Ostsee", "N. N.", "1788", "EUR 340,50", 32, "Gebräunt, fleckig", False),
    (505, "Meer ohne Ufer", "Ida Frisch", "o. J.", "9,80 €", 99, None, True),
    (506, "Der Berg", "Karl Weg", "Bern 1955", "12,00 €", 7, "gut", False),
]
NUMBERS_OF_CATEGORIES = {"12": {12}, "7": {7}, "31": {31, 32}}
ROWS_A_PAGE = 2


def row(book):
    number, title, author, imprint, price, category, condition, signed = book
    by = f'<span class="by">von\n  {escape(author)} </span>' if author else ""
    state = f'<p class="condition">{condition}</p>' if condition else ""
    mark = '<img class="signed" alt="signiert"><b class="signed">signiert</b>' if signed else ""
    return f"""<li><h3> <a href="/b/{number}-{quote(title)}?from=search">{escape(title)}</a></h3>{by}{mark}
        <a class="cat" href="/new?sort=added&amp;cat={category}">Rubrik</a>
        <p class="imprint">{imprint}</p>{state}<span class="price"> {price}&nbsp;</span></li>"""


def page(rows, note=""):
    advertisement = '<li class="ad"><a href="/abo">Unser Katalog als Heft</a></li>'
    return f"<!doctype html><h1>Suche</h1>{note}<ul id=hits>{advertisement}{''.join(map(row, rows))}</ul>"


def wanted(book, query):
    year = next((int(word) for word in book[3].replace(",", " ").split() if word.isdigit()), 9999)
    return (
        query.get("q", "").lower() in book[1].lower()
        and ("cat" not in query or book[5] in NUMBERS_OF_CATEGORIES[query["cat"]])
        and year <= int(query.get("to", 9999))
        and ("signed" not in query or book[7])
    )


def site(url):
    def answer(asked):
        if asked.path not in ("/search", "/new"):
            return None
        known = {"q", "cat", "to", "signed", "sort", "p"}
        if set(asked.query) - known or "" in asked.query.values() or "None" in asked.query.values():
            return 400, {}, "what is this?"
        if (asked.path == "/search") != ("q" in asked.query):
            return 400, {}, "search needs words"
        found = [book for book in BOOKS if wanted(book, asked.query)]
        if not found:
            return 200, {}, page(BOOKS[5:], '<p class="no-hits">Leider nichts. Beliebt:</p>')
        last = -(-len(found) // ROWS_A_PAGE)
        start = (min(int(asked.query.get("p", 1)), last) - 1) * ROWS_A_PAGE
        return 200, {}, page(found[start : start + ROWS_A_PAGE])

    return answer
