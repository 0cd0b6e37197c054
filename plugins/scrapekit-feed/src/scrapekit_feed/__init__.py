"""Pages that are neither HTML nor JSON: feeds, CSV, plain text."""
