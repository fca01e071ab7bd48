"""A world in which all is known, as a folder."""
