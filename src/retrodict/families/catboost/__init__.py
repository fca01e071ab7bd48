"""Models of CatBoost: its cbm and json files, and what it fits."""
