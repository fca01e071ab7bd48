"""What a base model is asked of beyond draws of a prior, so that replicas agree with it, within a number of calls."""
