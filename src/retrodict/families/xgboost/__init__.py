"""Models of XGBoost: boosters and their estimators, as files in JSON and UBJSON, and as objects."""
