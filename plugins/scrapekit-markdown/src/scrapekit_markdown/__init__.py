"""The filter markdown: HTML as Markdown."""
