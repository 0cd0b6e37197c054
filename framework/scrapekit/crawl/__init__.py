"""The crawl itself: which request is next, how politely, and the loop of tasks with callbacks."""
