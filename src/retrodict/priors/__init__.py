"""Priors as transports of a standard normal."""
