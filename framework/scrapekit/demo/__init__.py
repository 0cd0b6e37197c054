"""The demonstration: a small bookshop on the loopback and the recipe that reads it."""
