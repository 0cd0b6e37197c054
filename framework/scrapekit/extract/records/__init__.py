"""The records of a page: its rows, what is made of them, and which of them are kept."""
