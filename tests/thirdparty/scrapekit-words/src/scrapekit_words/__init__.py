"""Words, tables in Markdown, and a tally: a third-party plugin for scrapekit."""
