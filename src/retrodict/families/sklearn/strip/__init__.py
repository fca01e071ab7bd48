"""What prediction does not need of each scikit-learn estimator."""
