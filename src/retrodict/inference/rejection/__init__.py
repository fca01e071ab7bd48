"""Rejection: exact, independent posterior draws from one stream of prior draws."""
