"""retrodict: from a trained model back to the data behind it."""
