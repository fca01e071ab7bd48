"""The search for a table that gives the counts which trees state."""
