"""Models of xgboost: so far, how one is trained."""
