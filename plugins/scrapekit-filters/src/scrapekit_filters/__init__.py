"""The filters most recipes need: text, numbers, prices, dates, lists, addresses, data."""
