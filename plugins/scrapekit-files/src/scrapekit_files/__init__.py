"""Exporters that write one file: JSON lines, a JSON array, CSV."""
