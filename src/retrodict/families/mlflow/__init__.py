"""MLflow: folders that hold a model file of another library, and what they say beside it. MLflow is never imported."""
