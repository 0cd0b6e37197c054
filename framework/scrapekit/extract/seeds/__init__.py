"""The requests that a crawl starts with: from addresses, variables, files, sitemaps and feeds."""
