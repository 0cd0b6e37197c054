"""What seeds are drawn from beside addresses: days, files, sitemaps and feeds."""
