"""The trees of CatBoost as equations about the training table."""
