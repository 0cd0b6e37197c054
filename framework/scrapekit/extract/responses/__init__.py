"""What an answer means, before anything is read from it."""
