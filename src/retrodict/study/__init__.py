"""A grid of datasets, algorithms, model qualities, priors and seeds, and what its cells have in common."""
