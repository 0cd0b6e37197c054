"""From a recipe's nodes to its shape: one room for every section and kind of value."""
