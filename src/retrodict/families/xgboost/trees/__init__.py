"""The trees of XGBoost as equations about the training table."""
