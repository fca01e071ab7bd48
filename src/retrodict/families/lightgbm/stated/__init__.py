"""What a LightGBM text states of its training data, subject by subject."""
