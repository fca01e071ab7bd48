"""Benches of what is said before training."""
