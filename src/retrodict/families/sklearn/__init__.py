"""Models of scikit-learn."""

MODELS = "a fitted scikit-learn classifier or regressor"
"""What is taken for a model; see `Opening`."""
