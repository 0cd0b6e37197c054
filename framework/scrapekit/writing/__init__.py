"""What exporters write files with, so that every record is there exactly once."""
