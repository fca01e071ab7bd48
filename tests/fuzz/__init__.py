"""Mutated model files of all families: what is made, how each is tried, what may come of it."""
