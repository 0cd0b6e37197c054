"""Exporter that writes real tables into an SQLite database."""
