"""The links of a page as requests: where they stand, and which of them are wanted."""
