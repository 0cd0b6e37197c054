"""A page that is another one when it is asked for again."""

DAYS = [
    [("a", "Assam", "5.00", 10), ("s", "Sencha", "8.00", 4)],
    [("a", "Assam", "5.50", 12), ("s", "Sencha", "8.00", 9), ("u", "Uva", "6.50", 1)],
]


def site(url):
    days = iter(DAYS)

    def answer(asked):
        if asked.path != "/stock":
            return None
        rows = "".join(
            f"<tr class=tea id={sku}><td class=name>{name}<td class=price>€ {price}<td class=looks>{looks}"
            for sku, name, price, looks in next(days)
        )
        return 200, {}, f"<html><body><table>{rows}</table></body></html>"

    return answer
