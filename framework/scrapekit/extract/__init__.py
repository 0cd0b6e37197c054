"""How one page rule reads a page: selectors, fields, links and pagination as plain callables."""
