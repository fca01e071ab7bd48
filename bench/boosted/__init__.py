"""Training tables rebuilt from boosted trees."""
