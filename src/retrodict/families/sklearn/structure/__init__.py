"""The one walk through a fitted scikit-learn estimator: what it holds, and what becomes of columns on the way."""
