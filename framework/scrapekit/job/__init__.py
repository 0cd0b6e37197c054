"""What a job keeps on disk: its folder, its store, the journal that writes, and its numbers."""
