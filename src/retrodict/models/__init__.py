"""Models seen as a likelihood over a schema."""
