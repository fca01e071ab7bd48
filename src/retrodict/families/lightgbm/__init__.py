"""Models of lightgbm: so far, how one is trained."""
