"""The audit in a browser: a local page for people who never opened a terminal."""
