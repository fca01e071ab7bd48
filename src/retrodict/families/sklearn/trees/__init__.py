"""Trees of scikit-learn read as the problem of finding their training table."""
