"""scikit-learn estimators to train: replicas, and the algorithms of a study."""
