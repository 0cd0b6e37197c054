"""Expressions and templates: a closed, typed language that cannot run code."""
