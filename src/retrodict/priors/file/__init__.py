"""Priors written down in a file."""
