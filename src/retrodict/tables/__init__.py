"""Real labelled rows: one reader, one policy."""
