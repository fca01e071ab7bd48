"""Fitted scikit-learn estimators as likelihoods over a schema."""
