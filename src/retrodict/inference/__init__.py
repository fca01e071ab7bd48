"""Draws from the posterior: observations, targets and engines."""
