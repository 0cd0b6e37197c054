"""Sitemaps name whole addresses, so they are made for the one that the site is served at."""


def site(url):
    def entry(path, day):
        return f"<url><loc>{url}{path}</loc><lastmod>{day}</lastmod></url>"

    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    files = {
        "/robots.txt": f"User-agent: *\nDisallow: /private/\nSitemap: {url}/sitemap.xml\n",
        "/sitemap.xml": f"<sitemapindex {space}><sitemap><loc>{url}/teas.xml</loc></sitemap></sitemapindex>",
        "/teas.xml": f"<urlset {space}>"
        + entry("/tea/sencha", "2024-03-05")
        + entry("/tea/assam", "2023-12-01")
        + entry("/tea/uva", "2024-04-01T10:00:00Z")
        + entry("/about", "2024-04-01")
        + "</urlset>",
    }

    def answer(asked):
        text = files.get(asked.path)
        kind = "text/plain" if asked.path.endswith(".txt") else "application/xml"
        return None if text is None else (200, {"Content-Type": kind}, text)

    return answer
