"""The error budget of a model and a prior, as a folder."""
