"""Fetching over http and https: the only door to aiohttp, and where its errors become ours."""

from __future__ import annotations

from scrapekit.web.fetch.fetcher import HttpFetcher

__all__ = ["HttpFetcher"]
