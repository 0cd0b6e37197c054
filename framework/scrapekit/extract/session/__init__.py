"""How a recipe logs in, and fetches values before a request needs them."""
