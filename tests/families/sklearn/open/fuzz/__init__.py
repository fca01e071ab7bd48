"""Mutated model files: what is made, how each is tried, what may come of it."""
