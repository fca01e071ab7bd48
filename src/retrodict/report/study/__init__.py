"""A study as pages and pictures."""
