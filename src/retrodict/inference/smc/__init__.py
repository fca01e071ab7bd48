"""Tempered sequential Monte Carlo: for outputs too rare for rejection."""
